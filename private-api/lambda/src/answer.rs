//! The entry point: an event becomes an answer, and a line in the log before it.

use std::time::Instant;

use private_api_contract::{OnBehalfOf, ProblemCode, header};

use crate::{Caller, Failure, Reply, Request, Subject, event::Event};

/// The record of one call: who, for whom, what, and what came of it. Nothing in it is the caller's own text, but for a request id
/// that it may set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The operation's id.
    pub operation: &'static str,
    /// The answer's status.
    pub status: u16,
    /// The problem's code, if the answer is one.
    pub code: Option<String>,
    /// What only the log may know of why it failed.
    pub cause: Option<String>,
    /// Who was calling; none where the event is no request.
    pub caller: Option<Caller>,
    /// For whom, by the caller's word.
    pub on_behalf_of: Option<OnBehalfOf>,
    /// The id of what it was about; see [`Request::is_about`].
    pub resource: Option<String>,
    /// Whom it concerned; see [`Request::concerns`].
    pub subject: Option<Subject>,
    /// From the event to the answer, in milliseconds.
    pub latency_ms: u64,
    /// The gateway's.
    pub request_id: Option<String>,
}

/// Writes a [`Call`] into the log: as an error where the status is a 5xx. A macro, so that the line's target is the module of
/// the API that writes it.
#[macro_export]
macro_rules! log_call {
    ($call:expr) => {{
        let $crate::Call { operation, status, code, cause, caller, on_behalf_of, resource, subject, latency_ms, request_id } = $call;
        let (caller, subject) = (caller.as_ref(), subject.as_ref());
        let (arn, vpce) = (caller.and_then($crate::Caller::arn), caller.and_then($crate::Caller::vpce_id));
        let source = caller.and_then($crate::Caller::source_ip);
        let on_behalf_of = on_behalf_of.as_ref().map(|who| who.as_str());
        let (subject, subject_key) = (subject.map(|s| s.hash.as_str()), subject.map(|s| s.key.as_str()));
        // Twice, as a level is a constant.
        macro_rules! line {
            ($level:ident) => {
                $crate::tracing::$level!(
                    name: "call", %operation, status, code, cause, arn, vpce, source, on_behalf_of, resource, subject, subject_key,
                    latency_ms, request_id, "request"
                )
            };
        }
        if status >= 500 { line!(error) } else { line!(info) }
    }};
}

/// An answer to an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The proxy response that the gateway reads, as JSON.
    pub json: String,
    /// Whether the process can do no better from now on and has to end, so that the next one has fresh credentials.
    pub is_last: bool,
}

/// Answers one event, API Gateway's proxy event as JSON, by what `run` makes of its request; `log` writes the line about it,
/// with [`log_call!`]. Whatever goes wrong is an answer, and it is there by `end`: what has not been done then is told as
/// [unavailable](Failure::unavailable).
pub async fn answer<C: ProblemCode>(
    operation: &'static str,
    event: &[u8],
    end: Option<Instant>,
    run: impl AsyncFnOnce(&Request) -> Result<Reply, Failure<C>>,
    log: impl FnOnce(Call),
) -> Answer {
    let start = Instant::now();
    let (result, request) = match Event::read(event) {
        Event::Request(request) => (in_time(run(&request), end).await, Some(request)),
        Event::NoRequest => (Ok(Reply::no_content()), None),
        Event::Unreadable(why) => (Err(Failure::internal(format!("the event cannot be read: {why}"))), None),
    };
    let request_id = request.as_ref().and_then(|request| request.request_id.clone());
    let (code, cause, is_last) = match &result {
        Ok(_) => (None, None, false),
        Err(failure) => (Some(failure.problem.code.to_string()), failure.cause.clone(), failure.ends_process),
    };
    let reply = result.unwrap_or_else(|failure| Reply::failure(failure, request_id.clone()));
    let latency_ms = start.elapsed().as_millis() as u64;
    let on_behalf_of = request.as_ref().and_then(|request| match request.header(header::ON_BEHALF_OF)[..] {
        [who] => who.parse().ok(),
        _ => None,
    });
    let resource = request.as_ref().and_then(|request| request.about.resource.get().cloned());
    let subject = request.as_ref().and_then(|request| request.about.subject.get().cloned());
    let caller = request.map(|request| request.caller);
    let status = reply.status();
    log(Call { operation, status, code, cause, caller, on_behalf_of, resource, subject, latency_ms, request_id });
    // Texts and numbers: nothing in a reply can fail to be written.
    Answer { json: serde_json::to_string(&reply).unwrap_or_default(), is_last }
}

async fn in_time<C: ProblemCode>(
    running: impl Future<Output = Result<Reply, Failure<C>>>,
    end: Option<Instant>,
) -> Result<Reply, Failure<C>> {
    match end {
        Some(end) => tokio::time::timeout_at(end.into(), running)
            .await
            .unwrap_or_else(|_| Err(Failure::unavailable("DynamoDB: not done before the function's deadline"))),
        None => running.await,
    }
}

//! The entry point: an event becomes an answer, and a line in the log before it.

use std::time::Instant;

use private_api_contract::ProblemCode;

use crate::{Failure, Reply, Request, event::Event};

/// What the log says of one call. Nothing in it is the caller's, but for a request id that it may set.
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
        let $crate::Call { operation, status, code, cause, latency_ms, request_id } = $call;
        if status >= 500 {
            $crate::tracing::error!(name: "call", %operation, status, code, cause, latency_ms, request_id, "request");
        } else {
            $crate::tracing::info!(name: "call", %operation, status, code, cause, latency_ms, request_id, "request");
        }
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
    let (result, request_id) = match Event::read(event) {
        Event::Request(request, id) => (in_time(run(&request), end).await, id),
        Event::NoRequest => (Ok(Reply::no_content()), None),
        Event::Unreadable(why) => (Err(Failure::internal(format!("the event cannot be read: {why}"))), None),
    };
    let (code, cause, is_last) = match &result {
        Ok(_) => (None, None, false),
        Err(failure) => (Some(failure.problem.code.to_string()), failure.cause.clone(), failure.ends_process),
    };
    let reply = result.unwrap_or_else(|failure| Reply::failure(failure, request_id.clone()));
    let latency_ms = start.elapsed().as_millis() as u64;
    log(Call { operation, status: reply.status(), code, cause, latency_ms, request_id });
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

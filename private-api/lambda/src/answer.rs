//! The one way in: a proxy event becomes a proxy response, and a line in the log.

use std::time::Instant;

use lambda_http::aws_lambda_events::apigw::{ApiGatewayProxyRequest, ApiGatewayProxyResponse};
use private_api_contract::ProblemCode;

use crate::{Failure, Reply, Request, event};

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
            $crate::tracing::error!(%operation, status, code, cause, latency_ms, request_id, "request");
        } else {
            $crate::tracing::info!(%operation, status, code, cause, latency_ms, request_id, "request");
        }
    }};
}

/// Answers one event by what `run` makes of its request; `log` writes the line about it, with [`log_call!`]. Whatever goes
/// wrong is an answer. Serialized, it is what the gateway reads.
pub async fn answer<C: ProblemCode>(
    operation: &'static str,
    event: ApiGatewayProxyRequest,
    run: impl AsyncFnOnce(&Request) -> Result<Reply, Failure<C>>,
    log: impl FnOnce(Call),
) -> ApiGatewayProxyResponse {
    let start = Instant::now();
    let (request, request_id) = event::into_request(event);
    let result = run(&request).await;
    let (code, cause) = match &result {
        Ok(_) => (None, None),
        Err(failure) => (Some(failure.problem.code.to_string()), failure.cause.clone()),
    };
    let reply = result.unwrap_or_else(|failure| Reply::failure(failure, request_id.clone()));
    let latency_ms = start.elapsed().as_millis() as u64;
    log(Call { operation, status: reply.status(), code, cause, latency_ms, request_id });
    reply.into_proxy_response()
}

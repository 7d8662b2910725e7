//! What makes this crate the client of one API.

use private_api_contract::{Operation, ProblemCode};
use tracing::Span;

use crate::Client;

/// A private API as its client sees it; implemented by an empty type of the crate that is its client.
///
/// The README shows one. The functions about `tracing` are written by [`traces!`](crate::traces).
pub trait Api: Sized + Send + Sync + 'static {
    /// The codes of its problems.
    type Code: ProblemCode;

    /// What [`ClientBuilder::build`](crate::ClientBuilder::build) makes: the API's own type of client, or [`Client<Self>`].
    type Client: From<Client<Self>>;

    /// Its name in messages, in lower case: `orders` stands for "the orders API".
    const NAME: &'static str;

    /// The name of its client's package, which is what the `User-Agent` begins with.
    const PACKAGE: &'static str;

    /// The version of its client's package.
    const VERSION: &'static str;

    /// What the names of its environment variables begin with: `ORDERS_API` makes `ORDERS_API_URL` and so on.
    const VARIABLES: &'static str;

    /// The path below the stage that must not be part of a base URL, such as `/order`. It ends the URL in the Terraform output
    /// [`URL_OUTPUT`](Self::URL_OUTPUT).
    const COLLECTION: &'static str;

    /// The Terraform output that holds the URL of the collection.
    const URL_OUTPUT: &'static str;

    /// The read that a diagnosis tries.
    fn probe() -> Probe;

    /// A call's span, disabled where nobody listens.
    fn call_span(operation: &Operation) -> Span;

    /// An attempt's span.
    fn attempt_span(call: &Span, attempt: u32) -> Span;

    /// Tells of a call that needed more than one attempt: at INFO where it succeeded (`error` is `None`), else at WARN.
    fn retried(call: &Span, operation: &Operation, attempts: u32, error: Option<&dyn std::fmt::Display>);

    /// Tells that an attempt has failed and another one follows.
    fn retrying(call: &Span, attempt: u32, wait_ms: u64, error: &dyn std::fmt::Display);
}

/// A read that changes nothing and concerns nobody, and how to recognise its answer.
#[derive(Clone, Copy, Debug)]
pub struct Probe {
    /// Which operation; its path has no parameters.
    pub operation: &'static Operation,
    /// The query, such as `[("limit", "1")]`.
    pub query: &'static [(&'static str, &'static str)],
    /// Whether this body is an answer of the API.
    pub is_answer: fn(&[u8]) -> bool,
    /// What such an answer is, such as `list of orders`.
    pub answer: &'static str,
}

/// The functions of an [`Api`] that tell `tracing` about calls: spans `<name>_call` and `<name>_attempt` and the events
/// `retrying` (all at DEBUG) and `retried` (INFO or WARN), under the module path of the caller, so that
/// `RUST_LOG=<package>=debug` shows them. Fields have OpenTelemetry's names where it has one.
#[macro_export]
macro_rules! traces {
    ($name:literal) => {
        fn call_span(operation: &$crate::contract::Operation) -> $crate::tracing::Span {
            $crate::tracing::debug_span!(
                concat!($name, "_call"),
                operation = operation.id,
                otel.kind = "client",
                http.request.method = operation.method.as_str(),
                url.template = operation.path,
                attempts = $crate::tracing::field::Empty,
                http.response.status_code = $crate::tracing::field::Empty,
                aws.request_id = $crate::tracing::field::Empty,
                error.type = $crate::tracing::field::Empty,
            )
        }

        fn attempt_span(call: &$crate::tracing::Span, attempt: u32) -> $crate::tracing::Span {
            $crate::tracing::debug_span!(
                parent: call,
                concat!($name, "_attempt"),
                http.request.resend_count = attempt - 1,
                http.response.status_code = $crate::tracing::field::Empty,
                aws.request_id = $crate::tracing::field::Empty,
                error.type = $crate::tracing::field::Empty
            )
        }

        fn retrying(call: &$crate::tracing::Span, attempt: u32, wait_ms: u64, error: &dyn std::fmt::Display) {
            $crate::tracing::debug!(parent: call, attempt, wait_ms, error = %error, "retrying");
        }

        fn retried(
            call: &$crate::tracing::Span,
            operation: &$crate::contract::Operation,
            attempts: u32,
            error: Option<&dyn std::fmt::Display>,
        ) {
            let operation = operation.id;
            match error {
                None => $crate::tracing::info!(parent: call, operation, attempts, "retried"),
                Some(error) => $crate::tracing::warn!(parent: call, operation, attempts, error = %error, "retried"),
            }
        }
    };
}

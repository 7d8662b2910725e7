//! What a failed DynamoDB call means for the caller: the SDK's own judgement of its attempts, and what we know beyond it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_sdk_dynamodb::{
    config::{
        ConfigBag, Intercept, RuntimeComponents,
        interceptors::{FinalizerInterceptorContextMut, FinalizerInterceptorContextRef},
        retry::{ClassifyRetry, RetryAction},
    },
    error::{BoxError, ProvideErrorMetadata, SdkError},
};
use aws_smithy_runtime::client::retries::classifiers::run_classifiers_on_ctx;
use aws_smithy_runtime_api::client::{
    interceptors::context::InterceptorContext, orchestrator::HttpResponse, retries::classifiers::RetryReason,
};
use aws_smithy_types::retry::ErrorKind;
use private_api_contract::{ProblemCode, StandardCode};
use serde::Deserialize;

use super::is_untrusted;
use crate::Failure;

/// What became of a call's attempts: an interceptor for every call, and afterwards the meaning of its failure.
#[derive(Clone, Debug, Default)]
pub struct Attempts(Arc<Mutex<Seen>>);

#[derive(Debug, Default)]
struct Seen {
    answer_lost: bool,
    signature_refused: bool,
    /// What the SDK says of the last attempt: the kind of failure, if trying again can help.
    retryable: Option<ErrorKind>,
}

impl Attempts {
    /// Whether an attempt may have been applied although its answer never came.
    #[must_use]
    pub fn lost_an_answer(&self) -> bool {
        self.seen().answer_lost
    }

    /// What the call's failure means, unless it is one that its operation knows.
    #[must_use]
    pub fn failure<C: ProblemCode>(&self, error: &SdkError<impl ProvideErrorMetadata>) -> Failure<C> {
        let failure = match error {
            SdkError::TimeoutError(_) => Failure::unavailable("DynamoDB: timed out"),
            SdkError::DispatchFailure(e) => {
                let kind = match e {
                    e if e.is_timeout() => "timed out",
                    e if e.as_connector_error().is_some_and(is_untrusted) => {
                        "nobody we trust has signed its certificate"
                    }
                    _ => "connection failed",
                };
                Failure::unavailable(format!("DynamoDB: {kind}"))
            }
            SdkError::ResponseError(_) => Failure::unavailable("DynamoDB: the answer could not be read"),
            SdkError::ServiceError(e) => self.refusal(e.err(), e.raw()),
            // The request could not even be made: configuration or a bug.
            _ => Failure::internal("DynamoDB: the request could not be built (credentials, region or endpoint?)"),
        };
        self.failure_or_unknown(failure)
    }

    /// `failure`; an unknown outcome instead where an earlier attempt may have done what this one did not.
    #[must_use]
    pub fn failure_or_unknown<C: ProblemCode>(&self, failure: Failure<C>) -> Failure<C> {
        let Failure { problem, cause, .. } = &failure;
        if self.lost_an_answer() && problem.code != C::standard(StandardCode::StorageUnavailable) {
            let then = cause.clone().unwrap_or_else(|| problem.code.to_string());
            return Failure::unavailable(format!("DynamoDB: an answer was lost, then {then}"));
        }
        failure
    }

    fn refusal<C: ProblemCode>(&self, error: &impl ProvideErrorMetadata, response: &HttpResponse) -> Failure<C> {
        let code = error.code().unwrap_or("without a code");
        let message = error.message().unwrap_or_default();
        let cause = match details(code, message, response) {
            details if details.is_empty() => format!("DynamoDB: {code}"),
            details => format!("DynamoDB: {code} {details}"),
        };
        let retryable = self.seen().retryable;
        match response.status().as_u16() {
            // DynamoDB itself throttles with a 400; a 429 is of something in between.
            429 => Failure::throttled(cause),
            _ if retryable == Some(ErrorKind::ThrottlingError) => Failure::throttled(cause),
            // A success whose body is spoilt: to the SDK this is an error of the service.
            ..300 => Failure::unavailable("DynamoDB: the answer could not be read"),
            500.. => Failure::unavailable(cause),
            _ if retryable.is_some() || is_of_time(code, message) => Failure::unavailable(cause),
            _ if NEW_CREDENTIALS_HELP.contains(&code) => Failure { ends_process: true, ..Failure::unavailable(cause) },
            _ => Failure::internal(cause),
        }
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The credentials have expired or were revoked. They are read once: the next process has others.
const NEW_CREDENTIALS_HELP: [&str; 4] =
    ["ExpiredTokenException", "ExpiredToken", "UnrecognizedClientException", "InvalidClientTokenId"];

/// Whether a signature was refused because of its time: the clock is off, or the process was frozen after it had signed. The
/// other reason, another secret, has words of its own.
fn is_of_time(code: &str, message: &str) -> bool {
    match code {
        "RequestTimeTooSkewed" | "RequestExpired" => true,
        "InvalidSignatureException" => !message.contains("does not match"),
        _ => false,
    }
}

/// What the log may know beyond the code. Other messages may quote an item.
fn details(code: &str, message: &str, response: &HttpResponse) -> String {
    match code {
        // Who may not do what to which table or key, and what stands in the way.
        _ if code == "AccessDeniedException" || code.starts_with("KMS") => {
            let names = message.split(|c: char| !c.is_ascii() || !is_of_an_arn(c as u8)).filter(|word| is_name(word));
            names.chain(POLICIES.into_iter().filter(|policy| message.contains(policy))).collect::<Vec<_>>().join(" ")
        }
        _ => {
            let Body { throttling_reasons, .. } = Body::of(response);
            let plain = |text: &str| text.len() <= 256 && text.bytes().all(is_of_an_arn);
            let said = throttling_reasons.iter().flat_map(|reason| [&reason.reason, &reason.resource]);
            said.map(String::as_str).filter(|text| !text.is_empty() && plain(text)).collect::<Vec<_>>().join(" ")
        }
    }
}

/// What stands in the way, in IAM's words.
const POLICIES: [&str; 7] = [
    "explicit deny",
    "identity-based policy",
    "resource-based policy",
    "VPC endpoint policy",
    "permissions boundary",
    "session policy",
    "service control policy",
];

/// An ARN, or an action such as `dynamodb:PutItem`.
fn is_name(word: &str) -> bool {
    word.starts_with("arn:") || word.starts_with("dynamodb:") || word.starts_with("kms:")
}

fn is_of_an_arn(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b":/_-+=.@*".contains(&byte)
}

/// What all of DynamoDB's errors have in their body.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Body {
    #[serde(rename = "__type")]
    code: String,
    #[serde(alias = "Message")]
    message: String,
    #[serde(rename = "throttlingReasons", alias = "ThrottlingReasons")]
    throttling_reasons: Vec<ThrottlingReason>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ThrottlingReason {
    reason: String,
    resource: String,
}

impl Body {
    fn of(response: &HttpResponse) -> Self {
        let read = response.body().bytes().and_then(|body| serde_json::from_slice::<Self>(body).ok());
        let mut body = read.unwrap_or_default();
        if let Some(code) = response.headers().get("x-amzn-errortype") {
            body.code = code.to_owned();
        }
        // `com.amazonaws.dynamodb.v20120810#Code`, or `Code:http://…`.
        let code = body.code.split(':').next().unwrap_or_default();
        body.code = code.rsplit('#').next().unwrap_or_default().to_owned();
        body
    }
}

impl Intercept for Attempts {
    fn name(&self) -> &'static str {
        "Attempts"
    }

    fn modify_before_attempt_completion(
        &self,
        context: &mut FinalizerInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(response) = context.response_mut()
            && response.status().is_client_error()
        {
            let Body { code, message, .. } = Body::of(response);
            let is_of_time = is_of_time(&code, &message);
            // Once: another secret, or a clock that stays wrong, is not cured by a third signature.
            let is_conflict = ["TransactionConflictException", "ReplicatedWriteConflictException"].contains(&&*code);
            if is_conflict || is_of_time && !self.seen().signature_refused {
                response.add_extension(TryAgain);
            }
            self.seen().signature_refused |= is_of_time;
        }
        Ok(())
    }

    fn read_after_attempt(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        components: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let mut seen = self.seen();
        if matches!(context.output_or_error(), Some(Err(_)) | None) {
            // A 4xx is DynamoDB's own word that it did nothing; but for one. No answer, or a 5xx, is no word at all.
            let refused = context.response().is_some_and(|answer| {
                answer.status().is_client_error() && !Body::of(answer).code.starts_with("RequestTimeout")
            });
            seen.answer_lost |= !refused;
            seen.retryable = match run_classifiers_on_ctx(components.retry_classifiers(), context.inner()) {
                RetryAction::RetryIndicated(RetryReason::RetryableError { kind, .. }) => Some(kind),
                _ => None,
            };
        }
        Ok(())
    }
}

/// On a response: trying again helps, although the SDK does not know.
#[derive(Clone, Copy, Debug)]
struct TryAgain;

/// Has the SDK retry what [`Attempts`] found to be worth it.
#[derive(Debug)]
pub(super) struct AlsoRetryable;

impl ClassifyRetry for AlsoRetryable {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let marked = context.response().is_some_and(|response| response.extension::<TryAgain>().is_some());
        if marked { RetryAction::transient_error() } else { RetryAction::NoActionIndicated }
    }

    fn name(&self) -> &'static str {
        "AlsoRetryable"
    }
}

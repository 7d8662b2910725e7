//! What a failed DynamoDB call means for the caller.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use aws_sdk_dynamodb::{
    config::{ConfigBag, Intercept, RuntimeComponents, interceptors::FinalizerInterceptorContextRef},
    error::{BoxError, ProvideErrorMetadata, SdkError},
};
use private_api_contract::ProblemCode;

use super::is_untrusted;
use crate::Failure;

const THROTTLED: [&str; 4] =
    ["ThrottlingException", "ProvisionedThroughputExceededException", "RequestLimitExceeded", "LimitExceededException"];

/// Every failure but a refused condition.
pub fn failure<C: ProblemCode>(error: &SdkError<impl ProvideErrorMetadata>) -> Failure<C> {
    match error {
        SdkError::TimeoutError(_) => Failure::unavailable("DynamoDB: timed out"),
        SdkError::DispatchFailure(e) => {
            let kind = match e {
                e if e.is_timeout() => "timed out",
                e if e.as_connector_error().is_some_and(is_untrusted) => "nobody we trust has signed its certificate",
                _ => "connection failed",
            };
            Failure::unavailable(format!("DynamoDB: {kind}"))
        }
        SdkError::ResponseError(_) => Failure::unavailable("DynamoDB: the answer could not be read"),
        SdkError::ServiceError(e) => {
            let code = e.err().code().unwrap_or("without a code");
            let status = e.raw().status().as_u16();
            // DynamoDB itself throttles with a 400; a 429 is of something in between.
            if THROTTLED.contains(&code) || status == 429 {
                Failure::throttled(format!("DynamoDB: {code}"))
            } else if status < 300 {
                // A success whose body is spoilt: to the SDK this is an error of the service.
                Failure::unavailable("DynamoDB: the answer could not be read")
            } else if status >= 500 {
                Failure::unavailable(format!("DynamoDB: {code}"))
            } else {
                // These two say which permission or table is missing; other messages may quote an item.
                let says = match code {
                    "AccessDeniedException" | "ResourceNotFoundException" => e.err().message().unwrap_or_default(),
                    _ => "",
                };
                Failure::internal(format!("DynamoDB: {code} {says}").trim_end().to_owned())
            }
        }
        // The request could not even be made: configuration or a bug.
        _ => Failure::internal("DynamoDB: the request could not be built (credentials, region or endpoint?)"),
    }
}

/// Notes whether an attempt may have been applied although its answer never came: an interceptor for each call that writes.
#[derive(Clone, Debug, Default)]
pub struct LostAnswers(Arc<AtomicBool>);

impl LostAnswers {
    /// Whether there was one.
    #[must_use]
    pub fn any(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// `failure`; an unknown outcome instead where it promises that nothing was done and an earlier attempt may have done it.
    #[must_use]
    pub fn failure_or_unknown<C: ProblemCode>(&self, failure: Failure<C>) -> Failure<C> {
        if self.any() && failure.problem.status < 500 {
            return Failure::unavailable(format!("DynamoDB: an answer was lost, then {}", failure.problem.code));
        }
        failure
    }
}

impl Intercept for LostAnswers {
    fn name(&self) -> &'static str {
        "LostAnswers"
    }

    fn read_after_attempt(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        // A 4xx is DynamoDB's own word that it did nothing. No answer, or a 5xx, is no word at all.
        let refused = context.response().is_some_and(|answer| answer.status().is_client_error());
        if matches!(context.output_or_error(), Some(Err(_)) | None) && !refused {
            self.0.store(true, Ordering::Relaxed);
        }
        Ok(())
    }
}

//! Why an operation did not do what was asked.

use claims_api_types::{Problem, ProblemCode, validate::Findings};

/// An answer other than success, with what only the log may know.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) problem: Box<Problem>,
    /// Seconds, the `Retry-After` header.
    pub(crate) retry_after: Option<u32>,
    /// For the log, not for the caller.
    pub(crate) cause: Option<String>,
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self { problem: Box::new(problem), retry_after: None, cause: None }
    }
}

impl From<Findings> for Failure {
    fn from(findings: Findings) -> Self {
        findings.into_problem().into()
    }
}

impl Failure {
    /// A bug of ours: the caller learns only that.
    pub(crate) fn internal(cause: impl Into<String>) -> Self {
        let problem = Problem::new(ProblemCode::Internal)
            .with_detail("the service's log has the cause under this request id; trying again is unlikely to help");
        Self { cause: Some(cause.into()), ..problem.into() }
    }

    /// DynamoDB asked us to slow down.
    pub(crate) fn throttled(cause: impl Into<String>) -> Self {
        let problem = Problem::new(ProblemCode::Throttled)
            .with_detail("the storage throttles; try again after the seconds that Retry-After gives");
        Self { retry_after: Some(1), cause: Some(cause.into()), ..problem.into() }
    }

    /// DynamoDB did not answer, or not in time. A write may have happened.
    pub(crate) fn unavailable(cause: impl Into<String>) -> Self {
        let problem = Problem::new(ProblemCode::StorageUnavailable).with_detail(
            "the storage did not answer in time; try again after the seconds that Retry-After gives, a write with the \
             same Idempotency-Key: it may have happened",
        );
        Self { retry_after: Some(1), cause: Some(cause.into()), ..problem.into() }
    }
}

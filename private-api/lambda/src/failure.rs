//! Why an operation did not do what was asked.

use private_api_contract::{Problem, ProblemCode, StandardCode, validate::Findings};

use crate::{item::DamagedItem, record::NotStorable};

/// An answer other than success, with what only the log may know.
#[derive(Debug)]
pub struct Failure<C: ProblemCode> {
    /// What the caller is told.
    pub problem: Box<Problem<C>>,
    /// Seconds, the `Retry-After` header.
    pub retry_after: Option<u32>,
    /// For the log, not for the caller.
    pub cause: Option<String>,
    /// Whether every call of this process will end so, and the next process may do better.
    pub ends_process: bool,
}

impl<C: ProblemCode> From<Problem<C>> for Failure<C> {
    fn from(problem: Problem<C>) -> Self {
        Self { problem: Box::new(problem), retry_after: None, cause: None, ends_process: false }
    }
}

impl<C: ProblemCode> From<Findings> for Failure<C> {
    fn from(findings: Findings) -> Self {
        findings.into_problem().into()
    }
}

impl<C: ProblemCode> From<NotStorable> for Failure<C> {
    fn from(mistake: NotStorable) -> Self {
        Self::internal(mistake.to_string())
    }
}

impl<C: ProblemCode> From<DamagedItem> for Failure<C> {
    fn from(damage: DamagedItem) -> Self {
        Self::internal(damage.to_string())
    }
}

impl<C: ProblemCode> Failure<C> {
    /// What any API answers, said for this time. Nothing for the log.
    pub fn standard(code: StandardCode, detail: impl Into<String>) -> Self {
        Problem::standard(code).with_detail(detail).into()
    }

    /// A bug of ours: the caller learns only that.
    pub fn internal(cause: impl Into<String>) -> Self {
        let detail = "the service's log has the cause under this request id; trying again is unlikely to help";
        Self { cause: Some(cause.into()), ..Self::standard(StandardCode::Internal, detail) }
    }

    /// DynamoDB asked us to slow down.
    pub fn throttled(cause: impl Into<String>) -> Self {
        let detail = "the storage throttles; try again after the seconds that Retry-After gives";
        Self { retry_after: Some(1), cause: Some(cause.into()), ..Self::standard(StandardCode::Throttled, detail) }
    }

    /// DynamoDB did not answer, or not in time, or says that it would another time. A write may have happened.
    pub fn unavailable(cause: impl Into<String>) -> Self {
        let detail = "the storage did not answer in time; try again after the seconds that Retry-After gives, a write with the \
                      same Idempotency-Key: it may have happened";
        Self {
            retry_after: Some(1),
            cause: Some(cause.into()),
            ..Self::standard(StandardCode::StorageUnavailable, detail)
        }
    }
}

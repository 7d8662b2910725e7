//! The entry point: a proxy event for an operation becomes a proxy response.

use std::{convert::Infallible, fmt::Debug, sync::Arc, time::Instant};

use claims_api_types::{ClaimStatus, Operation, Timestamp};
use lambda_http::{LambdaEvent, aws_lambda_events::apigw::ApiGatewayProxyRequest};
use private_api_lambda::{Answer, AuditKey, Callers, Request, log_call};
use serde::Serialize;
use serde_json::Value;

use crate::{Failure, History, Store, operation};

/// Where the server reads the time; tests bring their own.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// The claims API over a table: cheap to clone, shared by all invocations.
#[derive(Clone)]
pub struct Api {
    pub(crate) store: Store,
    pub(crate) history: Option<History>,
    clock: Clock,
    audit_key: Option<AuditKey>,
    /// Without any, whoever comes may do everything.
    callers: Option<Arc<Callers>>,
}

impl Debug for Api {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Api").field("table", &self.store.table()).finish_non_exhaustive()
    }
}

impl Api {
    /// The API over this table, by the system's clock.
    #[must_use]
    pub fn new(store: Store) -> Self {
        Self { store, history: None, clock: Arc::new(Timestamp::now), audit_key: None, callers: None }
    }

    /// Reads the claims' history from here.
    #[must_use]
    pub fn with_history(mut self, history: History) -> Self {
        self.history = Some(history);
        self
    }

    /// Reads the time from `clock` instead.
    #[must_use]
    pub fn with_clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Names members in the record of calls, by their hash under this key.
    #[must_use]
    pub fn with_audit_key(mut self, key: Option<AuditKey>) -> Self {
        self.audit_key = key;
        self
    }

    pub(crate) fn audit_key(&self) -> Option<&AuditKey> {
        self.audit_key.as_ref()
    }

    /// Lets callers do what these say, and nothing else.
    #[must_use]
    pub fn with_callers(mut self, callers: Callers) -> Self {
        self.callers = Some(Arc::new(callers));
        self
    }

    /// Whether the caller may do this to the members whom its request names, and set this status. Before anything is read.
    pub(crate) fn may(
        &self,
        operation: Operation,
        request: &Request,
        status: Option<&ClaimStatus>,
    ) -> Result<(), Failure> {
        let Some(callers) = &self.callers else { return Ok(()) };
        let status = status.map(ClaimStatus::as_str);
        callers.check(request.caller(), operation.id(), &request.query("memberId"), status)
    }

    pub(crate) fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// Answers one event of the function that serves `operation`, which is API Gateway's proxy event as JSON, by `end`.
    pub async fn answer(&self, operation: Operation, event: &[u8], end: Option<Instant>) -> Answer {
        let run = async |request: &Request| operation::run(self, operation, request).await;
        private_api_lambda::answer(operation.id(), event, end, run, |call| log_call!(call)).await
    }

    /// As [`answer`](Self::answer), with an event that has been read already and an answer that is to be written.
    ///
    /// # Errors
    /// None: whatever goes wrong is an answer. The `Result` is the shape the Lambda runtime wants.
    pub async fn invoke(
        &self,
        operation: Operation,
        event: LambdaEvent<ApiGatewayProxyRequest>,
    ) -> Result<impl Serialize + Debug + use<>, Infallible> {
        let event = serde_json::to_vec(&event.payload).unwrap_or_default();
        Ok(serde_json::from_str::<Value>(&self.answer(operation, &event, None).await.json).unwrap_or_default())
    }
}

//! The one way in: a proxy event for an operation becomes a proxy response.

use std::{convert::Infallible, fmt::Debug, sync::Arc};

use claims_api_types::{Operation, Timestamp};
use private_api_lambda::{ApiGatewayProxyRequest, LambdaEvent, Request, log_call};
use serde::Serialize;

use crate::{Store, operation};

/// Where the server reads the time; tests bring their own.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// The claims API over a table: cheap to clone, shared by all invocations.
#[derive(Clone)]
pub struct Api {
    pub(crate) store: Store,
    clock: Clock,
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
        Self { store, clock: Arc::new(Timestamp::now) }
    }

    /// Reads the time from `clock` instead.
    #[must_use]
    pub fn with_clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    pub(crate) fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// Handles one invocation of the function that serves `operation`.
    ///
    /// The answer, serialized, is what the gateway reads.
    ///
    /// # Errors
    /// None: whatever goes wrong is an answer. The `Result` is the shape the Lambda runtime wants.
    pub async fn invoke(
        &self,
        operation: Operation,
        event: LambdaEvent<ApiGatewayProxyRequest>,
    ) -> Result<impl Serialize + Debug + use<>, Infallible> {
        let run = async |request: &Request| operation::run(self, operation, request).await;
        Ok(private_api_lambda::answer(operation.id(), event.payload, run, |call| log_call!(call)).await)
    }
}

//! The one way in: a proxy event for an operation becomes a proxy response.

use std::{convert::Infallible, fmt::Debug, sync::Arc, time::Instant};

use claims_api_types::{Operation, Timestamp};
use lambda_http::{
    Adapter, Body, LambdaEvent, Response, Service,
    aws_lambda_events::{apigw::ApiGatewayProxyRequest, query_map::QueryMap},
    request::RequestContext,
    service_fn,
};
use serde::Serialize;

use crate::{Store, event, operation, reply::Reply, request::Request};

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
    /// The answer is lambda_http's proxy response; serialized, it is what the gateway reads.
    ///
    /// # Errors
    /// None: whatever goes wrong is an answer. The `Result` is the shape the Lambda runtime wants.
    pub async fn invoke(
        &self,
        operation: Operation,
        event: LambdaEvent<ApiGatewayProxyRequest>,
    ) -> Result<impl Serialize + Debug + use<>, Infallible> {
        let (payload, context) = event.into_parts();
        let (request, mut query) = event::into_lambda_request(payload);
        let mut adapter = Adapter::from(service_fn(move |request| {
            // Called once: nobody else wants the query.
            let query = std::mem::take(&mut query);
            async move { Ok::<_, Infallible>(self.answer(operation, request, query).await) }
        }));
        adapter.call(LambdaEvent::new(request, context)).await
    }

    async fn answer(&self, operation: Operation, request: lambda_http::Request, query: QueryMap) -> Response<Body> {
        let start = Instant::now();
        let request_id = gateway_request_id(&request);
        let result = operation::run(self, operation, &Request::new(request, query)).await;
        let (code, cause) = match &result {
            Ok(_) => (None, None),
            Err(failure) => (Some(failure.problem.code.to_string()), failure.cause.clone()),
        };
        let reply = result.unwrap_or_else(|failure| Reply::failure(failure, request_id.clone()));
        let (status, latency_ms) = (reply.status(), start.elapsed().as_millis() as u64);
        // One line a request, and nothing in it that the caller wrote.
        if status >= 500 {
            tracing::error!(%operation, status, code, cause, latency_ms, request_id, "request");
        } else {
            tracing::info!(%operation, status, code, cause, latency_ms, request_id, "request");
        }
        reply.into_response()
    }
}

fn gateway_request_id(request: &lambda_http::Request) -> Option<String> {
    use lambda_http::RequestExt;
    match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV1(context)) => context.request_id.clone(),
        _ => None,
    }
}

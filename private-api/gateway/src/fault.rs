//! Faults on demand, so that callers can test how they take them.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use aws_smithy_runtime_api::{
    client::{
        http::{
            HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
            SharedHttpConnector,
        },
        orchestrator::{HttpRequest, HttpResponse},
        result::ConnectorError,
        runtime_components::RuntimeComponents,
    },
    http::StatusCode,
};
use aws_smithy_types::body::SdkBody;

/// Something that goes wrong once.
///
/// Faults wait in a queue. The first five kinds hit the next request that reaches the gateway; the `Storage` kinds hit
/// the next call from the server to DynamoDB, where the AWS SDK may repeat the call on its own.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// The gateway answers this status on its own account; nothing is applied.
    ///
    /// 429, 500, 502, 503 and 504 answer what the real gateway answers with them; any other status has a bare
    /// `{"message": null}` body.
    Status(u16),
    /// The gateway throttles: 429 `throttled` with `Retry-After` of so many seconds; nothing is applied.
    Throttle {
        /// Seconds.
        retry_after: u32,
    },
    /// The request is held for this long before it is applied. 29 s and more become a 504, as in AWS.
    Delay(Duration),
    /// The connection is reset before the request is applied.
    ResetBefore,
    /// The request is applied, then the connection is reset: the answer is lost.
    ResetAfter,
    /// DynamoDB applies the call, and its answer never arrives.
    StorageAnswerLost,
    /// DynamoDB refuses the call: `ThrottlingException`.
    StorageThrottled,
    /// DynamoDB cannot be reached.
    StorageDown,
}

impl Fault {
    fn is_storage(&self) -> bool {
        matches!(self, Self::StorageAnswerLost | Self::StorageThrottled | Self::StorageDown)
    }
}

/// The faults still to come.
#[derive(Clone, Debug, Default)]
pub(crate) struct Faults(Arc<Mutex<VecDeque<Fault>>>);

impl Faults {
    pub(crate) fn push(&self, fault: Fault) {
        self.queue().push_back(fault);
    }

    pub(crate) fn clear(&self) {
        self.queue().clear();
    }

    /// The next fault for a request at the gateway.
    pub(crate) fn next_for_gateway(&self) -> Option<Fault> {
        self.next(|fault| !fault.is_storage())
    }

    fn next_for_storage(&self) -> Option<Fault> {
        self.next(Fault::is_storage)
    }

    fn next(&self, wanted: impl Fn(&Fault) -> bool) -> Option<Fault> {
        let mut queue = self.queue();
        let at = queue.iter().position(wanted)?;
        queue.remove(at)
    }

    fn queue(&self) -> std::sync::MutexGuard<'_, VecDeque<Fault>> {
        // A panic elsewhere cannot leave a queue half changed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Puts the storage faults between the SDK and `inner`.
pub(crate) fn storage(inner: SharedHttpClient, faults: Faults) -> SharedHttpClient {
    SharedHttpClient::new(FaultyClient { inner, faults })
}

#[derive(Debug)]
struct FaultyClient {
    inner: SharedHttpClient,
    faults: Faults,
}

impl HttpClient for FaultyClient {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        let inner = self.inner.http_connector(settings, components);
        SharedHttpConnector::new(FaultyConnector { inner, faults: self.faults.clone() })
    }
}

#[derive(Debug)]
struct FaultyConnector {
    inner: SharedHttpConnector,
    faults: Faults,
}

impl HttpConnector for FaultyConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let lost = || ConnectorError::io("injected fault: no answer".into());
        match self.faults.next_for_storage() {
            Some(Fault::StorageDown) => HttpConnectorFuture::ready(Err(lost())),
            Some(Fault::StorageThrottled) => HttpConnectorFuture::ready(throttling()),
            Some(Fault::StorageAnswerLost) => {
                let applied = self.inner.call(request);
                HttpConnectorFuture::new(async move {
                    applied.await?;
                    Err(lost())
                })
            }
            _ => self.inner.call(request),
        }
    }
}

fn throttling() -> Result<HttpResponse, ConnectorError> {
    let body = r#"{"__type":"com.amazon.coral.availability#ThrottlingException","message":"injected fault"}"#;
    let status = StatusCode::try_from(400).map_err(|e| ConnectorError::other(e.into(), None))?;
    let mut response = HttpResponse::new(status, SdkBody::from(body));
    response.headers_mut().insert("content-type", "application/x-amz-json-1.0");
    Ok(response)
}

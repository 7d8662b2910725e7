//! Faults on demand between the SDK and its database, so that callers can test how they take them.

use std::{
    collections::VecDeque,
    fmt::Debug,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
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

/// Something that goes wrong once, with the next call to DynamoDB, which the AWS SDK may repeat on its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// DynamoDB applies the call, and its answer never arrives.
    AnswerLost,
    /// DynamoDB refuses the call: `ThrottlingException`.
    Throttled,
    /// DynamoDB cannot be reached.
    Down,
}

tokio::task_local! {
    static UNDISTURBED: ();
}

/// Does this without faults: they are for the calls of callers, and not for what follows from those.
pub async fn without_faults<T>(doing: impl Future<Output = T>) -> T {
    UNDISTURBED.scope((), doing).await
}

/// The faults still to come, in their order.
#[derive(Debug)]
pub struct Faults<F>(Arc<Mutex<VecDeque<F>>>);

impl<F> Faults<F> {
    /// Lets this go wrong after what is already waiting.
    pub fn push(&self, fault: F) {
        self.queue().push_back(fault);
    }

    /// Forgets what has not happened yet.
    pub fn clear(&self) {
        self.queue().clear();
    }

    /// Takes out what goes wrong now.
    #[must_use]
    pub fn next(&self) -> Option<F> {
        self.queue().pop_front()
    }

    fn queue(&self) -> MutexGuard<'_, VecDeque<F>> {
        // A panic elsewhere cannot leave a queue half changed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<F> Default for Faults<F> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<F> Clone for Faults<F> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl Faults<Fault> {
    /// Puts these faults between the SDK and `inner`.
    pub(crate) fn around(&self, inner: SharedHttpClient) -> SharedHttpClient {
        SharedHttpClient::new(FaultyClient { inner, faults: self.clone() })
    }
}

#[derive(Debug)]
struct FaultyClient {
    inner: SharedHttpClient,
    faults: Faults<Fault>,
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
    faults: Faults<Fault>,
}

impl HttpConnector for FaultyConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        if UNDISTURBED.try_with(|()| ()).is_ok() {
            return self.inner.call(request);
        }
        let lost = || ConnectorError::io("injected fault: no answer".into());
        match self.faults.next() {
            Some(Fault::Down) => HttpConnectorFuture::ready(Err(lost())),
            Some(Fault::Throttled) => HttpConnectorFuture::ready(throttling()),
            Some(Fault::AnswerLost) => {
                let applied = self.inner.call(request);
                HttpConnectorFuture::new(async move {
                    applied.await?;
                    Err(lost())
                })
            }
            None => self.inner.call(request),
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

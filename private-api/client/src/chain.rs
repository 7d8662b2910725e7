//! AWS's standard chain of credential providers, over this client's own HTTP and TLS.

use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_runtime_api::{
    client::{
        http::{HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector},
        orchestrator::{HttpRequest, HttpResponse},
        result::ConnectorError,
        runtime_components::RuntimeComponents,
    },
    http::StatusCode,
};
use aws_smithy_types::body::SdkBody;
use tokio::sync::OnceCell;

use crate::credentials::Failure;

pub(crate) struct Chain {
    /// The API's own, which is where an STS endpoint of the VPC is.
    region: String,
    http: reqwest::Client,
    provider: OnceCell<SharedCredentialsProvider>,
}

impl Chain {
    pub(crate) fn new(region: String, http: reqwest::Client) -> Self {
        Self { region, http, provider: OnceCell::new() }
    }

    /// Made at the first call, for building a client sends nothing.
    pub(crate) async fn provider(&self) -> Result<&SharedCredentialsProvider, Failure> {
        let make = async || {
            let config = aws_config::defaults(aws_config::BehaviorVersion::v2026_01_12())
                .region(aws_config::Region::new(self.region.clone()))
                .http_client(Http { client: self.http.clone(), limit: None });
            let provider = config.load().await.credentials_provider();
            provider.ok_or_else(|| Failure::from("the standard chain has no credentials provider"))
        };
        self.provider.get_or_try_init(make).await
    }
}

/// This client's HTTP, for the SDK: it trusts what the client trusts, and needs no certificates of the machine.
#[derive(Clone, Debug)]
struct Http {
    client: reqwest::Client,
    limit: Option<std::time::Duration>,
}

impl HttpClient for Http {
    fn http_connector(&self, settings: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        let limit = match (settings.connect_timeout(), settings.read_timeout()) {
            (Some(connect), Some(read)) => Some(connect + read),
            (connect, read) => connect.or(read),
        };
        SharedHttpConnector::new(Self { limit, ..self.clone() })
    }
}

impl HttpConnector for Http {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let this = self.clone();
        HttpConnectorFuture::new(async move { this.send(request).await })
    }
}

impl Http {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let user = |e: Failure| ConnectorError::user(e);
        let method = request.method().parse().map_err(|_| user("not a method".into()))?;
        let url = request.uri().parse().map_err(|_| user("not a URL".into()))?;
        let mut sent = reqwest::Request::new(method, url);
        for (name, value) in request.headers() {
            let name = http::HeaderName::try_from(name).map_err(|e| user(e.into()))?;
            sent.headers_mut().append(name, http::HeaderValue::try_from(value).map_err(|e| user(e.into()))?);
        }
        // What credential providers send is in memory.
        *sent.body_mut() = request.body().bytes().map(|bytes| bytes.to_vec().into());
        *sent.timeout_mut() = self.limit;

        let failed = |e: reqwest::Error| {
            let e = e.without_url();
            if e.is_timeout() { ConnectorError::timeout(e.into()) } else { ConnectorError::io(e.into()) }
        };
        let answer = self.client.execute(sent).await.map_err(failed)?;
        let status =
            StatusCode::try_from(answer.status().as_u16()).map_err(|e| ConnectorError::other(e.into(), None))?;
        let headers = answer.headers().clone();
        let mut response = HttpResponse::new(status, SdkBody::from(answer.bytes().await.map_err(failed)?.to_vec()));
        for (name, value) in &headers {
            if let Ok(value) = value.to_str() {
                response.headers_mut().append(name.as_str().to_owned(), value.to_owned());
            }
        }
        Ok(response)
    }
}

//! The embedded DynamoDB, under the AWS SDK and without a socket.

use std::sync::Arc;

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
use dynoxide::{Database, DynoxideError};
use serde::{Serialize, de::DeserializeOwned};

use crate::data_file;

/// Where the SDK's requests go instead of to the network.
#[derive(Clone)]
pub(crate) struct Engine(Arc<Database>);

impl Engine {
    pub(crate) fn new(database: Database) -> Self {
        Self(Arc::new(database))
    }

    pub(crate) async fn answer(&self, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let database = self.0.clone();
        // SQLite blocks, for a file until the disk has it.
        let answer = tokio::task::spawn_blocking(move || answer(&database, &request));
        answer.await.map_err(|e| ConnectorError::other(e.into(), None))?
    }
}

/// An HTTP client for the SDK that is the database itself.
pub(crate) fn http_client(database: Database) -> SharedHttpClient {
    SharedHttpClient::new(Engine::new(database))
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Engine")
    }
}

impl HttpClient for Engine {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Engine {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let engine = self.clone();
        HttpConnectorFuture::new(async move { engine.answer(request).await })
    }
}

fn answer(database: &Database, request: &HttpRequest) -> Result<HttpResponse, ConnectorError> {
    let operation = request.headers().get("x-amz-target").and_then(|t| t.split_once('.')).map_or("", |(_, op)| op);
    let body = request.body().bytes().unwrap_or_default();
    let (status, text) = match dispatch(database, operation, body) {
        Ok(text) => (200, text),
        Err(error) => {
            if error.status_code() >= 500 {
                // The caller learns only that its storage is unavailable.
                tracing::error!("claims-local's data: {}", said(&error));
            }
            (error.status_code(), error.to_json())
        }
    };
    let status = StatusCode::try_from(status).map_err(|e| ConnectorError::other(e.into(), None))?;
    let mut response = HttpResponse::new(status, SdkBody::from(text));
    response.headers_mut().insert("content-type", "application/x-amz-json-1.0");
    Ok(response)
}

/// What went wrong, without a value: SQLite names none; the engine's own words may quote an item that it cannot read.
fn said(error: &DynoxideError) -> String {
    let words = error.to_string();
    if matches!(error, DynoxideError::SqliteError(_)) || words.starts_with("backend: ") {
        data_file::mend(words)
    } else {
        "an item cannot be read; the file is damaged: restore it from a copy, or choose another file".to_owned()
    }
}

/// The operations this service and its set-up use; anything else is a mistake in this crate.
fn dispatch(database: &Database, operation: &str, body: &[u8]) -> Result<String, DynoxideError> {
    fn run<Q: DeserializeOwned, A: Serialize>(
        body: &[u8],
        call: impl FnOnce(Q) -> Result<A, DynoxideError>,
    ) -> Result<String, DynoxideError> {
        let request = serde_json::from_slice(body).map_err(|e| DynoxideError::SerializationException(e.to_string()))?;
        serde_json::to_string(&call(request)?).map_err(|e| DynoxideError::InternalServerError(e.to_string()))
    }
    match operation {
        "PutItem" => run(body, |r| database.put_item(r)),
        "GetItem" => run(body, |r| database.get_item(r)),
        "Query" => run(body, |r| database.query(r)),
        "UpdateItem" => run(body, |r| database.update_item(r)),
        "DeleteItem" => run(body, |r| database.delete_item(r)),
        "CreateTable" => run(body, |r| database.create_table(r)),
        "DescribeTable" => run(body, |r| database.describe_table(r)),
        _ => Err(DynoxideError::ValidationException(format!("claims-local does not serve {operation}"))),
    }
}

//! The embedded DynamoDB on a socket, for an API whose database is another host.

use std::{convert::Infallible, io};

use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{net::TcpListener, task::JoinSet};

use crate::Database;

/// Serves the database on `listener`: the other side of [`Place::Endpoint`](crate::Place::Endpoint). Ends when the future is
/// dropped.
///
/// # Errors
/// When the listener breaks.
pub async fn serve(listener: TcpListener, database: Database) -> io::Result<()> {
    let mut connections = JoinSet::new();
    loop {
        let (stream, _) = tokio::select! {
            accepted = listener.accept() => accepted?,
            Some(_) = connections.join_next() => continue,
        };
        // Else an answer waits for the caller's acknowledgement of its head.
        let _ = stream.set_nodelay(true);
        let database = database.clone();
        let service = service_fn(move |request| answer(database.clone(), request));
        let connection = http1::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service);
        connections.spawn(async move {
            // A caller that goes away is its own affair.
            let _ = connection.await;
        });
    }
}

async fn answer(database: Database, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let failed = |status: StatusCode| {
        let mut response = Response::new(Full::default());
        *response.status_mut() = status;
        response
    };
    let (parts, body) = request.into_parts();
    let Ok(body) = body.collect().await else { return Ok(failed(StatusCode::BAD_REQUEST)) };
    let request = Request::from_parts(parts, SdkBody::from(body.to_bytes()));
    let Ok(request) = HttpRequest::try_from(request) else { return Ok(failed(StatusCode::BAD_REQUEST)) };
    let Ok(answer) = database.answer(request).await else { return Ok(failed(StatusCode::INTERNAL_SERVER_ERROR)) };
    let body = Bytes::copy_from_slice(answer.body().bytes().unwrap_or_default());
    let mut response = Response::new(Full::new(body));
    *response.status_mut() =
        StatusCode::from_u16(answer.status().as_u16()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(http::header::CONTENT_TYPE, HeaderValue::from_static("application/x-amz-json-1.0"));
    Ok(response)
}

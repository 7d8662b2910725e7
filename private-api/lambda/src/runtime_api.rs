//! The two calls of the [Lambda Runtime API](https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html) that a function
//! lives by. By hand, so that an event is ours from its first byte: nothing else may judge it, log it, or make other forms of it.

use std::{env, error::Error};

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, StatusCode, Uri, header};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::dynamodb::ConfigError;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// A connection to the Runtime API, made anew when it has ended.
pub(crate) struct RuntimeApi {
    /// `host:port`.
    address: String,
    /// What comes before the paths; empty in AWS.
    prefix: String,
    host: HeaderValue,
    connection: Option<SendRequest<Full<Bytes>>>,
}

/// One event.
pub(crate) struct Invocation {
    pub(crate) id: String,
    pub(crate) deadline_unix_ms: Option<u64>,
    pub(crate) event: Bytes,
}

impl RuntimeApi {
    pub(crate) fn from_env() -> Result<Self> {
        const NAME: &str = "AWS_LAMBDA_RUNTIME_API";
        let value = env::var(NAME).map_err(|_| ConfigError::Missing(NAME, "Lambda sets it; this is no Lambda"))?;
        let value = value.strip_prefix("http://").unwrap_or(&value).trim_end_matches('/');
        let (address, prefix) = value.find('/').map_or((value, ""), |slash| value.split_at(slash));
        let host = HeaderValue::try_from(address)?;
        Ok(Self { address: address.to_owned(), prefix: prefix.to_owned(), host, connection: None })
    }

    /// Waits for the next event, however long.
    pub(crate) async fn next(&mut self) -> Result<Invocation> {
        let response = self.call(Method::GET, "invocation/next", Bytes::new()).await?;
        let (head, body) = response.into_parts();
        if head.status != StatusCode::OK {
            return Err(format!("the Runtime API answers {} where an event belongs", head.status).into());
        }
        let text = |name: &str| head.headers.get(name).and_then(|value| value.to_str().ok());
        let id = text("lambda-runtime-aws-request-id").ok_or("the Runtime API's event has no request id")?.to_owned();
        let deadline_unix_ms = text("lambda-runtime-deadline-ms").and_then(|text| text.parse().ok());
        Ok(Invocation { id, deadline_unix_ms, event: body.collect().await?.to_bytes() })
    }

    /// Answers an event.
    pub(crate) async fn answer(&mut self, id: &str, json: String) -> Result<()> {
        let response = self.call(Method::POST, &format!("invocation/{id}/response"), json.into()).await?;
        let status = response.status();
        // To the end, so that the connection can be used again.
        response.into_body().collect().await?;
        if status.is_success() { Ok(()) } else { Err(format!("the Runtime API refuses an answer: {status}").into()) }
    }

    async fn call(&mut self, method: Method, path: &str, body: Bytes) -> Result<Response<hyper::body::Incoming>> {
        let mut request = Request::new(Full::new(body));
        *request.method_mut() = method;
        *request.uri_mut() = Uri::try_from(format!("{}/2018-06-01/runtime/{path}", self.prefix))?;
        request.headers_mut().insert(header::HOST, self.host.clone());
        loop {
            let (mut connection, is_new) = match self.connection.take() {
                Some(connection) => (connection, false),
                None => (self.connect().await?, true),
            };
            match connection.try_send_request(request).await {
                Ok(response) => {
                    self.connection = Some(connection);
                    return Ok(response);
                }
                // The old connection had ended before anything of the request was on its way.
                Err(mut failed) if !is_new => match failed.take_message() {
                    Some(unsent) => request = unsent,
                    None => return Err(failed.into_error().into()),
                },
                Err(failed) => return Err(failed.into_error().into()),
            }
        }
    }

    async fn connect(&self) -> Result<SendRequest<Full<Bytes>>> {
        let stream = TcpStream::connect(&self.address).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        // It ends with the connection; what ends it is told to whom uses it.
        tokio::spawn(connection);
        Ok(sender)
    }
}

//! What API Gateway does around a function: finds it, calls it, and speaks for it when it cannot.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, Response};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Body;
use private_api_storage::Faults;
use uuid::Uuid;

use crate::{
    Functions, Limits,
    docs::Docs,
    fault::Fault,
    host,
    own_answers::{self, INTEGRATION_FAILURE, INTEGRATION_TIMEOUT, MISSING_TOKEN, bare, closing},
    proxy_event::{self, Call},
    proxy_response,
    routes::{ErrorKind, Routes},
};

/// The largest body the gateway passes on: Lambda takes 6 MB.
const MAX_PAYLOAD: usize = 6 * 1024 * 1024;
/// The most bytes of header lines.
const MAX_HEADERS: usize = 10_240;
/// The longest method ARN of a private API; a longer path is a 414.
const MAX_METHOD_ARN: usize = 1600;

/// The gateway of one API.
#[derive(Clone, Debug)]
pub(crate) struct Gateway<F> {
    pub(crate) functions: F,
    pub(crate) routes: Routes,
    pub(crate) docs: Docs,
    pub(crate) faults: Faults<Fault>,
    pub(crate) api_id: String,
    pub(crate) stage: String,
    pub(crate) integration_timeout: Duration,
    pub(crate) limits: Limits,
}

/// What becomes of a request.
pub(crate) enum Outcome {
    Answer(Response<Full<Bytes>>),
    /// The connection ends without an answer.
    Reset,
}

impl<F: Functions> Gateway<F> {
    pub(crate) async fn handle<B>(&self, request: Request<B>, source_ip: &str) -> Outcome
    where
        B: Body<Data = Bytes> + Unpin,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let request_id = Uuid::new_v4().to_string();
        let mut outcome = self.answer(request, source_ip, &request_id).await;
        if let Outcome::Answer(answer) = &mut outcome
            && let Ok(id) = HeaderValue::from_str(&request_id)
        {
            answer.headers_mut().insert("x-amzn-requestid", id.clone());
            answer.headers_mut().insert("x-amz-apigw-id", id);
            // Ours, not AWS's: whatever a caller has stored is never run by a browser on this machine.
            answer.headers_mut().insert(http::header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        }
        outcome
    }

    async fn answer<B>(&self, request: Request<B>, source_ip: &str, request_id: &str) -> Outcome
    where
        B: Body<Data = Bytes> + Unpin,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let (mut parts, body) = request.into_parts();
        if let Err((status, message)) = host::check(&mut parts, &self.api_id) {
            return Outcome::Answer(bare(status, Some(message)));
        }
        if let Some(file) = self.docs.file(&parts.method, parts.uri.path()) {
            return Outcome::Answer(file);
        }
        if header_bytes(&parts.headers) > MAX_HEADERS {
            return Outcome::Answer(bare(431, Some("Request Header Fields Too Large")));
        }
        let Some(path) = self.below_stage(parts.uri.path()) else {
            // Without a stage there is no API whose gateway responses could apply.
            return Outcome::Answer(bare(403, Some(MISSING_TOKEN.message)));
        };
        let Some((route, path_parameters)) = self.routes.find(parts.method.as_str(), path) else {
            return self.own(&MISSING_TOKEN, request_id);
        };
        if self.method_arn_bytes(&parts.method, path) > MAX_METHOD_ARN {
            return Outcome::Answer(bare(414, Some("Request-URI Too Long")));
        }
        // The gateway fails on a body without a length.
        if parts.headers.contains_key(http::header::TRANSFER_ENCODING) {
            return Outcome::Answer(closing(bare(
                400,
                Some("Transfer-Encoding is not supported: send a Content-Length"),
            )));
        }
        let body = Limited::new(body, MAX_PAYLOAD).collect();
        let body = match tokio::time::timeout(self.limits.body, body).await {
            Ok(Ok(body)) => body.to_bytes(),
            Ok(Err(e)) if e.is::<LengthLimitError>() => return Outcome::Answer(bare(413, Some("Request Too Long"))),
            // The caller has gone.
            Ok(Err(_)) => return Outcome::Reset,
            Err(_) => return Outcome::Answer(closing(bare(408, Some("Request Timeout")))),
        };

        let fault = self.faults.next();
        let delay = match fault {
            Some(Fault::ResetBefore) => return Outcome::Reset,
            Some(Fault::Status(status)) => {
                return Outcome::Answer(own_answers::of_status(&self.routes, status, request_id));
            }
            Some(Fault::Throttle { retry_after }) => {
                return Outcome::Answer(own_answers::throttled(&self.routes, retry_after, request_id));
            }
            Some(Fault::Delay(delay)) => delay,
            _ => Duration::ZERO,
        };
        let call = Call {
            parts: &parts,
            body: &body,
            route,
            path_parameters: &path_parameters,
            path_below_stage: path,
            stage: &self.stage,
            api_id: &self.api_id,
            request_id,
            source_ip,
        };
        let event = proxy_event::of(&call);
        let (functions, operation, id) = (self.functions.clone(), route.operation.clone(), request_id.to_owned());
        // A function runs on when the gateway has given up on it: hence a task of its own.
        let invocation = tokio::spawn(async move {
            tokio::time::sleep(delay).await;
            functions.invoke(&operation, event, &id).await.ok().and_then(proxy_response::http_of)
        });
        let answer = match tokio::time::timeout(self.integration_timeout, invocation).await {
            Ok(Ok(Some(answer))) => Outcome::Answer(answer),
            // A panic, an error, or an answer that is no proxy response.
            Ok(_) => self.own(&INTEGRATION_FAILURE, request_id),
            Err(_) => self.own(&INTEGRATION_TIMEOUT, request_id),
        };
        if fault == Some(Fault::ResetAfter) { Outcome::Reset } else { answer }
    }

    fn below_stage<'a>(&self, path: &'a str) -> Option<&'a str> {
        let rest = path.strip_prefix('/')?.strip_prefix(self.stage.as_str())?;
        if rest.is_empty() { Some("/") } else { rest.starts_with('/').then_some(rest) }
    }

    fn method_arn_bytes(&self, method: &http::Method, path: &str) -> usize {
        let (api_id, stage) = (&self.api_id, &self.stage);
        format!("arn:aws:execute-api:eu-central-1:000000000000:{api_id}/{stage}/{method}{path}").len()
    }

    fn own(&self, kind: &ErrorKind, request_id: &str) -> Outcome {
        Outcome::Answer(own_answers::shaped(&self.routes, kind, request_id))
    }
}

fn header_bytes(headers: &HeaderMap) -> usize {
    headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum()
}

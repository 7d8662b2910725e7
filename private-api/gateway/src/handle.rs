//! What API Gateway does around a function: finds it, calls it, and speaks for it when it cannot.

use std::time::Duration;

use bytes::Bytes;
use claims_server::Api;
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode, header::HeaderName};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Body;
use lambda_http::{Context, LambdaEvent, aws_lambda_events::apigw::ApiGatewayProxyResponse};
use uuid::Uuid;

use crate::{
    docs,
    event::{self, Call},
    fault::{Fault, Faults},
    host,
    routes::{ErrorKind, Routes},
};

/// The largest body the gateway passes on: Lambda takes 6 MB.
const MAX_PAYLOAD: usize = 6 * 1024 * 1024;
/// The most bytes of header lines.
const MAX_HEADERS: usize = 10_240;
/// The longest method ARN of a private API; a longer path is a 414.
const MAX_METHOD_ARN: usize = 1600;

const MISSING_TOKEN: ErrorKind = ErrorKind::new("MISSING_AUTHENTICATION_TOKEN", 403, "Missing Authentication Token");
const THROTTLED: ErrorKind = ErrorKind::new("THROTTLED", 429, "Too Many Requests");
// A function that crashed or answered nonsense; the type INTEGRATION_FAILURE is for networks, which Lambda has not.
const INTEGRATION_FAILURE: ErrorKind = ErrorKind::new("DEFAULT_5XX", 502, "Internal server error");
const INTEGRATION_TIMEOUT: ErrorKind = ErrorKind::new("INTEGRATION_TIMEOUT", 504, "Endpoint request timed out");
const FUNCTION_THROTTLED: ErrorKind = ErrorKind::new("DEFAULT_5XX", 500, "Internal server error");
const UNAVAILABLE: ErrorKind = ErrorKind::new("DEFAULT_5XX", 503, "Service Unavailable");

/// The gateway of one API.
#[derive(Clone, Debug)]
pub(crate) struct Gateway {
    pub(crate) api: Api,
    pub(crate) routes: Routes,
    pub(crate) faults: Faults,
    pub(crate) api_id: String,
    pub(crate) stage: String,
    pub(crate) integration_timeout: Duration,
}

/// What becomes of a request.
pub(crate) enum Outcome {
    Answer(Response<Full<Bytes>>),
    /// The connection ends without an answer.
    Reset,
}

impl Gateway {
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
        }
        outcome
    }

    async fn answer<B>(&self, request: Request<B>, source_ip: &str, request_id: &str) -> Outcome
    where
        B: Body<Data = Bytes> + Unpin,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let (parts, body) = request.into_parts();
        // Which of two names is meant is anybody's guess, and whoever stands in front may have guessed otherwise.
        if parts.headers.get_all(http::header::HOST).iter().count() > 1 {
            return bare(400, Some("Bad Request"));
        }
        if !host::names_this_api(&parts.headers, &self.api_id) {
            return bare(403, Some("Forbidden"));
        }
        if let Some(file) = docs::file(&parts.method, parts.uri.path()) {
            return Outcome::Answer(file);
        }
        if header_bytes(&parts.headers) > MAX_HEADERS {
            return bare(431, Some("Request Header Fields Too Large"));
        }
        let Some(path) = self.below_stage(parts.uri.path()) else {
            // Without a stage there is no API whose gateway responses could apply.
            return bare(403, Some(MISSING_TOKEN.message));
        };
        let Some((route, path_parameters)) = self.routes.find(parts.method.as_str(), path) else {
            return self.own(&MISSING_TOKEN, request_id);
        };
        if self.method_arn_bytes(&parts.method, path) > MAX_METHOD_ARN {
            return bare(414, Some("Request-URI Too Long"));
        }
        // The gateway fails on a body without a length.
        if parts.headers.contains_key(http::header::TRANSFER_ENCODING) {
            return closing(bare(400, Some("Transfer-Encoding is not supported: send a Content-Length")));
        }
        let body = match Limited::new(body, MAX_PAYLOAD).collect().await {
            Ok(body) => body.to_bytes(),
            Err(e) if e.is::<LengthLimitError>() => return bare(413, Some("Request Too Long")),
            // The caller has gone.
            Err(_) => return Outcome::Reset,
        };

        let fault = self.faults.next_for_gateway();
        let delay = match fault {
            Some(Fault::ResetBefore) => return Outcome::Reset,
            Some(Fault::Status(status)) => return self.status(status, request_id),
            Some(Fault::Throttle { retry_after }) => return self.throttle(retry_after, request_id),
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
        let Ok(event) = event::of(&call) else {
            return self.own(&INTEGRATION_FAILURE, request_id);
        };
        let (api, operation) = (self.api.clone(), route.operation);
        // A function runs on when the gateway has given up on it: hence a task of its own.
        let invocation = tokio::spawn(async move {
            tokio::time::sleep(delay).await;
            match api.invoke(operation, LambdaEvent::new(event, Context::default())).await {
                Ok(response) => proxy_response(&response),
                Err(never) => match never {},
            }
        });
        let answer = match tokio::time::timeout(self.integration_timeout, invocation).await {
            Ok(Ok(Some(answer))) => Outcome::Answer(answer),
            // A panic, or an answer that is no proxy response.
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

    /// An answer of the gateway's own, shaped as the import document says.
    fn own(&self, kind: &ErrorKind, request_id: &str) -> Outcome {
        let (status, headers, body) = self.routes.response(kind, request_id);
        let mut answer = Response::new(Full::from(body));
        *answer.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        for (name, value) in headers {
            if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
                answer.headers_mut().insert(name, value);
            }
        }
        Outcome::Answer(answer)
    }

    fn status(&self, status: u16, request_id: &str) -> Outcome {
        match status {
            429 => self.own(&THROTTLED, request_id),
            500 => self.own(&FUNCTION_THROTTLED, request_id),
            502 => self.own(&INTEGRATION_FAILURE, request_id),
            503 => self.own(&UNAVAILABLE, request_id),
            504 => self.own(&INTEGRATION_TIMEOUT, request_id),
            other => bare(other, None),
        }
    }

    fn throttle(&self, retry_after: u32, request_id: &str) -> Outcome {
        let mut outcome = self.own(&THROTTLED, request_id);
        if let Outcome::Answer(answer) = &mut outcome {
            answer.headers_mut().insert(http::header::RETRY_AFTER, retry_after.into());
        }
        outcome
    }
}

/// The answers nobody can shape.
fn bare(status: u16, message: Option<&str>) -> Outcome {
    let body = serde_json::json!({ "message": message }).to_string();
    let mut answer = Response::new(Full::from(body));
    *answer.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    answer.headers_mut().insert(http::header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Outcome::Answer(answer)
}

/// The last answer of its connection: a request whose length was not understood has no known end.
fn closing(mut outcome: Outcome) -> Outcome {
    if let Outcome::Answer(answer) = &mut outcome {
        answer.headers_mut().insert(http::header::CONNECTION, HeaderValue::from_static("close"));
    }
    outcome
}

fn header_bytes(headers: &HeaderMap) -> usize {
    headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum()
}

/// The function's answer as HTTP; `None` if the gateway could make nothing of it.
fn proxy_response(response: &impl serde::Serialize) -> Option<Response<Full<Bytes>>> {
    let response: ApiGatewayProxyResponse = serde_json::from_value(serde_json::to_value(response).ok()?).ok()?;
    let body = match response.body {
        Some(lambda_http::Body::Text(text)) => Bytes::from(text),
        None | Some(lambda_http::Body::Empty) => Bytes::new(),
        // We have no binary bodies, and the gateway no binary media types.
        Some(_) => return None,
    };
    let mut answer = Response::new(Full::new(body));
    *answer.status_mut() = StatusCode::from_u16(u16::try_from(response.status_code).ok()?).ok()?;
    *answer.headers_mut() =
        if response.multi_value_headers.is_empty() { response.headers } else { response.multi_value_headers };
    Some(answer)
}

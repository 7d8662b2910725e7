//! One attempt: a request out, an answer in.

use std::{error::Error as StdError, time::SystemTime};

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderName, HeaderValue};
use private_api_contract::{JSON, Method, Operation, header};
use url::Url;

use crate::{
    Api,
    clock::Clock,
    dns::Health,
    endpoint::Address,
    error::{Error, Kind, Sent},
    gateway, retry,
};

/// More than the gateway lets through (10 MB) is not its answer.
const LONGEST_ANSWER: usize = 10 * 1024 * 1024;

const REQUEST_ID: HeaderName = HeaderName::from_static(header::REQUEST_ID);

const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");

const API_ID: HeaderName = HeaderName::from_static("x-apigw-api-id");

pub(crate) struct Transport {
    pub http: reqwest::Client,
    pub address: Address,
    pub health: std::sync::Arc<Health>,
    #[cfg(feature = "sigv4")]
    pub signer: Option<std::sync::Arc<crate::sigv4::Signer>>,
}

/// A request as every attempt sends it.
pub(crate) struct Request {
    pub operation: &'static Operation,
    pub url: Url,
    pub headers: HeaderMap,
    pub body: Option<Bytes>,
}

/// A 2xx.
pub(crate) struct Answer {
    pub status: u16,
    pub request_id: Option<HeaderValue>,
    pub body: Bytes,
}

impl Answer {
    pub(crate) fn request_id(&self) -> Option<&str> {
        self.request_id.as_ref()?.to_str().ok()
    }
}

impl Transport {
    /// Sends `request` once.
    pub(crate) async fn send<A: Api>(&self, request: &Request, clock: &dyn Clock) -> Result<Answer, Error<A>> {
        let operation = request.operation;
        let prepared = self.prepare(request);
        #[cfg(feature = "sigv4")]
        let prepared = match &self.signer {
            Some(signer) => signer
                .sign(prepared, clock.system_time())
                .await
                .map_err(|e| Error::new(Kind::Credentials, operation, Sent::No).with_source(e))?,
            None => prepared,
        };
        let mut response = self.http.execute(prepared).await.map_err(|e| {
            let error = broken(e, operation);
            if error.was_sent() == Sent::Maybe {
                self.health.silent();
            }
            error
        })?;
        if let Some(address) = response.remote_addr() {
            self.health.answered(address.ip());
        }

        let status = response.status().as_u16();
        if (200..300).contains(&status) {
            let request_id = response.headers().get(REQUEST_ID).cloned();
            let text = || request_id.as_ref().and_then(|id| Some(id.to_str().ok()?.to_owned()));
            return match read(&mut response, operation).await {
                Ok(body) => Ok(Answer { status, request_id, body }),
                Err(e) => Err(e.with_answer(status, text())),
            };
        }
        let text = |name: HeaderName| Some(response.headers().get(name)?.to_str().ok()?.to_owned());
        let request_id = text(REQUEST_ID);
        let error_type = text(ERROR_TYPE);
        let retry_after =
            text(http::header::RETRY_AFTER).and_then(|value| retry::retry_after(&value, clock.system_time()));
        let date = text(http::header::DATE).and_then(|value| jiff::fmt::rfc2822::parse(&value).ok());
        let date = date.map(|date| SystemTime::from(date.timestamp()));
        let body = match read(&mut response, operation).await {
            Ok(body) => body,
            Err(e) => return Err(e.with_answer(status, request_id)),
        };
        let (problem, refusal) = gateway::read(status, error_type.as_deref(), &body);
        let refusal = refusal.map(|refusal| refusal.at(date, clock.system_time()));
        let ours = problem.is_some() || matches!(status, 403 | 413 | 429 | 500..);
        let kind = if ours { Kind::Refused } else { Kind::Unreadable };
        let error = Error::new(kind, operation, Sent::Answered)
            .with_answer(status, request_id)
            .with_problem(problem)
            .with_refusal(refusal)
            .with_retry_after(retry_after);
        Err(error)
    }

    fn prepare(&self, request: &Request) -> reqwest::Request {
        let method = match request.operation.method {
            Method::Get => http::Method::GET,
            Method::Post => http::Method::POST,
            Method::Put => http::Method::PUT,
            Method::Patch => http::Method::PATCH,
            Method::Delete => http::Method::DELETE,
        };
        let mut prepared = reqwest::Request::new(method, request.url.clone());
        let headers = prepared.headers_mut();
        headers.clone_from(&request.headers);
        if let Some(host) = &self.address.host {
            headers.insert(http::header::HOST, host.clone());
        }
        if let Some(api_id) = &self.address.api_id {
            headers.insert(API_ID, api_id.clone());
        }
        if let Some(body) = &request.body {
            headers.insert(http::header::CONTENT_TYPE, HeaderValue::from_static(JSON));
            // Whole bytes, so that a Content-Length goes out: the gateway fails on Transfer-Encoding.
            *prepared.body_mut() = Some(body.clone().into());
        }
        prepared
    }
}

/// The whole body.
async fn read<A: Api>(response: &mut reqwest::Response, operation: &'static Operation) -> Result<Bytes, Error<A>> {
    let mut whole: Option<BytesMut> = None;
    let mut first = Bytes::new();
    while let Some(chunk) = response.chunk().await.map_err(|e| broken(e, operation))? {
        let so_far = whole.as_ref().map_or(first.len(), BytesMut::len);
        if so_far + chunk.len() > LONGEST_ANSWER {
            let error = Error::new(Kind::Unreadable, operation, Sent::Answered);
            return Err(error.with_source("the body is longer than 10 MiB"));
        }
        // Nearly every answer is one chunk: no copy.
        match (&mut whole, first.is_empty()) {
            (Some(whole), _) => whole.extend_from_slice(&chunk),
            (None, true) => first = chunk,
            (None, false) => {
                let joined = whole.insert(BytesMut::from(&first[..]));
                joined.extend_from_slice(&chunk);
            }
        }
    }
    Ok(whole.map_or(first, BytesMut::freeze))
}

/// What a failed exchange says about the request: whether it may have left.
fn broken<A: Api>(error: reqwest::Error, operation: &'static Operation) -> Error<A> {
    // The URL may hold a name.
    let error = error.without_url();
    let (kind, sent) = if error.is_builder() {
        (Kind::Request, Sent::No)
    } else if error.is_connect() {
        (if error.is_timeout() { Kind::Timeout } else { Kind::Connect }, Sent::No)
    } else if error.is_timeout() {
        (Kind::Timeout, Sent::Maybe)
    } else if never_left(&error) {
        (Kind::Interrupted, Sent::No)
    } else {
        (Kind::Interrupted, Sent::Maybe)
    };
    Error::new(kind, operation, sent).with_source(error)
}

/// hyper gave the request back untouched: its connection had closed.
fn never_left(error: &(dyn StdError + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(e) = next {
        if e.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_canceled) {
            return true;
        }
        next = e.source();
    }
    false
}

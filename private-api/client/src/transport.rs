//! One attempt: a request out, an answer in.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderName, HeaderValue, header};
use private_api_contract::{JSON, Method, Operation, header::REQUEST_ID};
use url::Url;

use crate::{
    Api, Observer,
    call::{METHOD_OVERRIDE, OURS},
    clock::Clock,
    dates,
    dns::Health,
    endpoint::Address,
    error::{Error, Kind, Sent, broken},
    gateway::{self, Strange},
    phase::{Phase, Progress},
    pool::Pool,
};

/// More than the gateway lets through (10 MB) is not its answer.
const LONGEST_ANSWER: usize = 10 * 1024 * 1024;

const API_ID: HeaderName = HeaderName::from_static("x-apigw-api-id");

/// API Gateway's second id of a request.
const EXTENDED_REQUEST_ID: HeaderName = HeaderName::from_static("x-amz-apigw-id");

#[derive(Clone)]
pub(crate) struct Transport {
    pub pool: Arc<Pool>,
    pub address: Address,
    pub health: Arc<Health>,
    #[cfg(feature = "sigv4-signer")]
    pub signer: Option<Arc<crate::sigv4::Signer>>,
    /// Instead of connections.
    #[cfg(feature = "testing")]
    pub script: Option<crate::testing::Script>,
}

/// A request as every attempt sends it.
pub(crate) struct Request {
    pub operation: &'static Operation,
    pub url: Url,
    pub headers: HeaderMap,
    pub body: Option<Bytes>,
    /// The statuses that are its success.
    pub success: &'static [u16],
}

/// What differs from attempt to attempt.
pub(crate) struct Attempt<'a> {
    pub clock: &'a dyn Clock,
    pub began: Instant,
    pub progress: &'a Progress,
    pub observer: Option<&'a dyn Observer>,
    /// A client of the pool and its generation; `None` for a connection that nothing else was sent over.
    pub pooled: Option<(reqwest::Client, u64)>,
    #[cfg(feature = "sigv4-signer")]
    pub credentials: Option<aws_credential_types::Credentials>,
}

/// A success.
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
    pub(crate) async fn send<A: Api>(&self, request: &Request, attempt: &Attempt<'_>) -> Result<Answer, Error<A>> {
        let operation = request.operation;
        #[cfg_attr(not(feature = "sigv4-signer"), expect(unused_mut))]
        let mut prepared = self.prepare(request, attempt.observer);
        #[cfg(feature = "sigv4-signer")]
        self.sign(&mut prepared, operation, attempt)?;
        let mut response = self.exchange(prepared, operation, attempt).await?;
        attempt.progress.answered();
        if let Some(from) = response.remote_addr() {
            self.health.answered(from.ip());
            attempt.progress.answered_by(from);
        }

        let status = response.status().as_u16();
        let request_id = response.headers().get(REQUEST_ID).cloned();
        let is_gateways = request_id.is_some() || response.headers().contains_key(EXTENDED_REQUEST_ID);
        let text = |value: &HeaderValue| value.to_str().ok().map(str::to_owned);
        let id = request_id.as_ref().and_then(text);
        let head = Head::of(&response, attempt);
        let body = match read(&mut response, operation, attempt.progress).await {
            Ok(body) => body,
            Err(e) => return Err(e.with_answer(status, id)),
        };
        if !(200..300).contains(&status) {
            return Err(head.error(status, &body, operation, id));
        }
        let why = match (request.success.contains(&status), status) {
            // What has no content has no type either: that a gateway has spoken is all that it shows.
            (true, 204) if is_gateways => None,
            (true, 204) => Some("it has no request id, which API Gateway gives to every answer"),
            (true, _) if head.json => None,
            (true, _) => Some("it is not JSON"),
            (false, _) => Some("this operation has no such success"),
        };
        let Some(why) = why else { return Ok(Answer { status, request_id, body }) };
        let error = Error::new(Kind::Unreadable, operation, Sent::Answered).with_answer(status, id);
        Err(error.with_source(format!("{why}{}", head.strange)))
    }

    async fn exchange<A: Api>(
        &self,
        prepared: reqwest::Request,
        operation: &'static Operation,
        attempt: &Attempt<'_>,
    ) -> Result<reqwest::Response, Error<A>> {
        #[cfg(feature = "testing")]
        if let Some(script) = &self.script {
            return script.send(&prepared, operation).await;
        }
        let http = match &attempt.pooled {
            Some((client, _)) => client.clone(),
            None => self.pool.fresh(attempt.began, attempt.clock),
        };
        http.execute(prepared).await.map_err(|e| broken(e, operation, attempt.progress))
    }

    /// What an attempt begins with.
    pub(crate) fn client(&self, fresh: bool, now: Instant, clock: &dyn Clock) -> Option<(reqwest::Client, u64)> {
        (!fresh).then(|| self.pool.take(now, clock))
    }

    /// What a failed attempt says about the connections and addresses that others will use.
    pub(crate) fn learn<A: Api>(&self, error: &Error<A>, attempt: &Attempt<'_>) {
        match (error.cause_kind(), error.was_sent()) {
            (Kind::Timeout | Kind::Interrupted, Sent::Maybe) => {
                if let Some((_, generation)) = attempt.pooled {
                    self.pool.retire(generation);
                }
                // Where an older connection leads is not known, and nobody is blamed on a guess.
                if let Some(address) = attempt.progress.address() {
                    self.health.silent(address.ip());
                }
            }
            (Kind::Timeout, Sent::No) if matches!(error.phase(), Some(Phase::Connect | Phase::Tls)) => {
                self.health.unconnected();
            }
            _ => {}
        }
    }

    fn prepare(&self, request: &Request, observer: Option<&dyn Observer>) -> reqwest::Request {
        let method = match request.operation.method {
            Method::Get => http::Method::GET,
            Method::Post => http::Method::POST,
            Method::Put => http::Method::PUT,
            Method::Patch => http::Method::PATCH,
            Method::Delete => http::Method::DELETE,
        };
        let mut prepared = reqwest::Request::new(method, request.url.clone());
        let headers = prepared.headers_mut();
        if let Some(observer) = observer {
            observer.add_headers(request.operation, headers);
            OURS.iter().chain([&METHOD_OVERRIDE]).for_each(|not_its| _ = headers.remove(*not_its));
            headers.extend(request.headers.clone());
        } else {
            headers.clone_from(&request.headers);
        }
        if let Some(host) = &self.address.host {
            headers.insert(header::HOST, host.clone());
        }
        if let Some(api_id) = &self.address.api_id {
            headers.insert(API_ID, api_id.clone());
        }
        if let Some(body) = &request.body {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(JSON));
            // Whole bytes, so that a Content-Length goes out: the gateway fails on Transfer-Encoding.
            *prepared.body_mut() = Some(body.clone().into());
        }
        prepared
    }

    #[cfg(feature = "sigv4-signer")]
    fn sign<A: Api>(
        &self,
        prepared: &mut reqwest::Request,
        operation: &'static Operation,
        attempt: &Attempt<'_>,
    ) -> Result<(), Error<A>> {
        let (Some(signer), Some(credentials)) = (&self.signer, &attempt.credentials) else { return Ok(()) };
        signer
            .sign(prepared, credentials, attempt.clock.system_time())
            .map_err(|e| Error::new(Kind::Credentials, operation, Sent::No).with_source(e))
    }
}

/// What an answer's headers say.
struct Head {
    error_type: Option<String>,
    retry_after: Option<Duration>,
    json: bool,
    /// How far the answerer's clock is ahead of this machine's, in milliseconds.
    skew: Option<i64>,
    strange: Strange,
}

impl Head {
    fn of(response: &reqwest::Response, attempt: &Attempt<'_>) -> Self {
        let headers = response.headers();
        let text = |name: HeaderName| Some(headers.get(name)?.to_str().ok()?.to_owned());
        let json = headers.get(header::CONTENT_TYPE).is_some_and(|value| gateway::is_json(value.as_bytes()));
        let mut head = Self { error_type: None, retry_after: None, json, skew: None, strange: Strange::default() };
        // Nearly every answer is a plain one.
        if response.status().is_success() && json {
            return head;
        }
        let now = attempt.clock.system_time();
        head.error_type = text(HeaderName::from_static("x-amzn-errortype"));
        head.retry_after = text(header::RETRY_AFTER).and_then(|value| dates::retry_after(&value, now));
        // An answer out of a cache has the time of its making.
        if !headers.contains_key(header::AGE) {
            let date = text(header::DATE).and_then(|value| dates::read(&value, now));
            let took = attempt.clock.now().saturating_duration_since(attempt.began);
            head.skew = date.map(|date| dates::skew(date, took, now));
        }
        head.strange = Strange::of(headers);
        head
    }

    fn error<A: Api>(self, status: u16, body: &[u8], operation: &'static Operation, id: Option<String>) -> Error<A> {
        let (problem, refusal) = gateway::read(status, self.error_type.as_deref(), body);
        let refusal = refusal.map(|refusal| refusal.at(self.skew));
        // Of these it does not matter whose they are: what stands in between is busy or fails as the API does.
        let told = problem.is_some() || matches!(status, 403 | 408 | 413 | 429 | 500..);
        let kind = if told { Kind::Refused } else { Kind::Unreadable };
        let strange = problem.is_none().then(|| format!("an answer of something else{}", self.strange));
        let error = Error::new(kind, operation, Sent::Answered)
            .with_answer(status, id)
            .with_problem(problem)
            .with_refusal(refusal, self.skew)
            .with_retry_after(self.retry_after);
        match strange {
            Some(strange) => error.with_source(strange),
            None => error,
        }
    }
}

/// The whole body.
async fn read<A: Api>(
    response: &mut reqwest::Response,
    operation: &'static Operation,
    progress: &Progress,
) -> Result<Bytes, Error<A>> {
    let mut whole: Option<BytesMut> = None;
    let mut first = Bytes::new();
    while let Some(chunk) = response.chunk().await.map_err(|e| broken(e, operation, progress))? {
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

//! What API Gateway does around a function: finds it, calls it, and speaks for it when it cannot.

use std::{net::IpAddr, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, header};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Body;

use crate::{
    Functions, Limits,
    api_name::ApiName,
    authorization::{self, Door, No},
    docs::Docs,
    event_file::EventFile,
    fault::{self, Fault, FaultQueues, UnknownFault},
    hints::{Hints, is_not_allowed_raw},
    host,
    ids::{self, Ids},
    letters::Letters,
    limits::{MAX_HEADER_VALUES, MAX_METHOD_ARN, MAX_PAYLOAD, MAX_URL},
    own_answers::{
        self, BAD_REQUEST, FORBIDDEN, INTEGRATION_FAILURE, INTEGRATION_TIMEOUT, MISSING_TOKEN, THROTTLED, bare, closing,
    },
    proxy_event::{self, Call, METHOD_OVERRIDE, Path},
    proxy_response,
    routes::{ErrorKind, Routes},
    signature::{self, Refusal, Sent},
    source::{self, Sources},
    throttle::Buckets,
};

const TRACE: &str = "x-amzn-trace-id";

/// The gateway of one API.
#[derive(Clone, Debug)]
pub(crate) struct Gateway<F> {
    pub(crate) functions: F,
    pub(crate) routes: Routes,
    pub(crate) docs: Docs,
    pub(crate) faults: FaultQueues,
    /// Whether a request may ask for a fault of its own.
    pub(crate) faults_by_header: bool,
    pub(crate) door: Door,
    pub(crate) events: Option<EventFile>,
    pub(crate) hints: Hints,
    pub(crate) api: ApiName,
    pub(crate) sources: Sources,
    pub(crate) throttle: Option<Buckets>,
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
    /// `letters`: the header names as they were sent.
    pub(crate) async fn handle<B>(&self, request: Request<B>, letters: &Letters, peer: IpAddr) -> Outcome
    where
        B: Body<Data = Bytes> + Unpin,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let ids = Ids::new();
        let mut outcome = self.answer(request, letters, peer, &ids).await;
        if let Outcome::Answer(answer) = &mut outcome {
            for (name, id) in [("x-amzn-requestid", &ids.request), ("x-amz-apigw-id", &ids.extended)] {
                if let Ok(id) = HeaderValue::from_str(id) {
                    answer.headers_mut().insert(name, id);
                }
            }
            // Ours, not AWS's: whatever a caller has stored is never run by a browser on this machine.
            answer.headers_mut().insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        }
        outcome
    }

    async fn answer<B>(&self, request: Request<B>, letters: &Letters, peer: IpAddr, ids: &Ids) -> Outcome
    where
        B: Body<Data = Bytes> + Unpin,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let (mut parts, body) = request.into_parts();
        if let Err(refusal) = host::check(&mut parts, self.api.id()) {
            return Outcome::Answer(bare(refusal));
        }
        if let Some(file) = self.docs.file(&parts.method, parts.uri.path()) {
            return Outcome::Answer(file);
        }
        let Some(source) = self.sources.of(&parts.headers, peer) else {
            return Outcome::Answer(bare((400, "BadRequestException", source::TEXT)));
        };
        let (header_values, url) = (header_values(&parts.headers), url_length(&parts));
        self.hints.tell(&parts, header_values, url);
        // Which status AWS answers to the first two is not known.
        if header_values > MAX_HEADER_VALUES {
            return Outcome::Answer(bare((431, "BadRequestException", "Request Header Fields Too Large")));
        }
        if url > MAX_URL {
            return Outcome::Answer(bare((414, "BadRequestException", "Request-URI Too Long")));
        }
        if is_not_allowed_raw(parts.uri.query().unwrap_or_default()) {
            return Outcome::Answer(bare(BAD_REQUEST));
        }
        let Some(path) = Path::of(parts.uri.path(), &self.api.stage) else {
            return Outcome::Answer(bare(FORBIDDEN));
        };
        let overriding =
            parts.headers.get(METHOD_OVERRIDE).and_then(|method| Method::from_bytes(method.as_bytes()).ok());
        let method = overriding.as_ref().unwrap_or(&parts.method).as_str();
        let Some((route, path_parameters)) = self.routes.find(method, path.below_stage) else {
            // AWS looks for a signature where there is nothing to be let into, and says what it has found instead.
            let found = signature::not_a_signature(&sent(&parts, &[]));
            return self.own(&found.as_ref().map_or(MISSING_TOKEN, Refusal::kind), ids);
        };
        if self.api.method_arn(method, path.below_stage).len() > MAX_METHOD_ARN {
            return Outcome::Answer(bare((414, "BadRequestException", "Request-URI Too Long")));
        }
        // A body in chunks fails, says AWS's table of headers; one without any content was seen to pass.
        let is_chunked = parts.headers.contains_key(header::TRANSFER_ENCODING);
        let body = Limited::new(body, if is_chunked { 0 } else { MAX_PAYLOAD }).collect();
        let body = match tokio::time::timeout(self.limits.body, body).await {
            Ok(Ok(body)) => body.to_bytes(),
            Ok(Err(e)) if e.is::<LengthLimitError>() && is_chunked => {
                let message = "Transfer-Encoding is not supported: send a Content-Length";
                return Outcome::Answer(closing(bare((400, "BadRequestException", message))));
            }
            Ok(Err(e)) if e.is::<LengthLimitError>() => {
                return Outcome::Answer(bare((413, "RequestTooLargeException", "Request Too Long")));
            }
            // The caller has gone.
            Ok(Err(_)) => return Outcome::Reset,
            Err(_) => return Outcome::Answer(closing(bare((408, "RequestTimeoutException", "Request Timeout")))),
        };

        let called = (method, path.below_stage);
        let caller = match self.door.check(&sent(&parts, &body), &self.hints, &source, &self.api, called) {
            Ok(caller) => caller,
            Err(No::Signature(refusal)) => return self.own(&refusal.kind(), ids),
            Err(No::Policy(message)) => return Outcome::Answer(own_answers::access_denied(&message)),
        };
        if self.throttle.as_ref().is_some_and(|buckets| !buckets.take(&route.resource, method)) {
            return self.own(&THROTTLED, ids);
        }
        authorization::without_signature(&mut parts.headers);
        self.sources.forget(&mut parts.headers);

        let fault = match self.fault_of(&mut parts.headers) {
            Ok(fault) => fault.or_else(|| self.faults.gateway.next()),
            Err(UnknownFault) => {
                return Outcome::Answer(bare((400, "BadRequestException", UnknownFault::TEXT)));
            }
        };
        let delay = match fault {
            Some(Fault::ResetBefore) => return Outcome::Reset,
            Some(Fault::Status(status)) => {
                return Outcome::Answer(own_answers::of_status(&self.routes, status, ids));
            }
            Some(Fault::Throttle { retry_after }) => {
                return Outcome::Answer(own_answers::throttled(&self.routes, retry_after, ids));
            }
            Some(Fault::Delay(delay)) => delay,
            _ => Duration::ZERO,
        };
        let (trace, answers_trace) = ids::trace(parts.headers.get(TRACE).and_then(|trace| trace.to_str().ok()));
        let event = proxy_event::of(&Call {
            parts: &parts,
            method,
            letters,
            body: &body,
            route,
            path_parameters: &path_parameters,
            path,
            api: &self.api,
            ids,
            trace: &trace,
            source: &source,
            caller,
        });
        let (functions, operation, id) = (self.functions.clone(), route.operation.clone(), ids.request.clone());
        let events = self.events.clone().map(|file| (file, event.clone()));
        // A function runs on when the gateway has given up on it: hence a task of its own.
        let invocation = tokio::spawn(async move {
            tokio::time::sleep(delay).await;
            let answer = functions.invoke(&operation, event, &id).await;
            if let Some((file, event)) = events {
                file.write(&operation, &event, &answer);
            }
            answer.ok().and_then(proxy_response::http_of)
        });
        let answer = match tokio::time::timeout(self.integration_timeout, invocation).await {
            Ok(Ok(Some(mut answer))) => {
                if let Ok(trace) = HeaderValue::try_from(answers_trace) {
                    answer.headers_mut().insert(HeaderName::from_static(TRACE), trace);
                }
                Outcome::Answer(answer)
            }
            // A panic, an error, or an answer that is no proxy response.
            Ok(_) => self.own(&INTEGRATION_FAILURE, ids),
            Err(_) => self.own(&INTEGRATION_TIMEOUT, ids),
        };
        if fault == Some(Fault::ResetAfter) { Outcome::Reset } else { answer }
    }

    /// What this one request asks to go wrong, where that is allowed. The function does not see the header.
    fn fault_of(&self, headers: &mut HeaderMap) -> Result<Option<Fault>, UnknownFault> {
        if !self.faults_by_header {
            return Ok(None);
        }
        let Some(asked) = headers.remove(fault::HEADER) else { return Ok(None) };
        let fault: Fault = asked.to_str().map_err(|_| UnknownFault)?.parse()?;
        Ok(self.faults.push_to_storage(fault))
    }

    fn own(&self, kind: &ErrorKind<'_>, ids: &Ids) -> Outcome {
        Outcome::Answer(own_answers::shaped(&self.routes, kind, ids))
    }
}

fn sent<'a>(parts: &'a http::request::Parts, body: &'a [u8]) -> Sent<'a> {
    let (path, query) = (parts.uri.path(), parts.uri.query().unwrap_or_default());
    Sent { method: parts.method.as_str(), path, query, headers: &parts.headers, body }
}

fn header_values(headers: &HeaderMap) -> usize {
    headers.values().map(HeaderValue::len).sum()
}

/// With scheme and host, as whoever has written it counts.
fn url_length(parts: &http::request::Parts) -> usize {
    let host = parts.headers.get(header::HOST).map_or(0, HeaderValue::len);
    let target = parts.uri.path_and_query().map_or(0, |target| target.as_str().len());
    "https://".len() + host + target
}

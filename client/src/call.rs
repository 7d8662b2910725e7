//! One call: its options, its attempts, its end.

use std::time::{Duration, Instant};

use bytes::Bytes;
use claims_api_types::{IdempotencyKey, Operation, ProblemCode, Version, header};
use http::{HeaderMap, HeaderName, HeaderValue};
use serde::de::DeserializeOwned;
use url::Url;

use crate::{
    client::ClaimsClient,
    clock::within,
    error::{Error, Kind, Sent},
    retry::{self, Repeat},
    transport::{Answer, Request},
};

/// What a caller may ask for besides the operation's own parameters.
#[derive(Clone, Default)]
pub(crate) struct Options {
    pub timeout: Option<Duration>,
    pub no_retry: bool,
    pub key: Option<IdempotencyKey>,
    headers: HeaderMap,
    /// Why the call cannot be made.
    wrong: Option<&'static str>,
}

impl Options {
    pub(crate) fn with_timeout(self, timeout: Duration) -> Self {
        Self { timeout: Some(timeout), ..self }
    }

    pub(crate) fn header<N, V>(&mut self, name: N, value: V)
    where
        N: TryInto<HeaderName>,
        V: TryInto<HeaderValue>,
    {
        const OURS: [&str; 10] = [
            "host",
            "content-length",
            "content-type",
            "transfer-encoding",
            "connection",
            "expect",
            "authorization",
            header::IDEMPOTENCY_KEY,
            header::IF_MATCH,
            "x-apigw-api-id",
        ];
        match (name.try_into(), value.try_into()) {
            (Ok(name), _) if OURS.contains(&name.as_str()) => {
                self.wrong = Some("an extra header may not be one that the client sets itself");
            }
            (Ok(name), Ok(value)) => {
                self.headers.insert(name, value);
            }
            (Err(_), _) => self.wrong = Some("the name of an extra header is not one"),
            (_, Err(_)) => self.wrong = Some("the value of an extra header is not one"),
        }
    }
}

/// An operation with everything it needs.
pub(crate) struct Plan {
    pub operation: Operation,
    pub url: Url,
    pub body: Option<Body>,
    pub if_match: Option<Version>,
    pub key: Option<IdempotencyKey>,
    pub repeat: Repeat,
}

/// A body that is already JSON, or why it could not be made into JSON.
pub(crate) type Body = Result<Bytes, serde_json::Error>;

pub(crate) fn json(body: &impl serde::Serialize) -> Option<Body> {
    Some(serde_json::to_vec(body).map(Bytes::from))
}

/// Runs a call to its end and reads the answer.
pub(crate) async fn read<T: DeserializeOwned>(client: ClaimsClient, options: Options, plan: Plan) -> Result<T, Error> {
    read_answer(client, options, plan).await.map(|(value, _, _)| value)
}

/// As [`read`], with the answer's status and the number of attempts.
pub(crate) async fn read_answer<T: DeserializeOwned>(
    client: ClaimsClient,
    options: Options,
    plan: Plan,
) -> Result<(T, u16, u32), Error> {
    let (operation, key) = (plan.operation, plan.key);
    let (answer, attempts) = run(client, options, plan).await?;
    let value = serde_json::from_slice(&answer.body).map_err(|e| {
        let error = Error::new(Kind::Unreadable, operation, Sent::Answered)
            .with_answer(answer.status, answer.request_id().map(str::to_owned))
            // Only the position: a parser's words may quote the answer.
            .with_source(format!("cannot read line {}, column {}", e.line(), e.column()))
            .with_history(attempts, false, key);
        if is_write(operation) { error.with_outcome_unknown() } else { error }
    })?;
    Ok((value, answer.status, attempts))
}

/// Runs a call to its end. Every rule about attempts is here.
pub(crate) async fn run(client: ClaimsClient, options: Options, plan: Plan) -> Result<(Answer, u32), Error> {
    let span = tracing::debug_span!(
        "claims_call",
        operation = plan.operation.id(),
        method = plan.operation.method(),
        route = plan.operation.path(),
        attempts = tracing::field::Empty,
        status = tracing::field::Empty,
        request_id = tracing::field::Empty,
    );
    let outcome = attempts(&client, &span, options, plan).await;
    if !span.is_disabled() {
        let attempts = outcome.as_ref().map_or_else(Error::attempts, |(_, attempts)| *attempts);
        span.record("attempts", attempts);
        note(&span, outcome.as_ref().map(|(answer, _)| answer));
    }
    outcome
}

/// Nothing where nobody listens: looking for that costs more than all else that a call does with its spans.
fn note(span: &tracing::Span, outcome: Result<&Answer, &Error>) {
    if span.is_disabled() {
        return;
    }
    let (status, request_id) = match outcome {
        Ok(answer) => (Some(answer.status), answer.request_id()),
        Err(error) => (error.status(), error.request_id()),
    };
    if let Some(status) = status {
        span.record("status", status);
    }
    if let Some(id) = request_id {
        span.record("request_id", id);
    }
}

async fn attempts(
    client: &ClaimsClient,
    call: &tracing::Span,
    options: Options,
    plan: Plan,
) -> Result<(Answer, u32), Error> {
    let settings = client.settings();
    let clock = &*settings.clock;
    let mut now = clock.now();
    let deadline = Deadline::new(now, options.timeout.unwrap_or(settings.timeout));
    let operation = plan.operation;
    let (key, repeat) = (plan.key, plan.repeat);
    let request = request(options.headers, options.wrong, plan)?;
    let max_attempts = if options.no_retry { 1 } else { settings.retry.max_attempts };

    let mut attempt = 0;
    let mut cost = 0;
    let mut interrupted = false;
    // Whether the service may have acted on an earlier attempt.
    let mut open = false;
    loop {
        attempt += 1;
        let limit = settings.attempt_timeout.min(deadline.left(now));
        let span = tracing::debug_span!(
            parent: call,
            "claims_attempt",
            attempt,
            status = tracing::field::Empty,
            request_id = tracing::field::Empty
        );
        let outcome = if limit.is_zero() {
            Some(Err(Error::new(Kind::Timeout, operation, Sent::No).with_source("the call's time was up before")))
        } else {
            within(clock, limit, &span, client.transport().send(&request, clock)).await
        };
        let error = match outcome {
            Some(Ok(answer)) => {
                note(&span, Ok(&answer));
                settings.budget.give(cost);
                return Ok((answer, attempt));
            }
            Some(Err(error)) => error,
            None => {
                client.transport().health.silent();
                Error::new(Kind::Timeout, operation, Sent::Maybe)
                    .with_source(format!("the attempt took longer than {limit:?}"))
            }
        };
        note(&span, Err(&error));

        if operation == Operation::DeleteClaim && open && error.code() == Some(&ProblemCode::ClaimNotFound) {
            // An earlier attempt of this very call has deleted it, or somebody else has: it is gone, as wanted.
            settings.budget.give(cost);
            return Ok((Answer { status: 204, request_id: None, body: Bytes::new() }, attempt));
        }

        let wait = settings.retry.wait(&error, attempt, interrupted, clock.random());
        let again = attempt < max_attempts
            && retry::may_retry(&error, repeat)
            && wait < deadline.left(clock.now())
            && settings.budget.take(&error).map(|taken| cost = taken).is_some();
        let left_open = retry::leaves_open(&error);
        if !again {
            let unknown = is_write(operation) && (left_open || open && !settles(&error));
            let error = error.with_history(attempt, open, key);
            return Err(if unknown { error.with_outcome_unknown() } else { error });
        }
        open |= left_open;
        interrupted |= error.kind() == Kind::Interrupted;
        tracing::debug!(parent: call, attempt, wait_ms = wait.as_millis() as u64, error = %error, "retrying");
        if !wait.is_zero() {
            clock.back_off(wait).await;
        }
        now = clock.now();
    }
}

fn is_write(operation: Operation) -> bool {
    !matches!(operation, Operation::GetClaim | Operation::ListClaims)
}

/// Whether this answer proves that no earlier attempt has done the write either: it would have been the same for them.
fn settles(error: &Error) -> bool {
    matches!(error.status(), Some(400 | 413 | 415)) || error.code() == Some(&ProblemCode::IdempotencyKeyReused)
}

fn request(mut headers: HeaderMap, wrong: Option<&'static str>, plan: Plan) -> Result<Request, Error> {
    let refused = |why: &'static str| Error::new(Kind::Request, plan.operation, Sent::No).with_source(why);
    if let Some(why) = wrong {
        return Err(refused(why));
    }
    let mut set = |name: &'static str, value: String| {
        HeaderValue::try_from(value)
            .map(|value| headers.insert(HeaderName::from_static(name), value))
            .map_err(|_| refused("a header cannot be made of its value"))
    };
    if let Some(key) = plan.key {
        set(header::IDEMPOTENCY_KEY, key.to_string())?;
    }
    if let Some(version) = plan.if_match {
        set(header::IF_MATCH, version.etag())?;
    }
    let body = match plan.body {
        None => None,
        Some(Ok(body)) => Some(body),
        Some(Err(_)) => return Err(refused("the body cannot be made into JSON")),
    };
    Ok(Request { operation: plan.operation, url: plan.url, headers, body })
}

/// When a call ends, whatever happens.
#[derive(Clone, Copy)]
pub(crate) struct Deadline(Option<Instant>);

impl Deadline {
    /// A time too far off for the clock is none.
    pub(crate) fn new(now: Instant, timeout: Duration) -> Self {
        Self(now.checked_add(timeout))
    }

    pub(crate) fn left(self, now: Instant) -> Duration {
        self.0.map_or(Duration::MAX, |end| end.saturating_duration_since(now))
    }
}

//! The attempts of a call, from the first to its end. What may be tried again is decided in `retry`.

use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{HeaderName, HeaderValue};
use private_api_contract::header;
use tracing::Span;

use crate::{
    Api, Client,
    call::Plan,
    clock::within,
    error::{Error, Kind, Sent},
    retry::{self, Repeat},
    transport::{Answer, Request},
};

/// Runs a call to its end and reads the answer.
pub(crate) async fn call<A: Api, T>(client: Client<A>, plan: Plan<T>) -> Result<T, Error<A>> {
    let span = A::call_span(plan.operation);
    let outcome = attempts(&client, &span, &plan).await;
    if !span.is_disabled() {
        let attempts = outcome.as_ref().map_or_else(Error::attempts, |(_, attempts)| *attempts);
        span.record("attempts", attempts);
        note(&span, outcome.as_ref().map(|(answer, _)| answer));
    }
    drop(span);
    let (answer, attempts) = outcome?;
    (plan.read)(&answer.body).map_err(|e| {
        let error = Error::new(Kind::Unreadable, plan.operation, Sent::Answered)
            .with_answer(answer.status, answer.request_id().map(str::to_owned))
            // Only the position: a parser's words may quote the answer.
            .with_source(format!("cannot read line {}, column {}", e.line(), e.column()));
        let unknown = retry::outcome_unknown(plan.operation, &error, false);
        error.ended(attempts, false, plan.key, unknown)
    })
}

/// Nothing where nobody listens: looking for that costs more than all else that a call does with its spans.
fn note<A: Api>(span: &Span, outcome: Result<&Answer, &Error<A>>) {
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

async fn attempts<A: Api, T>(client: &Client<A>, call: &Span, plan: &Plan<T>) -> Result<(Answer, u32), Error<A>> {
    let settings = client.settings();
    let clock = &*settings.clock;
    let mut now = clock.now();
    let deadline = Deadline::new(now, plan.options.timeout.unwrap_or(settings.timeout));
    let operation = plan.operation;
    let repeat = Repeat::of(operation, plan.if_match.is_some());
    let request = request(plan)?;
    let max_attempts = if plan.options.no_retry { 1 } else { settings.retry.max_attempts };

    let mut attempt = 0;
    let mut cost = 0;
    let mut interrupted = false;
    // Whether the service may have acted on an earlier attempt.
    let mut open = false;
    loop {
        attempt += 1;
        let limit = settings.attempt_timeout.min(deadline.left(now));
        let span = A::attempt_span(call, attempt);
        let outcome = if limit.is_zero() {
            Some(Err(Error::new(Kind::Timeout, operation, Sent::No).with_source("the call's time was up before")))
        } else {
            within(clock, limit, &span, client.transport().send(&request, clock)).await
        };
        let error = match outcome {
            Some(Ok(answer)) => {
                note::<A>(&span, Ok(&answer));
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

        if retry::is_gone(operation, &error, open) {
            settings.budget.give(cost);
            return Ok((Answer { status: 204, request_id: None, body: Bytes::new() }, attempt));
        }

        let wait = settings.retry.wait(&error, attempt, interrupted, clock.random());
        let again = attempt < max_attempts
            && retry::may_retry(&error, repeat)
            && wait < deadline.left(clock.now())
            && settings.budget.take(&error).map(|taken| cost = taken).is_some();
        if !again {
            let unknown = retry::outcome_unknown(operation, &error, open);
            return Err(error.ended(attempt, open, plan.key, unknown));
        }
        open |= retry::leaves_open(&error);
        interrupted |= error.kind() == Kind::Interrupted;
        A::retrying(call, attempt, wait.as_millis() as u64, &error);
        if !wait.is_zero() {
            clock.back_off(wait).await;
        }
        now = clock.now();
    }
}

fn request<A: Api, T>(plan: &Plan<T>) -> Result<Request, Error<A>> {
    let refused = |why: &'static str| Error::new(Kind::Request, plan.operation, Sent::No).with_source(why);
    if let Some(why) = plan.wrong {
        return Err(refused(why));
    }
    let url = plan.target.clone().into_url().ok_or_else(|| refused("a parameter of the path is missing"))?;
    let mut headers = plan.options.headers.clone();
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
    Ok(Request { operation: plan.operation, url, headers, body: plan.body.clone() })
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

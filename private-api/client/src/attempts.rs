//! The attempts of a call, from the first to its end. What may be tried again is decided in `retry`.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use private_api_contract::{Operation, header};
use tracing::Span;
use url::Url;

use crate::{
    Api, AttemptReport, CallReport, Client, Observer,
    call::{Answered, Plan},
    clock::within,
    error::{Error, Kind, Sent},
    observe::Marks,
    phase::{Phase, Progress},
    retry::{self, Repeat},
    transport::{Answer, Attempt, Request},
};

/// Runs a call to its end and reads the answer.
pub(crate) async fn call<A: Api, T>(client: Client<A>, plan: Arc<Plan<T>>) -> Result<Answered<T>, Error<A>> {
    let span = A::call_span(plan.operation);
    let observer = client.settings().observer.as_deref();
    let began = observer.map(|_| client.settings().clock.now());
    let outcome = attempts(&client, &span, &plan).await;
    let tried = outcome.as_ref().map_or_else(Error::attempts, |(_, attempts)| *attempts);
    if !span.is_disabled() {
        span.record("attempts", tried);
        note(&span, outcome.as_ref().map(|(answer, _)| answer));
    }
    if tried > 1 {
        A::retried(&span, plan.operation, tried, outcome.as_ref().err().map(|error| error as _));
    }
    drop(span);
    let outcome = outcome.and_then(|(answer, attempts)| read(&plan, answer, attempts));
    if let (Some(observer), Some(began)) = (observer, began) {
        observer.call_ended(&CallReport {
            operation: plan.operation,
            attempts: tried,
            status: outcome.as_ref().map_or_else(Error::status, |answered| Some(answered.status)),
            request_id: outcome.as_ref().map_or_else(Error::request_id, |answered| answered.request_id.as_deref()),
            took: client.settings().clock.now().saturating_duration_since(began),
            error: outcome.as_ref().err().map(Error::kind),
        });
    }
    outcome
}

/// Makes of the answer what the call resolves to.
fn read<A: Api, T>(plan: &Plan<T>, answer: Answer, attempts: u32) -> Result<Answered<T>, Error<A>> {
    let unreadable = |why: String| {
        let error = Error::new(Kind::Unreadable, plan.operation, Sent::Answered)
            .with_answer(answer.status, answer.request_id().map(str::to_owned))
            .with_source(why);
        let unknown = retry::outcome_unknown(plan.operation, &error, false);
        error.ended(attempts, false, plan.key, unknown, Repeat::of(plan.operation, plan.if_match.is_some()))
    };
    // Only the position: a parser's words may quote the answer.
    let read = (plan.read)(&answer.body)
        .map_err(|e| unreadable(format!("cannot read line {}, column {}", e.line(), e.column())))?;
    match &plan.check {
        Some(fits) if !fits(&read, plan.key) => {
            Err(unreadable("it is about something else than was asked for".to_owned()))
        }
        _ => {
            let request_id = answer.request_id().map(str::to_owned);
            Ok(Answered { value: read, status: answer.status, attempts, request_id })
        }
    }
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
        span.record("http.response.status_code", status);
    }
    if let Some(id) = request_id {
        span.record("aws.request_id", id);
    }
    if let Err(error) = outcome {
        span.record("error.type", error.kind().as_str());
    }
}

async fn attempts<A: Api, T>(client: &Client<A>, call: &Span, plan: &Plan<T>) -> Result<(Answer, u32), Error<A>> {
    let settings = client.settings();
    let transport = client.transport();
    let clock = &*settings.clock;
    let mut now = clock.now();
    let deadline = Deadline::new(now, plan.options.timeout.unwrap_or(settings.timeout));
    let operation = plan.operation;
    let repeat = Repeat::of(operation, plan.if_match.is_some());
    let request = request(plan, &transport.address.base, &settings.default_headers)?;
    let max_attempts = if plan.options.no_retry { 1 } else { settings.retry.max_attempts };

    let mut attempt = 0;
    let mut cost = 0;
    let mut interrupted = false;
    #[cfg(feature = "sigv4-signer")]
    let mut signed_again = false;
    // Whether the service may have acted on an earlier attempt.
    let mut open = false;
    #[cfg_attr(not(feature = "sigv4-signer"), allow(unused_labels))]
    'attempts: loop {
        attempt += 1;
        let span = A::attempt_span(call, attempt);
        let began = now;
        let mut progress = None;
        let tell = |progress: &Option<Arc<Progress>>, outcome: Result<&Answer, &Error<A>>, retried_after| {
            if let Some(observer) = settings.observer.as_deref() {
                let took = clock.now().saturating_duration_since(began);
                tell(observer, operation, attempt, took, progress.as_deref(), outcome, retried_after);
            }
        };
        let error = 'failed: {
            if deadline.left(now).is_zero() {
                let error = Error::new(Kind::Timeout, operation, Sent::No);
                break 'failed error.with_source("the call's time was up before");
            }
            #[cfg(feature = "sigv4-signer")]
            let credentials = match credentials(client, operation, deadline.left(now)).await {
                Ok(credentials) => credentials,
                Err(error) => break 'failed error,
            };
            #[cfg(feature = "sigv4-signer")]
            if credentials.is_some() {
                now = clock.now();
            }
            let marks = settings.observer.as_ref().map(|_| Marks::new(settings.clock.clone()));
            let progress = &*progress.insert(Progress::new(marks));
            let limit = settings.attempt_timeout.min(deadline.left(now));
            let this = Attempt {
                clock,
                began: now,
                progress,
                observer: settings.observer.as_deref(),
                pooled: transport.client(retry::wants_fresh_connection(repeat, interrupted), now, clock),
                #[cfg(feature = "sigv4-signer")]
                credentials,
            };
            let sending = transport.send(&request, &this);
            let error = match within(clock, limit, &span, Some(progress.clone()), sending).await {
                Some(Ok(answer)) => {
                    note::<A>(&span, Ok(&answer));
                    tell(&Some(progress.clone()), Ok(&answer), None);
                    settings.budget.give(cost);
                    return Ok((answer, attempt));
                }
                Some(Err(error)) => error,
                None => timed_out(operation, limit, progress.phase()),
            };
            transport.learn(&error, &this);
            #[cfg(feature = "sigv4-signer")]
            if let (Some(signer), Some(used), false) = (&transport.signer, &this.credentials, signed_again)
                && signer.may_sign_again(&error, used)
            {
                // The gateway has refused the signature: nothing was done, and another one may be taken.
                note(&span, Err(&error));
                tell(&Some(progress.clone()), Err(&error), Some(Duration::ZERO));
                A::retrying(call, attempt, 0, &error);
                signed_again = true;
                now = clock.now();
                continue 'attempts;
            }
            error
        };
        note(&span, Err(&error));

        if retry::is_gone(operation, &error, open) {
            tell(&progress, Err(&error), None);
            settings.budget.give(cost);
            return Ok((Answer { status: 204, request_id: None, body: Bytes::new() }, attempt));
        }

        let wait = settings.retry.wait(&error, attempt, interrupted, clock.random());
        let again = attempt < max_attempts
            && retry::may_retry(&error, repeat)
            && settings.retry.heeds(&error)
            && wait < deadline.left(clock.now())
            && settings.budget.take(&error).map(|taken| cost = taken).is_some();
        tell(&progress, Err(&error), again.then_some(wait));
        if !again {
            let unknown = retry::outcome_unknown(operation, &error, open);
            return Err(error.ended(attempt, open, plan.key, unknown, repeat));
        }
        open |= retry::leaves_open(&error);
        interrupted |= error.cause_kind() == Kind::Interrupted;
        A::retrying(call, attempt, wait.as_millis() as u64, &error);
        if !wait.is_zero() {
            clock.back_off(wait).await;
        }
        now = clock.now();
    }
}

/// Tells an observer of an attempt.
fn tell<A: Api>(
    observer: &dyn Observer,
    operation: &'static Operation,
    attempt: u32,
    took: Duration,
    progress: Option<&Progress>,
    outcome: Result<&Answer, &Error<A>>,
    retried_after: Option<Duration>,
) {
    observer.attempt_ended(&AttemptReport {
        operation,
        attempt,
        address: progress.and_then(Progress::address),
        status: outcome.map_or_else(Error::status, |answer| Some(answer.status)),
        request_id: outcome.map_or_else(Error::request_id, Answer::request_id),
        took,
        phases: progress.map(Progress::times).unwrap_or_default(),
        error: outcome.err().map(Error::kind),
        retried_after,
    });
}

/// The attempt's time was up while it was in `phase`.
pub(crate) fn timed_out<A: Api>(operation: &'static Operation, limit: Duration, phase: Phase) -> Error<A> {
    let sent = if phase.may_have_sent() { Sent::Maybe } else { Sent::No };
    Error::new(Kind::Timeout, operation, sent)
        .in_phase(phase)
        .with_source(format!("the attempt took longer than {limit:?}, {phase}"))
}

/// What to sign with, if this client signs. Its time is not the attempt's.
#[cfg(feature = "sigv4-signer")]
pub(crate) async fn credentials<A: Api>(
    client: &Client<A>,
    operation: &'static Operation,
    left: Duration,
) -> Result<Option<aws_credential_types::Credentials>, Error<A>> {
    let Some(signer) = &client.transport().signer else { return Ok(None) };
    let settings = client.settings();
    let clock = &*settings.clock;
    let limit = settings.credentials_timeout.min(left);
    let error = || Error::new(Kind::Credentials, operation, Sent::No).in_phase(Phase::Credentials);
    let now = signer.time(clock.system_time()).map_err(|e| error().with_source(e))?;
    match within(clock, limit, &Span::none(), None, signer.credentials.get(now.into())).await {
        Some(Ok(credentials)) => Ok(Some(credentials)),
        Some(Err(e)) => Err(error().with_source(e)),
        None => Err(error().with_source(format!("their source gave none within {limit:?}"))),
    }
}

fn request<A: Api, T>(plan: &Plan<T>, base: &Url, defaults: &HeaderMap) -> Result<Request, Error<A>> {
    let refused = |why: &str| Error::new(Kind::Request, plan.operation, Sent::No).with_source(why);
    if let Some(why) = &plan.wrong {
        return Err(refused(why));
    }
    let url = plan.target.url(base).ok_or_else(|| refused("a parameter of the path is missing"))?;
    let mut headers = defaults.clone();
    // By `extend` a name's first value replaces what was there and the others are added.
    headers.extend(plan.options.headers.clone());
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
    Ok(Request { operation: plan.operation, url, headers, body: plan.body.clone(), success: plan.success })
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

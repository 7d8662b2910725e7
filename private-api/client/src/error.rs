//! The one error of a call: what happened, and what to do about it.

mod broken;
mod display;
mod kinds;

use std::{error::Error as StdError, time::Duration};

use private_api_contract::{
    FieldError, FieldErrorCode, IdempotencyKey, Operation, Problem, ProblemCode as _, StandardCode,
};

use crate::{Api, gateway::Refusal, phase::Phase, retry::Repeat};

pub(crate) use broken::broken;
pub(crate) use display::cause;
pub use kinds::ErrorKind;

/// Why a call failed.
///
/// Ask its predicates, each of which says what the caller should do, or `match` its [`kind`](Self::kind). `Display` is one line without personal data, fit for a log.
///
/// ```
/// # use private_api_client::{Api, Error};
/// fn tell<A: Api>(outcome: Result<String, Error<A>>) {
///     match outcome {
///         Ok(order) => println!("{order}"),
///         Err(e) if e.is_not_found() => println!("no such order"),
///         Err(e) => eprintln!("{e}"),
///     }
/// }
/// ```
pub struct Error<A: Api>(Box<Inner<A>>);

/// Whether the service may have acted on a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sent {
    /// Certainly not: nothing was sent, or what was sent was refused before.
    No,
    /// Perhaps: something was sent and no answer came back.
    Maybe,
    /// The service or the gateway answered.
    Answered,
}

struct Inner<A: Api> {
    kind: Kind,
    operation: &'static Operation,
    status: Option<u16>,
    problem: Option<Problem<A::Code>>,
    refusal: Option<Refusal>,
    /// How far the gateway's clock is ahead, in milliseconds, by an answer's `Date`.
    skew: Option<i64>,
    phase: Option<Phase>,
    request_id: Option<String>,
    retry_after: Option<Duration>,
    attempts: u32,
    sent: Sent,
    outcome_unknown: bool,
    /// Of the whole call, sent again with its key.
    repeat: Repeat,
    key: Option<IdempotencyKey>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The request could not be made of what was given.
    Request,
    /// No connection: name, address, TLS.
    Connect,
    /// No connection, because of what is wrong with a certificate. Time does not fix it.
    Certificate,
    /// Time was up.
    Timeout,
    /// The connection broke after the request may have left.
    Interrupted,
    /// The service or the gateway refused.
    Refused,
    /// An answer that is none of this API's.
    Unreadable,
    /// No signature could be made.
    Credentials,
}

impl<A: Api> Error<A> {
    pub(crate) fn new(kind: Kind, operation: &'static Operation, sent: Sent) -> Self {
        Self(Box::new(Inner {
            kind,
            operation,
            status: None,
            problem: None,
            refusal: None,
            skew: None,
            phase: None,
            request_id: None,
            retry_after: None,
            attempts: 0,
            sent,
            outcome_unknown: false,
            repeat: Repeat::of(operation, false),
            key: None,
            source: None,
        }))
    }

    pub(crate) fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    pub(crate) fn with_answer(mut self, status: u16, request_id: Option<String>) -> Self {
        self.0.status = Some(status);
        self.0.request_id = request_id;
        self
    }

    pub(crate) fn with_problem(mut self, problem: Option<Problem<A::Code>>) -> Self {
        if self.0.request_id.is_none() {
            self.0.request_id = problem.as_ref().and_then(|p| p.request_id.clone());
        }
        self.0.problem = problem;
        self
    }

    pub(crate) fn with_refusal(mut self, refusal: Option<Refusal>, skew: Option<i64>) -> Self {
        self.0.refusal = refusal;
        self.0.skew = skew;
        self
    }

    pub(crate) fn in_phase(mut self, phase: Phase) -> Self {
        self.0.phase = Some(phase);
        self
    }

    #[cfg(feature = "sigv4-signer")]
    pub(crate) fn skew(&self) -> Option<i64> {
        self.0.skew
    }

    pub(crate) fn with_retry_after(mut self, retry_after: Option<Duration>) -> Self {
        self.0.retry_after = retry_after;
        self
    }

    /// What only the call knows. `open`: whether the service may have acted on an attempt before the last.
    pub(crate) fn ended(
        mut self,
        attempts: u32,
        open: bool,
        key: Option<IdempotencyKey>,
        outcome_unknown: bool,
        repeat: Repeat,
    ) -> Self {
        self.0.repeat = repeat;
        self.0.attempts = attempts;
        if open && self.0.sent == Sent::No {
            self.0.sent = Sent::Maybe;
        }
        self.0.key = key;
        self.0.outcome_unknown = outcome_unknown;
        self
    }

    pub(crate) fn cause_kind(&self) -> Kind {
        self.0.kind
    }

    /// What went wrong in the contract's word; `None` when no answer came, or not from this API.
    #[must_use]
    pub fn code(&self) -> Option<&A::Code> {
        self.0.problem.as_ref().map(|p| &p.code)
    }

    /// What of it any private API may answer.
    pub(crate) fn standard(&self) -> Option<StandardCode> {
        self.code()?.as_standard()
    }

    /// The answer's HTTP status.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// Every wrong field of the request, by its name on the wire. Empty unless [`is_validation`](Self::is_validation).
    #[must_use]
    pub fn field_errors(&self) -> &[FieldError] {
        self.0.problem.as_ref().map_or(&[], |p| &p.errors)
    }

    /// The gateway's id of the last request that was answered: what operators look up in the logs.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// How many times the request was tried; 0 when it was not tried at all.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// Whether the service may have acted on any of the attempts.
    #[must_use]
    pub fn was_sent(&self) -> Sent {
        self.0.sent
    }

    /// The service's problem document as it came, or what the gateway's own body stands for, with its message as
    /// `detail`. The gateway's messages name the caller's identity (an ARN).
    #[must_use]
    pub fn problem(&self) -> Option<&Problem<A::Code>> {
        self.0.problem.as_ref()
    }

    /// Why the gateway refused, if it did: the likely cause and a hint.
    #[must_use]
    pub fn refusal(&self) -> Option<Refusal> {
        self.0.refusal
    }

    /// What the last attempt was doing when it ended; `None` when an answer was read whole, or nothing was tried.
    #[must_use]
    pub fn phase(&self) -> Option<Phase> {
        self.0.phase
    }

    /// How long the service asked to wait before the next try.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// The key that the write was sent with. Repeat the write with it to learn its outcome.
    #[must_use]
    pub fn idempotency_key(&self) -> Option<IdempotencyKey> {
        self.0.key
    }

    /// No such resource for this caller (404). Do not repeat the call; check what it asks for.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        self.settled(StandardCode::NotFound)
    }

    /// Somebody has written the resource since (412 `version_mismatch`), and nothing was changed. Get it again, decide again.
    ///
    /// Never true when [the outcome is unknown](Self::is_outcome_unknown): then the newer version may be this call's own.
    #[must_use]
    pub fn is_version_mismatch(&self) -> bool {
        self.settled(StandardCode::VersionMismatch)
    }

    /// The resource's state does not allow this update (409 `invalid_transition`). Get it, see where it stands.
    #[must_use]
    pub fn is_invalid_transition(&self) -> bool {
        self.settled(StandardCode::InvalidTransition)
    }

    /// The key has already named another request (409). A mistake in the caller: one key per logical write.
    #[must_use]
    pub fn is_idempotency_key_reused(&self) -> bool {
        self.settled(StandardCode::IdempotencyKeyReused)
    }

    /// The request is wrong (400, 413, 415, or it could not be made). Repeating it is no use; show
    /// [`field_errors`](Self::field_errors) to whoever made it.
    #[must_use]
    pub fn is_validation(&self) -> bool {
        self.0.kind == Kind::Request || self.0.kind == Kind::Refused && matches!(self.0.status, Some(400 | 413 | 415))
    }

    /// The service does not know a field that this client sends: it is older than the client, of which nothing is wrong. Deploy
    /// services before their clients. Nothing was done.
    #[must_use]
    pub fn is_service_older(&self) -> bool {
        let unknown = |error: &FieldError| error.code == FieldErrorCode::UnknownField;
        self.0.kind == Kind::Refused && self.0.status == Some(400) && self.field_errors().iter().any(unknown)
    }

    /// The gateway refused (403). Configuration, not load: alert an operator; [`refusal`](Self::refusal) says what to fix.
    #[must_use]
    pub fn is_forbidden(&self) -> bool {
        self.0.kind == Kind::Refused && self.0.status == Some(403)
    }

    /// Too many requests (429), and the client's own retries did not help. Slow down; see
    /// [`retry_after`](Self::retry_after).
    #[must_use]
    pub fn is_throttled(&self) -> bool {
        self.0.kind == Kind::Refused && self.0.status == Some(429)
    }

    /// The service or its storage failed (a 5xx). A read may be repeated later; for a write, see
    /// [`is_outcome_unknown`](Self::is_outcome_unknown).
    #[must_use]
    pub fn is_unavailable(&self) -> bool {
        self.0.kind == Kind::Refused && self.0.status.is_some_and(|s| s >= 500)
    }

    /// Time was up, for an attempt or for the whole call. A read may be repeated; for a write, see
    /// [`is_outcome_unknown`](Self::is_outcome_unknown).
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        self.0.kind == Kind::Timeout
    }

    /// No connection came about: the name did not resolve, nothing listens, TLS failed. Nothing of the last attempt was
    /// sent. Usually configuration or network; the source says which.
    #[must_use]
    pub fn is_connect(&self) -> bool {
        matches!(self.0.kind, Kind::Connect | Kind::Certificate)
    }

    /// The connection broke before the answer was complete. A read may be repeated; for a write, see
    /// [`is_outcome_unknown`](Self::is_outcome_unknown).
    #[must_use]
    pub fn is_interrupted(&self) -> bool {
        self.0.kind == Kind::Interrupted
    }

    /// The answer is none of this API's: another service at that address, or something in between.
    #[must_use]
    pub fn is_unexpected_answer(&self) -> bool {
        self.0.kind == Kind::Unreadable
    }

    /// No credentials to sign the request with (feature `sigv4`). Nothing was sent; the source says which provider failed
    /// and why.
    #[must_use]
    pub fn is_credentials(&self) -> bool {
        self.0.kind == Kind::Credentials
    }

    /// The write may or may not have been done, and the client cannot find out by itself.
    ///
    /// Do not simply repeat an unconditional update: it may overwrite somebody's later one. Get the resource and look; or
    /// repeat a create, a conditional update or a delete with its [`idempotency_key`](Self::idempotency_key), which is
    /// always safe. Never true for reads.
    #[must_use]
    pub fn is_outcome_unknown(&self) -> bool {
        self.0.outcome_unknown
    }

    /// Whether the service answered with this code and nothing is left open.
    fn settled(&self, code: StandardCode) -> bool {
        !self.0.outcome_unknown && self.standard() == Some(code)
    }
}

impl<A: Api> StdError for Error<A> {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}

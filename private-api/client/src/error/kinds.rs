//! The kinds of errors, one for each, so that a `match` can leave none out.

use private_api_contract::{Operation, StandardCode};

use super::{Error, Kind};
use crate::{
    Api,
    retry::{self, Repeat},
};

/// What kind of error a call ended with. Each error has exactly one, and a `match` has to name them all: another one would be a
/// new major version of this crate.
///
/// The first that holds, in this order: what is unknown comes before how that came about.
///
/// ```
/// # use private_api_client::{Api, Error, ErrorKind};
/// fn status_for_my_own_callers<A: Api>(error: &Error<A>) -> u16 {
///     match error.kind() {
///         ErrorKind::OutcomeUnknown => 502,
///         ErrorKind::Validation => 400,
///         ErrorKind::NotFound => 404,
///         ErrorKind::VersionMismatch | ErrorKind::InvalidTransition | ErrorKind::Conflict => 409,
///         ErrorKind::Throttled | ErrorKind::Unavailable => 503,
///         ErrorKind::Timeout | ErrorKind::Connect | ErrorKind::Interrupted => 504,
///         ErrorKind::Forbidden | ErrorKind::Credentials | ErrorKind::UnexpectedAnswer | ErrorKind::Refused => 500,
///     }
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// The write may or may not have been done: [`is_outcome_unknown`](Error::is_outcome_unknown).
    OutcomeUnknown,
    /// The request is wrong (400, 413, 415, or it could not be made): [`is_validation`](Error::is_validation).
    Validation,
    /// No such resource for this caller (404).
    NotFound,
    /// Somebody has written the resource since (412).
    VersionMismatch,
    /// The resource's state does not allow this update (409 `invalid_transition`).
    InvalidTransition,
    /// Any other 409, as of a key that has been used: [`code`](Error::code) says which.
    Conflict,
    /// The gateway or the service refused the caller (403).
    Forbidden,
    /// Too many requests (429).
    Throttled,
    /// The service or its storage failed (5xx).
    Unavailable,
    /// Any other refusal: [`status`](Error::status) and [`code`](Error::code) say which.
    Refused,
    /// Time was up.
    Timeout,
    /// No connection: name, address, TLS. Nothing was sent.
    Connect,
    /// The connection broke before the answer was complete.
    Interrupted,
    /// The answer is none of this API's.
    UnexpectedAnswer,
    /// No credentials to sign the request with. Nothing was sent.
    Credentials,
}

impl ErrorKind {
    /// As a metric's label or OpenTelemetry's `error.type`: `outcome_unknown`, `throttled` and so on.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OutcomeUnknown => "outcome_unknown",
            Self::Validation => "validation",
            Self::NotFound => "not_found",
            Self::VersionMismatch => "version_mismatch",
            Self::InvalidTransition => "invalid_transition",
            Self::Conflict => "conflict",
            Self::Forbidden => "forbidden",
            Self::Throttled => "throttled",
            Self::Unavailable => "unavailable",
            Self::Refused => "refused",
            Self::Timeout => "timeout",
            Self::Connect => "connect",
            Self::Interrupted => "interrupted",
            Self::UnexpectedAnswer => "unexpected_answer",
            Self::Credentials => "credentials",
        }
    }
}

impl<A: Api> Error<A> {
    /// What kind of error it is.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        if self.0.outcome_unknown {
            return ErrorKind::OutcomeUnknown;
        }
        match self.0.kind {
            Kind::Request => ErrorKind::Validation,
            Kind::Connect | Kind::Certificate => ErrorKind::Connect,
            Kind::Timeout => ErrorKind::Timeout,
            Kind::Interrupted => ErrorKind::Interrupted,
            Kind::Unreadable => ErrorKind::UnexpectedAnswer,
            Kind::Credentials => ErrorKind::Credentials,
            Kind::Refused => match (self.standard(), self.0.status) {
                (Some(StandardCode::NotFound), _) => ErrorKind::NotFound,
                (Some(StandardCode::VersionMismatch), _) => ErrorKind::VersionMismatch,
                (Some(StandardCode::InvalidTransition), _) => ErrorKind::InvalidTransition,
                (_, Some(400 | 413 | 415)) => ErrorKind::Validation,
                (_, Some(403)) => ErrorKind::Forbidden,
                (_, Some(409)) => ErrorKind::Conflict,
                (_, Some(429)) => ErrorKind::Throttled,
                (_, Some(500..)) => ErrorKind::Unavailable,
                _ => ErrorKind::Refused,
            },
        }
    }

    /// The operation that was called.
    #[must_use]
    pub fn operation(&self) -> &'static Operation {
        self.0.operation
    }

    /// Whether the same call may fare better later and repeating it does no harm: with its [key](Self::idempotency_key), where
    /// it has one. The client has tried as often as its [`RetryPolicy`](crate::RetryPolicy) allows.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        retry::may_help(self) && (!self.0.outcome_unknown || self.0.repeat == Repeat::Harmless)
    }
}

//! What the service's own callers are told when a call of the claims API fails.

use std::convert::Infallible;

use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use claims_client::{Error, ErrorKind, ModifyError};

/// Why a request was not done.
#[derive(Debug)]
pub enum Failed {
    /// The caller's key is no UUIDv7.
    Key,
    /// The claims API, or the way there.
    Claims(Error),
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self::Claims(error)
    }
}

impl From<ModifyError<Infallible>> for Failed {
    fn from(error: ModifyError<Infallible>) -> Self {
        match error {
            ModifyError::Decision(never) => match never {},
            ModifyError::Call(error) => Self::Claims(error),
        }
    }
}

impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        let error = match self {
            Self::Key => return (StatusCode::BAD_REQUEST, "Idempotency-Key is no UUIDv7").into_response(),
            Self::Claims(error) => error,
        };
        // Each kind has its line: one that is forgotten does not compile.
        let status = match error.kind() {
            ErrorKind::Validation => StatusCode::UNPROCESSABLE_ENTITY,
            ErrorKind::NotFound => StatusCode::NOT_FOUND,
            ErrorKind::VersionMismatch | ErrorKind::InvalidTransition | ErrorKind::Conflict => StatusCode::CONFLICT,
            ErrorKind::Throttled | ErrorKind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            ErrorKind::Timeout | ErrorKind::Connect | ErrorKind::Interrupted => StatusCode::GATEWAY_TIMEOUT,
            // It may have been done: the caller asks again with the same key.
            ErrorKind::OutcomeUnknown => StatusCode::BAD_GATEWAY,
            ErrorKind::Forbidden | ErrorKind::Credentials | ErrorKind::UnexpectedAnswer | ErrorKind::Refused => {
                StatusCode::INTERNAL_SERVER_ERROR
            }
        };
        let wait = error.retry_after().filter(|_| error.is_retryable()).map(|wait| wait.as_secs().to_string());
        let headers = wait.map(|seconds| [(header::RETRY_AFTER, seconds)]);
        // An error says nothing personal: it may be shown.
        let mut response = (status, format!("{}: {error}", error.operation().id)).into_response();
        response
            .headers_mut()
            .extend(headers.into_iter().flatten().filter_map(|(name, value)| Some((name, value.parse().ok()?))));
        response
    }
}

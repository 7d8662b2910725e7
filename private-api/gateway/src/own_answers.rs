//! What the gateway says on its own account: shaped by the import document, or bare.

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header, header::HeaderName};
use http_body_util::Full;

use crate::{
    ids::Ids,
    routes::{ErrorKind, Routes},
};

/// The header in which the gateway, and nobody else, names what went wrong.
const ERROR_TYPE: &str = "x-amzn-errortype";

const SERVER_ERROR: &str = "InternalServerErrorException";
pub(crate) const MISSING_TOKEN: ErrorKind<'static> = ErrorKind {
    name: "MISSING_AUTHENTICATION_TOKEN",
    error_type: "MissingAuthenticationTokenException",
    status: 403,
    message: "Missing Authentication Token",
};
pub(crate) const THROTTLED: ErrorKind<'static> =
    ErrorKind { name: "THROTTLED", error_type: "TooManyRequestsException", status: 429, message: "Too Many Requests" };
// A function that crashed or answered nonsense; the type INTEGRATION_FAILURE is for networks, which Lambda has not.
pub(crate) const INTEGRATION_FAILURE: ErrorKind<'static> =
    ErrorKind { name: "DEFAULT_5XX", error_type: SERVER_ERROR, status: 502, message: "Internal server error" };
pub(crate) const INTEGRATION_TIMEOUT: ErrorKind<'static> = ErrorKind {
    name: "INTEGRATION_TIMEOUT",
    error_type: SERVER_ERROR,
    status: 504,
    message: "Endpoint request timed out",
};
const FUNCTION_THROTTLED: ErrorKind<'static> =
    ErrorKind { name: "DEFAULT_5XX", error_type: SERVER_ERROR, status: 500, message: "Internal server error" };
const UNAVAILABLE: ErrorKind<'static> = ErrorKind {
    name: "DEFAULT_5XX",
    error_type: "ServiceUnavailableException",
    status: 503,
    message: "Service Unavailable",
};

/// An answer that no document can shape: status, error type and message.
pub(crate) type Bare = (u16, &'static str, &'static str);

/// Another API's name, or another stage.
pub(crate) const FORBIDDEN: Bare = (403, "ForbiddenException", "Forbidden");
pub(crate) const BAD_REQUEST: Bare = (400, "BadRequestException", "Bad Request");

/// An answer shaped as the import document says. It may change all but the error's type.
pub(crate) fn shaped(routes: &Routes, kind: &ErrorKind<'_>, ids: &Ids) -> Response<Full<Bytes>> {
    let (status, headers, body) = routes.response(kind, ids);
    let mut answer = with_status(status, body);
    for (name, value) in headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            answer.headers_mut().insert(name, value);
        }
    }
    answer.headers_mut().entry(header::CONTENT_TYPE).or_insert(HeaderValue::from_static("application/json"));
    answer.headers_mut().insert(ERROR_TYPE, HeaderValue::from_static(kind.error_type));
    answer
}

/// What a real gateway answers with this status.
pub(crate) fn of_status(routes: &Routes, status: u16, ids: &Ids) -> Response<Full<Bytes>> {
    let kind = match status {
        429 => &THROTTLED,
        500 => &FUNCTION_THROTTLED,
        502 => &INTEGRATION_FAILURE,
        503 => &UNAVAILABLE,
        504 => &INTEGRATION_TIMEOUT,
        other => return json(other, None),
    };
    shaped(routes, kind, ids)
}

pub(crate) fn throttled(routes: &Routes, retry_after: u32, ids: &Ids) -> Response<Full<Bytes>> {
    let mut answer = shaped(routes, &THROTTLED, ids);
    answer.headers_mut().insert(header::RETRY_AFTER, retry_after.into());
    answer
}

pub(crate) fn bare((status, error_type, message): Bare) -> Response<Full<Bytes>> {
    let mut answer = json(status, Some(message));
    answer.headers_mut().insert(ERROR_TYPE, HeaderValue::from_static(error_type));
    answer
}

/// What policies refuse: bare, and with IAM's capital letter.
pub(crate) fn access_denied(message: &str) -> Response<Full<Bytes>> {
    let mut answer = with_status(403, serde_json::json!({ "Message": message }).to_string());
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    answer.headers_mut().insert(ERROR_TYPE, HeaderValue::from_static("AccessDeniedException"));
    answer
}

fn json(status: u16, message: Option<&str>) -> Response<Full<Bytes>> {
    let mut answer = with_status(status, serde_json::json!({ "message": message }).to_string());
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    answer
}

/// The last answer of its connection: a request whose length was not understood has no known end.
pub(crate) fn closing(mut answer: Response<Full<Bytes>>) -> Response<Full<Bytes>> {
    answer.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    answer
}

fn with_status(status: u16, body: String) -> Response<Full<Bytes>> {
    let mut answer = Response::new(Full::from(body));
    *answer.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    answer
}

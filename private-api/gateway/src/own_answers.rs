//! What the gateway says on its own account: shaped by the import document, or bare.

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header, header::HeaderName};
use http_body_util::Full;

use crate::routes::{ErrorKind, Routes};

pub(crate) const MISSING_TOKEN: ErrorKind =
    ErrorKind::new("MISSING_AUTHENTICATION_TOKEN", 403, "Missing Authentication Token");
const THROTTLED: ErrorKind = ErrorKind::new("THROTTLED", 429, "Too Many Requests");
// A function that crashed or answered nonsense; the type INTEGRATION_FAILURE is for networks, which Lambda has not.
pub(crate) const INTEGRATION_FAILURE: ErrorKind = ErrorKind::new("DEFAULT_5XX", 502, "Internal server error");
pub(crate) const INTEGRATION_TIMEOUT: ErrorKind =
    ErrorKind::new("INTEGRATION_TIMEOUT", 504, "Endpoint request timed out");
const FUNCTION_THROTTLED: ErrorKind = ErrorKind::new("DEFAULT_5XX", 500, "Internal server error");
const UNAVAILABLE: ErrorKind = ErrorKind::new("DEFAULT_5XX", 503, "Service Unavailable");

/// An answer shaped as the import document says.
pub(crate) fn shaped(routes: &Routes, kind: &ErrorKind, request_id: &str) -> Response<Full<Bytes>> {
    let (status, headers, body) = routes.response(kind, request_id);
    let mut answer = with_status(status, body);
    for (name, value) in headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            answer.headers_mut().insert(name, value);
        }
    }
    answer
}

/// What a real gateway answers with this status.
pub(crate) fn of_status(routes: &Routes, status: u16, request_id: &str) -> Response<Full<Bytes>> {
    let kind = match status {
        429 => &THROTTLED,
        500 => &FUNCTION_THROTTLED,
        502 => &INTEGRATION_FAILURE,
        503 => &UNAVAILABLE,
        504 => &INTEGRATION_TIMEOUT,
        other => return bare(other, None),
    };
    shaped(routes, kind, request_id)
}

pub(crate) fn throttled(routes: &Routes, retry_after: u32, request_id: &str) -> Response<Full<Bytes>> {
    let mut answer = shaped(routes, &THROTTLED, request_id);
    answer.headers_mut().insert(header::RETRY_AFTER, retry_after.into());
    answer
}

/// The answers that no document can shape.
pub(crate) fn bare(status: u16, message: Option<&str>) -> Response<Full<Bytes>> {
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

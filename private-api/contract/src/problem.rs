//! Errors on the wire: RFC 9457 problem documents with stable codes.

use std::fmt;

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::open_enum;

/// What any private API answers, whatever it is about; each API has a word and a title of its own for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StandardCode {
    /// 400: the body is not JSON, has a wrong JSON type, a duplicate or an unknown field.
    MalformedBody,
    /// 400: a value is missing or out of range; `errors` lists all of them.
    ValidationFailed,
    /// 403: the gateway refuses.
    Forbidden,
    /// 404: no such resource for this caller.
    NotFound,
    /// 409: the key has already named another request.
    IdempotencyKeyReused,
    /// 409: the resource's state does not allow this change.
    InvalidTransition,
    /// 412: `If-Match` names another version than the stored one.
    VersionMismatch,
    /// 413: the body is over [`MAX_BODY_BYTES`](crate::MAX_BODY_BYTES).
    PayloadTooLarge,
    /// 415: the body is not `application/json`.
    UnsupportedMediaType,
    /// 429: DynamoDB or the gateway throttles; `Retry-After` says when to come back.
    Throttled,
    /// 500: a bug of the service.
    Internal,
    /// 500 or 502: the gateway got no answer from the function, which may or may not have run.
    IntegrationFailed,
    /// 503: DynamoDB cannot be reached or times out; `Retry-After`.
    StorageUnavailable,
    /// 504: the gateway gave up waiting.
    GatewayTimeout,
}

impl StandardCode {
    /// Every one.
    pub const ALL: [Self; 14] = [
        Self::MalformedBody,
        Self::ValidationFailed,
        Self::Forbidden,
        Self::NotFound,
        Self::IdempotencyKeyReused,
        Self::InvalidTransition,
        Self::VersionMismatch,
        Self::PayloadTooLarge,
        Self::UnsupportedMediaType,
        Self::Throttled,
        Self::Internal,
        Self::IntegrationFailed,
        Self::StorageUnavailable,
        Self::GatewayTimeout,
    ];

    /// The status an answer with this code has; [`IntegrationFailed`](Self::IntegrationFailed) may also be a 500.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::MalformedBody | Self::ValidationFailed => 400,
            Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::IdempotencyKeyReused | Self::InvalidTransition => 409,
            Self::VersionMismatch => 412,
            Self::PayloadTooLarge => 413,
            Self::UnsupportedMediaType => 415,
            Self::Throttled => 429,
            Self::Internal => 500,
            Self::IntegrationFailed => 502,
            Self::StorageUnavailable => 503,
            Self::GatewayTimeout => 504,
        }
    }

    /// Words for it that fit any API.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::MalformedBody => "The body is not what the contract describes",
            Self::ValidationFailed => "A value is missing or not allowed",
            Self::Forbidden => "The gateway refused the request",
            Self::NotFound => "There is nothing of this name for this caller",
            Self::IdempotencyKeyReused => "The idempotency key has already named another request",
            Self::InvalidTransition => "Its state does not allow this update",
            Self::VersionMismatch => "It has another version",
            Self::PayloadTooLarge => "The body is larger than 64 KiB",
            Self::UnsupportedMediaType => "The body is not application/json",
            Self::Throttled => "Too many requests",
            Self::Internal => "The service failed",
            Self::IntegrationFailed => "The gateway got no answer from the function",
            Self::StorageUnavailable => "The storage cannot be reached",
            Self::GatewayTimeout => "The gateway gave up waiting",
        }
    }
}

/// The codes of an API's problems: an open enumeration ([`open_enum!`](crate::open_enum)) with a value for each
/// [`StandardCode`], and those that only this API has.
pub trait ProblemCode:
    Clone + Eq + fmt::Debug + fmt::Display + Serialize + DeserializeOwned + Send + Sync + 'static
{
    /// What a problem's `type` begins with, such as `urn:orders-api:problem:`; the code follows.
    const TYPE_PREFIX: &'static str;

    /// This API's code for something that any API answers.
    fn standard(code: StandardCode) -> Self;

    /// Which of those this one is; `None` for one that only this API has, and for one that this build does not know.
    ///
    /// A code that stands for several of them is `Internal` if that is one, else the first.
    fn as_standard(&self) -> Option<StandardCode> {
        let mut all = [StandardCode::Internal].into_iter().chain(StandardCode::ALL);
        all.find(|code| Self::standard(*code) == *self)
    }

    /// The status an answer with this code has; an API with codes of its own says theirs. `None` for a code that this build
    /// does not know.
    fn status(&self) -> Option<u16> {
        self.as_standard().map(StandardCode::status)
    }

    /// The problem's title: the same words for every problem of this code; an API with codes of its own says theirs.
    fn title(&self) -> &'static str {
        self.as_standard().map_or("Unknown problem", StandardCode::title)
    }

    /// The problem's `type`.
    fn urn(&self) -> String {
        format!("{}{self}", Self::TYPE_PREFIX)
    }
}

open_enum! {
    /// What is wrong with one field.
    pub enum FieldErrorCode {
        /// `missing`: it has to be there.
        Missing = "missing",
        /// `out_of_range`: too small, too large, too short, too long or too far ahead.
        OutOfRange = "out_of_range",
        /// `invalid_format`: not of the required form.
        InvalidFormat = "invalid_format",
        /// `invalid_value`: not one of the allowed values.
        InvalidValue = "invalid_value",
        /// `duplicate`: given more than once.
        Duplicate = "duplicate",
        /// `unknown_field`: no field of this request.
        UnknownField = "unknown_field",
        /// `wrong_type`: another JSON type than the contract's.
        WrongType = "wrong_type",
    }
}

/// One wrong field of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct FieldError {
    /// The field's, parameter's or header's name on the wire.
    pub field: String,
    /// What is wrong with it.
    pub code: FieldErrorCode,
    /// The rule it breaks, for people; never the value.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub message: String,
}

impl FieldError {
    /// What is wrong with a field, by its name on the wire, and the rule it breaks.
    #[must_use]
    pub fn new(field: impl Into<String>, code: FieldErrorCode, message: impl Into<String>) -> Self {
        Self { field: field.into(), code, message: message.into() }
    }
}

/// An error as the service answers it, `application/problem+json`.
///
/// Reading is tolerant: only `code` has to be there.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[serde(bound = "")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(bound = "C: utoipa::ToSchema"))]
#[non_exhaustive]
pub struct Problem<C: ProblemCode> {
    /// A URN that ends with the code.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub r#type: String,
    /// The code in a few words.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub title: String,
    /// The answer's HTTP status. Absent where the gateway shapes the answer and does not know it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[cfg_attr(feature = "openapi", schema(minimum = 400, maximum = 599, nullable = false))]
    pub status: Option<u16>,
    /// What went wrong.
    pub code: C,
    /// What went wrong this time. Never a value that the caller sent.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub detail: Option<String>,
    /// The gateway's request id; also the `x-amzn-requestid` header.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub request_id: Option<String>,
    /// Every wrong field.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub errors: Vec<FieldError>,
}

impl<C: ProblemCode> Problem<C> {
    /// A problem with its code's own status and title.
    #[must_use]
    pub fn new(code: C) -> Self {
        Self {
            r#type: code.urn(),
            title: code.title().to_owned(),
            status: code.status(),
            code,
            detail: None,
            request_id: None,
            errors: Vec::new(),
        }
    }

    /// A problem that any API may have.
    #[must_use]
    pub fn standard(code: StandardCode) -> Self {
        Self::new(C::standard(code))
    }

    /// Says what went wrong this time.
    #[must_use]
    pub fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// Names every wrong field.
    #[must_use]
    pub fn with_errors(mut self, errors: Vec<FieldError>) -> Self {
        self.errors = errors;
        self
    }

    /// With the answer's status, where its code alone does not say it.
    #[must_use]
    pub fn with_status(mut self, status: u16) -> Self {
        self.status = Some(status);
        self
    }

    /// With the gateway's request id.
    #[must_use]
    pub fn with_request_id(mut self, id: impl Into<String>) -> Self {
        self.request_id = Some(id.into());
        self
    }
}

/// Without `detail` and the messages: ours hold nothing personal, but a gateway's may quote the request.
impl<C: ProblemCode> fmt::Debug for Problem<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields: Vec<_> = self.errors.iter().map(|e| (&e.field, &e.code)).collect();
        f.debug_struct("Problem")
            .field("status", &self.status)
            .field("code", &self.code)
            .field("request_id", &self.request_id)
            .field("errors", &fields)
            .finish_non_exhaustive()
    }
}

//! Errors on the wire: RFC 9457 problem documents with stable codes.

use serde::{Deserialize, Serialize};

use crate::open_enum::open_enum;

open_enum! {
    /// What went wrong, as a stable word that programs may branch on.
    pub enum ProblemCode {
        /// 400 `malformed_body`: not JSON, a wrong JSON type, a duplicate or unknown field.
        MalformedBody = "malformed_body",
        /// 400 `validation_failed`: a value is missing or out of range; `errors` lists all of them.
        ValidationFailed = "validation_failed",
        /// 403 `forbidden`: the gateway refused.
        Forbidden = "forbidden",
        /// 404 `claim_not_found`: no such claim for this member.
        ClaimNotFound = "claim_not_found",
        /// 409 `idempotency_key_reused`: the key has already named another request.
        IdempotencyKeyReused = "idempotency_key_reused",
        /// 409 `invalid_transition`: the claim's status does not allow this update.
        InvalidTransition = "invalid_transition",
        /// 412 `version_mismatch`: `If-Match` names another version than the stored one.
        VersionMismatch = "version_mismatch",
        /// 413 `payload_too_large`: the body is over 64 KiB.
        PayloadTooLarge = "payload_too_large",
        /// 415 `unsupported_media_type`: the body is not `application/json`.
        UnsupportedMediaType = "unsupported_media_type",
        /// 429 `throttled`: DynamoDB or the gateway throttles; `Retry-After` says when to come back.
        Throttled = "throttled",
        /// 500 `internal`: a bug of ours.
        Internal = "internal",
        /// 500 or 502 `integration_failed`: the gateway got no answer from the function, which may or may not have run.
        IntegrationFailed = "integration_failed",
        /// 503 `storage_unavailable`: DynamoDB cannot be reached or times out; `Retry-After`.
        StorageUnavailable = "storage_unavailable",
        /// 504 `gateway_timeout`: the gateway gave up waiting.
        GatewayTimeout = "gateway_timeout",
    }
}

impl ProblemCode {
    /// The status an answer with this code has; `integration_failed` may also be a 500. `None` for an unknown code.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        Some(match self {
            Self::MalformedBody | Self::ValidationFailed => 400,
            Self::Forbidden => 403,
            Self::ClaimNotFound => 404,
            Self::IdempotencyKeyReused | Self::InvalidTransition => 409,
            Self::VersionMismatch => 412,
            Self::PayloadTooLarge => 413,
            Self::UnsupportedMediaType => 415,
            Self::Throttled => 429,
            Self::Internal => 500,
            Self::IntegrationFailed => 502,
            Self::StorageUnavailable => 503,
            Self::GatewayTimeout => 504,
            Self::Unknown(_) => return None,
        })
    }

    /// The problem's title: the same words for every problem of this code.
    #[must_use]
    pub fn title(&self) -> &'static str {
        match self {
            Self::MalformedBody => "The body is not what the contract describes",
            Self::ValidationFailed => "A value is missing or not allowed",
            Self::Forbidden => "The gateway refused the request",
            Self::ClaimNotFound => "No such claim for this member",
            Self::IdempotencyKeyReused => "The idempotency key has already named another request",
            Self::InvalidTransition => "The claim's status does not allow this update",
            Self::VersionMismatch => "The claim has another version",
            Self::PayloadTooLarge => "The body is larger than 64 KiB",
            Self::UnsupportedMediaType => "The body is not application/json",
            Self::Throttled => "Too many requests",
            Self::Internal => "The service failed",
            Self::IntegrationFailed => "The gateway got no answer from the function",
            Self::StorageUnavailable => "The storage cannot be reached",
            Self::GatewayTimeout => "The gateway gave up waiting",
            Self::Unknown(_) => "Unknown problem",
        }
    }

    /// The problem's `type`: `urn:claims-api:problem:<code>`.
    #[must_use]
    pub fn urn(&self) -> String {
        format!("urn:claims-api:problem:{self}")
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

/// An error as the service answers it, `application/problem+json`.
///
/// Reading is tolerant: only `code` has to be there.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// `urn:claims-api:problem:<code>`.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub r#type: String,
    /// The code in a few words.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub title: String,
    /// The answer's HTTP status. Absent where the gateway shapes the answer and does not know it.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(minimum = 400, maximum = 599))]
    pub status: u16,
    /// What went wrong.
    pub code: ProblemCode,
    /// What went wrong this time. Never a name, a description or an amount.
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

impl Problem {
    /// A problem with its code's own status and title.
    #[must_use]
    pub fn new(code: ProblemCode) -> Self {
        Self {
            r#type: code.urn(),
            title: code.title().to_owned(),
            status: code.status().unwrap_or(500),
            code,
            detail: None,
            request_id: None,
            errors: Vec::new(),
        }
    }

    /// Says what went wrong this time.
    #[must_use]
    pub fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }
}

/// Without `detail` and the messages: ours hold nothing personal, but a gateway's may quote the request.
impl std::fmt::Debug for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let fields: Vec<_> = self.errors.iter().map(|e| (&e.field, &e.code)).collect();
        f.debug_struct("Problem")
            .field("status", &self.status)
            .field("code", &self.code)
            .field("request_id", &self.request_id)
            .field("errors", &fields)
            .finish_non_exhaustive()
    }
}

//! The codes of the API's problems.

use private_api_contract::{StandardCode, open_enum};

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
        /// 409 `claim_deleted`: the create's key belongs to a claim that was deleted.
        ClaimDeleted = "claim_deleted",
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
    /// What any private API has a code for, and its title here. `None` for a code of claims alone, and for an unknown one.
    fn definition(&self) -> Option<(StandardCode, &'static str)> {
        Some(match self {
            Self::MalformedBody => (StandardCode::MalformedBody, "The body is not what the contract describes"),
            Self::ValidationFailed => (StandardCode::ValidationFailed, "A value is missing or not allowed"),
            Self::Forbidden => (StandardCode::Forbidden, "The gateway refused the request"),
            Self::ClaimNotFound => (StandardCode::NotFound, "No such claim for this member"),
            Self::IdempotencyKeyReused => {
                (StandardCode::IdempotencyKeyReused, "The idempotency key has already named another request")
            }
            Self::InvalidTransition => {
                (StandardCode::InvalidTransition, "The claim's status does not allow this update")
            }
            Self::VersionMismatch => (StandardCode::VersionMismatch, "The claim has another version"),
            Self::PayloadTooLarge => (StandardCode::PayloadTooLarge, "The body is larger than 64 KiB"),
            Self::UnsupportedMediaType => (StandardCode::UnsupportedMediaType, "The body is not application/json"),
            Self::Throttled => (StandardCode::Throttled, "Too many requests"),
            Self::Internal => (StandardCode::Internal, "The service failed"),
            Self::IntegrationFailed => (StandardCode::IntegrationFailed, "The gateway got no answer from the function"),
            Self::StorageUnavailable => (StandardCode::StorageUnavailable, "The storage cannot be reached"),
            Self::GatewayTimeout => (StandardCode::GatewayTimeout, "The gateway gave up waiting"),
            Self::ClaimDeleted | Self::Unknown(_) => return None,
        })
    }
}

impl private_api_contract::ProblemCode for ProblemCode {
    const TYPE_PREFIX: &'static str = "urn:claims-api:problem:";

    fn standard(code: StandardCode) -> Self {
        let known = Self::KNOWN.iter().find(|known| known.definition().is_some_and(|(standard, _)| standard == code));
        // A test holds that there is one for each.
        known.cloned().unwrap_or(Self::Internal)
    }

    fn as_standard(&self) -> Option<StandardCode> {
        self.definition().map(|(standard, _)| standard)
    }

    fn status(&self) -> Option<u16> {
        match self {
            Self::ClaimDeleted => Some(409),
            of_any_api => of_any_api.as_standard().map(StandardCode::status),
        }
    }

    fn title(&self) -> &'static str {
        match self {
            Self::ClaimDeleted => "The claim of this idempotency key was deleted",
            of_any_api => of_any_api.definition().map_or("Unknown problem", |(_, title)| title),
        }
    }
}

/// An error as the service answers it, `application/problem+json`.
pub type Problem = private_api_contract::Problem<ProblemCode>;

#[cfg(test)]
mod tests {
    use private_api_contract::ProblemCode as _;

    use super::*;

    #[test]
    fn every_known_code_has_a_status_and_a_title() {
        let complete = |code: &ProblemCode| code.status().is_some() && code.title() != "Unknown problem";
        assert_eq!(ProblemCode::KNOWN.iter().find(|code| !complete(code)), None);
    }

    #[test]
    fn each_standard_code_has_one_of_this_api() {
        for code in StandardCode::ALL {
            assert_eq!(ProblemCode::standard(code).as_standard(), Some(code));
        }
    }
}

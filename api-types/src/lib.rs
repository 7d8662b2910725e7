//! The wire contract of the private claims API, written down once.
//!
//! What a claim looks like, what a request may say, which problems an answer can name. The server validates with these
//! types, the client speaks them, and the OpenAPI documents are generated from them (feature `openapi`).
//!
//! **Requests are strict, responses are tolerant.** The server refuses unknown body fields and unknown values. A client
//! built today still reads tomorrow's claim: unknown fields are skipped, and an unknown [`ClaimStatus`], [`PolicyType`]
//! or [`ProblemCode`] is kept as it came and is written back unchanged.
//!
//! **Nothing personal in `Debug`.** Names, descriptions, amounts, member and policy ids never appear in the `Debug` form
//! of any type here, nor in any error.
//!
//! ```
//! use claims_api_types::{ClaimAmount, CreateClaimRequest, PolicyType};
//!
//! let amount: ClaimAmount = "19.99".parse()?;
//! let request = CreateClaimRequest::new(PolicyType::Health, amount, "snow accident".parse()?);
//! assert_eq!(
//!     serde_json::to_string(&request)?,
//!     r#"{"policyType":"Health","claimAmount":19.99,"description":"snow accident"}"#
//! );
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod amount;
mod claim;
mod ids;
mod open_enum;
#[cfg(feature = "openapi")]
pub mod openapi;
mod operation;
mod page;
mod policy_type;
mod problem;
mod request;
mod status;
mod text;
mod time;
pub mod validate;
mod version;

pub use amount::ClaimAmount;
pub use claim::{Claim, CreateClaim, CreateClaimRequest, UpdateClaimRequest};
pub use ids::{ClaimId, IdempotencyKey};
pub use open_enum::UnknownValue;
pub use operation::{Operation, UnknownOperation};
pub use page::{ClaimPage, ListClaims, NextToken, PageLimit};
pub use policy_type::PolicyType;
pub use problem::{FieldError, FieldErrorCode, Problem, ProblemCode};
pub use status::ClaimStatus;
pub use text::{Description, MemberId, MemberName, PolicyId};
pub use time::Timestamp;
pub use validate::InvalidValue;
pub use version::{IfMatch, Version};

/// Names of the headers the contract uses, in the lower case that `http` wants.
pub mod header {
    /// A UUID that names one logical write; see [`IdempotencyKey`](crate::IdempotencyKey).
    pub const IDEMPOTENCY_KEY: &str = "idempotency-key";
    /// The [`Version`](crate::Version) a write expects to find.
    pub const IF_MATCH: &str = "if-match";
    /// The gateway's request id; on every answer.
    pub const REQUEST_ID: &str = "x-amzn-requestid";
}

/// The largest request body the service reads, in bytes (64 KiB). More is a 413 `payload_too_large`.
pub const MAX_BODY_BYTES: usize = 64 * 1024;

/// The media type of every body the service sends or accepts, errors apart.
pub const JSON: &str = "application/json";

/// The media type of errors (RFC 9457).
pub const PROBLEM_JSON: &str = "application/problem+json";

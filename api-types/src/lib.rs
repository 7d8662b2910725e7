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
mod history;
mod ids;
#[cfg(feature = "openapi")]
pub mod openapi;
mod operation;
mod page;
mod policy_type;
mod problem;
mod request;
mod status;
mod text;

pub use amount::ClaimAmount;
pub use claim::{Claim, CreateClaim, CreateClaimRequest, UpdateClaimRequest};
pub use history::{
    Actor, ClaimHistoryPage, FieldChange, HistoryEntry, HistoryPosition, ListClaimHistory, WriteOperation,
};
pub use ids::ClaimId;
pub use operation::Operation;
pub use page::{ClaimPage, ListClaims};
pub use policy_type::PolicyType;
/// What any private API has.
pub use private_api_contract::{
    FieldError, FieldErrorCode, IdempotencyKey, IfMatch, IfNoneMatch, InvalidValue, JSON, MAX_BODY_BYTES, NextToken,
    OnBehalfOf, PROBLEM_JSON, PageLimit, ProblemCode as _, Timestamp, UnknownOperation, UnknownValue, Version, header,
    validate,
};
pub use problem::{Problem, ProblemCode};
pub use status::ClaimStatus;
pub use text::*;

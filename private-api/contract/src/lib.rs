//! What the wire contract of any private REST API is made of, whatever it is about.
//!
//! Problems with stable codes ([`Problem`], [`ProblemCode`]), findings that name every wrong field at once
//! ([`validate`]), enumerations that keep a value they do not know ([`open_enum!`]), keys that name logical writes
//! ([`IdempotencyKey`]), versions and the conditions on them ([`Version`], [`IfMatch`]), pages ([`NextToken`], [`PageLimit`]),
//! and the rows of a route table ([`Operation`]).
//!
//! **Requests are strict, responses are tolerant.** A server refuses what it does not know. A client built today still reads
//! tomorrow's answer: an unknown value is kept as it came and is written back unchanged.
//!
//! **Nothing personal in `Debug`**, nor in any error.

#[cfg(feature = "audit")]
mod audit_key;
mod caller;
#[cfg(feature = "openapi")]
pub mod document;
mod ids;
mod open_enum;
mod operation;
mod page;
mod problem;
#[cfg(feature = "openapi")]
pub mod schemas;
mod text;
mod time;
pub mod validate;
mod version;

#[cfg(feature = "audit")]
pub use audit_key::{AUDIT_KEY_MIN, AuditKey};
pub use caller::{CallerArn, Who};
pub use ids::{IdempotencyKey, parse_uuid};
pub use open_enum::UnknownValue;
pub use operation::{Access, Method, Operation, UnknownOperation};
pub use page::{NextToken, PageLimit};
pub use problem::{FieldError, FieldErrorCode, Problem, ProblemCode, StandardCode};
pub use text::{OPAQUE_ID_MAX, OnBehalfOf, length, opaque_id};
pub use time::Timestamp;
pub use validate::InvalidValue;
pub use version::{IfMatch, IfNoneMatch, Version};

/// For the macros of this crate.
#[doc(hidden)]
pub use {serde, uuid};

/// Names of the headers that the contract uses, in the lower case that `http` wants.
pub mod header {
    /// A UUID that names one logical write; see [`IdempotencyKey`](crate::IdempotencyKey).
    pub const IDEMPOTENCY_KEY: &str = "idempotency-key";
    /// The [`Version`](crate::Version) a write expects to find.
    pub const IF_MATCH: &str = "if-match";
    /// The versions that a read has already.
    pub const IF_NONE_MATCH: &str = "if-none-match";
    /// For whom a caller says that it calls; see [`OnBehalfOf`](crate::OnBehalfOf).
    pub const ON_BEHALF_OF: &str = "x-on-behalf-of";
    /// The gateway's request id; on every answer.
    pub const REQUEST_ID: &str = "x-amzn-requestid";
}

/// The largest request body that a service reads, in bytes (64 KiB). More is a 413.
pub const MAX_BODY_BYTES: usize = 64 * 1024;

/// The media type of every body that a service sends or accepts, errors apart.
pub const JSON: &str = "application/json";

/// The media type of errors (RFC 9457).
pub const PROBLEM_JSON: &str = "application/problem+json";

/// The README's example compiles and runs.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

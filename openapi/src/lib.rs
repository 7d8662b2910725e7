//! The three OpenAPI documents of the claims API, as they are committed.
//!
//! ```text
//! api-types ──▶ claims.openapi.json (3.1) ──lower──▶ + gateway ──▶ claims.apigateway.json (3.0.3)
//!                people, generators                               Terraform, claims-local
//!                    └──down──▶ claims.openapi-3.0.json (3.0.3)
//!                               generators that know no 3.1
//! ```
//! All are generated and committed; a test fails when they drift from the code. The generator itself is behind the
//! feature `generate`: by default this crate is three strings.

/// The contract for people and generators: OpenAPI 3.1.
pub const CLAIMS_OPENAPI_JSON: &str = include_str!("../claims.openapi.json");

/// The contract in OpenAPI 3.0.3, bodies and answers and all, for tools that know no 3.1.
pub const CLAIMS_OPENAPI_3_0_JSON: &str = include_str!("../claims.openapi-3.0.json");

/// The contract as API Gateway imports it: OpenAPI 3.0.3 with `x-amazon-apigateway-*`.
///
/// A Terraform template: `${authorization_type}` (`NONE` or `AWS_IAM`) and one `${<operationId>_invoke_arn}` per
/// operation are filled in at deployment. It holds no other `${` and no `%{`.
pub const CLAIMS_APIGATEWAY_JSON: &str = include_str!("../claims.apigateway.json");

#[cfg(feature = "generate")]
pub mod generate;
#[cfg(feature = "generate")]
pub use private_api_openapi::{compat, down, lower, render};

//! Whether a private REST API lets a call in: its resource policy, the VPC endpoint's policy and the caller's own policies, combined
//! as AWS says that it combines them for `execute-api:Invoke`.
//!
//! ```
//! # use private_api_policy::{Caller, Kind, Policies, Policy, Request, Source};
//! # use serde_json::json;
//! let api = "arn:aws:execute-api:eu-central-1:123456789012:a1b2c3d4e5";
//! let policy = json!({ "Version": "2012-10-17", "Statement": [
//!     { "Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": format!("{api}/*") },
//!     { "Sid": "OurEndpoint", "Effect": "Deny", "Principal": "*", "Action": "execute-api:Invoke", "Resource": format!("{api}/*"),
//!       "Condition": { "StringNotEquals": { "aws:SourceVpce": "vpce-0a1b" } } },
//! ] });
//! let policies = Policies::new(Policy::read(Kind::Resource { api }, "the resource policy", &policy)?);
//! let ask = |vpce: &str| {
//!     let source = Source { vpce: Some(vpce.to_owned()), ..Source::default() };
//!     let resource = format!("{api}/dev/GET/order");
//!     let request = Request { resource: &resource, ..Request::of(&Caller::Anonymous, &source) };
//!     policies.decide(&request, false).map_err(|refusal| refusal.to_string())
//! };
//! assert_eq!(ask("vpce-0a1b"), Ok(()));
//! assert_eq!(ask("vpce-0c2d").unwrap_err(), "the resource policy, statement 2 (OurEndpoint), denies it");
//! # Ok::<(), private_api_policy::PolicyError>(())
//! ```
//!
//! **What is not understood is refused when it is read**, by policy, statement and name: an element, a condition operator or key, a
//! principal, a variable. Nothing is ever skipped, since what is left out of a policy is an answer as well; but of a statement about
//! other services' actions alone no more is read than those.
//!
//! Evaluation is a pure function. What it follows:
//! - IAM user guide: *Policy evaluation logic*, *JSON policy elements* (Principal, NotPrincipal, Action, Resource, Condition
//!   operators), *Global condition context keys*;
//! - API Gateway developer guide: *How API Gateway resource policies affect authorization workflow* (tables A and B), *AWS condition
//!   keys that can be used in API Gateway resource policies*, *Use VPC endpoint policies for private APIs*.
//!
//! It is compared with another evaluator over generated policies and requests, which `cargo xtask policies` runs.

mod caller;
mod condition;
mod context;
mod decide;
mod document;
mod pattern;
mod principal;

pub use caller::{Caller, Iam};
pub use context::{Request, Source};
pub use decide::{Policies, Refusal};
pub use document::{Kind, Policy, PolicyError};

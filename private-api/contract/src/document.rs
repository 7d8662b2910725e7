//! Pieces of an OpenAPI 3.1 document that every private API has: its servers, the parameters and headers that this crate reads, and
//! the problems that any operation can answer.
//!
//! A document is plain JSON (`serde_json::json!`); these are the parts of it that are the same for all.

mod parameters;
mod responses;
mod schemas;
mod servers;

pub use parameters::{
    create_key, if_match, if_none_match, next_token, on_behalf_of, page_limit, parameters_into_operations, update_key,
};
pub use responses::{Answers, empty, headers, not_modified, success, with_common, with_version};
pub use schemas::schemas;
pub use servers::{SERVERS, servers, sigv4};

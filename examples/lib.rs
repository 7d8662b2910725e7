//! What the examples share: where the API is.

pub use claims_cli::{Connected, connect, is_configured};

//! Makes the texts of both documents from the code.

use claims_api_types::openapi::document;
use private_api_openapi::{
    lower::{Options, lower},
    render::render,
    report::Refused,
};

use crate::gateway;

/// The command that rewrites the committed documents.
pub const UPDATE_COMMAND: &str = "cargo xtask openapi";

/// The texts of the two documents.
pub struct Documents {
    /// OpenAPI 3.1, for people and generators.
    pub contract: String,
    /// OpenAPI 3.0.3 with the gateway's extensions, a Terraform template.
    pub import: String,
}

/// Both documents, the same bytes every time.
///
/// # Errors
/// When the contract uses a construct that API Gateway cannot import, with the place of it.
pub fn documents() -> Result<Documents, Refused> {
    let contract = document();
    let mut import = lower(&contract, &options())?.document;
    gateway::extend(&mut import);
    Ok(Documents { contract: render(&contract), import: render(&import) })
}

/// How the contract is lowered: a Terraform template, without request models. The function is the only validator.
pub fn options() -> Options {
    let mut options = Options::default();
    (options.models, options.template) = (false, true);
    options
}

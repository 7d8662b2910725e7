//! Makes the texts of both documents from the code.

use claims_api_types::{ProblemCode, openapi::document};
use private_api_openapi::{gateway::import_document, render::render, report::Refused};

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
    let import = import_document::<ProblemCode>(&contract)?;
    Ok(Documents { contract: render(&contract), import: render(&import) })
}

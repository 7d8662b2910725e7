//! Makes the texts of the documents from the code.

use claims_api_types::{PROBLEM_JSON, ProblemCode, openapi::document};
use private_api_openapi::{down::down, gateway::import_document, render::render, report::Refused};
use serde_json::Value;

/// The command that rewrites the committed documents.
pub const UPDATE_COMMAND: &str = "cargo xtask openapi";

/// The texts of the documents.
pub struct Documents {
    /// OpenAPI 3.1, for people and generators.
    pub contract: String,
    /// The same in OpenAPI 3.0.3, for generators that know no 3.1.
    pub full: String,
    /// OpenAPI 3.0.3 with the gateway's extensions, a Terraform template.
    pub import: String,
}

/// All documents, the same bytes every time.
///
/// # Errors
/// When the contract uses a construct that API Gateway cannot import or 3.0 cannot say, with the place of it.
pub fn documents() -> Result<Documents, Refused> {
    let contract = document();
    let import = import_document::<ProblemCode>(&contract)?;
    let mut full = down(&contract)?.document;
    one_media_type(&mut full);
    Ok(Documents { contract: render(&contract), full: render(&full), import: render(&import) })
}

/// Of a status that has problems and the gateway's bare JSON, the problem's media type: progenitor and others take one type for
/// a status, and both have the same schema.
fn one_media_type(document: &mut Value) {
    let responses = document["components"]["responses"].as_object_mut().into_iter().flatten();
    for (_, response) in responses {
        if let Some(content) = response["content"].as_object_mut().filter(|content| content.contains_key(PROBLEM_JSON))
        {
            content.retain(|media_type, _| media_type == PROBLEM_JSON);
        }
    }
}

//! The answers: what the API itself says beside what every private API does.

use private_api_contract::{
    document::{self, Answers},
    schemas::EXAMPLE_ID,
};
use serde_json::{Value, json};

use crate::{FieldError, FieldErrorCode, Problem, ProblemCode};

/// The headers, by component name.
pub(super) fn headers() -> Value {
    document::headers("claim", &format!("claim/{EXAMPLE_ID}?memberId=123"))
}

/// The problems that several operations can answer, by component name.
pub(super) fn shared() -> Value {
    let mut shared = answers().shared();
    shared["ClaimNotFound"] = problem("No such claim for this member.", &[ProblemCode::ClaimNotFound]);
    shared["VersionMismatch"] = problem(
        "The claim has another version than `If-Match` says; nothing was written.",
        &[ProblemCode::VersionMismatch],
    );
    shared
}

/// An answer with a claim or a page.
pub(super) fn success(description: &str, schema: &str, example: Value, headers: &[&str]) -> Value {
    let mut response = document::success(description, schema, example, headers);
    if schema == "Claim" {
        response["links"] = links();
    }
    response
}

/// A problem answer.
pub(super) fn problem(description: &str, codes: &[ProblemCode]) -> Value {
    answers().problem(description, codes)
}

/// A problem as the service answers it.
pub(super) fn example(code: &ProblemCode) -> Value {
    answers().example(code)
}

/// What one can do next with an answered claim.
fn links() -> Value {
    let target = json!({"claimId": "$response.body#/claimId", "query.memberId": "$response.body#/memberId"});
    json!({
        "get": {"operationId": "getClaim", "description": "Read it.", "parameters": target},
        "update": {"operationId": "updateClaim", "description": "Change it.", "parameters": target},
        "delete": {"operationId": "deleteClaim", "description": "Delete it.", "parameters": target},
        "history": {"operationId": "listClaimHistory", "description": "Who changed it.", "parameters": target},
        "list": {
            "operationId": "listClaims",
            "description": "List the member's claims.",
            "parameters": {"memberId": "$response.body#/memberId"},
        },
    })
}

fn answers() -> Answers<ProblemCode> {
    Answers::new(|code| {
        let detail = match code {
            ProblemCode::MalformedBody => "the body is not JSON: look at line 1, column 2",
            ProblemCode::ValidationFailed => "errors names every field that has to change",
            ProblemCode::Forbidden => "Missing Authentication Token",
            ProblemCode::ClaimDeleted => "this key's claim was filed and deleted; mint a new key to file it again",
            ProblemCode::InvalidTransition => "a claim that is paid cannot become pending",
            ProblemCode::VersionMismatch => "If-Match names version 1, the claim has version 2: read it again",
            _ => return Problem::new(code.clone()),
        };
        let problem = Problem::new(code.clone()).with_detail(detail);
        if *code != ProblemCode::ValidationFailed {
            return problem;
        }
        problem.with_errors(vec![FieldError::new(
            "claimAmount",
            FieldErrorCode::OutOfRange,
            "claimAmount must be between 0.01 and 999999999.99",
        )])
    })
}

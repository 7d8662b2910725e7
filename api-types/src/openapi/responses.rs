//! The answers: their headers, their bodies, and which problems each operation can answer.

use serde_json::{Map, Value, json};

use crate::{FieldError, FieldErrorCode, JSON, PROBLEM_JSON, Problem, ProblemCode, header};
use private_api_contract::{ProblemCode as _, schemas::EXAMPLE_ID};

/// The headers, by component name.
pub(super) fn headers() -> Value {
    json!({
        "RequestId": {
            "description": "The gateway's id of this request; quote it when you ask about one.",
            "required": true,
            "schema": {"type": "string"},
        },
        "ETag": {
            "description": "The claim's version in quotes: what `If-Match` takes.",
            "required": true,
            "schema": {"type": "string", "pattern": "^\"[1-9][0-9]*\"$", "examples": ["\"1\""]},
        },
        "Location": {
            "description": "Where the claim is, relative to the request's URL.",
            "required": true,
            "schema": {
                "type": "string",
                "format": "uri-reference",
                "examples": [format!("claim/{}?memberId=123", EXAMPLE_ID)],
            },
        },
        "RetryAfter": {
            "description": "How many seconds to wait before the next attempt.",
            "required": true,
            "schema": {"type": "integer", "minimum": 0, "examples": [1]},
        },
    })
}

/// The problems that every operation can answer, by component name.
pub(super) fn shared() -> Value {
    json!({
        "Forbidden": refusal(
            "The gateway refused: network, resource policy, signature or address.", &[ProblemCode::Forbidden]),
        "Throttled": retry_later("The storage or the gateway throttles.", &[ProblemCode::Throttled]),
        "Failed": problem(
            "A bug of the service, or the gateway could not start the function. The request may have had its effect.",
            &[ProblemCode::Internal, ProblemCode::IntegrationFailed]),
        "IntegrationFailed": problem(
            "The gateway got no usable answer from the function. The request may have had its effect.",
            &[ProblemCode::IntegrationFailed]),
        "StorageUnavailable": retry_later(
            "The storage cannot be reached. The request may have had its effect.", &[ProblemCode::StorageUnavailable]),
        "GatewayTimeout": problem(
            "The gateway gave up waiting. The request may have had its effect.", &[ProblemCode::GatewayTimeout]),
        "ClaimNotFound": problem("No such claim for this member.", &[ProblemCode::ClaimNotFound]),
        "VersionMismatch": problem(
            "The claim has another version than `If-Match` says; nothing was written.", &[ProblemCode::VersionMismatch]),
        "InvalidParameters": problem(
            "A parameter is missing, given twice or not allowed; `errors` names all of them.",
            &[ProblemCode::ValidationFailed]),
        "InvalidRequest": problem(
            "The body is malformed, or a value is missing or not allowed; `errors` names all of them.",
            &[ProblemCode::MalformedBody, ProblemCode::ValidationFailed]),
        "PayloadTooLarge": refusal("The body is larger than 64 KiB.", &[ProblemCode::PayloadTooLarge]),
        "UnsupportedMediaType": problem("The body is not `application/json`.", &[ProblemCode::UnsupportedMediaType]),
    })
}

/// References to shared responses, beside those that every operation has.
pub(super) fn with_common(own: Value, shared: &[(&str, &str)]) -> Value {
    const COMMON: [(&str, &str); 6] = [
        ("403", "Forbidden"),
        ("429", "Throttled"),
        ("500", "Failed"),
        ("502", "IntegrationFailed"),
        ("503", "StorageUnavailable"),
        ("504", "GatewayTimeout"),
    ];
    let mut responses = own;
    for (status, name) in COMMON.iter().chain(shared) {
        responses[*status] = json!({"$ref": format!("#/components/responses/{name}")});
    }
    responses
}

/// An answer with a claim or a page.
pub(super) fn success(description: &str, schema: &str, example: Value, headers: &[&str]) -> Value {
    let mut response = json!({
        "description": description,
        "headers": header_refs(headers),
        "content": {JSON: {
            "schema": {"$ref": format!("#/components/schemas/{schema}")},
            "examples": {"example": {"value": example}},
        }},
    });
    if schema == "Claim" {
        response["links"] = links();
    }
    response
}

/// An answer without a body.
pub(super) fn empty(description: &str) -> Value {
    json!({"description": description, "headers": header_refs(&[])})
}

/// An answer without a body about a version that the caller has.
pub(super) fn not_modified(description: &str) -> Value {
    json!({"description": description, "headers": header_refs(&["ETag"])})
}

/// A problem answer. `x-problem-codes` says for programs what the examples show to people.
pub(super) fn problem(description: &str, codes: &[ProblemCode]) -> Value {
    let examples: Map<String, Value> = codes
        .iter()
        .map(|code| (code.as_str().to_owned(), json!({"summary": code.title(), "value": example(code)})))
        .collect();
    json!({
        "description": description,
        "headers": header_refs(&[]),
        "content": {PROBLEM_JSON: {
            "schema": {"$ref": "#/components/schemas/Problem"},
            "examples": examples,
        }},
        "x-problem-codes": codes,
    })
}

fn retry_later(description: &str, codes: &[ProblemCode]) -> Value {
    let mut response = problem(description, codes);
    response["headers"] = header_refs(&["Retry-After"]);
    response
}

/// A problem that the gateway may also answer in its own shape.
fn refusal(description: &str, codes: &[ProblemCode]) -> Value {
    let mut response = problem(description, codes);
    response["content"][JSON] = json!({
        "schema": {"$ref": "#/components/schemas/GatewayMessage"},
        "examples": {"gateway": {"summary": "An answer that cannot be shaped", "value": {"message": "Forbidden"}}},
    });
    response
}

fn header_refs(names: &[&str]) -> Value {
    let mut headers = json!({header::REQUEST_ID: {"$ref": "#/components/headers/RequestId"}});
    for name in names {
        headers[*name] = json!({"$ref": format!("#/components/headers/{}", name.replace('-', ""))});
    }
    headers
}

/// What one can do next with an answered claim.
fn links() -> Value {
    let target = json!({"claimId": "$response.body#/claimId", "query.memberId": "$response.body#/memberId"});
    json!({
        "get": {"operationId": "getClaim", "description": "Read it.", "parameters": target},
        "update": {"operationId": "updateClaim", "description": "Change it.", "parameters": target},
        "delete": {"operationId": "deleteClaim", "description": "Delete it.", "parameters": target},
        "list": {
            "operationId": "listClaims",
            "description": "List the member's claims.",
            "parameters": {"memberId": "$response.body#/memberId"},
        },
    })
}

/// A problem as the service answers it.
pub(super) fn example(code: &ProblemCode) -> Value {
    let detail = match code {
        ProblemCode::MalformedBody => "the body is not JSON: look at line 1, column 2",
        ProblemCode::ValidationFailed => "errors names every field that has to change",
        ProblemCode::Forbidden => "Missing Authentication Token",
        ProblemCode::ClaimDeleted => "this key's claim was filed and deleted; mint a new key to file it again",
        ProblemCode::InvalidTransition => "a claim that is paid cannot become pending",
        ProblemCode::VersionMismatch => "If-Match names version 1, the claim has version 2: read it again",
        _ => "",
    };
    let mut problem = Problem::new(code.clone());
    problem.detail = (!detail.is_empty()).then(|| detail.to_owned());
    problem.request_id = Some("c6af9ac6-7b61-11e6-9a41-93e8deadbeef".to_owned());
    if *code == ProblemCode::ValidationFailed {
        problem.errors.push(FieldError {
            field: "claimAmount".to_owned(),
            code: FieldErrorCode::OutOfRange,
            message: "claimAmount must be between 0.01 and 999999999.99".to_owned(),
        });
    }
    let mut value = json!(problem);
    if *code == ProblemCode::IntegrationFailed
        && let Some(fields) = value.as_object_mut()
    {
        // One template of the gateway serves 500 and 502, so it cannot say which.
        fields.remove("status");
    }
    value
}

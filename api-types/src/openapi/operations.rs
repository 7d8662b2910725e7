//! The operations.

use private_api_contract::document::{empty, not_modified, parameters_into_operations, with_common, with_version};
use serde_json::{Value, json};

use super::{
    parameters as parameter,
    responses::{headers, problem, success},
    schemas,
};
use crate::{JSON, Operation, ProblemCode};

/// All paths. What both methods of a path take is said once.
pub(super) fn paths() -> Value {
    let mut paths = json!({
        Operation::CLAIMS_PATH: {"parameters": [parameter::member_id(), parameter::on_behalf_of()]},
        Operation::CLAIM_PATH: {"parameters": [parameter::claim_id(), parameter::member_id(), parameter::on_behalf_of()]},
        Operation::HISTORY_PATH: {"parameters": [parameter::claim_id(), parameter::member_id(), parameter::on_behalf_of()]},
    });
    for &operation in Operation::ALL {
        let mut described = match operation {
            Operation::CreateClaim => create(),
            Operation::ListClaims => list(),
            Operation::GetClaim => get(),
            Operation::UpdateClaim => update(),
            Operation::DeleteClaim => delete(),
            Operation::ListClaimHistory => history(),
        };
        described["operationId"] = operation.id().into();
        described["tags"] = json!(["claims"]);
        paths[operation.path()][operation.method().to_ascii_lowercase()] = described;
    }
    parameters_into_operations(paths)
}

fn create() -> Value {
    json!({
        "summary": "Create a claim",
        "description": "Makes a `pending` claim. Safe to repeat with the same `Idempotency-Key`: the first attempt \
                        answers 201, every later one 200 with the claim as it is by then.",
        "parameters": [parameter::policy_id(), parameter::member_name(), parameter::create_key()],
        "requestBody": body("CreateClaimRequest", schemas::create()),
        "responses": with_common(
            json!({
                "200": success("This key has already made this claim.", "Claim", schemas::claim(), &["ETag"]),
                "201": success("Created.", "Claim", schemas::claim(), &["ETag", "Location"]),
                "409": problem(
                    "The key has already named another request, or its claim was deleted.",
                    &[ProblemCode::IdempotencyKeyReused, ProblemCode::ClaimDeleted]),
            }),
            &[("400", "InvalidRequest"), ("413", "PayloadTooLarge"), ("415", "UnsupportedMediaType")],
        ),
    })
}

fn list() -> Value {
    json!({
        "summary": "List a member's claims",
        "description": "Newest first, a page at a time. A member without claims has an empty list. A page may hold fewer claims \
                        than `limit` and still have a `nextToken`; it is rarely empty then.",
        "parameters": [parameter::status(), parameter::limit(), parameter::next_token()],
        "responses": with_common(json!({"200": success("One page, possibly empty.", "ClaimPage", schemas::page(), &[])}),
            &[("400", "InvalidParameters")],
        ),
    })
}

fn get() -> Value {
    json!({
        "summary": "Read a claim",
        "description": "Reads what was written last. Another member's claim is not found.",
        "parameters": [parameter::if_none_match()],
        "responses": with_common(
            json!({
                "200": success("The claim.", "Claim", schemas::claim(), &["ETag"]),
                "304": not_modified("The claim has a version that `If-None-Match` names."),
            }),
            &[("400", "InvalidParameters"), ("404", "ClaimNotFound")],
        ),
    })
}

fn update() -> Value {
    json!({
        "summary": "Replace what may change of a claim",
        "description": "Replaces policy type, amount, description and status, and adds one to the version. The status \
                        moves `pending` → `in_review` → `approved` or `denied`, `approved` → `paid`, and from \
                        `pending` or `in_review` to `withdrawn`; saying the same status again is no move.",
        "parameters": [parameter::if_match(1), parameter::update_key()],
        "requestBody": body("UpdateClaimRequest", schemas::update()),
        "responses": with_common(
            json!({
                "200": with_version(success("Updated.", "Claim", updated(), &["ETag"]), &headers(), 2),
                "409": problem(
                    "The claim's status does not allow this update, or the key has already named another one.",
                    &[ProblemCode::InvalidTransition, ProblemCode::IdempotencyKeyReused]),
            }),
            &[
                ("400", "InvalidRequest"), ("404", "ClaimNotFound"), ("412", "VersionMismatch"),
                ("413", "PayloadTooLarge"), ("415", "UnsupportedMediaType"),
            ],
        ),
    })
}

fn delete() -> Value {
    json!({
        "summary": "Delete a claim",
        "description": "Deletes the claim, whatever its status. What it said is gone; that its key was used is kept, so \
                        that no repeat makes it anew.",
        "parameters": [parameter::if_match(2), parameter::delete_key()],
        "responses": with_common(
            json!({"204": empty("Deleted.")}),
            &[("400", "InvalidParameters"), ("404", "ClaimNotFound"), ("412", "VersionMismatch")],
        ),
    })
}

fn history() -> Value {
    json!({
        "summary": "Who changed a claim, when, and what it was before",
        "description": "Oldest first, a page at a time, also of a deleted claim. An entry follows its write within about a second. \
                        There is one of each version from `historyFrom` on: a version that is missing is a gap in the record. \
                        (After a table was restored there may be two of a version.) \
                        A claim that has not been written since its history began is not found.",
        "parameters": [parameter::entries(), parameter::next_token()],
        "responses": with_common(
            json!({"200": success("One page.", "ClaimHistoryPage", schemas::history(), &[])}),
            &[("400", "InvalidParameters"), ("404", "ClaimNotFound")],
        ),
    })
}

fn body(schema: &str, example: Value) -> Value {
    json!({
        "required": true,
        "description": "At most 64 KiB.",
        "content": {JSON: {
            "schema": {"$ref": format!("#/components/schemas/{schema}")},
            "examples": {"example": {"value": example}},
        }},
    })
}

fn updated() -> Value {
    let mut claim = schemas::claim();
    if let (Some(claim), Value::Object(update)) = (claim.as_object_mut(), schemas::update()) {
        claim.extend(update);
    }
    claim["updatedAt"] = "2026-11-23T09:30:00.000Z".into();
    claim["version"] = 2.into();
    claim
}

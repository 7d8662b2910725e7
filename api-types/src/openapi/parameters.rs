//! Path, query and header parameters, each with its limits.

use serde_json::{Value, json};

use crate::PageLimit;
use private_api_contract::schemas::{EXAMPLE_ID, UUID_PATTERN};

/// UUID of version 7 and the RFC 9562 variant.
const UUID_V7_PATTERN: &str = "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-7[0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}$";

fn schema_ref(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

pub(super) fn claim_id() -> Value {
    json!({
        "name": "claimId", "in": "path", "required": true,
        "description": "The claim's id. One that is no UUID names no claim: 404.",
        "schema": schema_ref("ClaimId"),
    })
}

pub(super) fn member_id() -> Value {
    json!({
        "name": "memberId", "in": "query", "required": true,
        "description": "Whose claim it is.",
        "schema": schema_ref("MemberId"),
    })
}

pub(super) fn policy_id() -> Value {
    json!({
        "name": "policyId", "in": "query", "required": false,
        "description": "Under which policy the claim is made; here or, better, in the body, and in one of the two.",
        "schema": schema_ref("PolicyId"),
    })
}

pub(super) fn member_name() -> Value {
    json!({
        "name": "memberName", "in": "query", "required": false,
        "description": "The member's name; here or, better, in the body, and in one of the two: what stands in a URL is \
                        written into logs.",
        "schema": schema_ref("MemberName"),
    })
}

pub(super) fn status() -> Value {
    json!({
        "name": "status", "in": "query", "required": false,
        "description": "Only claims of this status. A page may then hold fewer claims than `limit` and still have a \
                        `nextToken`.",
        "schema": schema_ref("KnownClaimStatus"),
    })
}

pub(super) fn limit() -> Value {
    json!({
        "name": "limit", "in": "query", "required": false,
        "description": "How many claims a page may hold.",
        "schema": {
            "type": "integer",
            "minimum": PageLimit::MIN.get(),
            "maximum": PageLimit::MAX.get(),
            "default": PageLimit::DEFAULT.get(),
            "examples": [10],
        },
    })
}

pub(super) fn next_token() -> Value {
    json!({
        "name": "nextToken", "in": "query", "required": false,
        "description": "The `nextToken` of the page before, unchanged.",
        "schema": {"type": "string", "examples": [EXAMPLE_ID]},
    })
}

pub(super) fn create_key() -> Value {
    json!({
        "name": "Idempotency-Key", "in": "header", "required": false,
        "description": "A UUIDv7 that names this create and becomes the claim's id. Its time may lie at most 5 minutes \
                        ahead of the server's clock. The same key with the same request answers the existing claim; \
                        with another request it is a 409. Without it every attempt makes a claim of its own. After a \
                        delete the key stays used: a 409 `claim_deleted`, whatever the request says.",
        // No `format: uuid` in headers: openapi-python-client would hand a UUID object to its HTTP library.
        "schema": {"type": "string", "pattern": UUID_V7_PATTERN, "examples": [EXAMPLE_ID]},
    })
}

pub(super) fn update_key() -> Value {
    write_key(
        "A UUID that names this update. While it is the claim's last write, the same update under the same key answers \
         the claim as it is, and another one is a 409. Send the same key with every attempt of a conditional update; do \
         not repeat an unconditional one: it may overwrite somebody's later write.",
    )
}

pub(super) fn delete_key() -> Value {
    write_key(
        "A UUID that names this delete. The same delete under the same key is a 204 again, however late; another delete \
         of a deleted claim is a 404.",
    )
}

fn write_key(description: &str) -> Value {
    json!({
        "name": "Idempotency-Key", "in": "header", "required": false,
        "description": description,
        // Double quotes around it are read too: the form of the IETF's draft.
        "schema": {"type": "string", "pattern": UUID_PATTERN, "examples": [EXAMPLE_ID]},
    })
}

pub(super) fn if_match() -> Value {
    json!({
        "name": "If-Match", "in": "header", "required": false,
        "description": "The `ETag` that the claim must still have, quotes included; `*` for any. Of a list of up to ten \
                        any may match; a weak tag matches nothing. Otherwise 412 and nothing is written. Without it the last \
                        write wins.",
        // A client needs no more, although a list, a weak tag and any text in quotes are read as RFC 9110 has it.
        "schema": {"type": "string", "pattern": "^(\\*|\"[1-9][0-9]{0,18}\")$", "examples": ["\"1\""]},
    })
}

pub(super) fn if_none_match() -> Value {
    json!({
        "name": "If-None-Match", "in": "header", "required": false,
        "description": "An `ETag` that the caller has, or a list of them, or `*`: a 304 without a body if the claim still has it.",
        "schema": {"type": "string", "examples": ["\"1\""]},
    })
}

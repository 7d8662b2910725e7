//! Path, query and header parameters, each with its limits.

use private_api_contract::document::{self, page_limit};
use serde_json::{Value, json};

pub(super) use private_api_contract::document::next_token;

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
    page_limit("claims")
}

pub(super) fn entries() -> Value {
    page_limit("entries")
}

pub(super) fn create_key() -> Value {
    document::create_key(
        "A UUIDv7 of now, minted for this create; it names it and becomes the claim's id. Its time may lie at most 5 minutes \
         ahead of the server's clock. The same key with the same request answers the existing claim; \
         with another request it is a 409. Without it every attempt makes a claim of its own. After a \
         delete the key stays used: a 409 `claim_deleted`, whatever the request says.",
    )
}

pub(super) fn update_key() -> Value {
    document::update_key(
        "A UUID, minted for this update, that names it. While it is the claim's last write, the same update under the same key answers \
         the claim as it is, and another one is a 409. Send the same key with every attempt of a conditional update; do \
         not repeat an unconditional one: it may overwrite somebody's later write.",
    )
}

pub(super) fn delete_key() -> Value {
    document::update_key(
        "A UUID, minted for this delete, that names it. The same delete under the same key is a 204 again, however late; \
         another delete of a deleted claim is a 404.",
    )
}

pub(super) fn on_behalf_of() -> Value {
    document::on_behalf_of(
        "For whom the caller calls, by an id of the caller's own: never a name. Kept with what is written and in the record of \
         calls as the caller's word, beside who the gateway says is calling.",
    )
}

pub(super) fn if_match(version: u64) -> Value {
    document::if_match(
        "The `ETag` that the claim must still have, quotes included; `*` for any. Of a list of up to ten any may match; \
         a weak tag matches nothing. Otherwise 412 and nothing is written. Without it the last write wins.",
        version,
    )
}

pub(super) fn if_none_match() -> Value {
    document::if_none_match(
        "An `ETag` that the caller has, or a list of them, or `*`: a 304 without a body if the claim still has it.",
    )
}

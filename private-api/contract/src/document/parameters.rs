//! Parameters that this crate reads.

use serde_json::{Value, json};

use crate::{OPAQUE_ID_MAX, PageLimit, schemas::UUID_PATTERN};

/// UUID of version 7 and the RFC 9562 variant.
const UUID_V7_PATTERN: &str = "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-7[0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}$";

/// Writes the parameters of each path into its operations, before their own: some generators do not look at the path's.
#[must_use]
pub fn parameters_into_operations(mut paths: Value) -> Value {
    for item in paths.as_object_mut().into_iter().flatten().filter_map(|(_, item)| item.as_object_mut()) {
        let shared = item.remove("parameters");
        let shared = shared.as_ref().and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        for operation in item.values_mut() {
            let own = operation["parameters"].as_array().into_iter().flatten();
            operation["parameters"] = shared.iter().chain(own).cloned().collect();
        }
    }
    paths
}

/// The query parameter `limit`: [`PageLimit`]. `many` is what a page holds, such as `orders`.
#[must_use]
pub fn page_limit(many: &str) -> Value {
    json!({
        "name": "limit", "in": "query", "required": false,
        "description": format!("How many {many} a page may hold."),
        "schema": {
            "type": "integer",
            "format": "int32",
            "minimum": PageLimit::MIN.get(),
            "maximum": PageLimit::MAX.get(),
            "default": PageLimit::DEFAULT.get(),
            "examples": [10],
        },
    })
}

/// The query parameter `nextToken`, of lists whose tokens are ids.
#[must_use]
pub fn next_token() -> Value {
    json!({
        "name": "nextToken", "in": "query", "required": false,
        "description": "The `nextToken` of the page before, unchanged.",
        // To a client it is an opaque string, as it is in the page. No example: tools would send it, and begin in the middle.
        "schema": {"type": "string"},
    })
}

/// The header `Idempotency-Key` of a create, which wants a UUIDv7.
#[must_use]
pub fn create_key(description: &str) -> Value {
    key(description, UUID_V7_PATTERN)
}

/// The header `Idempotency-Key` of another write: any UUID.
#[must_use]
pub fn update_key(description: &str) -> Value {
    key(description, UUID_PATTERN)
}

fn key(description: &str, pattern: &str) -> Value {
    json!({
        "name": "Idempotency-Key", "in": "header", "required": false,
        "description": description,
        // Double quotes around it are read too: the form of the IETF's draft.
        // No `format: uuid` in headers: openapi-python-client would hand a UUID object to its HTTP library.
        // No example: tools would send it with every write.
        "schema": {"type": "string", "pattern": pattern},
    })
}

/// The header `X-On-Behalf-Of`: [`OnBehalfOf`](crate::OnBehalfOf).
#[must_use]
pub fn on_behalf_of(description: &str) -> Value {
    json!({
        "name": "X-On-Behalf-Of", "in": "header", "required": false,
        "description": description,
        "schema": {
            "type": "string", "minLength": 1, "maxLength": OPAQUE_ID_MAX, "pattern": "^[A-Za-z0-9_-]+$",
            "examples": ["adjuster-7"],
        },
    })
}

/// The header `If-Match`: [`IfMatch`](crate::IfMatch). `version` is the example's: the one that the operation meets when the examples
/// are sent one after the other.
#[must_use]
pub fn if_match(description: &str, version: u64) -> Value {
    json!({
        "name": "If-Match", "in": "header", "required": false,
        "description": description,
        // A client needs no more, although a list, a weak tag and any text in quotes are read as RFC 9110 has it.
        "schema": {"type": "string", "pattern": "^(\\*|\"[1-9][0-9]{0,18}\")$", "examples": [format!("\"{version}\"")]},
    })
}

/// The header `If-None-Match`: [`IfNoneMatch`](crate::IfNoneMatch).
#[must_use]
pub fn if_none_match(description: &str) -> Value {
    json!({
        "name": "If-None-Match", "in": "header", "required": false,
        "description": description,
        // No example: tools would send it, and read a 304.
        "schema": {"type": "string"},
    })
}

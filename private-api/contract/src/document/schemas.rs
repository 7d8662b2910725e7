//! The schemas of what every private API's documents name.

use serde_json::{Value, json};
use utoipa::{PartialSchema, ToSchema};

use crate::{FieldError, FieldErrorCode, NextToken, Problem, ProblemCode, Timestamp, Version};

/// What the gateway refuses with: a problem, or its own `{"message": …}` where it does not let the API shape the answer.
///
/// One schema reads both: of two for one status generators take one and lose the other's fields.
fn refusal(problem: &Value) -> Value {
    let mut properties = problem["properties"].clone();
    properties["message"] = json!({
        "type": "string",
        "description": "The gateway's words, alone: it did not let the API shape this answer.",
    });
    json!({
        "type": "object",
        "description": "A refusal of the gateway: a problem, branch on `code`; or, of an answer that it does not let the API \
                        shape, its `message` alone.",
        "properties": properties,
    })
}

/// By name: what a problem is made of, times, versions and tokens; and the schema of the codes under the name that `Problem` has
/// for it.
#[must_use]
pub fn schemas<C: ProblemCode + ToSchema>() -> Value {
    let mut schemas = json!({
        "Timestamp": Timestamp::schema(),
        "NextToken": NextToken::schema(),
        "Version": Version::schema(),
        "FieldErrorCode": FieldErrorCode::schema(),
        "FieldError": FieldError::schema(),
        "Problem": Problem::<C>::schema(),
    });
    schemas[C::name().as_ref()] = json!(C::schema());
    schemas["Refusal"] = refusal(&schemas["Problem"]);
    schemas
}

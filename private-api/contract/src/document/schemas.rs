//! The schemas of what every private API's documents name.

use serde_json::{Value, json};
use utoipa::{PartialSchema, ToSchema};

use crate::{FieldError, FieldErrorCode, NextToken, Problem, ProblemCode, Timestamp, Version};

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
        "GatewayMessage": {
            "type": "object",
            "description": "An error of the gateway that it does not let the API shape.",
            "properties": {"message": {"type": "string", "description": "The gateway's words."}},
        },
    });
    schemas[C::name().as_ref()] = json!(C::schema());
    schemas
}

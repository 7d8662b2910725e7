//! The parameters' schemas say what the server reads.
#![allow(missing_docs, clippy::unwrap_used)]

use std::{collections::HashMap, sync::LazyLock};

use claims_api_types::{
    ClaimId, ClaimStatus, IdempotencyKey, IfMatch, MemberId, MemberName, Operation, PageLimit, PolicyId, Timestamp,
};
use claims_openapi::CLAIMS_OPENAPI_JSON;
use jsonschema::Validator;
use proptest::prelude::*;
use serde_json::{Value, json};

/// The schemas of all parameters, of the path or the operation.
static SCHEMAS: LazyLock<HashMap<(Operation, String), Validator>> = LazyLock::new(|| {
    let document: Value = serde_json::from_str(CLAIMS_OPENAPI_JSON).unwrap();
    let mut schemas = HashMap::new();
    for &operation in Operation::ALL {
        let item = &document["paths"][operation.path()];
        for node in [item, &item[operation.method().to_ascii_lowercase()]] {
            for parameter in node["parameters"].as_array().into_iter().flatten() {
                let mut schema = parameter["schema"].clone();
                schema["components"] = document["components"].clone();
                let schema = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
                schemas.insert((operation, parameter["name"].as_str().unwrap().to_owned()), schema);
            }
        }
    }
    schemas
});

fn parameter(operation: Operation, name: &str) -> &'static Validator {
    &SCHEMAS[&(operation, name.to_owned())]
}

/// Both say the same about every one of these values.
fn agree(
    schema: &Validator,
    read: impl Fn(&str) -> bool,
    value: &str,
    json: impl Fn(&str) -> Value,
) -> Result<(), TestCaseError> {
    prop_assert_eq!(schema.is_valid(&json(value)), read(value), "about {:?}", value);
    Ok(())
}

fn text(value: &str) -> Value {
    json!(value)
}

/// UUIDs of all versions and variants, and what nearly is one. As a UUIDv7's time, those from `e` on lie beyond the
/// calendar.
const UUIDS: &str = "[0-9a-dA-D][0-9a-fA-F]{7}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\
                     |01900000-0d3c-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{32}|[0-9a-g-]{36}|\\PC{0,4}";

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(500) })]

    #[test]
    fn of_the_query(
        id in "[A-Za-z0-9_-]{0,66}|[ -~]{1,4}|é",
        name in "\\PC{0,3}|[a\\x00-\\x1f\\x7f-\\x9f]{1,2}|(é){127,129}",
        uuid in UUIDS,
    ) {
        agree(parameter(Operation::GetClaim, "memberId"), |v| v.parse::<MemberId>().is_ok(), &id, text)?;
        agree(parameter(Operation::CreateClaim, "policyId"), |v| v.parse::<PolicyId>().is_ok(), &id, text)?;
        agree(parameter(Operation::CreateClaim, "memberName"), |v| v.parse::<MemberName>().is_ok(), &name, text)?;
        // Opaque: no schema says what a token is.
        prop_assert!(parameter(Operation::ListClaims, "nextToken").is_valid(&json!(uuid)));
    }

    #[test]
    fn of_the_path_and_the_headers(uuid in UUIDS, tag in "\\*|\"[0-9]{0,19}\"|((W/)?\"[0-9a +]{0,2}\"[ ,]{0,2}){0,3}|[0-9]{1,2}|\\PC{0,3}") {
        // The end of the calendar, so that no key lies ahead.
        let now = Timestamp::from(jiff::Timestamp::MAX);
        let create = |v: &str| v.parse::<IdempotencyKey>().is_ok_and(|key| key.check_for_create(now).is_ok());
        agree(parameter(Operation::CreateClaim, "Idempotency-Key"), create, &uuid, text)?;
        let any_key = |v: &str| v.parse::<IdempotencyKey>().is_ok();
        agree(parameter(Operation::UpdateClaim, "Idempotency-Key"), any_key, &uuid, text)?;
        agree(parameter(Operation::DeleteClaim, "Idempotency-Key"), any_key, &uuid, text)?;
        agree(parameter(Operation::GetClaim, "claimId"), |v| v.parse::<ClaimId>().is_ok(), &uuid, text)?;
        // The schema has what a client needs; RFC 9110's other forms are read too, and none of them is one of these.
        let if_match = |v: &str| match v.parse::<IfMatch>() {
            Ok(IfMatch::Any) => v.trim() == v,
            Ok(IfMatch::OneOf(versions)) => versions.len() == 1 && versions[0].etag() == v,
            Err(_) => false,
        };
        agree(parameter(Operation::UpdateClaim, "If-Match"), if_match, &tag, text)?;
    }

    #[test]
    fn of_a_list(limit in -2..=200i64) {
        let number = |v: &str| json!(v.parse::<i64>().unwrap());
        let read = |v: &str| v.parse::<PageLimit>().is_ok();
        agree(parameter(Operation::ListClaims, "limit"), read, &limit.to_string(), number)?;
    }
}

#[test]
fn a_list_filters_by_every_known_status_and_no_other() {
    let schema = parameter(Operation::ListClaims, "status");
    for status in ClaimStatus::KNOWN {
        assert!(schema.is_valid(&json!(status)));
    }
    assert!(!schema.is_valid(&json!("escalated")));
}

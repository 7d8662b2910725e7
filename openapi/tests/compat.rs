//! A change that would break an existing consumer is said out loud.
#![allow(missing_docs, clippy::unwrap_used)]

use claims_api_types::openapi::document;
use claims_openapi::compat::{Exception, breaking_changes, compare, may_replace, may_replace_except};
use serde_json::{Value, json};

#[test]
fn the_contract_does_not_break_the_consumers_of_the_blessed_one() {
    let blessed: Value = serde_json::from_str(include_str!("../blessed/claims.openapi.json")).unwrap();
    let exceptions: Vec<Exception> = serde_json::from_str(include_str!("../blessed/exceptions.json")).unwrap();
    may_replace_except(&blessed, &document(), &exceptions).unwrap_or_else(|why| panic!("{why}"));
}

/// The breaking changes that this change to the contract makes.
fn after(change: impl FnOnce(&mut Value)) -> Vec<String> {
    let mut changed = document();
    change(&mut changed);
    assert_ne!(changed, document(), "the test's change has hit nothing");
    breaking_changes(&document(), &changed).iter().map(ToString::to_string).collect()
}

fn set(pointer: &'static str, value: Value) -> impl FnOnce(&mut Value) {
    move |document| {
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        match document.pointer_mut(parent).unwrap_or_else(|| panic!("no {parent}")) {
            Value::Array(items) if key == "-" => items.push(value),
            Value::Array(items) => items[key.parse::<usize>().unwrap()] = value,
            fields => fields[key.replace("~1", "/").replace("~0", "~")] = value,
        }
    }
}

fn remove(pointer: &'static str) -> impl FnOnce(&mut Value) {
    move |document| {
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        let parent = document.pointer_mut(parent).unwrap_or_else(|| panic!("no {parent}"));
        match parent {
            Value::Array(items) => drop(items.remove(key.parse().unwrap())),
            other => drop(other.as_object_mut().unwrap().remove(&key.replace("~1", "/").replace("~0", "~")).unwrap()),
        }
    }
}

#[test]
fn a_document_breaks_nothing_of_itself() {
    assert_eq!(breaking_changes(&document(), &document()), []);
}

#[test]
fn what_goes_away_is_breaking() {
    for (pointer, says) in [
        ("/paths/~1claim", "POST /claim: the operation is gone"),
        ("/paths/~1claim~1{claimId}/delete", "DELETE /claim/{claimId}: the operation is gone"),
        ("/paths/~1claim/get/parameters/4", "GET /claim, parameter nextToken: is gone"),
        ("/paths/~1claim/post/responses/409", "POST /claim, answer 409: is gone"),
        ("/paths/~1claim/post/responses/201/headers/Location", "POST /claim, answer 201, header Location: is gone"),
        ("/components/headers/ETag/required", "answer 200, header ETag: is no longer always there"),
        ("/components/schemas/Claim/properties/description", "answer 200, application/json.description: is gone"),
        ("/components/schemas/CreateClaimRequest/properties/status", "request body, application/json.status: is gone"),
        (
            "/components/responses/InvalidRequest/x-problem-codes/0",
            "answer 400: the problem code malformed_body is gone",
        ),
        ("/components/schemas/ProblemCode/x-extensible-enum/3", "code: the value claim_not_found is gone"),
        ("/components/schemas/Claim/required/0", "claimId: is no longer always there"),
        ("/security/0", "security: no credential is no longer enough"),
    ] {
        let breaking = after(remove(pointer));
        assert!(breaking.iter().any(|b| b.contains(says)), "{pointer}: {breaking:#?}");
    }
}

#[test]
fn a_request_that_narrows_and_an_answer_that_widens_are_breaking() {
    for (pointer, value, says) in [
        (
            "/components/schemas/Description/maxLength",
            json!(1000),
            "request body, application/json.description: maxLength is tighter",
        ),
        (
            "/components/schemas/Description/maxLength",
            json!(4000),
            "answer 200, application/json.description: maxLength is wider",
        ),
        ("/components/schemas/ClaimAmount/minimum", json!(1), "claimAmount: minimum is tighter"),
        ("/components/schemas/KnownPolicyType/enum", json!(["Health"]), "policyType: enum now refuses"),
        (
            "/components/schemas/ClaimAmount/type",
            json!("integer"),
            "request body, application/json.claimAmount: type now refuses",
        ),
        ("/components/schemas/Version/type", json!("number"), "version: type now allows what was never answered"),
        ("/components/schemas/Version/type", json!(["integer", "null"]), "version: type now allows"),
        ("/components/schemas/MemberId/pattern", json!("^x$"), "parameter memberId: pattern has changed"),
        (
            "/components/schemas/CreateClaimRequest/required/-",
            json!("status"),
            "application/json.status: is now required",
        ),
        ("/paths/~1claim/get/parameters/2/required", json!(true), "parameter status: is now required"),
        ("/paths/~1claim/get/operationId", json!("claims"), "the operationId"),
        ("/paths/~1claim/get/responses/202", json!({"description": "Later."}), "is a new way to succeed"),
        (
            "/paths/~1claim/get/responses/304",
            json!({"description": "A body.", "content": {"text/plain": {}}}),
            "is a new way to succeed",
        ),
        ("/components/schemas/Claim/properties/status", json!({"type": "string", "if": true}), "if has changed"),
        (
            "/paths/~1claim/parameters",
            json!([{"name": "tenant", "in": "query", "required": true, "schema": {"type": "string"}}]),
            "parameter tenant: is new and required",
        ),
    ] {
        let breaking = after(set(pointer, value));
        assert!(breaking.iter().any(|b| b.contains(says)), "{pointer}: {breaking:#?}");
    }
}

#[test]
fn what_consumers_survive_is_not_breaking() {
    let string = json!({"type": "string"});
    for (pointer, value) in [
        ("/components/schemas/Claim/properties/reviewer", string.clone()),
        ("/components/schemas/CreateClaimRequest/properties/currency", string.clone()),
        ("/components/schemas/KnownPolicyType/enum/-", json!("Pet")),
        ("/components/schemas/ClaimStatus/x-extensible-enum/-", json!("escalated")),
        ("/components/schemas/Claim/description", json!("Other words.")),
        ("/paths/~1claim/get/responses/410", json!({"description": "Gone."})),
        ("/paths/~1claim/get/responses/304", json!({"description": "Not modified."})),
        ("/paths/~1claim~1{claimId}/patch", json!({"operationId": "patchClaim"})),
        ("/paths/~1claim/get/parameters/-", json!({"name": "sort", "in": "query", "schema": string})),
    ] {
        let breaking = after(set(pointer, value));
        assert!(breaking.is_empty(), "{pointer}: {breaking:#?}");
    }
}

#[test]
fn a_longer_member_id_is_a_minor_version_for_the_caller_sends_it_with_every_request() {
    let mut changed = document();
    set("/components/schemas/MemberId/maxLength", json!(128))(&mut changed);
    let found = compare(&document(), &changed);
    assert_eq!(found.breaking, []);
    assert!(!found.allowed.is_empty() && found.allowed.iter().all(|a| a.rule == "own-value"), "{found:?}");
    // A policy's id is said by a create alone: other requests may answer what others sent.
    set("/components/schemas/PolicyId/maxLength", json!(128))(&mut changed);
    assert!(!breaking_changes(&document(), &changed).is_empty());
}

#[test]
fn a_break_needs_a_new_major_version() {
    let mut changed = document();
    remove("/components/schemas/Claim/properties/description")(&mut changed);
    let why = may_replace(&document(), &changed).unwrap_err();
    assert!(why.contains("description: is gone") && why.contains("info.version"), "{why}");
    changed["info"]["version"] = "1.9.0".into();
    assert!(may_replace(&document(), &changed).is_err(), "a minor version promises compatibility");
    changed["info"]["version"] = "2.0.0".into();
    assert_eq!(may_replace(&document(), &changed), Ok(()));
    assert!(may_replace(&changed, &document()).unwrap_err().contains("never go back"));
}

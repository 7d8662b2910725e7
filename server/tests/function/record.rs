//! The record of every call: who, for whom, what, about which claim and member, what came of it; and nothing else of it.

use std::time::Duration;

use claims_api_types::Operation;
use private_api_lambda::AuditKey;
use private_api_runtime::Function;
use serde_json::{Value, json};

use crate::{command, dynamodb::DynamoDb, event, invoke, new_id};

const KEY: &str = "0123456789abcdef0123456789abcdef";
const ARN: &str = "arn:aws:sts::123456789012:assumed-role/claims-worker/i-0abc";
const LIMIT: Duration = Duration::from_secs(60);
/// Every value that a caller sends, but for the claim's id and for whom it calls.
const MARKERS: [&str; 6] =
    ["marker-member", "marker-policy", "Marker Name", "757575", "marker description", "in_review"];

fn marked(operation: Operation, id: &str) -> Value {
    let mut event = event(operation, id);
    let body = json!({
        "policyType": "Health", "claimAmount": 757_575.75, "description": "marker description",
        "status": if operation == Operation::CreateClaim { "pending" } else { "in_review" },
    });
    if event["body"].is_string() {
        event["body"] = body.to_string().into();
    }
    event["multiValueQueryStringParameters"]["memberId"] = json!(["marker-member"]);
    if operation == Operation::CreateClaim {
        event["multiValueQueryStringParameters"]["policyId"] = json!(["marker-policy"]);
        event["multiValueQueryStringParameters"]["memberName"] = json!(["Marker Name"]);
    }
    event["requestContext"]["identity"] = json!({"userArn": ARN, "sourceIp": "10.0.16.7", "vpceId": "vpce-0a1b"});
    event["multiValueHeaders"]["x-on-behalf-of"] = json!(["adjuster-7"]);
    event
}

/// The lines of a function that has answered these events.
async fn lines(operation: Operation, dynamodb: &str, key: &str, events: &[Value]) -> Vec<Value> {
    let mut command = command(operation, dynamodb);
    // Whatever is left out of the log, the record is not.
    command.env("AUDIT_KEY", key).env("AWS_LAMBDA_LOG_LEVEL", "ERROR");
    let mut function = Function::start(command).await.unwrap();
    for event in events {
        invoke(&mut function, event, LIMIT).await;
    }
    let log = function.log().await.unwrap();
    for marker in MARKERS {
        assert!(!log.contains(marker), "{marker} is in the record: {log}");
    }
    log.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test]
async fn each_operation_leaves_one_line_that_says_who_did_what_for_whom() {
    let dynamodb = DynamoDb::start().await;
    let id = new_id();
    let key: AuditKey = KEY.parse().unwrap();
    // Each once well, and once as a request that is refused.
    for (operation, status) in [
        (Operation::CreateClaim, 201),
        (Operation::GetClaim, 200),
        (Operation::ListClaims, 200),
        (Operation::UpdateClaim, 200),
        (Operation::DeleteClaim, 204),
        (Operation::GetClaim, 404),
    ] {
        let mut unsigned = marked(operation, &id);
        unsigned["requestContext"]["identity"]["userArn"] = Value::Null;
        unsigned["multiValueHeaders"]["x-on-behalf-of"] = json!(["marker-policy Marker Name"]);
        let recorded = lines(operation, &dynamodb.url, KEY, &[marked(operation, &id), unsigned]).await;
        let [good, refused] = &recorded[..] else { panic!("one line a call: {recorded:?}") };
        let about = if operation == Operation::ListClaims { Value::Null } else { json!(id) };
        let expected = json!({
            "operation": operation.id(), "status": status, "arn": ARN, "vpce": null, "source": null,
            "on_behalf_of": "adjuster-7", "resource": about, "subject": key.hash("marker-member"),
            "subject_key": key.id(), "request_id": "11111111-2222-3333-4444-555555555555", "message": "request",
        });
        for (name, value) in expected.as_object().unwrap() {
            assert_eq!(&good[name], value, "{operation} {name}: {good}");
        }
        assert_eq!((&refused["status"], &refused["code"]), (&json!(400), &json!("validation_failed")));
        assert_eq!((&refused["vpce"], &refused["source"]), (&json!("vpce-0a1b"), &json!("10.0.16.7")), "{refused}");
        assert_eq!((&refused["arn"], &refused["on_behalf_of"]), (&Value::Null, &Value::Null), "{refused}");
        assert_eq!(refused["subject"], key.hash("marker-member"), "{refused}");
    }
}

#[tokio::test]
async fn a_claim_whose_key_the_service_mints_is_recorded_too() {
    let dynamodb = DynamoDb::start().await;
    let mut event = marked(Operation::CreateClaim, &new_id());
    event["multiValueHeaders"]["idempotency-key"] = Value::Null;
    // Without a key to hash it with, the member is not named at all.
    let recorded = lines(Operation::CreateClaim, &dynamodb.url, "", &[event]).await;
    let line = &recorded[0];
    assert!(line["status"] == 201 && line["resource"].as_str().is_some_and(|id| id.len() == 36), "{line}");
    assert!(line["subject"].is_null() && line["subject_key"].is_null(), "{line}");
}

#[tokio::test]
async fn what_is_no_id_is_not_recorded_as_one() {
    let dynamodb = DynamoDb::start().await;
    let mut event = marked(Operation::GetClaim, "x");
    event["pathParameters"]["claimId"] = json!("marker-policy");
    event["multiValueQueryStringParameters"]["memberId"] = json!(["Marker Name"]);
    let line = lines(Operation::GetClaim, &dynamodb.url, KEY, &[event]).await.remove(0);
    assert!(line["status"] == 404 && line["resource"].is_null() && line["subject"].is_null(), "{line}");
}

#[tokio::test]
async fn a_key_that_is_too_short_ends_the_function_at_its_start() {
    let mut command = command(Operation::GetClaim, "http://127.0.0.1:9");
    let output = command.env("AUDIT_KEY", "short-secret").output().await.unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(!output.status.success() && said.contains("AUDIT_KEY") && !said.contains("short-secret"), "{said}");
}

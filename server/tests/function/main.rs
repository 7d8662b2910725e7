//! The real binary when something is not as it should be: DynamoDB that is silent, refuses or is slow, and odd events.
#![allow(missing_docs, clippy::unwrap_used)]

mod callers;
mod deadline;
mod dynamodb;
mod log;
mod odd_events;
mod record;
mod refusals;

use std::{process::Stdio, time::Duration};

use claims_api_types::{IdempotencyKey, Operation};
use private_api_runtime::{Answer, Function, environment};
use serde_json::{Value, json};
use tokio::process::Command;

/// What Lambda and the deployment set, so that nothing of this machine helps.
fn command(operation: Operation, dynamodb: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_claims-lambda"));
    command.env_clear().stdin(Stdio::null()).envs(environment(operation.id()));
    command.env("DYNAMODB_TABLE_NAME", "claimsTable").env("AWS_ENDPOINT_URL_DYNAMODB", dynamodb);
    // One table is enough where nothing is recorded.
    command.env("HISTORY_TABLE_NAME", "claimsTable");
    command
}

/// An event for `operation` on the claim with this id.
fn event(operation: Operation, id: &str) -> Value {
    let path_parameters = if operation.path().contains('{') { json!({"claimId": id}) } else { Value::Null };
    let body = json!({"policyType": "Health", "claimAmount": 19.99, "description": "snow", "status": "pending"});
    let has_body = matches!(operation.method(), "POST" | "PUT");
    json!({
        "httpMethod": operation.method(),
        "multiValueHeaders": {"content-type": ["application/json"], "idempotency-key": [id]},
        "multiValueQueryStringParameters": {"memberId": ["1"], "policyId": ["p"], "memberName": ["John Doe"]},
        "pathParameters": path_parameters,
        "requestContext": {"requestId": "11111111-2222-3333-4444-555555555555"},
        "body": has_body.then(|| body.to_string()),
    })
}

/// What the function answered.
#[derive(Debug)]
struct Answered {
    status: u64,
    code: String,
    retry_after: bool,
    body: Value,
}

fn answered(answer: Answer) -> Answered {
    let Answer::Response(answer) = answer else { panic!("the function reports an error: {answer:?}") };
    let answer: Value = serde_json::from_slice(&answer).unwrap();
    let body = answer["body"].as_str().map_or(Value::Null, |text| serde_json::from_str(text).unwrap());
    Answered {
        status: answer["statusCode"].as_u64().unwrap(),
        code: body["code"].as_str().unwrap_or_default().to_owned(),
        retry_after: answer["multiValueHeaders"]["retry-after"].is_array(),
        body,
    }
}

async fn invoke(function: &mut Function, event: &Value, limit: Duration) -> Answered {
    answered(function.invoke_within(event.to_string(), limit).await.unwrap())
}

fn new_id() -> String {
    IdempotencyKey::mint().to_string()
}

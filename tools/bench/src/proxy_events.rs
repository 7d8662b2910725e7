//! The events that the gateway sends, with a claim of ordinary size, and what the API answers to them.

use std::error::Error;

use claims_api_types::Operation;
use claims_server::Api;
use serde_json::{Value, json};

/// The member that all of them are about.
pub const MEMBER: &str = "member-7";

/// An event for `operation`; `claim` is the claim it is about, for those that are about one.
pub fn event(operation: Operation, claim: &str) -> Value {
    let (method, path) = (operation.method(), operation.path());
    let query = match operation {
        Operation::CreateClaim => json!({ "memberId": MEMBER, "policyId": "policy-42", "memberName": "John Doe" }),
        _ => json!({ "memberId": MEMBER }),
    };
    let many: Value = query.as_object().into_iter().flatten().map(|(k, v)| (k.clone(), json!([v]))).collect();
    let mut body = json!({ "policyType": "Health", "claimAmount": 500.25, "description": "snow accident" });
    if operation == Operation::UpdateClaim {
        body["status"] = json!("pending");
    }
    let of_claim = path.contains("{claimId}").then(|| json!({ "claimId": claim }));
    let has_body = ["POST", "PUT"].contains(&method);
    let host = "a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com";
    json!({
        "resource": path, "path": path, "httpMethod": method,
        "headers": { "content-type": "application/json", "host": host },
        "multiValueHeaders": { "content-type": ["application/json"], "host": [host] },
        "queryStringParameters": query, "multiValueQueryStringParameters": many,
        "pathParameters": of_claim, "stageVariables": null,
        "requestContext": {
            "resourceId": "abc123", "resourcePath": path, "httpMethod": method, "stage": "dev",
            "path": format!("/dev{path}"), "accountId": "123456789012", "apiId": "a1b2c3d4e5", "protocol": "HTTP/1.1",
            "domainName": host, "requestTimeEpoch": 1_700_000_000_000_u64,
            "identity": { "sourceIp": "10.0.1.5", "vpcId": "vpc-1", "vpceId": "vpce-1", "userAgent": "claims-client" },
            "requestId": "11111111-2222-3333-4444-555555555555"
        },
        "body": has_body.then(|| body.to_string()), "isBase64Encoded": false
    })
}

/// The answer's body.
pub async fn call(api: &Api, operation: Operation, event: &str) -> Result<Value, Box<dyn Error>> {
    let answer = api.answer(operation, event.as_bytes(), None).await;
    body_of(operation, &serde_json::from_str(&answer.json)?)
}

/// The body of a good answer; a delete's and the empty function's are empty.
pub fn body_of(what: impl std::fmt::Display, answer: &Value) -> Result<Value, Box<dyn Error>> {
    match answer["statusCode"].as_u64() {
        Some(200..300) => match answer["body"].as_str() {
            None | Some("") => Ok(Value::Null),
            Some(body) => Ok(serde_json::from_str(body)?),
        },
        _ => Err(format!("{what} answered {answer}").into()),
    }
}

/// Creates a claim; its id.
pub async fn create(api: &Api) -> Result<String, Box<dyn Error>> {
    id_of(&call(api, Operation::CreateClaim, &event(Operation::CreateClaim, "").to_string()).await?)
}

pub fn id_of(claim: &Value) -> Result<String, Box<dyn Error>> {
    Ok(claim["claimId"].as_str().ok_or("the create did not answer with a claim")?.to_owned())
}

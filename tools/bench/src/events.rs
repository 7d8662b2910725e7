//! The events that the gateway sends for the five operations, with a claim of ordinary size.

use claims_api_types::Operation;
use serde_json::{Value, json};

/// The member that all of them are about.
pub const MEMBER: &str = "member-7";

/// An event for `operation`; `claim` is the claim it is about, for those that are about one.
pub fn event(operation: Operation, claim: &str) -> Value {
    let of_member = json!({ "memberId": MEMBER });
    let (method, path, path_parameters, query) = match operation {
        Operation::CreateClaim => (
            "POST",
            "/claim",
            Value::Null,
            json!({ "memberId": MEMBER, "policyId": "policy-42", "memberName": "John Doe" }),
        ),
        Operation::ListClaims => ("GET", "/claim", Value::Null, of_member),
        Operation::GetClaim => ("GET", "/claim/{claimId}", json!({ "claimId": claim }), of_member),
        Operation::UpdateClaim => ("PUT", "/claim/{claimId}", json!({ "claimId": claim }), of_member),
        Operation::DeleteClaim => ("DELETE", "/claim/{claimId}", json!({ "claimId": claim }), of_member),
    };
    let mut body =
        json!({ "policyType": "Health", "claimAmount": 500.25, "description": "snow accident", "status": "pending" });
    if operation == Operation::CreateClaim {
        body.as_object_mut().map(|body| body.remove("status"));
    }
    let body = match method {
        "POST" | "PUT" => Value::String(body.to_string()),
        _ => Value::Null,
    };
    let many: Value = query.as_object().into_iter().flatten().map(|(k, v)| (k.clone(), json!([v]))).collect();
    json!({
        "resource": path, "path": path, "httpMethod": method,
        "headers": { "content-type": "application/json", "host": "a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com" },
        "multiValueHeaders": {
            "content-type": ["application/json"], "host": ["a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com"]
        },
        "queryStringParameters": query, "multiValueQueryStringParameters": many,
        "pathParameters": path_parameters, "stageVariables": null,
        "requestContext": {
            "resourceId": "abc123", "resourcePath": path, "httpMethod": method, "stage": "dev",
            "path": format!("/dev{path}"), "accountId": "123456789012", "apiId": "a1b2c3d4e5", "protocol": "HTTP/1.1",
            "domainName": "a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com",
            "requestTimeEpoch": 1_700_000_000_000_u64,
            "identity": { "sourceIp": "10.0.1.5", "vpcId": "vpc-1", "vpceId": "vpce-1", "userAgent": "claims-client" },
            "requestId": "11111111-2222-3333-4444-555555555555"
        },
        "body": body, "isBase64Encoded": false
    })
}

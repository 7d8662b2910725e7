//! Proxy events, and the entry that takes them.

use claims_client::types::Operation;
use claims_server::{Api, Store};
use lambda_http::{Context, LambdaEvent};
use private_api_gateway::Definition;
use private_api_storage::Database;
use serde_json::{Value, json};

/// What an API Gateway REST API sends for the tutorial's create (shape: AWS's "Input format of a Lambda function for
/// proxy integration"), with the stage still in the path.
pub fn create_event() -> Value {
    json!({
        "resource": "/claim",
        "path": "/dev/claim",
        "httpMethod": "POST",
        "headers": {
            "Accept": "*/*", "CONTENT-TYPE": "application/json", "Host": "abc123.execute-api.eu-central-1.amazonaws.com",
            "x-amzn-vpce-id": "vpce-0123456789abcdef0", "X-Forwarded-Proto": "https"
        },
        "multiValueHeaders": {
            "Accept": ["*/*"], "CONTENT-TYPE": ["application/json"],
            "Host": ["abc123.execute-api.eu-central-1.amazonaws.com"],
            "x-amzn-vpce-id": ["vpce-0123456789abcdef0"], "X-Forwarded-Proto": ["https"]
        },
        "queryStringParameters": {"memberId": "123", "policyId": "123", "memberName": "JohnDoe"},
        "multiValueQueryStringParameters": {"memberId": ["123"], "policyId": ["123"], "memberName": ["JohnDoe"]},
        "pathParameters": null,
        "stageVariables": null,
        "requestContext": {
            "resourceId": "r1", "authorizer": null, "resourcePath": "/claim", "httpMethod": "POST",
            "extendedRequestId": "ext=", "requestTime": "22/Nov/2026:16:00:00 +0000", "path": "/dev/claim",
            "accountId": "123456789012", "protocol": "HTTP/1.1", "stage": "dev", "domainPrefix": "abc123",
            "requestTimeEpoch": 1795363200000i64, "requestId": "11111111-2222-3333-4444-555555555555",
            "identity": {
                "cognitoIdentityPoolId": null, "accountId": null, "cognitoIdentityId": null, "caller": null,
                "sourceIp": "10.0.1.230", "principalOrgId": null, "accessKey": null, "userArn": null,
                "cognitoAuthenticationType": null, "cognitoAuthenticationProvider": null, "userAgent": "curl/8",
                "user": null, "vpcId": "vpc-1", "vpceId": "vpce-0123456789abcdef0"
            },
            "domainName": "abc123.execute-api.eu-central-1.amazonaws.com", "deploymentId": "d1", "apiId": "abc123"
        },
        "body": "{\"policyType\":\"Health\",\"claimAmount\":500,\"description\":\"snow accident\",\"status\":\"pending\"}",
        "isBase64Encoded": false
    })
}

pub async fn api() -> Api {
    Api::new(embedded_store().await)
}

/// The table in a database of its own, without a gateway.
pub async fn embedded_store() -> Store {
    let Definition { program, table, sdk, .. } = claims_local::definition();
    let client = Database::memory(program).unwrap().client(&table, sdk).await.unwrap();
    Store::new(client, table.name)
}

pub async fn invoke(api: &Api, operation: Operation, event: Value) -> (u64, Value) {
    let event = LambdaEvent::new(serde_json::from_value(event).unwrap(), Context::default());
    let answer = serde_json::to_value(api.invoke(operation, event).await.unwrap()).unwrap();
    let body = answer["body"].as_str().map_or(Value::Null, |text| serde_json::from_str(text).unwrap_or_default());
    (answer["statusCode"].as_u64().unwrap(), body)
}

pub fn with(mut event: Value, pointer: &str, value: Value) -> Value {
    *event.pointer_mut(pointer).unwrap() = value;
    event
}

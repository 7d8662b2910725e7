//! What the import document says to the gateway.
#![allow(missing_docs, clippy::unwrap_used)]

use claims_api_types::{Operation, Problem, ProblemCode};
use claims_openapi::CLAIMS_APIGATEWAY_JSON;
use private_api_contract::ProblemCode as _;
use serde_json::Value;

fn import() -> Value {
    serde_json::from_str(CLAIMS_APIGATEWAY_JSON).unwrap()
}

#[test]
fn every_operation_calls_its_own_function() {
    let import = import();
    for &operation in Operation::ALL {
        let method = &import["paths"][operation.path()][operation.method().to_ascii_lowercase()];
        assert_eq!(method["operationId"], operation.id());
        assert_eq!(method["x-amazon-apigateway-auth"]["type"], "${authorization_type}");
        let integration = &method["x-amazon-apigateway-integration"];
        assert_eq!(integration["uri"], format!("${{{operation}_invoke_arn}}"));
        assert_eq!((&integration["type"], &integration["httpMethod"]), (&"aws_proxy".into(), &"POST".into()));
        let millis = integration["timeoutInMillis"].as_u64().unwrap();
        assert!((50..=29_000).contains(&millis));
    }
    let operations = import["paths"].as_object().unwrap().values().flat_map(|item| item.as_object().unwrap());
    assert_eq!(operations.count(), Operation::ALL.len(), "nothing else beside the operations, at the path neither");
}

#[test]
fn the_gateways_own_errors_are_problems_of_our_shape() {
    let import = import();
    let responses = import["x-amazon-apigateway-gateway-responses"].as_object().unwrap();
    for (kind, response) in responses {
        assert_eq!(response["responseParameters"]["gatewayresponse.header.Content-Type"], "'application/problem+json'");
        let template = response["responseTemplates"]["application/json"].as_str().unwrap();
        // As the gateway does it: `messageString` is quoted already.
        let body = template.replace("$context.error.messageString", "\"why\"").replace("$context.requestId", "r-1");
        let problem: Problem = serde_json::from_str(&body).unwrap();
        assert!(ProblemCode::KNOWN.contains(&problem.code), "{kind}");
        assert_eq!((problem.r#type, problem.title), (problem.code.urn(), problem.code.title().to_owned()));
        assert_eq!(problem.request_id.as_deref(), Some("r-1"));
        let detail = problem.detail.unwrap();
        if kind == "INVALID_SIGNATURE" {
            assert!(detail.contains("signature we calculated does not match"), "clients look for these words");
            assert!(!template.contains("messageString"), "the gateway's own words quote the caller's query");
        } else {
            assert_eq!(detail, "why", "{kind}");
        }
        match response.get("statusCode") {
            Some(status) => {
                assert_eq!(status.as_str().unwrap().parse().ok(), problem.status, "{kind}");
                assert_eq!(problem.code.status(), problem.status, "{kind}");
            }
            None => assert_eq!(problem.status, None, "{kind} cannot know its status"),
        }
        let wait = response["responseParameters"].get("gatewayresponse.header.Retry-After");
        assert_eq!(wait.is_some(), problem.code == ProblemCode::Throttled, "{kind}");
    }
    for kind in ["ACCESS_DENIED", "MISSING_AUTHENTICATION_TOKEN", "THROTTLED", "DEFAULT_5XX", "INTEGRATION_TIMEOUT"] {
        assert!(responses.contains_key(kind), "{kind}");
    }
    for kind in ["REQUEST_TOO_LARGE", "DEFAULT_4XX"] {
        assert!(!responses.contains_key(kind), "413 cannot be shaped, and would inherit from {kind}");
    }
}

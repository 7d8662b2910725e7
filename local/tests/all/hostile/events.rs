//! Events with less in them, or more, than a gateway sends, straight into the entry.

use claims_client::types::Operation;
use lambda_http::{Context, LambdaEvent, aws_lambda_events::encodings::Base64Data};
use serde_json::{Value, json};

use crate::common::event::{api, create_event, invoke, with};

/// Every field gone, and every field `null`, one at a time.
#[tokio::test]
async fn a_field_may_be_null_or_missing() {
    let api = api().await;
    let mut refused = Vec::new();
    for pointer in ["", "/requestContext", "/requestContext/identity"] {
        let fields = create_event().pointer(pointer).unwrap().as_object().unwrap().clone();
        for (field, absent) in fields.keys().flat_map(|field| [(field, true), (field, false)]) {
            let mut event = create_event();
            let map = event.pointer_mut(pointer).unwrap().as_object_mut().unwrap();
            if absent {
                map.remove(field);
            } else {
                map[field] = Value::Null;
            }
            let what = format!("{pointer}/{field} {}", if absent { "absent" } else { "null" });
            match serde_json::from_value(event) {
                Ok(event) => {
                    let answer = api.invoke(Operation::CreateClaim, LambdaEvent::new(event, Context::default())).await;
                    let status = serde_json::to_value(answer.unwrap()).unwrap()["statusCode"].as_u64().unwrap();
                    let expected = if what.starts_with("/body ") { 400 } else { 201 };
                    assert_eq!(status, expected, "{what}");
                }
                Err(_) => refused.push(what),
            }
        }
    }
    // What the event's type cannot be without; API Gateway always sends these.
    assert_eq!(
        refused,
        [
            "/httpMethod absent",
            "/httpMethod null",
            "/requestContext absent",
            "/requestContext null",
            "/requestContext/httpMethod absent",
            "/requestContext/httpMethod null",
            "/requestContext/identity null",
            "/requestContext/requestTimeEpoch null"
        ]
    );
}

#[tokio::test]
async fn an_empty_list_is_no_value() {
    let api = api().await;
    let (member, content_type) = ("/multiValueQueryStringParameters/memberId", "/multiValueHeaders/CONTENT-TYPE");
    for (pointer, value, expected) in [
        (member, json!([]), 400),
        (member, json!([""]), 400),
        (content_type, json!([]), 415),
        (content_type, json!([""]), 415),
    ] {
        let event = with(create_event(), pointer, value);
        assert_eq!(invoke(&api, Operation::CreateClaim, event).await.0, expected, "{pointer}");
    }
}

#[tokio::test]
async fn whatever_the_path_parameter_holds_it_names_no_claim() {
    let api = api().await;
    for claim_id in
        ["", "\0", "../claim", "CLAIM#1", "MEMBER#123", "%2e%2e", "{claimId}", "\u{202e}0190", &"0".repeat(100_000)]
    {
        for operation in [Operation::GetClaim, Operation::UpdateClaim, Operation::DeleteClaim] {
            let event = with(create_event(), "/pathParameters", json!({"claimId": claim_id, "memberId": "123"}));
            assert_eq!(invoke(&api, operation, event).await.0, 404, "{operation} {claim_id:.20}");
        }
    }
    assert_eq!(invoke(&api, Operation::ListClaims, create_event()).await.1, json!({"claims": []}));
}

#[tokio::test]
async fn a_body_is_measured_as_it_is_and_not_as_it_was_sent() {
    let api = api().await;
    let text = create_event()["body"].as_str().unwrap().to_owned();
    for (size, expected) in [(64 * 1024, 201), (64 * 1024 + 1, 413), (5_000_000, 413)] {
        let padded = format!("{text}{}", " ".repeat(size - text.len()));
        let encoded = with(with(create_event(), "/isBase64Encoded", json!(true)), "/body", base64(padded.as_bytes()));
        assert_eq!(invoke(&api, Operation::CreateClaim, encoded).await.0, expected, "{size} in Base64");
        let plain = with(create_event(), "/body", json!(padded));
        assert_eq!(invoke(&api, Operation::CreateClaim, plain).await.0, expected, "{size}");
    }
    // Base64 that nobody announced is no JSON, and neither is a body that is Base64 twice.
    let once = base64(text.as_bytes()).as_str().unwrap().to_owned();
    for (body, announced) in [(json!(once), false), (base64(once.as_bytes()), true), (json!(format!(" {once}")), true)]
    {
        let event = with(with(create_event(), "/isBase64Encoded", json!(announced)), "/body", body);
        let (status, problem) = invoke(&api, Operation::CreateClaim, event).await;
        assert_eq!((status, problem["code"].as_str()), (400, Some("malformed_body")));
    }
}

fn base64(bytes: &[u8]) -> Value {
    let mut data = Base64Data::default();
    data.extend_from_slice(bytes);
    json!(data)
}

//! The contract's table of errors, row by row, over HTTP.

use std::time::Duration;

use crate::common::{Api, CREATE, body, body_with, builder, event::embedded_store, path_of};
use claims_client::types::*;
use claims_local::Fault;
use serde_json::json;

const JSON: [(&str, &str); 1] = [("content-type", "application/json")];

#[tokio::test]
async fn malformed_bodies_are_refused_and_change_nothing() {
    let api = Api::start().await;
    let claim = api.claim("123", ClaimStatus::Pending).await;
    for (sent, errors) in [
        ("", vec![]),
        ("not json", vec![]),
        ("[]", vec![]),
        (r#"{"policyType":"Health""#, vec![]),
        (
            r#"{"policyType":"Health","claimAmount":"5","description":7,"status":"pending"}"#,
            vec!["claimAmount:wrong_type", "description:wrong_type"],
        ),
        (
            r#"{"policyType":"Health","claimAmount":5,"description":"","status":"pending","status":"pending"}"#,
            vec!["status:duplicate"],
        ),
        (
            r#"{"policyType":"Health","claimAmount":5,"description":"","status":"pending","claimamount":5}"#,
            vec!["claimamount:unknown_field"],
        ),
        (
            r#"{"policyType":"Health","claimAmount":null,"description":"","status":"pending"}"#,
            vec!["claimAmount:wrong_type"],
        ),
    ] {
        for (method, target) in [("POST", CREATE), ("PUT", &*path_of(&claim))] {
            let answer = api.send(method, target, &JSON, sent).await;
            answer.is_problem(400, "malformed_body");
            assert_eq!(answer.errors(), errors, "{method} {sent}");
        }
    }
    let listed = api.client.list_claims(&claim.member_id).await.unwrap();
    assert_eq!(listed.claims, [claim]);
}

#[tokio::test]
async fn no_body_field_reaches_the_storage() {
    let api = Api::start().await;
    let claim = api.claim("123", ClaimStatus::Pending).await;
    for field in ["PK", "SK", "claimId", "version", "lastWrite", "requestHash", "createdAt", "memberId"] {
        let bad = body_with(field, json!("x"));
        for (method, target) in [("POST", CREATE), ("PUT", &*path_of(&claim))] {
            let answer = api.json(method, target, &[], &bad).await;
            answer.is_problem(400, "malformed_body");
            assert_eq!(answer.errors(), [format!("{field}:unknown_field")]);
        }
    }
    assert_eq!(api.client.list_claims(&claim.member_id).await.unwrap().claims, [claim]);
}

#[tokio::test]
async fn every_wrong_value_is_named_at_once_by_its_wire_name() {
    let api = Api::start().await;
    let bad = json!({"policyType": "Car", "claimAmount": 1e9, "description": "x".repeat(2001), "status": "paid"});
    let target = "/claim?memberId=a%20b&memberName=&limit=ignored";
    let answer = api.json("POST", target, &[("idempotency-key", "not-a-uuid")], &bad).await;
    answer.is_problem(400, "validation_failed");
    assert_eq!(
        answer.errors(),
        [
            "memberId:invalid_format",
            "policyId:missing",
            "memberName:out_of_range",
            "policyType:invalid_value",
            "claimAmount:out_of_range",
            "description:out_of_range",
            "status:invalid_value",
            "Idempotency-Key:invalid_format"
        ]
    );
    let text = answer.json.to_string();
    for value in ["a b", "not-a-uuid", "Car", "xxx"] {
        assert!(!text.contains(value), "no value is echoed: {text}");
    }
}

#[tokio::test]
async fn each_bad_value_alone_is_a_400_that_names_it() {
    let api = Api::start().await;
    let long = "a".repeat(65);
    let long_name = "n".repeat(129);
    for (target, error) in [
        ("/claim?policyId=1&memberName=J", "memberId:missing"),
        ("/claim?memberId=&policyId=1&memberName=J", "memberId:invalid_format"),
        ("/claim?memberId=MEMBER%231&policyId=1&memberName=J", "memberId:invalid_format"),
        (&format!("/claim?memberId={long}&policyId=1&memberName=J"), "memberId:invalid_format"),
        ("/claim?memberId=1&memberId=1&policyId=1&memberName=J", "memberId:duplicate"),
        ("/claim?memberId=1&policyId=1%0A&memberName=J", "policyId:invalid_format"),
        ("/claim?memberId=1&policyId=1&memberName=J%00", "memberName:invalid_format"),
        (&format!("/claim?memberId=1&policyId=1&memberName={long_name}"), "memberName:out_of_range"),
    ] {
        let answer = api.json("POST", target, &[], &body()).await;
        answer.is_problem(400, "validation_failed");
        assert_eq!(answer.errors(), [error], "{target}");
    }
    for (field, value, error) in [
        ("policyType", json!("health"), "policyType:invalid_value"),
        ("claimAmount", json!(0), "claimAmount:out_of_range"),
        ("claimAmount", json!(-5), "claimAmount:out_of_range"),
        ("claimAmount", json!(0.001), "claimAmount:out_of_range"),
        ("claimAmount", json!(19.999), "claimAmount:invalid_format"),
        ("claimAmount", json!(1_000_000_000), "claimAmount:out_of_range"),
        ("claimAmount", json!(null), "claimAmount:missing"),
        ("status", json!("in_review"), "status:invalid_value"),
        ("status", json!("unheard_of"), "status:invalid_value"),
    ] {
        let answer = api.create(&[], &body_with(field, value)).await;
        answer.is_problem(400, "validation_failed");
        assert_eq!(answer.errors(), [error]);
    }
    let answer = api.create(&[], &body_with("status", json!(null))).await;
    assert_eq!(answer.status, 201, "an absent status is pending: {}", answer.json);
    for (target, error) in [
        ("/claim", "memberId:missing"),
        ("/claim?memberId=1&status=nope", "status:invalid_value"),
        ("/claim?memberId=1&limit=0", "limit:out_of_range"),
        ("/claim?memberId=1&limit=101", "limit:out_of_range"),
        ("/claim?memberId=1&limit=ten", "limit:invalid_format"),
        ("/claim?memberId=1&limit=05", "limit:invalid_format"),
        ("/claim?memberId=1&limit=5&limit=5", "limit:duplicate"),
        ("/claim?memberId=1&nextToken=MEMBER%231", "nextToken:invalid_format"),
    ] {
        let answer = api.get(target).await;
        answer.is_problem(400, "validation_failed");
        assert_eq!(answer.errors(), [error], "{target}");
    }
}

#[tokio::test]
async fn what_is_no_claim_id_names_no_claim() {
    let api = Api::start().await;
    let real = api.claim("1", ClaimStatus::Pending).await;
    let never_made = IdempotencyKey::mint();
    for id in ["2afe60e7-3f11-485a-8a69-16389ff52fbd", "x", "%2e%2e", "CLAIM%23", &never_made.to_string()] {
        let target = format!("/claim/{id}?memberId=1");
        api.get(&target).await.is_problem(404, "claim_not_found");
        api.json("PUT", &target, &[], &body()).await.is_problem(404, "claim_not_found");
        api.send("DELETE", &target, &[], "").await.is_problem(404, "claim_not_found");
    }
    // One id, whatever its letter case.
    let upper = format!("/claim/{}?memberId=1", real.claim_id.to_string().to_uppercase());
    assert_eq!(api.get(&upper).await.status, 200);
    // A missing member is a 400, also for a claim that exists.
    let answer = api.get(&format!("/claim/{}", real.claim_id)).await;
    assert_eq!(answer.is_problem(400, "validation_failed").errors(), ["memberId:missing"]);
}

#[tokio::test]
async fn only_json_is_read_and_at_most_64_kib_of_it() {
    let api = Api::start().await;
    let claim = api.claim("123", ClaimStatus::Pending).await;
    for (method, target) in [("POST", CREATE), ("PUT", &*path_of(&claim))] {
        let text = body().to_string();
        for headers in [
            vec![],
            vec![("content-type", "text/plain")],
            vec![("content-type", "application/jsonx")],
            vec![("content-type", "application/x-www-form-urlencoded")],
            vec![("content-type", "application/json"), ("content-type", "text/plain")],
        ] {
            api.send(method, target, &headers, text.clone()).await.is_problem(415, "unsupported_media_type");
        }
        for fine in ["application/json", "Application/JSON", "application/json;charset=UTF-8"] {
            let answer = api.send(method, target, &[("content-type", fine)], text.clone()).await;
            assert!(answer.status < 300, "{fine}: {}", answer.json);
        }
        let fits = format!("{}{}", " ".repeat(64 * 1024 - text.len()), text);
        assert!(api.send(method, target, &JSON, fits.clone()).await.status < 300);
        api.send(method, target, &JSON, format!(" {fits}")).await.is_problem(413, "payload_too_large");
    }
}

#[tokio::test]
async fn a_throttling_storage_is_429_with_retry_after() {
    let api = Api::start().await;
    // The SDK tries three times.
    (0..3).for_each(|_| api.local.inject(Fault::StorageThrottled));
    let answer = api.create(&[], &body()).await;
    assert_eq!(answer.is_problem(429, "throttled").header("retry-after"), Some("1"));
    // Less than that, and nobody notices.
    (0..2).for_each(|_| api.local.inject(Fault::StorageThrottled));
    assert_eq!(api.create(&[], &body()).await.status, 201);
}

#[tokio::test]
async fn an_unreachable_storage_is_503_with_retry_after() {
    let api = Api::start().await;
    (0..3).for_each(|_| api.local.inject(Fault::StorageDown));
    let answer = api.get("/claim?memberId=1").await;
    assert_eq!(answer.is_problem(503, "storage_unavailable").header("retry-after"), Some("1"));
    assert_eq!(api.get("/claim?memberId=1").await.status, 200);
}

#[tokio::test]
async fn a_missing_table_is_our_own_bug_and_says_no_more() {
    let api = Api::start().await;
    let store = claims_server::Store::new(embedded_store().await.client().clone(), "another-table");
    let served = claims_server::Api::new(store);
    let event = json!({
        "httpMethod": "GET", "resource": "/claim", "path": "/claim", "headers": null, "multiValueHeaders": null,
        "queryStringParameters": {"memberId": "1"}, "multiValueQueryStringParameters": {"memberId": ["1"]},
        "pathParameters": null, "stageVariables": null, "body": null, "isBase64Encoded": false,
        "requestContext": {"requestId": "r-1", "identity": {}, "httpMethod": "GET"}
    });
    let event = lambda_http::LambdaEvent::new(serde_json::from_value(event).unwrap(), Default::default());
    let answer = serde_json::to_value(served.invoke(Operation::ListClaims, event).await.unwrap()).unwrap();
    assert_eq!(answer["statusCode"], 500);
    let problem: Problem = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
    assert_eq!(problem.code, ProblemCode::Internal);
    assert_eq!(problem.request_id.as_deref(), Some("r-1"));
    assert!(!answer.to_string().contains("another-table"));
    drop(api);
}

#[tokio::test]
async fn a_gateway_that_waits_too_long_answers_504() {
    let local = builder().integration_timeout(Duration::from_millis(50)).start().await.unwrap();
    let api = Api::of(local);
    api.local.inject(Fault::Delay(Duration::from_secs(3600)));
    let answer = api.create(&[], &body()).await;
    answer.is_problem(504, "gateway_timeout");
}

#[tokio::test]
async fn the_gateways_own_errors_have_our_shape_too() {
    let api = Api::start().await;
    for (fault, status, code) in [
        (Fault::Throttle { retry_after: 7 }, 429, "throttled"),
        (Fault::Status(429), 429, "throttled"),
        (Fault::Status(504), 504, "gateway_timeout"),
    ] {
        api.local.inject(fault.clone());
        let answer = api.get("/claim?memberId=1").await;
        answer.is_problem(status, code);
        if fault == (Fault::Throttle { retry_after: 7 }) {
            assert_eq!(answer.header("retry-after"), Some("7"));
        }
    }
    // A 5xx whose status the document leaves to the gateway.
    for status in [500, 502] {
        api.local.inject(Fault::Status(status));
        let answer = api.get("/claim?memberId=1").await;
        assert_eq!((answer.status, answer.json["code"].as_str()), (status, Some("integration_failed")));
        assert_eq!(answer.json["requestId"].as_str(), answer.header("x-amzn-requestid"));
    }
}

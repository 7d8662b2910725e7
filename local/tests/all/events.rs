//! Proxy events as the real gateway sends them, the awkward ones too, straight into the entry.

use crate::common::event::{api, create_event, invoke, with};
use claims_client::types::Operation;
use proptest::prelude::*;
use serde_json::{Value, json};

#[tokio::test]
async fn a_real_event_makes_a_claim() {
    let api = api().await;
    assert_eq!(invoke(&api, Operation::CreateClaim, create_event()).await.0, 201);
}

#[tokio::test]
async fn null_maps_are_empty_maps() {
    let api = api().await;
    let event = with(create_event(), "/multiValueQueryStringParameters", Value::Null);
    assert_eq!(invoke(&api, Operation::CreateClaim, event.clone()).await.0, 201, "the single values remain");
    let event = with(event, "/queryStringParameters", Value::Null);
    let (status, problem) = invoke(&api, Operation::CreateClaim, event).await;
    assert_eq!((status, problem["errors"].as_array().unwrap().len()), (400, 3));
    let event = with(create_event(), "/multiValueHeaders", Value::Null);
    assert_eq!(invoke(&api, Operation::CreateClaim, event.clone()).await.0, 201);
    let event = with(event, "/headers", Value::Null);
    assert_eq!(invoke(&api, Operation::CreateClaim, event).await.0, 415);
    // No path parameters where one is needed: no claim is named.
    assert_eq!(invoke(&api, Operation::GetClaim, create_event()).await.0, 404);
    let event = with(create_event(), "/body", Value::Null);
    assert_eq!(invoke(&api, Operation::CreateClaim, event).await.0, 400);
}

#[tokio::test]
async fn base64_bodies_are_read_and_bad_ones_refused() {
    let api = api().await;
    let encoded = "eyJwb2xpY3lUeXBlIjoiTGlmZSIsImNsYWltQW1vdW50IjoxLCJkZXNjcmlwdGlvbiI6IiJ9";
    let event = with(with(create_event(), "/isBase64Encoded", json!(true)), "/body", json!(encoded));
    let (status, claim) = invoke(&api, Operation::CreateClaim, event.clone()).await;
    assert_eq!((status, claim["policyType"].as_str()), (201, Some("Life")), "{claim}");
    for bad in ["not base64!", "/w==", ""] {
        let (status, problem) = invoke(&api, Operation::CreateClaim, with(event.clone(), "/body", json!(bad))).await;
        assert_eq!((status, problem["code"].as_str()), (400, Some("malformed_body")), "{bad}");
    }
}

#[tokio::test]
async fn the_function_is_the_operation_whatever_the_event_says() {
    let api = api().await;
    let event = with(create_event(), "/httpMethod", json!("DELETE"));
    let event = with(event, "/path", json!("/prod/elsewhere/%zz"));
    assert_eq!(invoke(&api, Operation::CreateClaim, event).await.0, 201);
}

#[tokio::test]
async fn a_query_longer_than_any_url_is_read_all_the_same() {
    let api = api().await;
    let mut event = create_event();
    event["multiValueQueryStringParameters"]["x"] = json!(["é".repeat(70_000)]);
    assert_eq!(invoke(&api, Operation::CreateClaim, event).await.0, 201);
}

#[tokio::test]
async fn a_header_given_twice_is_seen_twice() {
    let api = api().await;
    let mut event = create_event();
    event["headers"]["Idempotency-Key"] = json!("0190f8f4-0d3c-7c3a-9d53-6f1f2f7a9b10");
    event["multiValueHeaders"]["Idempotency-Key"] =
        json!(["0190f8f4-0d3c-7c3a-9d53-6f1f2f7a9b11", "0190f8f4-0d3c-7c3a-9d53-6f1f2f7a9b10"]);
    let (status, problem) = invoke(&api, Operation::CreateClaim, event).await;
    assert_eq!((status, problem["errors"][0]["code"].as_str()), (400, Some("duplicate")));
}

/// How many times longer than in an ordinary test run; `cargo xtask nightly` sets it.
fn longer() -> u32 {
    std::env::var("CLAIMS_TEST_LONGER").ok().and_then(|n| n.parse().ok()).unwrap_or(1)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300 * longer()))]

    /// Whatever a caller writes into the texts of a request, the entry answers, and never with a 5xx.
    #[test]
    fn no_text_takes_the_entry_down(
        host in "\\PC{0,20}", proto in "[ -~]{0,8}", path in "\\PC{0,30}", key in "\\PC{0,12}", value in "\\PC{0,12}",
        id in "\\PC{0,40}", body in "\\PC{0,60}", base64: bool, operation in 0..5usize,
        // Some of them longer than any URL may be.
        times in prop_oneof![9 => Just(1usize), 1 => Just(9_000)],
    ) {
        let visible = host.bytes().all(|b| (0x20..0x7f).contains(&b) || b >= 0x80);
        prop_assume!(visible);
        let mut event = create_event();
        for headers in ["headers", "multiValueHeaders"] {
            let wrap = |text: &str| if headers == "headers" { json!(text) } else { json!([text]) };
            event[headers]["Host"] = wrap(&host);
            event[headers]["X-Forwarded-Proto"] = wrap(&proto);
        }
        event["path"] = json!(path);
        let value = value.repeat(times);
        event["queryStringParameters"][&key] = json!(value);
        event["multiValueQueryStringParameters"][&key] = json!([value]);
        event["pathParameters"] = json!({"claimId": id});
        event["requestContext"]["domainName"] = json!(host);
        event["body"] = json!(body);
        event["isBase64Encoded"] = json!(base64);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (status, _) = runtime.block_on(async {
            let api = api().await;
            invoke(&api, Operation::ALL[operation], event).await
        });
        prop_assert!(status < 500, "{status}");
    }
}

//! The service, with a scripted transport in the place of the claims API: no sockets, and no time that passes.
#![allow(clippy::unwrap_used)]

use std::{net::UdpSocket, time::Duration};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, Response, StatusCode},
    response::IntoResponse,
};
use claims_client::{
    ClaimsClient, Endpoint, Error, ErrorKind,
    testing::{Failure, Script},
    types::*,
};
use intake::{Failed, Intake, Settings, Watch};
use tower::ServiceExt;

const KEY: &str = "0190f8f4-0d3c-7c3a-9d53-6f1f2f7a9b10";
const NEW: &str = r#"{"policyId":"9","memberName":"John Doe","amount":500,"description":"snow accident"}"#;

fn claim(status: &str) -> String {
    format!(
        r#"{{"claimId":"{KEY}","memberId":"123","policyId":"9","memberName":"John Doe","policyType":"Health","claimAmount":500,
        "description":"snow accident","status":"{status}","createdAt":"2026-11-22T16:00:00.123Z",
        "updatedAt":"2026-11-22T16:00:00.123Z","version":1}}"#
    )
}

fn service(script: &Script, watch: &Watch) -> Router {
    let client = ClaimsClient::builder().endpoint(Endpoint::url("http://claims.test/dev")).script(script);
    Intake::new(client, watch.clone(), Duration::from_secs(2)).unwrap().router()
}

async fn send(service: &Router, method: &str, path: &str, body: &str) -> Response<Body> {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("content-type", "application/json")
        .header("idempotency-key", KEY)
        .header("traceparent", "00-trace");
    service.clone().oneshot(request.body(Body::from(body.to_owned())).unwrap()).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_claim_is_filed_in_two_attempts_and_both_sinks_and_the_trace_show_it() {
    let statsd = UdpSocket::bind("127.0.0.1:0").unwrap();
    let watch = Watch::default().with_statsd(statsd.local_addr().unwrap()).unwrap();
    let script = Script::new().lost().answer(201, claim("pending"));
    let service = service(&script, &watch);
    assert_eq!(send(&service, "POST", "/members/123/claims", NEW).await.status(), StatusCode::CREATED);
    assert!(script.sent().iter().all(|sent| sent.headers()["traceparent"] == "00-trace"));

    let text = to_bytes(send(&service, "GET", "/metrics", "").await.into_body(), 10_000).await.unwrap();
    let text = String::from_utf8(text.to_vec()).unwrap();
    for line in [
        r#"claims_attempts_total{operation="createClaim",outcome="interrupted"} 1"#,
        r#"claims_attempts_total{operation="createClaim",outcome="ok"} 1"#,
        r#"claims_calls_total{operation="createClaim",outcome="ok"} 1"#,
    ] {
        assert!(text.lines().any(|said| said == line), "{line} is not in {text}");
    }
    let mut packet = [0; 100];
    let length = statsd.recv(&mut packet).unwrap();
    assert!(packet[..length].starts_with(b"claims.createClaim.ok:"));
}

#[tokio::test(start_paused = true)]
async fn a_claim_that_takes_too_long_is_filed_meanwhile_with_its_key() {
    let script = Script::new().silent().answer(201, claim("pending"));
    let answer = send(&service(&script, &Watch::default()), "POST", "/members/123/claims", NEW).await;
    assert_eq!(answer.status(), StatusCode::ACCEPTED);
    assert_eq!(answer.headers()["location"], KEY);
    // The paused clock goes on when everybody waits.
    while script.sent().len() < 2 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let keys: Vec<_> = script.sent().iter().map(|sent| sent.headers()["idempotency-key"].clone()).collect();
    assert_eq!(keys, [KEY, KEY]);
    assert!(script.sent().iter().all(|sent| sent.headers()["traceparent"] == "00-trace"));
}

#[tokio::test]
async fn two_lists_are_read_at_once() {
    let page = format!(r#"{{"claims":[{}]}}"#, claim("pending"));
    let script = Script::new().answer(200, page.clone()).answer(200, page);
    let answer = send(&service(&script, &Watch::default()), "GET", "/members/123/claims", "").await;
    let body = to_bytes(answer.into_body(), 10_000).await.unwrap();
    let overview: serde_json::Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(overview, serde_json::json!({"pending": 1, "in_review": 1, "newest": [KEY]}));
}

#[tokio::test]
async fn a_pending_claim_is_taken_into_review_and_another_is_left_alone() {
    let script = Script::new().answer(200, claim("pending")).answer(200, claim("in_review")).answer(200, claim("paid"));
    let service = service(&script, &Watch::default());
    let path = format!("/members/123/claims/{KEY}/review");
    assert_eq!(send(&service, "POST", &path, "").await.status(), StatusCode::NO_CONTENT);
    assert_eq!(send(&service, "POST", &path, "").await.status(), StatusCode::CONFLICT);
    assert_eq!(script.sent()[1].headers()["if-match"], "\"1\"");
    assert_eq!(script.sent().len(), 3);
}

#[test]
fn each_failure_has_its_status() {
    let (read, write) = (Operation::GetClaim.row(), Operation::UpdateClaim.row());
    for (operation, failure, kind, status) in [
        (read, Failure::Problem(Problem::new(ProblemCode::ClaimNotFound)), ErrorKind::NotFound, 404),
        (read, Failure::Problem(Problem::new(ProblemCode::Throttled)), ErrorKind::Throttled, 503),
        (read, Failure::Status(403), ErrorKind::Forbidden, 500),
        (read, Failure::NotConnected, ErrorKind::Connect, 504),
        (read, Failure::TimedOut, ErrorKind::Timeout, 504),
        (write, Failure::TimedOut, ErrorKind::OutcomeUnknown, 502),
        (read, Failure::UnexpectedAnswer, ErrorKind::UnexpectedAnswer, 500),
        (read, Failure::NoCredentials, ErrorKind::Credentials, 500),
    ] {
        let error = Error::for_test(operation, failure);
        assert_eq!(error.kind(), kind);
        assert_eq!(Failed::from(error).into_response().status().as_u16(), status, "{kind:?}");
    }
}

#[test]
fn settings_are_read_from_a_file() {
    let text = r#"{"claims": {"mode": "private-dns", "id": "a1b2c3d4e5", "region": "eu-central-1", "stage": "dev"},
        "retry": {"max_attempts": 3, "base_delay": "50ms"}, "listen": "127.0.0.1:8080"}"#;
    let settings: Settings = serde_json::from_str(text).unwrap();
    assert!(ClaimsClient::builder().endpoint(settings.claims).retry(settings.retry).build().is_ok());
}

//! The local gateway does what API Gateway does.

use std::time::Duration;

use crate::common::{Api, CREATE, body, builder};
use claims_client::{ClaimsClient, Endpoint, Refusal, types::*};
use claims_local::{Fault, LocalApi};
use serde_json::json;
use tokio::net::TcpStream;

#[tokio::test]
async fn an_unknown_route_or_method_is_missing_authentication_token() {
    let api = Api::start().await;
    for (method, target) in [
        ("GET", "/"),
        ("GET", "/claims"),
        ("GET", "/claim/a/b"),
        ("PATCH", "/claim"),
        ("DELETE", "/claim?memberId=1"),
        ("POST", "/claim/2afe60e7-3f11-485a-8a69-16389ff52fbd"),
    ] {
        let answer = api.send(method, target, &[], "").await;
        answer.is_problem(403, "forbidden");
        assert_eq!(answer.json["detail"], "Missing Authentication Token", "{method} {target}");
    }
}

/// What AWS does is in the gateway's recorded cases; here it is what claims become of it.
#[tokio::test]
async fn what_aws_makes_of_a_request_reaches_the_claims() {
    let api = Api::start().await;
    let claim = api.claim("123", ClaimStatus::Pending).await;
    let id = claim.claim_id;
    // Another stage is a bare Forbidden: no API could shape it.
    let answer = api.raw("GET /prod/claim?memberId=123 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 403 Forbidden\r\n"), "{answer}");
    assert!(answer.contains("x-amzn-errortype: ForbiddenException\r\n"), "{answer}");
    assert!(answer.ends_with(r#"{"message":"Forbidden"}"#), "{answer}");
    let elsewhere = format!("http://{}/prod", api.local.address());
    let client = ClaimsClient::builder().endpoint(Endpoint::url(elsewhere)).build().unwrap();
    let error = client.list_claims(&claim.member_id).await.unwrap_err();
    assert_eq!(error.refusal(), Some(Refusal::Bare));
    assert!(error.to_string().contains("check the stage"), "{error}");
    // A slash at the end or the beginning does not count.
    for target in ["/claim/?memberId=123", "//claim?memberId=123"] {
        assert_eq!(api.get(target).await.json, json!({ "claims": [claim] }), "{target}");
    }
    assert_eq!(api.get(&format!("/claim/{id}/?memberId=123")).await.json, json!(claim));
    // A header changes the method; the client refuses to send it.
    let overridden = [("X-HTTP-Method-Override", "DELETE")];
    let answer = api.send("GET", &format!("/claim/{id}?memberId=123"), &overridden, "").await;
    assert_eq!((answer.status, answer.header("content-type")), (204, Some("application/json")));
    assert_eq!(api.get("/claim?memberId=123").await.json, json!({"claims": []}));
    // Raw characters that are refused before any function runs.
    for target in ["/claim?memberId=123&x=a|b", "/claim?memberId=123&x={b}"] {
        let answer = api.get(target).await;
        assert_eq!((answer.status, answer.header("x-amzn-errortype")), (400, Some("BadRequestException")), "{target}");
    }
}

#[tokio::test]
async fn a_wrong_host_or_api_id_is_a_bare_forbidden() {
    let api = Api::start().await;
    let id = LocalApi::API_ID;
    let vpce = "vpce-0123456789abcdef0";
    for (headers, fine) in [
        (vec![("host", format!("{id}.execute-api.eu-central-1.amazonaws.com"))], true),
        (vec![("host", format!("{id}-{vpce}.execute-api.eu-central-1.amazonaws.com"))], true),
        (
            vec![
                ("host", format!("{vpce}.execute-api.eu-central-1.vpce.amazonaws.com")),
                ("x-apigw-api-id", id.into()),
            ],
            true,
        ),
        (vec![("host", format!("{vpce}.execute-api.eu-central-1.vpce.amazonaws.com"))], false),
        (vec![("host", "other00000.execute-api.eu-central-1.amazonaws.com".into())], false),
        (vec![("host", format!("{id}.evil.example"))], false),
        (vec![("host", "evil.example".into())], false),
        (vec![("host", "evil.example".into()), ("x-apigw-api-id", id.into())], false),
        (vec![("host", "LOCALHOST".into())], true),
        (vec![("x-apigw-api-id", "other00000".into())], false),
        (vec![("x-apigw-api-id", id.into())], true),
    ] {
        let headers: Vec<_> = headers.iter().map(|(n, v)| (*n, v.as_str())).collect();
        let answer = api.send("GET", "/claim?memberId=1", &headers, "").await;
        if fine {
            assert_eq!(answer.status, 200, "{headers:?}");
        } else {
            assert_eq!((answer.status, answer.json), (403, json!({"message": "Forbidden"})), "{headers:?}");
        }
        assert!(answer.headers.contains_key("x-amzn-requestid"));
    }
}

#[tokio::test]
async fn no_other_origin_may_read_an_answer() {
    let api = Api::start().await;
    let foreign = "Host: localhost\r\nOrigin: https://evil.example\r\nConnection: close";
    for request in [
        format!("GET /dev/claim?memberId=1 HTTP/1.1\r\n{foreign}\r\n\r\n"),
        format!("GET /dev/claim HTTP/1.1\r\n{foreign}\r\n\r\n"),
        format!("GET /docs HTTP/1.1\r\n{foreign}\r\n\r\n"),
        format!("OPTIONS /dev/claim HTTP/1.1\r\n{foreign}\r\nAccess-Control-Request-Method: POST\r\n\r\n"),
    ] {
        let answer = api.raw(request.as_str()).await.to_ascii_lowercase();
        assert!(answer.starts_with("http/1.1 ") && !answer.contains("access-control-allow"), "{request}{answer}");
    }
}

#[tokio::test]
async fn every_answer_has_a_request_id_of_its_own() {
    let api = Api::start().await;
    let mut ids = Vec::new();
    for target in ["/claim?memberId=1", "/claim", "/nowhere"] {
        ids.push(api.get(target).await.header("x-amzn-requestid").unwrap().to_owned());
    }
    assert_eq!(ids.iter().collect::<std::collections::HashSet<_>>().len(), 3);
}

#[tokio::test]
async fn what_is_too_large_never_reaches_the_function() {
    let api = Api::start().await;
    let json = [("content-type", "application/json")];
    let answer = api.send("POST", CREATE, &json, vec![b' '; 6 * 1024 * 1024 + 1]).await;
    assert_eq!((answer.status, answer.json), (413, json!({"message": "Request Too Long"})));
    let long = "x".repeat(8001);
    assert_eq!(api.send("GET", "/claim?memberId=1", &[("x-long", &long)], "").await.status, 431);
    // The path counts, the query does not.
    let answer = api.get(&format!("/claim/{}?memberId=1", "x".repeat(1600))).await;
    assert_eq!(answer.status, 414);
    let answer = api.get(&format!("/claim?memberId=1&x={}", "x".repeat(1600))).await;
    assert_eq!(answer.status, 200);
    let answer = api.get(&format!("/claim?memberId=1&x={}", "x".repeat(8200))).await;
    assert_eq!(answer.status, 414);
}

#[tokio::test]
async fn a_body_without_a_length_is_refused() {
    let api = Api::start().await;
    let text = body().to_string();
    let request = format!(
        "POST /dev{CREATE} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
         Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n{:x}\r\n{text}\r\n0\r\n\r\n",
        text.len()
    );
    let answer = api.raw(request).await;
    assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
    assert_eq!(api.get("/claim?memberId=123").await.json, json!({"claims": []}));
}

#[tokio::test]
async fn only_http_1_1_is_spoken() {
    let api = Api::start().await;
    let answer = api.raw("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await;
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 400"), "{answer}");
}

#[tokio::test]
async fn nonsense_on_the_wire_never_takes_the_api_down() {
    let api = Api::start().await;
    for request in [
        "\0\0\0\0",
        "GET\r\n\r\n",
        "GET /dev/claim?memberId=%zz%&%00=%ff HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        "GET /dev/claim/%ff%fe?memberId=1 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        "GET /dev/claim?memberId=1 HTTP/1.1\r\nHost: \u{e9}[]:x\r\nConnection: close\r\n\r\n",
        "GET /dev/claim?memberId=1 HTTP/1.1\r\nConnection: close\r\n\r\n",
        "GET //dev//claim HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        "GET /dev/claim?memberId=1 HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-Proto: ::\r\nConnection: close\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    ] {
        let answer = api.raw(request).await;
        assert!(!answer.starts_with("HTTP/1.1 5"), "{request:?}: {answer}");
    }
    assert_eq!(api.get("/claim?memberId=1").await.status, 200);
}

#[tokio::test]
async fn latin_1_in_a_body_is_not_taken_for_text() {
    let api = Api::start().await;
    let mut text = body().to_string().replace("snow", "sn?w").into_bytes();
    if let Some(byte) = text.iter_mut().find(|b| **b == b'?') {
        *byte = 0xf6;
    }
    // The gateway replaces what is no UTF-8 before any function sees it.
    let answer = api.send("POST", CREATE, &[("content-type", "application/json")], text).await;
    assert_eq!((answer.status, answer.json["description"].as_str()), (201, Some("sn\u{fffd}w accident")));
}

#[tokio::test]
async fn a_function_runs_on_after_the_gateway_has_given_up() {
    let api = Api::of(builder().integration_timeout(Duration::from_millis(20)).start().await.unwrap());
    let key = IdempotencyKey::mint().to_string();
    api.local.inject(Fault::Delay(Duration::from_millis(60)));
    api.create(&[("idempotency-key", &key)], &body()).await.is_problem(504, "gateway_timeout");
    let target = format!("/claim/{key}?memberId=123");
    // The claim appears without another create.
    for _ in 0..500 {
        if api.get(&target).await.status == 200 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the function did not run on");
}

#[tokio::test]
async fn it_stops_when_dropped_and_two_never_meet() {
    let (a, b) = (Api::start().await, Api::start().await);
    assert_ne!(a.local.url(), b.local.url());
    a.create(&[], &body()).await;
    assert_eq!(b.get("/claim?memberId=123").await.json, json!({"claims": []}));
    let address = a.local.address();
    drop(a);
    for _ in 0..500 {
        if TcpStream::connect(address).await.is_err() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("it still listens");
}

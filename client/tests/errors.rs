//! What the client says about answers that are none of success.
#![allow(clippy::unwrap_used)]

mod support;

use std::error::Error as _;

use claims_client::{ClaimsClient, Endpoint, Error, Refusal, Sent, types::*};
use support::*;

async fn error_of(reply: impl Fn() -> Reply + Send + Sync + 'static) -> Error {
    let server = Server::start(move |_, _| reply()).await;
    server.client(&TestClock::new()).create_claim(new_claim()).await.unwrap_err()
}

/// The test clock's time, as an answer's `Date`.
const NOW: &str = "Fri, 15 Jan 2027 08:00:00 GMT";

fn gateway(status: u16, error_type: &'static str, body: &'static str) -> Reply {
    let headers = vec![
        ("content-type", "application/json".into()),
        ("x-amzn-requestid", "r-1".into()),
        ("date", NOW.into()),
        ("x-amzn-errortype", error_type.into()),
    ];
    Reply::Answer(status, headers, body.into())
}

#[tokio::test]
async fn a_problem_gives_its_code_its_fields_and_the_gateways_request_id() {
    let error = error_of(|| {
        let body = r#"{"type":"urn:claims-api:problem:validation_failed","title":"t","status":400,
            "code":"validation_failed","detail":"d","requestId":"in-body","errors":[
            {"field":"memberName","code":"out_of_range","message":"memberName must be 1 to 128 characters long"},
            {"field":"claimAmount","code":"of_tomorrow","message":"m"}],"more":1}"#;
        Reply::Answer(400, vec![("x-amzn-requestid", "in-header".into())], body.into())
    })
    .await;
    assert_eq!((error.code(), error.status()), (Some(&ProblemCode::ValidationFailed), Some(400)));
    assert_eq!((error.request_id(), error.attempts(), error.was_sent()), (Some("in-header"), 1, Sent::Answered));
    let fields: Vec<_> = error.field_errors().iter().map(|e| (&*e.field, e.code.as_str())).collect();
    assert_eq!(fields, [("memberName", "out_of_range"), ("claimAmount", "of_tomorrow")]);
    assert!(error.is_validation() && !error.is_outcome_unknown());
    assert_eq!(error.problem().unwrap().detail.as_deref(), Some("d"));
    assert_eq!(
        error.to_string(),
        "createClaim: validation_failed: A value is missing or not allowed: memberName out_of_range, claimAmount \
         of_tomorrow [status 400, request in-header, 1 attempt]"
    );
}

#[tokio::test]
async fn each_403_of_the_gateway_says_its_likely_cause_bare_or_shaped() {
    let cases = [
        (
            "User: anonymous is not authorized to perform: execute-api:Invoke on resource: arn:aws:execute-api:eu",
            Refusal::NotAllowed,
            "resource policy",
        ),
        (
            "User: anonymous is not authorized to perform: execute-api:Invoke on resource: x with an explicit deny",
            Refusal::ExplicitDeny,
            "VPC endpoint",
        ),
        ("User is not authorized to access this resource with an explicit deny", Refusal::ExplicitDeny, "explicitly"),
        ("Missing Authentication Token", Refusal::NoSuchRoute, "check the path"),
        ("Forbidden", Refusal::Bare, "check the stage"),
        ("Signature expired: 20261122T1 is now earlier than 2", Refusal::SignatureExpired, "clock"),
        ("Signature not yet current: 20261122T1", Refusal::SignatureExpired, "clock"),
        ("The security token included in the request is invalid.", Refusal::BadCredentials, "renew"),
        ("The security token included in the request is expired", Refusal::BadCredentials, "renew"),
        ("The request signature we calculated does not match the signature you", Refusal::BadSignature, "Host"),
        ("the API's callers do not allow this caller getClaim on this member", Refusal::NotThisCaller, "`callers`"),
        ("I do not like you", Refusal::Other, "without saying why"),
    ];
    for (message, refusal, word) in cases {
        let shaped = Problem::new(ProblemCode::Forbidden).with_detail(message);
        let bodies = [
            serde_json::json!({ "message": message }).to_string(),
            serde_json::json!({ "Message": message }).to_string(),
            serde_json::to_string(&shaped).unwrap(),
        ];
        for (body, ours) in bodies.into_iter().zip([false, false, true]) {
            // The API's own document proves that the API was reached; the same word alone proves nothing.
            let (refusal, word) = match refusal {
                Refusal::Bare if ours => (Refusal::Firewall, "WAF"),
                other => (other, word),
            };
            let error = error_of(move || Reply::Answer(403, vec![("date", NOW.into())], body.clone())).await;
            assert!(error.is_forbidden() && !error.is_outcome_unknown(), "{message}");
            assert_eq!((error.refusal(), error.code()), (Some(refusal), Some(&ProblemCode::Forbidden)), "{message}");
            assert!(error.to_string().contains(word), "{error}");
            assert_eq!(error.problem().unwrap().detail.as_deref(), Some(message));
        }
    }
}

#[tokio::test]
async fn the_error_type_header_counts_where_the_message_says_nothing() {
    for (kind, refusal) in [
        ("MissingAuthenticationTokenException", Refusal::NoSuchRoute),
        ("UnrecognizedClientException:http://x", Refusal::BadCredentials),
        ("InvalidSignatureException", Refusal::BadSignature),
        ("ForbiddenException", Refusal::Bare),
    ] {
        let error = error_of(move || gateway(403, kind, "{}")).await;
        assert_eq!((error.refusal(), error.request_id()), (Some(refusal), Some("r-1")), "{kind}");
    }
}

#[tokio::test]
async fn the_gateways_other_bodies_become_the_problems_they_stand_for() {
    for (status, code) in [
        (413, ProblemCode::PayloadTooLarge),
        (429, ProblemCode::Throttled),
        (500, ProblemCode::IntegrationFailed),
        (502, ProblemCode::IntegrationFailed),
        (503, ProblemCode::StorageUnavailable),
        (504, ProblemCode::GatewayTimeout),
    ] {
        let error = error_of(move || answer(status, r#"{"message":"words"}"#)).await;
        assert_eq!((error.code(), error.status()), (Some(&code), Some(status)));
        assert_eq!(error.is_outcome_unknown(), status >= 500, "a function that failed may have written: {status}");
    }
}

#[tokio::test]
async fn an_answer_that_is_none_of_this_api_is_unexpected_and_not_repeated() {
    let long = "[".repeat(11 * 1024 * 1024);
    let cases = [
        (200, "<html>Welcome to the hotel</html>".to_owned(), true),
        (200, claim(1).replace("19.99", "19.999"), true),
        (200, String::new(), true),
        (200, long, true),
        (302, String::new(), false),
        (404, "<html>not found</html>".to_owned(), false),
        (418, r#"{"message":"teapot"}"#.to_owned(), false),
    ];
    for (status, body, unknown) in cases {
        let shown: String = body.chars().take(40).collect();
        let error = error_of(move || answer(status, body.clone())).await;
        assert!(error.is_unexpected_answer() && !error.is_not_found(), "{status} {shown}: {error:?}");
        assert_eq!((error.status(), error.attempts()), (Some(status), 1));
        // Something said 2xx to a create and nobody can read what: it may have been done.
        assert_eq!(error.is_outcome_unknown(), unknown, "{status} {shown}");
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = Server::start(|_, _| answer(200, claim(1))).await;
    let target = format!("http://{}/dev/claim", elsewhere.address);
    let error = error_of(move || Reply::Answer(307, vec![("location", target.clone())], String::new())).await;
    assert_eq!(error.status(), Some(307));
    assert!(elsewhere.seen().is_empty());
}

#[tokio::test]
async fn an_error_shows_nothing_personal_in_display_debug_and_sources() {
    let replies: [fn() -> Reply; 5] = [
        || Reply::Drop,
        || answer(200, claim(1).replace("pending\"", "pending\",\"claimId\":\"John Doe\"")),
        || answer(200, claim(1).replace("19.99", "\"snow accident 19.99\"")),
        || problem(ProblemCode::ValidationFailed),
        || answer(500, r#"{"code":"John Doe snow accident 19.99","message":"John Doe"}"#),
    ];
    let mut errors = Vec::new();
    for reply in replies {
        errors.push(error_of(reply).await);
    }
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let endpoint = Endpoint::url(format!("http://{}/dev", socket.local_addr().unwrap()));
    let client = ClaimsClient::builder().endpoint(endpoint).clock(TestClock::new()).build().unwrap();
    errors.push(client.create_claim(new_claim()).await.unwrap_err());
    for error in &errors {
        let mut all = format!("{error:?}");
        let mut next: Option<&dyn std::error::Error> = Some(error);
        while let Some(e) = next {
            all.push_str(&format!(" | {e} | {e:?}"));
            next = e.source();
        }
        for personal in ["Doe", "O'Neil", "O%27Neil", "Neil", "snow", "19.99", "memberName="] {
            assert!(!all.contains(personal), "{personal} in {all}");
        }
    }
}

#[tokio::test]
async fn the_source_chain_reaches_the_cause_and_display_names_it() {
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let endpoint = Endpoint::url(format!("http://{}/dev", socket.local_addr().unwrap()));
    let client = ClaimsClient::builder().endpoint(endpoint).clock(TestClock::new()).build().unwrap();
    let error = client.get_claim(&member(), id()).await.unwrap_err();
    let mut next = error.source();
    let mut refused = false;
    while let Some(e) = next {
        refused |=
            e.downcast_ref::<std::io::Error>().is_some_and(|e| e.kind() == std::io::ErrorKind::ConnectionRefused);
        next = e.source();
    }
    assert!(refused, "{error:?}");
    assert!(error.to_string().contains("refused"), "{error}");
    assert_eq!(error.to_string().lines().count(), 1);
}

#[tokio::test]
async fn hostile_bodies_do_no_harm() {
    for body in [
        "[".repeat(100_000),
        r#"{"code":7}"#.to_owned(),
        r#"{"code":"x","errors":[{"field":"a\nb","code":"c"}],"status":99999}"#.to_owned(),
        "{\"code\":\"a\u{1b}[31m\\u0000\",\"detail\":\"x\"}".to_owned(),
        "\u{feff}null".to_owned(),
    ] {
        for status in [200, 400, 403, 404, 500] {
            let body = body.clone();
            let error = error_of(move || answer(status, body.clone())).await;
            let line = error.to_string();
            assert!(line.len() < 1_000 && !line.chars().any(char::is_control), "{line:?}");
        }
    }
}

#[tokio::test]
async fn a_wrong_signature_by_a_wrong_clock_is_told_as_such() {
    let body = r#"{"type":"urn:claims-api:problem:forbidden","code":"forbidden","status":403,"detail":"The request signature we calculated does not match"}"#;
    for (date, refusal) in [
        ("Fri, 15 Jan 2027 08:04:59 GMT", Refusal::BadSignature),
        ("Fri, 15 Jan 2027 08:05:01 GMT", Refusal::SignatureExpired),
        ("Fri, 15 Jan 2027 07:54:59 GMT", Refusal::SignatureExpired),
        ("yesterday", Refusal::BadSignature),
    ] {
        let error = error_of(move || Reply::Answer(403, vec![("date", date.into())], body.into())).await;
        assert_eq!(error.refusal(), Some(refusal), "{date}");
    }
}

#[tokio::test]
async fn what_the_gateway_quotes_of_a_wrongly_signed_request_is_cut_off() {
    const QUOTED: &str = "The request signature we calculated does not match the signature you provided. Check your AWS \
        Secret Access Key and signing method.\\n\\nThe Canonical String for this request should have been\\n'POST\\n\
        /dev/claim\\nmemberId=123&memberName=John%20Secret'";
    let bare: &'static str = Box::leak(format!(r#"{{"message":"{QUOTED}"}}"#).into_boxed_str());
    let shaped: &'static str = Box::leak(
        format!(r#"{{"type":"urn:claims-api:problem:forbidden","code":"forbidden","status":403,"detail":"{QUOTED}"}}"#)
            .into_boxed_str(),
    );
    for body in [bare, shaped] {
        let error = error_of(move || gateway(403, "InvalidSignatureException", body)).await;
        assert_eq!(error.refusal(), Some(Refusal::BadSignature));
        let problem = error.problem().unwrap();
        let all = format!("{error} {error:?} {problem:?} {}", problem.detail.as_deref().unwrap());
        assert!(!all.contains("Secret'") && !all.contains("memberName"), "{all}");
        assert!(problem.detail.as_deref().unwrap().ends_with("signing method."));
    }
}

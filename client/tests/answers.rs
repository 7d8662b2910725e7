//! Answers that are good HTTP and are no answers to what was asked: caches, proxies, other services.
#![allow(clippy::unwrap_used)]

mod support;

use claims_client::{Error, types::*};
use support::*;

const OTHER_ID: &str = "0190f8f4-0d3c-7c3a-9d53-6f1f2f7a9b11";

fn assert_unexpected(error: &Error, of_a_write: bool) {
    assert!(error.is_unexpected_answer(), "{error:?}");
    assert_eq!(error.is_outcome_unknown(), of_a_write, "{error:?}");
    let others = [error.is_not_found(), error.is_validation(), error.is_forbidden(), error.is_throttled()];
    assert!(!others.contains(&true) && !error.is_unavailable() && !error.is_version_mismatch(), "{error:?}");
    let line = format!("{error} {error:?}");
    for personal in ["John", "snow", "19.99", "secret"] {
        assert!(!line.contains(personal), "{personal} in {line}");
    }
}

/// Sends each operation to a server that answers every one with this.
async fn each_operation(status: u16, headers: Vec<(&'static str, String)>, body: String) -> Vec<(bool, Error)> {
    let server = Server::start_raw(move |_, _| Reply::Answer(status, headers.clone(), body.clone())).await;
    let client = server.client(&TestClock::new());
    vec![
        (false, client.get_claim(&member(), id()).await.unwrap_err()),
        (false, client.list_claims(&member()).await.unwrap_err()),
        (true, client.create_claim(new_claim()).await.unwrap_err()),
        (true, client.update_claim(&member(), id(), update()).await.unwrap_err()),
        (true, client.update_claim(&member(), id(), update()).if_match(Version::FIRST).await.unwrap_err()),
        (true, client.delete_claim(&member(), id()).await.unwrap_err()),
    ]
}

fn json() -> Vec<(&'static str, String)> {
    vec![("content-type", "application/json".into())]
}

#[tokio::test]
async fn another_members_claim_or_another_claim_is_no_answer() {
    let another_members = claim(1).replace("\"123\"", "\"124\"");
    let another = claim(1).replace(ID, OTHER_ID);
    for body in [another_members, another] {
        for (write, error) in each_operation(200, json(), body).await {
            assert_unexpected(&error, write);
        }
    }
}

#[tokio::test]
async fn a_create_is_answered_with_its_key_as_the_id() {
    let server = Server::start_raw(|_, _| answer(201, claim(1))).await;
    let client = server.client(&TestClock::new());
    assert_unexpected(&client.create_claim(new_claim()).await.unwrap_err(), true);
    let key: IdempotencyKey = ID.parse().unwrap();
    client.create_claim(new_claim()).with_idempotency_key(key).await.unwrap();
}

#[tokio::test]
async fn every_claim_of_a_page_is_the_members() {
    let one_is_not = page(&[ID, OTHER_ID], None).replacen("\"123\"", "\"124\"", 2).replacen("\"124\"", "\"123\"", 1);
    let server = Server::start(move |_, _| answer(200, one_is_not.clone())).await;
    let error = server.client(&TestClock::new()).list_claims(&member()).await.unwrap_err();
    assert_unexpected(&error, false);
}

#[tokio::test]
async fn a_page_of_html_answers_nothing_and_the_error_says_who_spoke() {
    let headers = || {
        vec![
            ("content-type", "text/html; charset=utf-8".to_owned()),
            ("server", "squid/6.1".to_owned()),
            ("via", "1.1 proxy.corp.example".to_owned()),
            ("location", "https://login.corp.example/secret?memberName=John".to_owned()),
        ]
    };
    for status in [200, 201, 204, 302, 401, 404, 407] {
        let body = if status == 204 { "" } else { "<html>John's snow</html>" };
        for (write, error) in each_operation(status, headers(), body.to_owned()).await {
            assert_unexpected(&error, write && status < 300);
            for fact in ["text/html", "squid/6.1", "1.1 proxy.corp.example", "login.corp.example"] {
                assert!(error.to_string().contains(fact), "{fact} in {error}");
            }
        }
    }
}

/// It says nothing else by which a delete could tell who has spoken.
#[tokio::test]
async fn a_204_without_a_request_id_deletes_nothing() {
    for (header, is_taken) in [("x-amzn-requestid", true), ("x-amz-apigw-id", true), ("x-request-id", false)] {
        let server = Server::start(move |_, _| Reply::Answer(204, vec![(header, "1".to_owned())], String::new())).await;
        let deleted = server.client(&TestClock::new()).delete_claim(&member(), id()).await;
        match deleted {
            Ok(()) => assert!(is_taken, "{header}"),
            Err(error) => {
                assert!(!is_taken, "{header}: {error}");
                assert_unexpected(&error, true);
                assert!(error.to_string().contains("request id"), "{error}");
            }
        }
    }
}

#[tokio::test]
async fn a_delete_is_answered_without_content_and_by_nothing_else() {
    for (status, body) in [(200, claim(1)), (202, "{}".to_owned()), (201, String::new())] {
        let server = Server::start(move |_, _| answer(status, body.clone())).await;
        let error = server.client(&TestClock::new()).delete_claim(&member(), id()).await.unwrap_err();
        assert_unexpected(&error, true);
    }
}

#[tokio::test]
async fn another_services_json_satisfies_no_predicate() {
    for (status, body) in [
        (409, r#"{"code":"CONFLICT","error":"busy"}"#),
        (404, r#"{"code":"claim_not_found"}"#),
        (412, r#"{"code":"version_mismatch","status":412,"type":"urn:other-api:problem:version_mismatch"}"#),
        (400, r#"{"code":"validation_failed","errors":[{"field":"x","code":"missing"}]}"#),
        (415, r#"{"message":"secret","code":"unsupported_media_type"}"#),
    ] {
        for (_, error) in each_operation(status, json(), body.to_owned()).await {
            assert_unexpected(&error, false);
            assert_eq!((error.code(), error.field_errors().len()), (None, 0));
        }
    }
}

#[tokio::test]
async fn a_proxy_that_fails_is_told_as_a_proxy() {
    let headers = vec![("content-type", "text/html".into()), ("server", "nginx".into())];
    for (_, error) in each_operation(502, headers, "<html>bad gateway</html>".to_owned()).await {
        assert!(error.is_unavailable(), "{error:?}");
        assert!(
            error.to_string().contains("an answer of something else, content type text/html, Server nginx"),
            "{error}"
        );
    }
}

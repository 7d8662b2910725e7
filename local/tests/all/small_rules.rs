//! The small rules of contract 1.1, each on the wire.

use claims_client::types::*;
use claims_local::Fault;
use serde_json::json;

use crate::common::{Api, CREATE, body, body_with, path_of, with_status};

const MEMBER: &str = "/claim?memberId=123";

/// The tutorial's body with the policy and the name in it.
fn whole_body() -> serde_json::Value {
    let mut body = body();
    (body["policyId"], body["memberName"]) = (json!("123"), json!("JohnDoe"));
    body
}

#[tokio::test]
async fn policy_and_name_stand_in_the_body_or_in_the_query_and_it_is_the_same_request() {
    let api = Api::start().await;
    let key = IdempotencyKey::mint().to_string();
    let keyed = [("idempotency-key", key.as_str())];
    let first = api.json("POST", MEMBER, &keyed, &whole_body()).await;
    assert_eq!(first.status, 201, "{}", first.json);
    // Wherever they stand, whatever the order of fields: a repeat.
    let mut name_in_body = body();
    name_in_body["memberName"] = json!("JohnDoe");
    for (target, body) in [(CREATE, body()), ("/claim?memberId=123&policyId=123", name_in_body)] {
        let again = api.json("POST", target, &keyed, &body).await;
        assert_eq!((again.status, &again.json), (200, &first.json), "{target}");
    }
    let mut other = whole_body();
    other["memberName"] = json!("JaneDoe");
    api.json("POST", MEMBER, &keyed, &other).await.is_problem(409, "idempotency_key_reused");
}

#[tokio::test]
async fn policy_and_name_are_given_once() {
    let api = Api::start().await;
    // The same value twice is twice all the same.
    let both = api.json("POST", CREATE, &[], &whole_body()).await;
    assert_eq!(both.is_problem(400, "validation_failed").errors(), ["policyId:duplicate", "memberName:duplicate"]);
    let neither = api.json("POST", MEMBER, &[], &body()).await;
    assert_eq!(neither.is_problem(400, "validation_failed").errors(), ["policyId:missing", "memberName:missing"]);
    let mut wrong = whole_body();
    (wrong["policyId"], wrong["memberName"]) = (json!("a b"), json!(7));
    let wrong = api.json("POST", MEMBER, &[], &wrong).await;
    assert_eq!(wrong.is_problem(400, "malformed_body").errors(), ["policyId:invalid_format", "memberName:wrong_type"]);
    // A member is in the query alone, and an update has neither.
    let mut member = whole_body();
    member["memberId"] = json!("123");
    let member = api.json("POST", MEMBER, &[], &member).await;
    assert_eq!(member.is_problem(400, "malformed_body").errors(), ["memberId:unknown_field"]);
    let claim = api.claim("m", ClaimStatus::Pending).await;
    let update = api.json("PUT", &path_of(&claim), &[], &whole_body()).await;
    assert_eq!(update.is_problem(400, "malformed_body").errors().len(), 2);
}

#[tokio::test]
async fn every_answer_is_for_its_caller_alone_and_is_what_it_says() {
    let api = Api::start().await;
    let created = api.create(&[], &body()).await;
    let id = created.json["claimId"].as_str().unwrap();
    let target = format!("/claim/{id}?memberId=123");
    api.local.inject(Fault::Status(504));
    let answers = [
        api.get(&target).await,
        api.get(&target).await,
        api.get(MEMBER).await,
        api.send("GET", &target, &[("if-none-match", "*")], "").await,
        api.get("/claim/1?memberId=123").await,
        api.get("/claim").await,
        api.json("PUT", &target, &[], &json!(1)).await,
        // The gateway's own.
        api.get("/claims").await,
        api.send("DELETE", &target, &[], "").await,
        created,
    ];
    let statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
    assert_eq!(statuses, [504, 200, 200, 304, 404, 400, 400, 403, 204, 201]);
    for answer in answers {
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{}", answer.status);
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{}", answer.status);
    }
}

#[tokio::test]
async fn a_read_of_what_the_caller_has_is_a_304_without_a_body() {
    let api = Api::start().await;
    let claim = api.claim("m", ClaimStatus::InReview).await;
    let target = path_of(&claim);
    for (tags, status) in [
        (vec!["\"2\""], 304),
        (vec!["W/\"2\""], 304),
        (vec!["\"1\", W/\"2\""], 304),
        (vec!["\"1\"", "\"2\""], 304),
        (vec!["*"], 304),
        (vec!["\"1\""], 200),
        (vec!["\"1\", \"3\""], 200),
        (vec!["\"xyzzy\""], 200),
        // Not a list of tags: a 1.0 service took no notice of it either.
        (vec!["2"], 200),
        (vec![""], 200),
    ] {
        let headers: Vec<_> = tags.iter().map(|tag| ("if-none-match", *tag)).collect();
        let answer = api.send("GET", &target, &headers, "").await;
        assert_eq!((answer.status, answer.header("etag")), (status, Some("\"2\"")), "{tags:?}");
        assert_eq!(answer.json.is_null(), status == 304, "{tags:?}");
    }
    let nothing = format!("/claim/{}?memberId=m", IdempotencyKey::mint());
    api.send("GET", &nothing, &[("if-none-match", "*")], "").await.is_problem(404, "claim_not_found");
}

#[tokio::test]
async fn if_match_is_rfc_9110s() {
    let api = Api::start().await;
    let claim = api.claim("m", ClaimStatus::InReview).await;
    let (target, update) = (path_of(&claim), serde_json::to_value(claim.to_update()).unwrap());
    for method in ["PUT", "DELETE"] {
        for tag in ["W/\"2\"", "\"two\"", "\"1\", \"3\"", "\"02\"", "\"+2\"", "\"\"", "\"99999999999999999999\""] {
            let answer = api.json(method, &target, &[("if-match", tag)], &update).await;
            answer.is_problem(412, "version_mismatch");
            assert!(answer.json["detail"].as_str().unwrap().contains("has version 2"), "{}", answer.json);
        }
        for no_tag in ["2", "", ",", "\"2", "\"2\" \"3\"", "*, \"2\"", "w/\"2\"", "\"two words\""] {
            let answer = api.json(method, &target, &[("if-match", no_tag)], &update).await;
            assert_eq!(answer.is_problem(400, "validation_failed").errors(), ["If-Match:invalid_format"], "{no_tag}");
        }
        let eleven = vec!["\"2\""; 11].join(",");
        let answer = api.json(method, &target, &[("if-match", &eleven)], &update).await;
        assert_eq!(answer.is_problem(400, "validation_failed").errors(), ["If-Match:out_of_range"]);
    }
    assert_eq!(api.get(&target).await.json["version"], 2, "nothing was written");
    // Any of several; two lines are one list.
    let ten = (1..=10).map(|n| format!("\"{n}\"")).collect::<Vec<_>>().join(", ");
    assert_eq!(api.json("PUT", &target, &[("if-match", &ten)], &update).await.header("etag"), Some("\"3\""));
    let lines = [("if-match", "W/\"3\", \"9\""), ("if-match", "\"3\"")];
    assert_eq!(api.json("PUT", &target, &lines, &update).await.header("etag"), Some("\"4\""));
    assert_eq!(api.send("DELETE", &target, &[("if-match", "\"1\", \"4\"")], "").await.status, 204);
    api.send("DELETE", &target, &[("if-match", "W/\"4\"")], "").await.is_problem(404, "claim_not_found");
}

#[tokio::test]
async fn a_condition_that_nothing_fulfils_is_not_the_repeat_of_a_write_without_one() {
    let api = Api::start().await;
    let claim = api.claim("m", ClaimStatus::Pending).await;
    let (target, update) = (path_of(&claim), serde_json::to_value(with_status(&claim, ClaimStatus::InReview)).unwrap());
    let key = IdempotencyKey::mint().to_string();
    let keyed = ("idempotency-key", key.as_str());
    assert_eq!(api.json("PUT", &target, &[keyed], &update).await.status, 200);
    api.json("PUT", &target, &[keyed, ("if-match", "W/\"2\"")], &update).await.is_problem(412, "version_mismatch");
    // And a list is one condition, by which its repeat is known.
    let list = [keyed, ("if-match", "\"2\", \"5\"")];
    let first = api.json("PUT", &target, &list, &update).await;
    let again = api.json("PUT", &target, &list, &update).await;
    assert_eq!((first.status, &first.json["version"], &again.json), (200, &json!(3), &first.json));
}

#[tokio::test]
async fn a_key_may_come_in_double_quotes() {
    let api = Api::start().await;
    let key = IdempotencyKey::mint().to_string();
    let quoted = format!("\"{key}\"");
    let created = api.create(&[("idempotency-key", &quoted)], &body()).await;
    assert_eq!((created.status, &created.json["claimId"]), (201, &json!(key)));
    assert_eq!(api.create(&[("idempotency-key", &key)], &body()).await.status, 200, "the same key");
    let target = format!("/claim/{key}?memberId=123");
    for spelling in [&quoted, &key] {
        assert_eq!(api.send("DELETE", &target, &[("idempotency-key", spelling)], "").await.status, 204);
    }
    for wrong in [format!("\"{key}"), format!("{key}\""), format!("\"\"{key}\"\""), "\"".to_owned()] {
        let answer = api.create(&[("idempotency-key", &wrong)], &body()).await;
        assert_eq!(answer.is_problem(400, "validation_failed").errors(), ["Idempotency-Key:invalid_format"], "{wrong}");
    }
}

#[tokio::test]
async fn a_value_that_was_cut_in_two_is_not_written() {
    let api = Api::start().await;
    // As the function sees `memberName=Doe;Jr`, which the gateway splits; and not by what it was cut from.
    let cut = api.json("POST", &format!("{CREATE}&Jr"), &[], &body()).await;
    assert_eq!(cut.is_problem(400, "validation_failed").errors(), ["query:invalid_format"]);
    assert!(!cut.json.to_string().contains("Jr"), "{}", cut.json);
    let claim = api.claim("m", ClaimStatus::Pending).await;
    let (target, update) = (path_of(&claim), serde_json::to_value(claim.to_update()).unwrap());
    for (method, body) in [("PUT", &update), ("DELETE", &json!(null))] {
        for query in ["&Jr", "&Jr=", "&=", "&%20Jr&policyId=1"] {
            let answer = api.json(method, &format!("{target}{query}"), &[], body).await;
            assert_eq!(
                answer.is_problem(400, "validation_failed").errors(),
                ["query:invalid_format"],
                "{method} {query}"
            );
        }
    }
    // What is known, and what has a value, is ignored as before; a read loses nothing.
    for query in ["&foo=bar", "&policyId=&memberName=", "&status=&limit=&nextToken="] {
        assert_eq!(api.json("PUT", &format!("{target}{query}"), &[], &update).await.status, 200, "{query}");
    }
    assert_eq!(api.get(&format!("{target}&Jr")).await.status, 200);
}

#[tokio::test]
async fn an_id_in_the_path_is_decoded() {
    let api = Api::start().await;
    let claim = api.claim("m", ClaimStatus::Pending).await;
    let id = claim.claim_id.to_string();
    let encoded = id.replacen('-', "%2D", 1).replacen(&id[..1], &format!("%{:02X}", id.as_bytes()[0]), 1);
    let got = api.get(&format!("/claim/{encoded}?memberId=m")).await;
    assert_eq!((got.status, &got.json["claimId"]), (200, &json!(id)));
    let update = serde_json::to_value(claim.to_update()).unwrap();
    assert_eq!(api.json("PUT", &format!("/claim/{encoded}?memberId=m"), &[], &update).await.status, 200);
    assert_eq!(api.send("DELETE", &format!("/claim/{encoded}?memberId=m"), &[], "").await.status, 204);
    for none in ["%00", "%ff", "%", &format!("{id}%20")] {
        api.get(&format!("/claim/{none}?memberId=m")).await.is_problem(404, "claim_not_found");
    }
}

#[tokio::test]
async fn nothing_else_of_a_wrong_body_is_said_twice() {
    let api = Api::start().await;
    // Unreadable: whether policy and name stand in it cannot be told, so that they are not said to be missing.
    let answer = api.send("POST", MEMBER, &[("content-type", "application/json")], "{").await;
    assert_eq!(answer.is_problem(400, "malformed_body").errors(), Vec::<String>::new());
    let answer = api.json("POST", CREATE, &[], &body_with("policyType", json!("Car"))).await;
    assert_eq!(answer.is_problem(400, "validation_failed").errors(), ["policyType:invalid_value"]);
}

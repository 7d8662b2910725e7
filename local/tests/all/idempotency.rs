//! Create exactly once.

use std::collections::HashSet;

use crate::common::{Api, CREATE, body, body_with, builder, new_claim, path_of, with_status};
use claims_client::types::*;
use claims_local::Fault;
use futures_util::{StreamExt, TryStreamExt, stream};
use serde_json::json;

#[tokio::test]
async fn the_same_key_and_request_answer_the_existing_claim_for_ever() {
    let api = Api::start().await;
    let key = IdempotencyKey::mint().to_string();
    let headers = [("idempotency-key", key.as_str())];
    let first = api.create(&headers, &body()).await;
    assert_eq!((first.status, first.json["claimId"].as_str()), (201, Some(&*key)), "the key is the claim's id");

    let again = api.create(&headers, &body()).await;
    assert_eq!((again.status, &again.json), (200, &first.json));
    assert_eq!(again.header("etag"), Some("\"1\""));
    // Another spelling of the same request, and the status that it has anyway.
    let spelled = r#"{ "description":"snow accident", "claimAmount":5.00e2, "policyType":"Health" }"#;
    let again = api.send("POST", CREATE, &[headers[0], ("content-type", "application/json")], spelled).await;
    assert_eq!((again.status, &again.json), (200, &first.json));

    // Also after an update: the claim as it is by then.
    let mut change = body();
    change["claimAmount"] = json!(1);
    let updated = api.json("PUT", &format!("/claim/{key}?memberId=123"), &[], &change).await;
    let again = api.create(&headers, &body()).await;
    assert_eq!((again.status, &again.json), (200, &updated.json));
    assert_eq!(again.header("etag"), Some("\"2\""));
    assert_eq!(api.get("/claim?memberId=123").await.json["claims"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn the_same_key_with_another_request_is_refused() {
    let api = Api::start().await;
    let key = IdempotencyKey::mint().to_string();
    let headers = [("idempotency-key", key.as_str())];
    let first = api.create(&headers, &body()).await;
    for (target, other) in [
        (CREATE, body_with("claimAmount", json!(500.01))),
        (CREATE, body_with("description", json!("snow accident "))),
        (CREATE, body_with("policyType", json!("Life"))),
        ("/claim?memberId=123&policyId=124&memberName=JohnDoe", body()),
        ("/claim?memberId=123&policyId=123&memberName=JohnDoE", body()),
    ] {
        let answer = api.json("POST", target, &headers, &other).await;
        answer.is_problem(409, "idempotency_key_reused");
    }
    assert_eq!(api.get("/claim?memberId=123").await.json["claims"], json!([first.json]));
}

#[tokio::test]
async fn a_key_is_scoped_to_its_member() {
    let api = Api::start().await;
    let key = IdempotencyKey::mint().to_string();
    let headers = [("idempotency-key", key.as_str())];
    for member in ["a", "b"] {
        let target = format!("/claim?memberId={member}&policyId=1&memberName=J");
        assert_eq!(api.json("POST", &target, &headers, &body()).await.status, 201);
    }
}

#[tokio::test]
async fn a_key_is_a_version_7_uuid_that_is_not_ahead_of_its_time() {
    let now = Timestamp::now();
    let api = Api::of(builder().clock(move || now).start().await.unwrap());
    let key = |ahead_ms: i64| {
        let ms = u64::try_from(now.unix_millis() + ahead_ms).unwrap();
        uuid::Builder::from_unix_timestamp_millis(ms, &[1; 10]).into_uuid().to_string()
    };
    for (key, error) in [
        ("2afe60e7-3f11-485a-8a69-16389ff52fbd".to_owned(), "Idempotency-Key:invalid_format"),
        ("0190f8f40d3c7c3a9d536f1f2f7a9b10".to_owned(), "Idempotency-Key:invalid_format"),
        (String::new(), "Idempotency-Key:invalid_format"),
        (key(300_001), "Idempotency-Key:out_of_range"),
    ] {
        let answer = api.create(&[("idempotency-key", &key)], &body()).await;
        assert_eq!(answer.is_problem(400, "validation_failed").errors(), [error], "{key}");
    }
    let twice = [("idempotency-key", &*key(0)), ("idempotency-key", &*key(0))];
    assert_eq!(api.create(&twice, &body()).await.errors(), ["Idempotency-Key:duplicate"]);
    for fine in [key(300_000), key(0).to_uppercase(), key(-1_000_000_000_000)] {
        assert_eq!(api.create(&[("Idempotency-Key", &fine)], &body()).await.status, 201, "{fine}");
    }
}

#[tokio::test]
async fn a_create_whose_storage_answer_is_lost_succeeds_once() {
    let api = Api::start().await;
    // With the caller's key and without one.
    for headers in [vec![("idempotency-key", IdempotencyKey::mint().to_string())], vec![]] {
        let headers: Vec<_> = headers.iter().map(|(n, v)| (*n, v.as_str())).collect();
        let before = api.get("/claim?memberId=123").await.json["claims"].as_array().unwrap().len();
        api.local.inject(Fault::StorageAnswerLost);
        let answer = api.create(&headers, &body()).await;
        assert!(matches!(answer.status, 200 | 201), "{}", answer.json);
        let after = api.get("/claim?memberId=123").await.json["claims"].as_array().unwrap().len();
        assert_eq!(after, before + 1);
    }
}

#[tokio::test]
async fn a_create_whose_own_answer_is_lost_succeeds_once_through_the_client() {
    let api = Api::start().await;
    for fault in [Fault::ResetBefore, Fault::ResetAfter, Fault::Status(502), Fault::Status(504)] {
        let member = format!("m-{}", IdempotencyKey::mint());
        api.local.inject(fault.clone());
        let claim = api.client.create_claim(new_claim(&member)).await.unwrap();
        let all = api.client.list_claims(&claim.member_id).await.unwrap().claims;
        assert_eq!(all, [claim], "{fault:?}");
    }
}

#[tokio::test]
async fn a_thousand_creates_each_sent_twice_make_a_thousand_claims() {
    let api = &Api::start().await;
    let made: Vec<Claim> = stream::iter(0..1000)
        .map(|_| {
            let key = IdempotencyKey::mint();
            let create = move || api.client.create_claim(new_claim("busy")).with_idempotency_key(key);
            // Both at once: the race is part of the promise.
            async move {
                let (a, b) = tokio::join!(create(), create());
                let (a, b) = (a.unwrap(), b.unwrap());
                assert_eq!(a, b);
                a
            }
        })
        .buffer_unordered(50)
        .collect()
        .await;
    let made: HashSet<ClaimId> = made.into_iter().map(|claim| claim.claim_id).collect();
    let member: MemberId = "busy".parse().unwrap();
    let stored: Vec<Claim> =
        api.client.list_claims(&member).limit(PageLimit::MAX).into_stream().try_collect().await.unwrap();
    assert_eq!(stored.len(), 1000);
    assert_eq!(stored.iter().map(|claim| claim.claim_id).collect::<HashSet<_>>(), made);
}

#[tokio::test]
async fn an_update_key_tells_a_repeat_from_another_update() {
    let api = Api::start().await;
    let claim = api.claim("m", ClaimStatus::Pending).await;
    let key = IdempotencyKey::mint().to_string();
    let headers = [("idempotency-key", key.as_str()), ("if-match", "\"1\"")];
    let update = serde_json::to_value(with_status(&claim, ClaimStatus::InReview)).unwrap();
    let first = api.json("PUT", &path_of(&claim), &headers, &update).await;
    assert_eq!(first.json["version"], 2);
    // The repeat finds its own write: the same answer, no further version.
    let again = api.json("PUT", &path_of(&claim), &headers, &update).await;
    assert_eq!((again.status, &again.json), (200, &first.json));
    let other = serde_json::to_value(with_status(&claim, ClaimStatus::Withdrawn)).unwrap();
    api.json("PUT", &path_of(&claim), &headers, &other).await.is_problem(409, "idempotency_key_reused");
    assert_eq!(api.get(&path_of(&claim)).await.json, first.json);
    // The key of the create is another write's: an update under it is an update.
    let created_by = claim.claim_id.to_string();
    let same_key = api.json("PUT", &path_of(&claim), &[("idempotency-key", &created_by)], &update).await;
    assert_eq!((same_key.status, &same_key.json["version"]), (200, &json!(3)));
    // Any UUID will do here.
    let v4 = [("idempotency-key", "2afe60e7-3f11-485a-8a69-16389ff52fbd")];
    assert_eq!(api.json("PUT", &path_of(&claim), &v4, &update).await.status, 200);
    let bad = api.json("PUT", &path_of(&claim), &[("idempotency-key", "x")], &update).await;
    assert_eq!(bad.is_problem(400, "validation_failed").errors(), ["Idempotency-Key:invalid_format"]);
}

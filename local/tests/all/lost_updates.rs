//! No update is lost, and no lost answer is taken for a lost write.

use std::collections::HashSet;

use crate::common::{Api, OTHER_DYNAMODB, path_of, with_status};
use claims_client::types::*;
use claims_local::Fault;
use futures_util::future::join_all;
use serde_json::json;

#[tokio::test]
async fn if_match_writes_only_what_it_names() {
    let api = Api::start().await;
    let claim = api.claim("m", ClaimStatus::Pending).await;
    let update = serde_json::to_value(with_status(&claim, ClaimStatus::InReview)).unwrap();
    let target = path_of(&claim);
    for method in ["PUT", "DELETE"] {
        let answer = api.json(method, &target, &[("if-match", "\"2\"")], &update).await;
        answer.is_problem(412, "version_mismatch");
        assert!(answer.json["detail"].as_str().unwrap().contains("has version 1"), "{}", answer.json);
    }
    assert_eq!(api.get(&target).await.json["version"], 1, "nothing was written");

    assert_eq!(api.json("PUT", &target, &[("If-Match", "\"1\"")], &update).await.header("etag"), Some("\"2\""));
    assert_eq!(api.json("PUT", &target, &[("if-match", "*")], &update).await.header("etag"), Some("\"3\""));
    assert_eq!(api.send("DELETE", &target, &[("if-match", "\"3\"")], "").await.status, 204);
    for method in ["PUT", "DELETE"] {
        for tag in ["*", "\"3\""] {
            api.json(method, &target, &[("if-match", tag)], &update).await.is_problem(404, "claim_not_found");
        }
    }
}

#[tokio::test]
async fn a_version_mismatch_is_said_before_a_bad_transition() {
    let api = Api::start().await;
    let claim = api.claim("m", ClaimStatus::Denied).await;
    let update = serde_json::to_value(with_status(&claim, ClaimStatus::Pending)).unwrap();
    api.json("PUT", &path_of(&claim), &[("if-match", "\"1\"")], &update).await.is_problem(412, "version_mismatch");
    api.json("PUT", &path_of(&claim), &[("if-match", "\"3\"")], &update).await.is_problem(409, "invalid_transition");
}

#[tokio::test]
async fn concurrent_updates_make_each_version_once() {
    // Each write sends all the others round again, their square in all: too many for a simulator that serves one at a time.
    let writers = if std::env::var_os(OTHER_DYNAMODB).is_some() { 30 } else { 100 };
    let api = Api::start().await;
    let claim = api.claim("m", ClaimStatus::Pending).await;
    let tasks = (0..writers).map(|_| {
        let (client, claim) = (api.client.clone(), claim.clone());
        tokio::spawn(async move {
            // Read, add one cent, write on condition; begin again when somebody was faster.
            loop {
                let now = client.get_claim(&claim.member_id, claim.claim_id).await.unwrap();
                let amount = ClaimAmount::from_cents(now.claim_amount.cents() + 1).unwrap();
                let update = UpdateClaimRequest { claim_amount: amount, ..now.to_update() };
                match client.update_claim(&claim.member_id, claim.claim_id, update).if_match(now.version).await {
                    Ok(written) => break written.version.get(),
                    Err(e) if e.is_version_mismatch() => continue,
                    Err(e) => panic!("{e}"),
                }
            }
        })
    });
    let versions: HashSet<u64> = join_all(tasks).await.into_iter().map(|done| done.unwrap()).collect();
    assert_eq!(versions, (2..=writers + 1).collect());
    let last = api.client.get_claim(&claim.member_id, claim.claim_id).await.unwrap();
    assert_eq!(last.version.get(), writers + 1);
    assert_eq!(
        last.claim_amount.cents(),
        claim.claim_amount.cents() + i64::try_from(writers).unwrap(),
        "no update is lost"
    );
}

#[tokio::test]
async fn modify_claim_begins_again_when_somebody_was_faster() {
    let api = Api::start().await;
    let claim = api.claim("m", ClaimStatus::Pending).await;
    let tasks = (0..8).map(|_| {
        api.client.modify_claim(&claim.member_id, claim.claim_id, |now| {
            let amount = ClaimAmount::from_cents(now.claim_amount.cents() + 1).ok()?;
            Some(UpdateClaimRequest { claim_amount: amount, ..now.to_update() })
        })
    });
    for done in join_all(tasks).await {
        done.unwrap();
    }
    let last = api.client.get_claim(&claim.member_id, claim.claim_id).await.unwrap();
    assert_eq!(last.claim_amount.cents(), claim.claim_amount.cents() + 8);
    // Nothing to change: nothing is written.
    let left = api.client.modify_claim(&claim.member_id, claim.claim_id, |_| None).await.unwrap();
    assert_eq!(left, last);
}

#[tokio::test]
async fn a_write_whose_storage_answer_is_lost_succeeds_once() {
    let api = Api::start().await;
    let claim = api.claim("m", ClaimStatus::Pending).await;
    let target = path_of(&claim);
    let update = serde_json::to_value(with_status(&claim, ClaimStatus::InReview)).unwrap();
    // Conditional and not, with a key and without: the SDK's repeat recognises its own write.
    for (n, headers) in [vec![("if-match", "\"1\"")], vec![]].into_iter().enumerate() {
        api.local.inject(Fault::StorageAnswerLost);
        let answer = api.json("PUT", &target, &headers, &update).await;
        assert_eq!((answer.status, &answer.json["version"]), (200, &json!(n + 2)), "{}", answer.json);
    }
    for headers in [vec![("if-match", "\"3\"")], vec![]] {
        let claim = api.claim("d", ClaimStatus::Approved).await;
        api.local.inject(Fault::StorageAnswerLost);
        assert_eq!(api.send("DELETE", &path_of(&claim), &headers, "").await.status, 204);
        api.get(&path_of(&claim)).await.is_problem(404, "claim_not_found");
    }
    // A delete that was never applied and finds nothing is no success: throttling is DynamoDB's word for "not done".
    api.local.inject(Fault::StorageThrottled);
    let nothing = format!("/claim/{}?memberId=d", IdempotencyKey::mint());
    api.send("DELETE", &nothing, &[], "").await.is_problem(404, "claim_not_found");
}

#[tokio::test]
async fn through_the_client_a_lost_answer_is_success_once() {
    let api = Api::start().await;
    let claim = api.claim("m", ClaimStatus::Pending).await;
    let (member, id) = (&claim.member_id, claim.claim_id);

    api.local.inject(Fault::ResetAfter);
    let update = with_status(&claim, ClaimStatus::InReview);
    let updated = api.client.update_claim(member, id, update).if_match(claim.version).await.unwrap();
    assert_eq!(updated.version.get(), 2);

    // An unconditional update may not be repeated from outside: it could overwrite somebody's later write.
    api.local.inject(Fault::ResetAfter);
    let error = api.client.update_claim(member, id, updated.to_update()).await.unwrap_err();
    assert!(error.is_outcome_unknown(), "{error}");
    assert_eq!(error.attempts(), 1);
    assert_eq!(api.client.get_claim(member, id).await.unwrap().version.get(), 3, "it had been written");

    api.local.inject(Fault::ResetAfter);
    api.client.delete_claim(member, id).await.unwrap();
    assert!(api.client.delete_claim(member, id).await.unwrap_err().is_not_found());
}

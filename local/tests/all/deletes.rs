//! A delete is remembered: its key makes no second claim, and its repeat is recognised.

use aws_sdk_dynamodb::types::AttributeValue;
use claims_api_types::Operation;
use claims_client::types::*;
use claims_local::Fault;
use claims_server::Api as Function;
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::common::{
    Api, CREATE, body, body_with,
    event::{create_event, embedded_store, invoke, with},
    new_claim, path_of,
};

fn keyed(key: &str) -> Vec<(&str, &str)> {
    vec![("idempotency-key", key)]
}

fn key() -> String {
    IdempotencyKey::mint().to_string()
}

#[tokio::test]
async fn the_same_delete_again_is_the_same_success_and_another_finds_nothing() {
    let api = Api::start().await;
    for condition in [vec![], vec![("if-match", "\"1\"")], vec![("if-match", "*")]] {
        let target = path_of(&api.claim("m", ClaimStatus::Pending).await);
        let own = key();
        let delete = [keyed(&own), condition.clone()].concat();
        for _ in 0..3 {
            assert_eq!(api.send("DELETE", &target, &delete, "").await.status, 204, "{condition:?}");
        }
        // Under another condition, or of another kind, a key names another write.
        let others = [vec![], keyed(&own), vec![("if-match", "\"1\"")], vec![("if-match", "\"2\"")]];
        let another = key();
        for other in others.into_iter().chain([[keyed(&another), condition.clone()].concat()]) {
            if other != delete {
                api.send("DELETE", &target, &other, "").await.is_problem(404, "claim_not_found");
            }
        }
        api.json("PUT", &target, &keyed(&own), &body()).await.is_problem(404, "claim_not_found");
        api.get(&target).await.is_problem(404, "claim_not_found");
        assert_eq!(api.send("DELETE", &target, &delete, "").await.status, 204, "however late");
    }
    assert_eq!(api.get("/claim?memberId=m").await.json, json!({"claims": []}));
}

#[tokio::test]
async fn a_deleted_claims_key_makes_no_second_one_whatever_it_says() {
    let api = Api::start().await;
    let own = key();
    let first = api.create(&keyed(&own), &body()).await;
    let target = format!("/claim/{own}?memberId=123");
    assert_eq!(api.send("DELETE", &target, &[], "").await.status, 204);
    for (target, body) in [
        (CREATE, body()),
        (CREATE, body_with("claimAmount", json!(1))),
        ("/claim?memberId=123&policyId=9&memberName=Jane", body()),
    ] {
        let refused = api.json("POST", target, &keyed(&own), &body).await;
        refused.is_problem(409, "claim_deleted");
        let said = refused.json["detail"].as_str().unwrap();
        assert_eq!(said, "this key's claim was filed and deleted; mint a new key to file it again");
    }
    // What is no create at all is told as that.
    let wrong = api.create(&keyed(&own), &body_with("policyType", Value::Null)).await;
    wrong.is_problem(400, "validation_failed");
    api.get(&target).await.is_problem(404, "claim_not_found");
    // A key is its member's.
    let other = api.json("POST", "/claim?memberId=124&policyId=1&memberName=J", &keyed(&own), &body()).await;
    assert_eq!((other.status, &other.json["claimId"]), (201, &first.json["claimId"]));
}

#[tokio::test]
async fn no_repeat_of_a_create_by_whomever_makes_the_claim_anew() {
    let api = Api::start().await;
    for fault in [None, Some(Fault::StorageAnswerLost), Some(Fault::ResetAfter), Some(Fault::Status(504))] {
        let key = IdempotencyKey::mint();
        let create = || api.client.create_claim(new_claim("m")).with_idempotency_key(key);
        let claim = create().await.unwrap();
        api.client.delete_claim(&claim.member_id, claim.claim_id).await.unwrap();
        fault.iter().for_each(|fault| api.local.inject(fault.clone()));
        let refused = create().await.unwrap_err();
        assert_eq!((refused.status(), refused.code()), (Some(409), Some(&ProblemCode::ClaimDeleted)), "{fault:?}");
        assert!(api.client.get_claim(&claim.member_id, claim.claim_id).await.unwrap_err().is_not_found());
    }
}

#[tokio::test]
async fn of_two_deletes_at_once_one_has_deleted() {
    let api = Api::start().await;
    for _ in 0..20 {
        let claim = api.claim("m", ClaimStatus::Pending).await;
        let deletes = (0..4).map(|_| async { api.client.delete_claim(&claim.member_id, claim.claim_id).await });
        let done = join_all(deletes).await.into_iter().filter(Result::is_ok).count();
        assert_eq!(done, 1);
    }
}

#[tokio::test]
async fn the_clients_own_repeat_of_a_delete_is_recognised_not_guessed() {
    let api = Api::start().await;
    let claim = api.claim("m", ClaimStatus::Pending).await;
    let key = IdempotencyKey::mint();
    for _ in 0..2 {
        let delete = api.client.delete_claim(&claim.member_id, claim.claim_id).with_idempotency_key(key);
        delete.without_retry().await.unwrap();
    }
    // Without one from the caller it has one of its own.
    for conditional in [true, false] {
        let claim = api.claim("m", ClaimStatus::Pending).await;
        let delete = || {
            let call = api.client.delete_claim(&claim.member_id, claim.claim_id).without_retry();
            if conditional { call.if_match(claim.version) } else { call }
        };
        api.local.inject(Fault::ResetAfter);
        let own = delete().await.unwrap_err().idempotency_key().unwrap();
        delete().with_idempotency_key(own).await.unwrap();
        assert!(delete().await.unwrap_err().is_not_found());
    }
}

#[tokio::test]
async fn a_tombstone_keeps_nothing_of_the_claim() {
    let store = embedded_store().await;
    let (client, table) = (store.client().clone(), store.table().to_owned());
    let function = Function::new(store);
    let (_, claim) = invoke(&function, Operation::CreateClaim, create_event()).await;
    let id = claim["claimId"].as_str().unwrap();
    let event = with(create_event(), "/httpMethod", json!("DELETE"));
    let event = with(event, "/pathParameters", json!({ "claimId": id }));
    let own = key();
    let event = with(event, "/multiValueHeaders", json!({"idempotency-key": [own]}));
    assert_eq!(invoke(&function, Operation::DeleteClaim, event).await.0, 204);

    let key = [("PK", "MEMBER#123".to_owned()), ("SK", format!("CLAIM#{id}"))];
    let key = key.map(|(name, value)| (name.to_owned(), AttributeValue::S(value)));
    let found = client.get_item().table_name(table).set_key(Some(key.into())).send().await.unwrap();
    let tombstone = found.item().unwrap();
    let mut names: Vec<_> = tombstone.keys().map(String::as_str).collect();
    names.sort_unstable();
    let writer = ["writeActor", "writeOperation", "writeRequestId", "writeVersion"];
    assert_eq!(names, [&["PK", "SK", "deletedAt", "lastWrite", "version"], &writer[..]].concat());
    assert_eq!(tombstone["version"], AttributeValue::N("2".to_owned()), "one more than the claim's last");
    assert_eq!(tombstone["lastWrite"], AttributeValue::S(format!("deleteClaim:{own}:")));
    assert!(tombstone["deletedAt"].as_s().unwrap().parse::<Timestamp>().is_ok());
    // The claim's id and member are in the keys and nowhere else; of the rest nothing is there in any form.
    let text = format!("{tombstone:?}");
    for said in ["JohnDoe", "snow", "Health", "pending", "requestHash"] {
        assert!(!text.contains(said), "{said}: {text}");
    }
}

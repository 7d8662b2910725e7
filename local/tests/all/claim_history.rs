//! The history of a claim on the wire: who, when, what it was before; never a name, of a description only that it changed.

use std::sync::{
    Arc,
    atomic::{AtomicU8, Ordering},
};

use claims_client::{
    IdempotencyKey,
    types::{Claim, ClaimHistoryPage, ClaimStatus, HistoryEntry, PageLimit, UpdateClaimRequest},
};
use claims_local::LocalApi;
use serde_json::{Value, json};

use crate::common::{Api, path_of, with_status};

/// An API with a database of its own, wherever the others have theirs: a DynamoDB elsewhere has a stream of its own.
async fn start() -> Api {
    Api::of(LocalApi::start().await.unwrap())
}

/// The history as soon as it has so many entries: it follows what was written.
async fn history(api: &Api, claim: &Claim, entries: usize) -> Vec<HistoryEntry> {
    for _ in 0..10_000 {
        if let Ok(page) = api.client.list_claim_history(&claim.member_id, claim.claim_id).limit(PageLimit::MAX).await
            && page.entries.len() >= entries
        {
            assert_eq!(page.entries.len(), entries);
            return page.entries;
        }
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    }
    panic!("the history does not come");
}

fn target(claim: &Claim) -> String {
    let (path, query) =
        path_of(claim).split_once('?').map(|(path, query)| (path.to_owned(), query.to_owned())).unwrap();
    format!("{path}/history?{query}")
}

#[tokio::test]
async fn each_write_is_an_entry_with_what_it_changed_and_the_deleted_claim_keeps_its_own() {
    let api = start().await;
    let claim = api.claim("m", ClaimStatus::Pending).await;
    let update = UpdateClaimRequest {
        status: ClaimStatus::InReview,
        claim_amount: "20.5".parse().unwrap(),
        description: "marker-in-a-description".parse().unwrap(),
        ..claim.to_update()
    };
    let who = "adjuster-7".parse().unwrap();
    let updated = api.client.update_claim(&claim.member_id, claim.claim_id, update).on_behalf_of(&who).await.unwrap();
    // The same again changes nothing of the claim, and is a write all the same.
    api.client.update_claim(&claim.member_id, claim.claim_id, updated.to_update()).await.unwrap();
    api.client.delete_claim(&claim.member_id, claim.claim_id).await.unwrap();
    history(&api, &claim, 4).await;

    let answer = api.get(&target(&claim)).await;
    assert_eq!(answer.status, 200);
    let (page, text) = (&answer.json, answer.json.to_string());
    assert!(!text.contains("marker") && !text.contains("Doe"), "{text}");
    assert_eq!((&page["historyFrom"], &page["nextToken"]), (&json!(1), &Value::Null));
    let entry = |at: usize| &page["entries"][at];
    let said = |at: usize| (entry(at)["version"].clone(), entry(at)["operation"].clone(), entry(at)["changes"].clone());
    let amount = json!(claim.claim_amount);
    assert_eq!(
        said(0),
        (
            json!(1),
            json!("createClaim"),
            json!([
                {"field": "status", "to": "pending"}, {"field": "policyType", "to": claim.policy_type},
                {"field": "claimAmount", "to": amount}, {"field": "description"},
            ])
        )
    );
    assert_eq!(
        said(1),
        (
            json!(2),
            json!("updateClaim"),
            json!([
                {"field": "status", "from": "pending", "to": "in_review"},
                {"field": "claimAmount", "from": amount, "to": 20.5}, {"field": "description"},
            ])
        )
    );
    assert_eq!(said(2), (json!(3), json!("updateClaim"), json!([])));
    assert_eq!(
        said(3),
        (
            json!(4),
            json!("deleteClaim"),
            json!([
                {"field": "status", "from": "in_review"}, {"field": "policyType", "from": claim.policy_type},
                {"field": "claimAmount", "from": 20.5}, {"field": "description"},
            ])
        )
    );
    assert_eq!(entry(0)["at"], json!(claim.created_at));
    assert_eq!(entry(1)["at"], json!(updated.updated_at));
    for at in 0..4 {
        assert_eq!(entry(at)["actor"]["kind"], "network", "{}", entry(at));
        assert!(entry(at)["requestId"].is_string());
        assert_eq!(entry(at)["onBehalfOf"], if at == 1 { json!("adjuster-7") } else { Value::Null });
        let internal =
            entry(at).as_object().unwrap().keys().any(|name| ["PK", "SK", "lastWrite", "expiresAt"].contains(&&**name));
        assert!(!internal, "{}", entry(at));
    }
}

#[tokio::test]
async fn two_members_with_one_claim_id_have_a_history_each_and_a_third_has_none() {
    let api = start().await;
    let key = IdempotencyKey::mint();
    let file = async |member: &str| {
        api.client.create_claim(crate::common::new_claim(member)).with_idempotency_key(key).await.unwrap()
    };
    let (one, two) = (file("m").await, file("m1").await);
    assert_eq!(one.claim_id, two.claim_id);
    api.client.update_claim(&two.member_id, two.claim_id, with_status(&two, ClaimStatus::Withdrawn)).await.unwrap();
    assert_eq!(history(&api, &two, 2).await[1].changes[0].to, Some(json!("withdrawn")));
    assert_eq!(history(&api, &one, 1).await.len(), 1);
    for (member, id) in
        [("m2", one.claim_id.to_string()), ("m", IdempotencyKey::mint().to_string()), ("m", "x".to_owned())]
    {
        api.get(&format!("/claim/{id}/history?memberId={member}")).await.is_problem(404, "claim_not_found");
    }
}

#[tokio::test]
async fn pages_go_on_where_the_last_one_ended_and_every_page_says_where_the_history_begins() {
    let api = start().await;
    let claim = api.claim("m", ClaimStatus::Pending).await;
    for _ in 1..7 {
        api.client.update_claim(&claim.member_id, claim.claim_id, claim.to_update()).await.unwrap();
    }
    let all = history(&api, &claim, 7).await;
    for limit in 1..=8 {
        let call =
            api.client.list_claim_history(&claim.member_id, claim.claim_id).limit(PageLimit::new(limit).unwrap());
        let mut pages = call.clone().into_pages();
        let mut seen: Vec<HistoryEntry> = Vec::new();
        while let Some(page) = pages.try_next().await.unwrap() {
            assert!(page.entries.len() <= limit as usize && page.history_from.get() == 1);
            seen.extend(page.entries);
        }
        assert_eq!(seen, all, "{limit}");
        let mut stream = call.into_stream();
        assert_eq!(stream.try_next().await.unwrap().as_ref(), all.first());
    }
    let target = target(&claim);
    for (wrong, field) in [
        ("&limit=0", "limit"),
        ("&limit=101", "limit"),
        ("&nextToken=x", "nextToken"),
        ("&nextToken=0-1-1", "nextToken"),
    ] {
        let answer = api.get(&format!("{target}{wrong}")).await;
        answer.is_problem(400, "validation_failed");
        assert!(answer.errors()[0].contains(field), "{:?}", answer.errors());
    }
}

#[tokio::test]
async fn expired_entries_are_skipped_and_the_history_begins_behind_them() {
    let today = Arc::new(AtomicU8::new(1));
    let clock = today.clone();
    let at = move || format!("2027-01-{:02}T00:00:00Z", clock.load(Ordering::Relaxed)).parse().unwrap();
    let api = Api::of(LocalApi::builder().history_days(10).clock(at).start().await.unwrap());
    let claim = api.claim("m", ClaimStatus::Pending).await;
    for _ in 0..3 {
        today.fetch_add(1, Ordering::Relaxed);
        api.client.update_claim(&claim.member_id, claim.claim_id, claim.to_update()).await.unwrap();
    }
    history(&api, &claim, 4).await;
    // Version 1 and 2 were written ten days ago and longer; nothing has taken them away yet.
    today.fetch_add(8, Ordering::Relaxed);
    for limit in [1, 2, 25] {
        let call =
            api.client.list_claim_history(&claim.member_id, claim.claim_id).limit(PageLimit::new(limit).unwrap());
        let page = call.clone().await.unwrap();
        assert_eq!((page.history_from.get(), page.entries[0].version.get()), (3, 3), "{limit}");
        let mut stream = call.into_stream();
        let mut versions = Vec::new();
        while let Some(entry) = stream.try_next().await.unwrap() {
            versions.push(entry.version.get());
        }
        assert_eq!(versions, [3, 4], "{limit}");
    }
    today.fetch_add(10, Ordering::Relaxed);
    api.get(&target(&claim)).await.is_problem(404, "claim_not_found");
}

#[tokio::test]
async fn a_file_of_claims_is_kept_with_their_history_and_what_was_not_recorded_comes_at_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("claims.db");
    let open = async || Api::of(LocalApi::builder().data_file(&file).start().await.unwrap());
    let api = open().await;
    let claim = api.claim("m", ClaimStatus::Pending).await;
    history(&api, &claim, 1).await;
    // Dropped, not stopped: as a kill would, it leaves what has not been recorded where it was.
    for _ in 0..20 {
        api.client.update_claim(&claim.member_id, claim.claim_id, claim.to_update()).await.unwrap();
    }
    drop(api);
    let api = open().await;
    let page: ClaimHistoryPage =
        api.client.list_claim_history(&claim.member_id, claim.claim_id).limit(PageLimit::MAX).await.unwrap();
    let versions: Vec<_> = page.entries.iter().map(|entry| entry.version.get()).collect();
    assert_eq!(versions, (1..=21).collect::<Vec<_>>(), "all of it, before the first request");
    api.local.stop().await;
    // Nothing of the stream stays.
    let connection = rusqlite::Connection::open(&file).unwrap();
    let left: i64 = connection.query_row("SELECT count(*) FROM _stream_records", [], |row| row.get(0)).unwrap();
    assert_eq!(left, 0);
}

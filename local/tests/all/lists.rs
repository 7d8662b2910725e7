//! Lists: newest first, page by page.

use crate::common::{Api, new_claim, with_status};
use claims_client::types::*;
use futures_util::TryStreamExt;
use serde_json::json;

async fn filled(api: &Api, member: &str, claims: usize) -> Vec<ClaimId> {
    let mut ids = Vec::new();
    for _ in 0..claims {
        ids.push(api.client.create_claim(new_claim(member)).await.unwrap().claim_id);
    }
    ids.reverse();
    ids
}

#[tokio::test]
async fn a_list_is_newest_first_and_only_this_members() {
    let api = Api::start().await;
    // One member's id may be the start of another's.
    let mine = filled(&api, "m1", 3).await;
    filled(&api, "m10", 2).await;
    filled(&api, "m", 2).await;
    let page = api.client.list_claims(&"m1".parse().unwrap()).await.unwrap();
    assert_eq!(page.claims.iter().map(|c| c.claim_id).collect::<Vec<_>>(), mine);
    assert_eq!(page.next_token, None);
}

#[tokio::test]
async fn a_member_without_claims_has_an_empty_list() {
    let api = Api::start().await;
    let answer = api.get("/claim?memberId=nobody").await;
    assert_eq!((answer.status, answer.json), (200, json!({"claims": []})));
    assert_eq!(answer.headers["content-type"], "application/json");
}

#[tokio::test]
async fn pages_join_without_gap_or_repeat_at_every_limit() {
    let api = Api::start().await;
    let ids = filled(&api, "m", 27).await;
    let member: MemberId = "m".parse().unwrap();
    let default = api.client.list_claims(&member).await.unwrap();
    assert_eq!(default.claims.len(), 25, "unless asked otherwise");
    for limit in [1, 2, 9, 26, 27, 28, 100] {
        let limit = PageLimit::new(limit).unwrap();
        let (mut seen, mut token) = (Vec::new(), None);
        loop {
            let mut call = api.client.list_claims(&member).limit(limit);
            if let Some(token) = token {
                call = call.starting_at(token);
            }
            let page = call.await.unwrap();
            assert!(page.claims.len() <= usize::from(limit.get()));
            seen.extend(page.claims.iter().map(|c| c.claim_id));
            token = page.next_token;
            if token.is_none() {
                break;
            }
        }
        assert_eq!(seen, ids, "limit {limit}");
        let streamed: Vec<Claim> =
            api.client.list_claims(&member).limit(limit).into_stream().try_collect().await.unwrap();
        assert_eq!(streamed.iter().map(|c| c.claim_id).collect::<Vec<_>>(), ids, "as a stream, limit {limit}");
    }
}

#[tokio::test]
async fn a_token_is_the_last_claims_id_and_needs_no_claim_to_be_there() {
    let api = Api::start().await;
    let ids = filled(&api, "m", 4).await;
    let first = api.get("/claim?memberId=m&limit=2").await;
    let token = first.json["nextToken"].as_str().unwrap();
    assert_eq!(token, ids[1].to_string());
    // The claim it names may be gone by then, and another member's token is only a place in one's own list.
    api.client.delete_claim(&"m".parse().unwrap(), ids[1]).await.unwrap();
    let second = api.get(&format!("/claim?memberId=m&limit=2&nextToken={token}")).await;
    let seen: Vec<_> = second.json["claims"].as_array().unwrap().iter().map(|c| c["claimId"].clone()).collect();
    assert_eq!(seen, [json!(ids[2]), json!(ids[3])]);
    let foreign = api.get(&format!("/claim?memberId=other&nextToken={token}")).await;
    assert_eq!((foreign.status, foreign.json), (200, json!({"claims": []})));
}

#[tokio::test]
async fn a_status_filter_may_leave_a_page_short_but_never_loses_a_claim() {
    let api = Api::start().await;
    let ids = filled(&api, "m", 12).await;
    let member: MemberId = "m".parse().unwrap();
    let mut wanted = Vec::new();
    for id in ids.iter().step_by(5) {
        let claim = api.client.get_claim(&member, *id).await.unwrap();
        api.client.update_claim(&member, *id, with_status(&claim, ClaimStatus::Withdrawn)).await.unwrap();
        wanted.push(*id);
    }
    let limit = PageLimit::new(4).unwrap();
    let call = || api.client.list_claims(&member).status(ClaimStatus::Withdrawn).limit(limit);
    let pages: Vec<ClaimPage> = call().into_pages().try_collect().await.unwrap();
    assert!(pages[0].claims.len() < 4 && pages[0].next_token.is_some(), "the filter comes after the limit");
    let seen: Vec<ClaimId> = pages.iter().flat_map(|p| p.claims.iter().map(|c| c.claim_id)).collect();
    assert_eq!(seen, wanted);
    let empty = api.get("/claim?memberId=m&status=paid").await;
    assert_eq!((empty.status, empty.json), (200, json!({"claims": []})));
}

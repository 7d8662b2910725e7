//! Calls as a service makes them.

use claims_client::{
    ClaimsClient, CreateClaim, Error,
    types::{CreateClaimRequest, IdempotencyKey, MemberId, PolicyType, UpdateClaimRequest},
};
use futures_util::future::join_all;

use super::Answer;

/// A member nobody else has, so that scenarios do not meet.
pub fn new_member() -> Result<MemberId, String> {
    format!("member-{}", IdempotencyKey::mint()).parse().map_err(|e| format!("{e}"))
}

/// A claim that its description tells from all others.
pub fn claim(member: &MemberId, description: &str) -> Result<CreateClaim, String> {
    let wrong = |e: &dyn std::fmt::Display| e.to_string();
    Ok(CreateClaim {
        member_id: member.clone(),
        policy_id: "123".parse().map_err(|e| wrong(&e))?,
        member_name: "John Doe".parse().map_err(|e| wrong(&e))?,
        request: CreateClaimRequest::new(
            PolicyType::Health,
            "500".parse().map_err(|e| wrong(&e))?,
            description.parse().map_err(|e| wrong(&e))?,
        ),
    })
}

/// Create, get, list, update, delete: each has to do what it says.
pub async fn life(client: &ClaimsClient) -> Answer {
    let member = match new_member() {
        Ok(member) => member,
        Err(why) => return Answer::failed(why),
    };
    let new = match claim(&member, "snow accident") {
        Ok(new) => new,
        Err(why) => return Answer::failed(why),
    };
    match walk(client, &member, new).await {
        Ok(None) => Answer::good(),
        Ok(Some(wrong)) => Answer::failed(wrong.to_owned()),
        Err(e) => Answer::of(&e),
    }
}

async fn walk(client: &ClaimsClient, member: &MemberId, new: CreateClaim) -> Result<Option<&'static str>, Error> {
    let created = client.create_claim(new).await?;
    let got = client.get_claim(member, created.claim_id).await?;
    if got.version != created.version || got.description != created.description {
        return Ok(Some("the claim that was got is not the one that was created"));
    }
    if client.list_claims(member).await?.claims.len() != 1 {
        return Ok(Some("the list does not hold exactly the claim that was created"));
    }
    let update = UpdateClaimRequest { description: created.description.clone(), ..created.to_update() };
    let updated = client.update_claim(member, created.claim_id, update).if_match(created.version).await?;
    if updated.version == created.version {
        return Ok(Some("an update left the version as it was"));
    }
    client.delete_claim(member, created.claim_id).await?;
    Ok((!client.list_claims(member).await?.claims.is_empty()).then_some("a deleted claim is still listed"))
}

/// The first failure counts; the time is that of the slowest.
pub async fn lists(client: &ClaimsClient, count: usize) -> Answer {
    let member = match new_member() {
        Ok(member) => member,
        Err(why) => return Answer::failed(why),
    };
    let calls = (0..count).map(|_| async { client.list_claims(&member).await });
    match join_all(calls).await.into_iter().find_map(Result::err) {
        None => Answer::good(),
        Some(e) => Answer::of(&e),
    }
}

//! `DELETE /claim/{claimId}`: one conditional update, which leaves a tombstone.

use claims_api_types::{IdempotencyKey, validate::Findings};
use private_api_lambda::{Reply, Request};

use crate::{
    Api, Failure,
    request::{claim_id, member_id, whole_query},
    store::Delete,
    writer::Writer,
};

pub(super) async fn run(api: &Api, request: &Request) -> Result<Reply, Failure> {
    let claim_id = claim_id(request)?;
    let mut findings = Findings::new();
    let member_id = member_id(request, &mut findings);
    whole_query(request, &mut findings);
    let writer = Writer::of(request, &mut findings);
    let if_match = request.if_match(&mut findings);
    let key = request.idempotency_key(&mut findings);
    let (Some(member_id), true) = (member_id, findings.is_empty()) else {
        return Err(findings.into());
    };
    let key = key.unwrap_or_else(IdempotencyKey::mint);
    api.store.delete(&Delete { member_id, claim_id, if_match, key, writer, now: api.now() }).await?;
    Ok(Reply::no_content())
}

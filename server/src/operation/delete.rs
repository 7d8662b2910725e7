//! `DELETE /claim/{claimId}`: one conditional delete.

use claims_api_types::validate::Findings;

use crate::{Api, failure::Failure, reply::Reply, request::Request};

pub(super) async fn run(api: &Api, request: &Request) -> Result<Reply, Failure> {
    let claim_id = request.claim_id()?;
    let mut findings = Findings::new();
    let member_id = request.member_id(&mut findings);
    let if_match = request.if_match(&mut findings);
    // Read so that a bad one is refused. A deleted item cannot remember a key: see `Store::delete`.
    request.idempotency_key(&mut findings);
    let (Some(member_id), true) = (member_id, findings.is_empty()) else {
        return Err(findings.into());
    };
    api.store.delete(&member_id, claim_id, if_match).await?;
    Ok(Reply::no_content())
}

//! `DELETE /claim/{claimId}`: one conditional delete.

use claims_api_types::validate::Findings;
use private_api_lambda::{Reply, Request};

use crate::{
    Api, Failure,
    request::{claim_id, member_id},
};

pub(super) async fn run(api: &Api, request: &Request) -> Result<Reply, Failure> {
    let claim_id = claim_id(request)?;
    let mut findings = Findings::new();
    let member_id = member_id(request, &mut findings);
    let if_match = request.if_match(&mut findings);
    // Read so that a bad one is refused. A deleted item cannot remember a key: see `Store::delete`.
    request.idempotency_key(&mut findings);
    let (Some(member_id), true) = (member_id, findings.is_empty()) else {
        return Err(findings.into());
    };
    api.store.delete(&member_id, claim_id, if_match).await?;
    Ok(Reply::no_content())
}

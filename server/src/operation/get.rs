//! `GET /claim/{claimId}`: one consistent read.

use claims_api_types::validate::Findings;
use private_api_lambda::{Reply, Request, StatusCode};

use crate::{
    Api, Failure, reply,
    request::{claim_id, member_id},
};

pub(super) async fn run(api: &Api, request: &Request) -> Result<Reply, Failure> {
    let claim_id = claim_id(request)?;
    let mut findings = Findings::new();
    let member_id = member_id(request, &mut findings);
    request.on_behalf_of(&mut findings);
    let (Some(member_id), true) = (member_id, findings.is_empty()) else {
        return Err(findings.into());
    };
    let claim = api.store.get(&member_id, claim_id).await?;
    match request.if_none_match() {
        Some(tags) if tags.knows(claim.version) => Ok(Reply::not_modified(claim.version)),
        _ => reply::claim(StatusCode::OK, &claim),
    }
}

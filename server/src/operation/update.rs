//! `PUT /claim/{claimId}`: one conditional update; the state machine and the version are its conditions.

use claims_api_types::{IdempotencyKey, Operation, UpdateClaimRequest, validate::Findings};
use private_api_lambda::{Reply, Request, StatusCode};

use crate::{
    Api, Failure, reply,
    request::{claim_id, member_id, whole_query},
    store::Update,
    writer::Writer,
};

pub(super) async fn run(api: &Api, request: &Request) -> Result<Reply, Failure> {
    let body = request.json_body()?;
    let claim_id = claim_id(request)?;

    let mut findings = Findings::new();
    let member_id = member_id(request, &mut findings);
    whole_query(request, &mut findings);
    let writer = Writer::of(request, &mut findings);
    let if_match = request.if_match(&mut findings);
    let key = request.idempotency_key(&mut findings);
    let body = UpdateClaimRequest::read(&mut findings, body);
    if let Some(body) = &body {
        api.may(Operation::UpdateClaim, request, Some(&body.status))?;
    }
    let (Some(member_id), Some(request), true) = (member_id, body, findings.is_empty()) else {
        return Err(findings.into());
    };

    let key = key.unwrap_or_else(IdempotencyKey::mint);
    let update = Update { member_id, claim_id, request, if_match, key, writer, now: api.now() };
    reply::claim(StatusCode::OK, &api.store.update(&update).await?)
}

//! `POST /claim`: one conditional put; the idempotency key is the claim's id.

use claims_api_types::{
    Claim, ClaimStatus, CreateClaim, CreateClaimRequest, IdempotencyKey, Version, validate::Findings,
};
use lambda_http::http::StatusCode;

use crate::{Api, failure::Failure, reply::Reply, request::Request, store::Created};

pub(super) async fn run(api: &Api, request: &Request) -> Result<Reply, Failure> {
    let body = request.json_body()?;
    let now = api.now();

    let mut findings = Findings::new();
    let member_id = request.member_id(&mut findings);
    let policy_id = findings.required("policyId", &request.query("policyId"));
    let member_name = findings.required("memberName", &request.query("memberName"));
    let given_key = request.idempotency_key(&mut findings);
    if let Some(key) = given_key {
        findings.keep("Idempotency-Key", key.check_for_create(now));
    }
    let body = CreateClaimRequest::read(&mut findings, body);
    let (Some(member_id), Some(policy_id), Some(member_name), Some(body), true) =
        (member_id, policy_id, member_name, body, findings.is_empty())
    else {
        return Err(findings.into());
    };

    let create = CreateClaim { member_id, policy_id, member_name, request: body };
    let key = given_key.unwrap_or_else(IdempotencyKey::mint);
    let claim = Claim {
        claim_id: key.into(),
        member_id: create.member_id.clone(),
        policy_id: create.policy_id.clone(),
        member_name: create.member_name.clone(),
        policy_type: create.request.policy_type.clone(),
        claim_amount: create.request.claim_amount,
        description: create.request.description.clone(),
        status: ClaimStatus::Pending,
        created_at: now,
        updated_at: now,
        version: Version::FIRST,
    };
    match api.store.create(&create, claim, key).await? {
        Created::New(claim) => Reply::created(&claim),
        // Only this very invocation knows a key it has just minted: what stands there is its own write, repeated by
        // the SDK after the first answer was lost.
        Created::Before(claim) if given_key.is_none() => Reply::created(&claim),
        // And what has been deleted since then had been created.
        Created::Deleted(claim, _) if given_key.is_none() => Reply::created(&claim),
        Created::Deleted(_, failure) => Err(failure),
        Created::Before(claim) => Reply::claim(StatusCode::OK, &claim),
    }
}

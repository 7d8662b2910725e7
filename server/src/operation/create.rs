//! `POST /claim`: one conditional put; the idempotency key is the claim's id.

use claims_api_types::{
    Claim, ClaimId, ClaimStatus, CreateClaim, CreateClaimRequest, IdempotencyKey, Problem, ProblemCode, Version,
    validate::Findings,
};
use private_api_lambda::{Reply, Request, StatusCode};

use crate::{Api, Failure, reply, request::whole_query, store::Created, writer::Writer};

pub(super) async fn run(api: &Api, request: &Request) -> Result<Reply, Failure> {
    let body = request.json_body()?;
    let now = api.now();

    let mut findings = Findings::new();
    let create = CreateClaim::read(&mut findings, |name| request.query(name), body);
    whole_query(request, &mut findings);
    let writer = Writer::of(request, &mut findings);
    let given_key = request.idempotency_key(&mut findings);
    if let Some(key) = given_key {
        findings.keep("Idempotency-Key", key.check_for_create(now));
    }
    let (Some(create), true) = (create, findings.is_empty()) else { return Err(findings.into()) };

    let key = given_key.unwrap_or_else(IdempotencyKey::mint);
    request.is_about(ClaimId::from(key));
    let CreateClaim { member_id, policy_id, member_name, request } = create;
    let CreateClaimRequest { policy_type, claim_amount, description } = request;
    let claim = Claim {
        claim_id: key.into(),
        member_id,
        policy_id,
        member_name,
        policy_type,
        claim_amount,
        description,
        status: ClaimStatus::Pending,
        created_at: now,
        updated_at: now,
        version: Version::FIRST,
    };
    match api.store.create(claim, &writer).await? {
        Created::New(claim) => reply::created(&claim),
        // Only this very invocation knows a key it has just minted: what stands there is its own write, repeated by
        // the SDK after the first answer was lost.
        Created::Before(claim) if given_key.is_none() => reply::created(&claim),
        // And what has been deleted since then had been created.
        Created::Deleted(claim) if given_key.is_none() => reply::created(&claim),
        // Whatever it says: of what the claim said nothing is kept. True as well where this very call had filed it and lost
        // the answer.
        Created::Deleted(_) => {
            let detail = "this key's claim was filed and deleted; mint a new key to file it again";
            Err(Problem::new(ProblemCode::ClaimDeleted).with_detail(detail).into())
        }
        Created::Before(claim) => reply::claim(StatusCode::OK, &claim),
    }
}

//! `GET /claim/{claimId}`: one consistent read.

use claims_api_types::validate::Findings;
use lambda_http::http::StatusCode;

use crate::{Api, failure::Failure, reply::Reply, request::Request};

pub(super) async fn run(api: &Api, request: &Request) -> Result<Reply, Failure> {
    let claim_id = request.claim_id()?;
    let mut findings = Findings::new();
    let Some(member_id) = request.member_id(&mut findings) else {
        return Err(findings.into());
    };
    Reply::claim(StatusCode::OK, &api.store.get(&member_id, claim_id).await?)
}

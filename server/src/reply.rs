//! Answers with a claim in them.

use claims_api_types::Claim;
use private_api_lambda::{Reply, StatusCode, header};

use crate::Failure;

/// A claim with its entity tag: what get and update answer.
pub(crate) fn claim(status: StatusCode, claim: &Claim) -> Result<Reply, Failure> {
    Reply::resource(status, claim, claim.version)
}

/// 201 with the claim and where it lives.
pub(crate) fn created(created: &Claim) -> Result<Reply, Failure> {
    Ok(claim(StatusCode::CREATED, created)?.with_header(header::LOCATION, created.location()))
}

//! `GET /claim`: one query, newest first; more only where the page would be empty by accident.

use claims_api_types::{ClaimStatus, ListClaims, NextToken, validate::Findings};
use private_api_lambda::{Reply, Request, StatusCode};

use crate::{Api, Failure, request::member_id};

pub(super) async fn run(api: &Api, request: &Request) -> Result<Reply, Failure> {
    let mut findings = Findings::new();
    let member_id = member_id(request, &mut findings);
    request.on_behalf_of(&mut findings);
    let status = findings.optional_with("status", &request.query("status"), ClaimStatus::known);
    let limit = findings.optional("limit", &request.query("limit")).unwrap_or_default();
    let after = findings
        .optional_with("nextToken", &request.query("nextToken"), |token| NextToken::from(token.to_owned()).last());
    let (Some(member_id), true) = (member_id, findings.is_empty()) else {
        return Err(findings.into());
    };
    Reply::json(StatusCode::OK, &api.store.list(&ListClaims { member_id, status, limit, after }).await?)
}

//! `GET /claim/{claimId}/history`: one query of the history's table, oldest first.

use claims_api_types::{HistoryPosition, ListClaimHistory, NextToken, validate::Findings};
use private_api_lambda::{Reply, Request, StatusCode};

use crate::{
    Api, Failure,
    request::{claim_id, member_id},
};

pub(super) async fn run(api: &Api, request: &Request) -> Result<Reply, Failure> {
    let claim_id = claim_id(request)?;
    let mut findings = Findings::new();
    let member_id = member_id(request, &mut findings);
    request.on_behalf_of(&mut findings);
    let limit = findings.optional("limit", &request.query("limit")).unwrap_or_default();
    let after = findings.optional_with("nextToken", &request.query("nextToken"), |token| {
        NextToken::from(token.to_owned()).last::<HistoryPosition>()
    });
    let (Some(member_id), true) = (member_id, findings.is_empty()) else {
        return Err(findings.into());
    };
    let history = api.history.as_ref().ok_or_else(|| Failure::internal("this process has no history"))?;
    let list = ListClaimHistory { member_id, claim_id, limit, after };
    Reply::json(StatusCode::OK, &history.list(&list, api.now()).await?)
}

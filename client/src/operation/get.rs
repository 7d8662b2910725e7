//! getClaim

use std::future::IntoFuture;

use claims_api_types::{Claim, ClaimId, MemberId, Operation};

use super::{CallFuture, call_options};
use crate::{
    ClaimsClient, Error,
    call::{Options, Plan, read},
    retry::Repeat,
};

/// Gets a claim; see [`ClaimsClient::get_claim`].
pub struct GetClaimCall {
    client: ClaimsClient,
    pub(super) options: Options,
    member_id: MemberId,
    claim_id: ClaimId,
}
call_options!(GetClaimCall);

impl GetClaimCall {
    pub(crate) fn new(client: ClaimsClient, member_id: MemberId, claim_id: ClaimId) -> Self {
        Self { client, options: Options::default(), member_id, claim_id }
    }
}

impl IntoFuture for GetClaimCall {
    type Output = Result<Claim, Error>;
    type IntoFuture = CallFuture<Claim>;

    fn into_future(self) -> CallFuture<Claim> {
        let plan = Plan {
            operation: Operation::GetClaim,
            url: super::claim(&self.client, &self.member_id, self.claim_id),
            body: None,
            if_match: None,
            key: None,
            repeat: Repeat::Harmless,
        };
        Box::pin(read(self.client, self.options, plan))
    }
}

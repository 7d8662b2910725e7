//! createClaim

use std::future::IntoFuture;

use claims_api_types::{Claim, CreateClaim, IdempotencyKey, Operation};

use super::{CallFuture, call_options, write_options};
use crate::{
    ClaimsClient, Error,
    call::{Options, Plan, json, read},
    retry::Repeat,
};

/// Files a claim; see [`ClaimsClient::create_claim`].
///
/// Every create carries an idempotency key, which becomes the claim's id: the service makes one claim of it, however often
/// it arrives. A create that is repeated after somebody has deleted the claim makes it anew.
pub struct CreateClaimCall {
    client: ClaimsClient,
    options: Options,
    claim: CreateClaim,
}
call_options!(CreateClaimCall);
write_options!(CreateClaimCall);

impl CreateClaimCall {
    pub(crate) fn new(client: ClaimsClient, claim: CreateClaim) -> Self {
        Self { client, options: Options::default(), claim }
    }
}

impl IntoFuture for CreateClaimCall {
    type Output = Result<Claim, Error>;
    type IntoFuture = CallFuture<Claim>;

    fn into_future(self) -> CallFuture<Claim> {
        let Self { client, options, claim } = self;
        let plan = Plan {
            operation: Operation::CreateClaim,
            url: super::claims(&client)
                .with("memberId", claim.member_id.as_str())
                .with("policyId", claim.policy_id.as_str())
                .with("memberName", claim.member_name.as_str())
                .into_url(),
            body: json(&claim.request),
            if_match: None,
            key: Some(options.key.unwrap_or_else(IdempotencyKey::mint)),
            repeat: Repeat::Harmless,
        };
        Box::pin(read(client, options, plan))
    }
}

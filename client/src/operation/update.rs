//! updateClaim

use std::future::IntoFuture;

use claims_api_types::{Claim, ClaimId, IdempotencyKey, MemberId, Operation, UpdateClaimRequest, Version};

use super::{CallFuture, call_options, write_options};
use crate::{
    ClaimsClient, Error,
    call::{Options, Plan, json, read},
    retry::Repeat,
};

/// Updates a claim; see [`ClaimsClient::update_claim`].
pub struct UpdateClaimCall {
    client: ClaimsClient,
    pub(super) options: Options,
    member_id: MemberId,
    claim_id: ClaimId,
    update: UpdateClaimRequest,
    if_match: Option<Version>,
}
call_options!(UpdateClaimCall);
write_options!(UpdateClaimCall);

impl UpdateClaimCall {
    pub(crate) fn new(
        client: ClaimsClient,
        member_id: MemberId,
        claim_id: ClaimId,
        update: UpdateClaimRequest,
    ) -> Self {
        Self { client, options: Options::default(), member_id, claim_id, update, if_match: None }
    }

    /// Updates only this version; another one is a [`is_version_mismatch`](Error::is_version_mismatch) and changes
    /// nothing. Such an update carries an idempotency key and is retried safely.
    #[must_use]
    pub fn if_match(mut self, version: Version) -> Self {
        self.if_match = Some(version);
        self
    }
}

impl IntoFuture for UpdateClaimCall {
    type Output = Result<Claim, Error>;
    type IntoFuture = CallFuture<Claim>;

    fn into_future(self) -> CallFuture<Claim> {
        let conditional = self.if_match.is_some();
        let plan = Plan {
            operation: Operation::UpdateClaim,
            url: super::claim(&self.client, &self.member_id, self.claim_id),
            body: json(&self.update),
            if_match: self.if_match,
            key: self.options.key.or_else(|| conditional.then(IdempotencyKey::mint)),
            // A key alone does not help an unconditional update: somebody may have written in between.
            repeat: if conditional { Repeat::Harmless } else { Repeat::Harmful },
        };
        Box::pin(read(self.client, self.options, plan))
    }
}

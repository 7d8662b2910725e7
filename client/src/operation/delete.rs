//! deleteClaim

use std::future::IntoFuture;

use claims_api_types::{ClaimId, IdempotencyKey, MemberId, Operation, Version};

use super::{CallFuture, call_options, write_options};
use crate::{
    ClaimsClient, Error,
    call::{Options, Plan, run},
    retry::Repeat,
};

/// Deletes a claim; see [`ClaimsClient::delete_claim`].
///
/// A retry that finds nothing, after an attempt whose answer was lost, has succeeded.
pub struct DeleteClaimCall {
    client: ClaimsClient,
    options: Options,
    member_id: MemberId,
    claim_id: ClaimId,
    if_match: Option<Version>,
}
call_options!(DeleteClaimCall);
write_options!(DeleteClaimCall);

impl DeleteClaimCall {
    pub(crate) fn new(client: ClaimsClient, member_id: MemberId, claim_id: ClaimId) -> Self {
        Self { client, options: Options::default(), member_id, claim_id, if_match: None }
    }

    /// Deletes only this version; another one is a [`is_version_mismatch`](Error::is_version_mismatch) and deletes
    /// nothing.
    #[must_use]
    pub fn if_match(mut self, version: Version) -> Self {
        self.if_match = Some(version);
        self
    }
}

impl IntoFuture for DeleteClaimCall {
    type Output = Result<(), Error>;
    type IntoFuture = CallFuture<()>;

    fn into_future(self) -> CallFuture<()> {
        let plan = Plan {
            operation: Operation::DeleteClaim,
            url: super::claim(&self.client, &self.member_id, self.claim_id),
            body: None,
            if_match: self.if_match,
            key: self.options.key.or_else(|| self.if_match.map(|_| IdempotencyKey::mint())),
            repeat: Repeat::Harmless,
        };
        Box::pin(async move { run(self.client, self.options, plan).await.map(|_| ()) })
    }
}

//! createClaim

use std::future::IntoFuture;

use claims_api_types::{Claim, CreateClaim, IdempotencyKey, Operation};

use super::{CallFuture, call_options, write_options};
use crate::{
    ClaimsClient, Error,
    call::{Options, Plan, json, read_answer},
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

/// A create's claim, and whether it is new; see [`CreateClaimCall::outcome`].
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct CreateOutcome {
    /// The claim that the key names, as it stands now.
    pub claim: Claim,
    /// The last answer was 201: this call made the claim. Otherwise (200) it was there already, made before by the same
    /// key; by an attempt of this very call, perhaps, if it took several.
    pub created: bool,
    /// How many requests were sent.
    pub attempts: u32,
}

impl CreateClaimCall {
    pub(crate) fn new(client: ClaimsClient, claim: CreateClaim) -> Self {
        Self { client, options: Options::default(), claim }
    }

    /// Sends it, as awaiting it does, and also tells whether the claim is new.
    ///
    /// # Errors
    /// As the call itself.
    pub async fn outcome(self) -> Result<CreateOutcome, Error> {
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
        let (claim, status, attempts) = read_answer(client, options, plan).await?;
        Ok(CreateOutcome { claim, created: status == 201, attempts })
    }
}

impl IntoFuture for CreateClaimCall {
    type Output = Result<Claim, Error>;
    type IntoFuture = CallFuture<Claim>;

    fn into_future(self) -> CallFuture<Claim> {
        Box::pin(async move { self.outcome().await.map(|outcome| outcome.claim) })
    }
}

//! The client and its operations.

use std::{fmt, sync::Arc, time::Duration};

use reqwest::dns::Resolve;

use claims_api_types::{Claim, ClaimId, CreateClaim, MemberId, UpdateClaimRequest};

use crate::{
    Endpoint,
    builder::{BuildError, ClientBuilder},
    clock::Clock,
    operation::{CreateClaimCall, DeleteClaimCall, GetClaimCall, ListClaimsCall, ModifyClaimCall, UpdateClaimCall},
    retry::{Budget, RetryPolicy},
    transport::Transport,
};

/// A client of one claims API.
///
/// Clones are cheap and share connections and the retry budget: build one client and clone it wherever it is needed.
#[derive(Clone)]
pub struct ClaimsClient(Arc<Inner>);

struct Inner {
    transport: Transport,
    settings: Settings,
}

pub(crate) struct Settings {
    pub timeout: Duration,
    pub attempt_timeout: Duration,
    pub retry: RetryPolicy,
    pub budget: Budget,
    pub clock: Arc<dyn Clock>,
    pub connect_timeout: Duration,
    /// For a diagnosis, with `resolver`.
    pub endpoint: Endpoint,
    pub resolver: Arc<dyn Resolve>,
}

impl ClaimsClient {
    /// Configures a client.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::new()
    }

    /// A client as the environment describes it; see [`ClientBuilder::from_env`].
    ///
    /// # Errors
    /// Everything that is missing or wrong in the environment.
    pub fn from_env() -> Result<Self, BuildError> {
        ClientBuilder::from_env().build()
    }

    pub(crate) fn new(transport: Transport, settings: Settings) -> Self {
        Self(Arc::new(Inner { transport, settings }))
    }

    pub(crate) fn transport(&self) -> &Transport {
        &self.0.transport
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// Files a claim, exactly once however often it has to be sent. Awaits to the [`Claim`].
    #[must_use = "a call is sent when it is awaited"]
    pub fn create_claim(&self, claim: CreateClaim) -> CreateClaimCall {
        CreateClaimCall::new(self.clone(), claim)
    }

    /// Gets one claim of a member. Awaits to the [`Claim`].
    #[must_use = "a call is sent when it is awaited"]
    pub fn get_claim(&self, member_id: &MemberId, claim_id: ClaimId) -> GetClaimCall {
        GetClaimCall::new(self.clone(), member_id.clone(), claim_id)
    }

    /// Lists a member's claims, newest first: one page, or a stream of all.
    #[must_use = "a call is sent when it is awaited"]
    pub fn list_claims(&self, member_id: &MemberId) -> ListClaimsCall {
        ListClaimsCall::new(self.clone(), member_id.clone())
    }

    /// Replaces what may change of a claim. Awaits to the [`Claim`] as it is now.
    ///
    /// Without [`if_match`](UpdateClaimCall::if_match) it overwrites whatever is there, and is not retried once it may
    /// have been sent.
    #[must_use = "a call is sent when it is awaited"]
    pub fn update_claim(&self, member_id: &MemberId, claim_id: ClaimId, update: UpdateClaimRequest) -> UpdateClaimCall {
        UpdateClaimCall::new(self.clone(), member_id.clone(), claim_id, update)
    }

    /// Deletes a claim. Awaits to nothing.
    #[must_use = "a call is sent when it is awaited"]
    pub fn delete_claim(&self, member_id: &MemberId, claim_id: ClaimId) -> DeleteClaimCall {
        DeleteClaimCall::new(self.clone(), member_id.clone(), claim_id)
    }

    /// Changes a claim as it is at that moment: gets it, asks `change` what to make of it, updates it on the condition that
    /// it is still the same, and begins again if somebody else was faster. Awaits to the [`Claim`] as it is now.
    ///
    /// `change` is called once per round and may run several times; `None` leaves the claim alone.
    ///
    /// ```no_run
    /// use claims_client::{ClaimsClient, types::*};
    ///
    /// # async fn demo(client: ClaimsClient, member: MemberId, id: ClaimId) -> Result<(), claims_client::Error> {
    /// let claim = client
    ///     .modify_claim(&member, id, |claim| {
    ///         (claim.status == ClaimStatus::Pending)
    ///             .then(|| UpdateClaimRequest { status: ClaimStatus::InReview, ..claim.to_update() })
    ///     })
    ///     .await?;
    /// # Ok(()) }
    /// ```
    #[must_use = "a call is sent when it is awaited"]
    pub fn modify_claim<F>(&self, member_id: &MemberId, claim_id: ClaimId, change: F) -> ModifyClaimCall<F>
    where
        F: FnMut(&Claim) -> Option<UpdateClaimRequest> + Send + 'static,
    {
        ModifyClaimCall::new(self.clone(), member_id.clone(), claim_id, change)
    }
}

impl fmt::Debug for ClaimsClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClaimsClient").field("address", &self.0.transport.address).finish_non_exhaustive()
    }
}

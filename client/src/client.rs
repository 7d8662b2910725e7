//! The client and its operations.

use std::future::Future;

use claims_api_types::{
    Claim, ClaimHistoryPage, ClaimId, ClaimPage, CreateClaim, IdempotencyKey, MemberId, Operation, UpdateClaimRequest,
};
use private_api_client::{BuildError, Client, Diagnosis};

use crate::{
    Claims, ClientBuilder,
    operation::{
        CreateClaimCall, DeleteClaimCall, GetClaimCall, ListClaimHistoryCall, ListClaimsCall, ModifyClaimCall,
        TryModifyClaimCall, UpdateClaimCall,
    },
};

/// A client of one claims API.
///
/// Clones are cheap and share connections and the retry budget: build one client and clone it wherever it is needed.
#[derive(Clone, Debug)]
pub struct ClaimsClient(Client<Claims>);

impl From<Client<Claims>> for ClaimsClient {
    fn from(client: Client<Claims>) -> Self {
        Self(client)
    }
}

impl ClaimsClient {
    /// Configures a client.
    pub fn builder() -> ClientBuilder {
        Client::builder()
    }

    /// A client as the environment describes it; see [`ClientBuilder::from_env`].
    ///
    /// # Errors
    /// Everything that is missing or wrong in the environment.
    pub fn from_env() -> Result<Self, BuildError> {
        Client::<Claims>::from_env()
    }

    /// Files a claim, exactly once however often it has to be sent. Resolves to the [`Claim`].
    pub fn create_claim(&self, claim: CreateClaim) -> CreateClaimCall {
        let member_id = claim.member_id.clone();
        self.0
            .call(Operation::CreateClaim.row())
            .query("memberId", claim.member_id.as_str())
            .json(&claim.body())
            .checked(move |made: &Claim, key| {
                made.member_id == member_id && key.map(ClaimId::from) == Some(made.claim_id)
            })
    }

    /// Gets one claim of a member. Resolves to the [`Claim`].
    pub fn get_claim(&self, member_id: &MemberId, claim_id: ClaimId) -> GetClaimCall {
        self.0
            .call(Operation::GetClaim.row())
            .segment(claim_id)
            .query("memberId", member_id.as_str())
            .checked(is(member_id, claim_id))
    }

    /// Lists a member's claims, newest first: one page, or a stream of all.
    pub fn list_claims(&self, member_id: &MemberId) -> ListClaimsCall {
        let call = self.0.call(Operation::ListClaims.row()).query("memberId", member_id.as_str());
        let member_id = member_id.clone();
        ListClaimsCall::new(
            call.checked(move |page: &ClaimPage, _| page.claims.iter().all(|claim| claim.member_id == member_id)),
        )
    }

    /// Replaces what may change of a claim. Resolves to the [`Claim`] as it is now.
    ///
    /// Without `if_match` it overwrites whatever is there, and is not retried once it may have been sent.
    pub fn update_claim(&self, member_id: &MemberId, claim_id: ClaimId, update: UpdateClaimRequest) -> UpdateClaimCall {
        self.0
            .call(Operation::UpdateClaim.row())
            .segment(claim_id)
            .query("memberId", member_id.as_str())
            .json(&update)
            .checked(is(member_id, claim_id))
    }

    /// Deletes a claim. Resolves to nothing.
    pub fn delete_claim(&self, member_id: &MemberId, claim_id: ClaimId) -> DeleteClaimCall {
        self.0
            .call_without_content(Operation::DeleteClaim.row())
            .segment(claim_id)
            .query("memberId", member_id.as_str())
    }

    /// Reads who has changed a claim, when, and what it was before, oldest first, also of a deleted claim: one page, or a stream of
    /// all of it. An entry follows its write within about a second.
    pub fn list_claim_history(&self, member_id: &MemberId, claim_id: ClaimId) -> ListClaimHistoryCall {
        let call = self.0.call(Operation::ListClaimHistory.row()).segment(claim_id);
        ListClaimHistoryCall::new(
            call.query("memberId", member_id.as_str()).checked(|page: &ClaimHistoryPage, _| {
                page.entries.iter().all(|entry| entry.version >= page.history_from)
            }),
        )
    }

    /// Changes a claim as it is at that moment: gets it, asks `change` what to make of it, updates it on the condition that
    /// it is still the same, and begins again if somebody else was faster. Resolves to the [`Claim`] as it is now.
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
    pub fn modify_claim<F>(&self, member_id: &MemberId, claim_id: ClaimId, mut change: F) -> ModifyClaimCall
    where
        F: FnMut(&Claim) -> Option<UpdateClaimRequest> + Send + 'static,
    {
        let (client, member_id) = (self.clone(), member_id.clone());
        self.get_claim(&member_id, claim_id).modify(move |claim| {
            change(claim).map(|update| client.update_claim(&member_id, claim_id, update).if_match(claim.version))
        })
    }

    /// As [`modify_claim`](Self::modify_claim), with a decision that may fail, which ends it, and may await. Resolves to
    /// [`Modified`](crate::Modified), which says whether anything was written.
    ///
    /// ```no_run
    /// use claims_client::{ClaimsClient, Modified, ModifyError, types::*};
    ///
    /// # async fn may_review(claim: ClaimId) -> Result<bool, std::io::Error> { Ok(true) }
    /// # async fn demo(client: ClaimsClient, member: MemberId, id: ClaimId) -> Result<(), ModifyError<std::io::Error>> {
    /// let done = client
    ///     .try_modify_claim(&member, id, |claim| async move {
    ///         let review = UpdateClaimRequest { status: ClaimStatus::InReview, ..claim.to_update() };
    ///         Ok(may_review(claim.claim_id).await?.then_some(review))
    ///     })
    ///     .await?;
    /// if let Modified::Changed(claim) = done {
    ///     println!("under review: {}", claim.claim_id);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn try_modify_claim<F, D, E>(
        &self,
        member_id: &MemberId,
        claim_id: ClaimId,
        mut decide: F,
    ) -> TryModifyClaimCall<E>
    where
        F: FnMut(Claim) -> D + Send + 'static,
        D: Future<Output = Result<Option<UpdateClaimRequest>, E>> + Send + 'static,
    {
        let (client, member_id) = (self.clone(), member_id.clone());
        self.get_claim(&member_id, claim_id).try_modify(move |claim| {
            let (client, member_id, version) = (client.clone(), member_id.clone(), claim.version);
            let deciding = decide(claim.clone());
            async move {
                let update = deciding.await?;
                Ok(update.map(|update| client.update_claim(&member_id, claim_id, update).if_match(version)))
            }
        })
    }

    /// Finds out why the API cannot be reached: resolves its name, connects to each address, and lists one claim of a
    /// member named `diagnose` through each mode that this client's parts allow.
    ///
    /// Sends a handful of reads and no retries. For people and tickets, not for a health check.
    ///
    /// ```no_run
    /// # async fn demo() -> Result<(), Box<dyn std::error::Error>> {
    /// let client = claims_client::ClaimsClient::from_env()?;
    /// println!("{}", client.diagnose().await);
    /// # Ok(()) }
    /// ```
    pub async fn diagnose(&self) -> Diagnosis {
        self.0.diagnose().await
    }
}

/// Whether an answer is the claim that was asked for.
fn is(member_id: &MemberId, claim_id: ClaimId) -> impl Fn(&Claim, Option<IdempotencyKey>) -> bool + use<> {
    let member_id = member_id.clone();
    move |claim, _| claim.claim_id == claim_id && claim.member_id == member_id
}

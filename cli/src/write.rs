//! A write as it is sent: kept, so that it can be sent again under the same key.

use claims_client::{
    Claim, ClaimId, ClaimStatus, ClaimsClient, CreateClaim, Error, IdempotencyKey, MemberId, UpdateClaimRequest,
    Version,
    types::{ClaimAmount, CreateClaimRequest, Description, MemberName, OnBehalfOf, PolicyId, PolicyType},
};
use serde::{Deserialize, Serialize};

/// What came of a write.
pub(crate) struct Answer {
    /// Of a create: it was made just now.
    pub new: bool,
    /// As it is now; none after a delete.
    pub claim: Option<Claim>,
}

/// A write as it is sent, so that it can be sent again.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub(crate) enum Write {
    Create {
        member_id: MemberId,
        policy_id: PolicyId,
        member_name: MemberName,
        policy_type: PolicyType,
        claim_amount: ClaimAmount,
        description: Description,
    },
    Update {
        member_id: MemberId,
        claim_id: ClaimId,
        version: Version,
        policy_type: PolicyType,
        claim_amount: ClaimAmount,
        description: Description,
        status: ClaimStatus,
    },
    Delete {
        member_id: MemberId,
        claim_id: ClaimId,
        version: Option<Version>,
    },
}

impl Write {
    pub(crate) fn update(member: &MemberId, claim_id: ClaimId, version: Version, update: UpdateClaimRequest) -> Self {
        let UpdateClaimRequest { policy_type, claim_amount, description, status } = update;
        Self::Update { member_id: member.clone(), claim_id, version, policy_type, claim_amount, description, status }
    }

    /// The operation's id, and what was done once it is.
    pub(crate) fn words(&self) -> (&'static str, &'static str) {
        match self {
            Self::Create { .. } => ("createClaim", "made"),
            Self::Update { .. } => ("updateClaim", "changed"),
            Self::Delete { .. } => ("deleteClaim", "deleted"),
        }
    }

    pub(crate) fn claim(&self, key: IdempotencyKey) -> ClaimId {
        match self {
            Self::Create { .. } => ClaimId::from(key),
            Self::Update { claim_id, .. } | Self::Delete { claim_id, .. } => *claim_id,
        }
    }

    /// Sends it, for `who`, or else for whom the client makes all its calls.
    pub(crate) async fn send(
        self,
        client: ClaimsClient,
        key: IdempotencyKey,
        who: Option<OnBehalfOf>,
    ) -> Result<Answer, Error> {
        match self {
            Self::Create { member_id, policy_id, member_name, policy_type, claim_amount, description } => {
                // Not by its constructor: what may be absent is not to be forgotten here.
                let request = CreateClaimRequest { policy_type, claim_amount, description };
                let create = CreateClaim { member_id, policy_id, member_name, request };
                let mut call = client.create_claim(create).with_idempotency_key(key);
                if let Some(who) = who {
                    call = call.on_behalf_of(&who);
                }
                call.answered().await.map(|answer| Answer { new: answer.status == 201, claim: Some(answer.value) })
            }
            Self::Update { member_id, claim_id, version, policy_type, claim_amount, description, status } => {
                let update = UpdateClaimRequest { policy_type, claim_amount, description, status };
                let mut call = client.update_claim(&member_id, claim_id, update).with_idempotency_key(key);
                if let Some(who) = who {
                    call = call.on_behalf_of(&who);
                }
                call.if_match(version)
                    .answered()
                    .await
                    .map(|answer| Answer { new: answer.status == 201, claim: Some(answer.value) })
            }
            Self::Delete { member_id, claim_id, version } => {
                let mut call = client.delete_claim(&member_id, claim_id).with_idempotency_key(key);
                if let Some(version) = version {
                    call = call.if_match(version);
                }
                if let Some(who) = who {
                    call = call.on_behalf_of(&who);
                }
                call.await.map(|()| Answer { new: true, claim: None })
            }
        }
    }
}

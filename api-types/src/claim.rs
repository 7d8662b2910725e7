//! The claim and the requests that make and change one.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    ClaimAmount, ClaimId, ClaimStatus, Description, MemberId, MemberName, PolicyId, PolicyType, Timestamp, Version,
};

/// A claim as the service answers it.
///
/// Fields that this build does not know are skipped when it is read. `Debug` shows the id, the status, the version and
/// the times, nothing else.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Claim {
    /// The claim's id, a UUIDv7.
    pub claim_id: ClaimId,
    /// Whose claim it is.
    pub member_id: MemberId,
    /// Under which policy.
    pub policy_id: PolicyId,
    /// The member's name.
    pub member_name: MemberName,
    /// What the policy insures.
    pub policy_type: PolicyType,
    /// How much, in the deployment's currency.
    pub claim_amount: ClaimAmount,
    /// What happened.
    pub description: Description,
    /// Where the claim stands.
    pub status: ClaimStatus,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last written.
    pub updated_at: Timestamp,
    /// How often it has been written; the `ETag` is this number in quotes.
    pub version: Version,
}

impl Claim {
    /// Where the claim lives, relative to the collection's URL (the `Location` of a 201): `claim/{claimId}?memberId=…`.
    #[must_use]
    pub fn location(&self) -> String {
        // Neither part needs escaping: a UUID, and [A-Za-z0-9_-].
        format!("claim/{}?memberId={}", self.claim_id, self.member_id)
    }

    /// The names of its fields on the wire, in the contract's order.
    pub const FIELDS: [&'static str; 11] = [
        "claimId",
        "memberId",
        "policyId",
        "memberName",
        "policyType",
        "claimAmount",
        "description",
        "status",
        "createdAt",
        "updatedAt",
        "version",
    ];

    /// Each of [`FIELDS`](Self::FIELDS) as text; an absent one is empty.
    #[must_use]
    pub fn texts(&self) -> [String; Self::FIELDS.len()] {
        // A field that is forgotten here does not compile.
        let Self {
            claim_id,
            member_id,
            policy_id,
            member_name,
            policy_type,
            claim_amount,
            description,
            status,
            created_at,
            updated_at,
            version,
        } = self;
        [
            claim_id.to_string(),
            member_id.to_string(),
            policy_id.to_string(),
            member_name.to_string(),
            policy_type.to_string(),
            claim_amount.to_string(),
            description.to_string(),
            status.to_string(),
            created_at.to_string(),
            updated_at.to_string(),
            version.to_string(),
        ]
    }

    /// An update that changes nothing: take it, change what should change, send it.
    ///
    /// ```
    /// # fn demo(claim: &claims_api_types::Claim) {
    /// use claims_api_types::{ClaimStatus, UpdateClaimRequest};
    /// let update = UpdateClaimRequest { status: ClaimStatus::InReview, ..claim.to_update() };
    /// # }
    /// ```
    #[must_use]
    pub fn to_update(&self) -> UpdateClaimRequest {
        UpdateClaimRequest {
            policy_type: self.policy_type.clone(),
            claim_amount: self.claim_amount,
            description: self.description.clone(),
            status: self.status.clone(),
        }
    }
}

impl fmt::Debug for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Claim")
            .field("claim_id", &self.claim_id)
            .field("status", &self.status)
            .field("version", &self.version)
            .field("created_at", &self.created_at)
            .field("updated_at", &self.updated_at)
            .finish_non_exhaustive()
    }
}

/// The body of a create. A new claim is `pending`; the body may say so and may not say anything else.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreateClaimRequest {
    /// What the policy insures.
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::known_policy_type))]
    pub policy_type: PolicyType,
    /// How much, in the deployment's currency.
    pub claim_amount: ClaimAmount,
    /// What happened.
    pub description: Description,
}

impl CreateClaimRequest {
    /// A request of these parts.
    #[must_use]
    pub fn new(policy_type: PolicyType, claim_amount: ClaimAmount, description: Description) -> Self {
        Self { policy_type, claim_amount, description }
    }
}

/// A whole create: the member in the query, and the body, in which policy and name stand beside the request.
#[derive(Clone, PartialEq, Eq)]
pub struct CreateClaim {
    /// Whose claim it is.
    pub member_id: MemberId,
    /// Under which policy.
    pub policy_id: PolicyId,
    /// The member's name.
    pub member_name: MemberName,
    /// What else it says.
    pub request: CreateClaimRequest,
}

impl CreateClaim {
    /// The body, with policy and name in it: nothing personal stands in a URL. The service takes them from the query as well.
    #[must_use]
    pub fn body(&self) -> impl Serialize + use<'_> {
        CreateBody { policy_id: &self.policy_id, member_name: &self.member_name, request: &self.request }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CreateBody<'a> {
    policy_id: &'a PolicyId,
    member_name: &'a MemberName,
    #[serde(flatten)]
    request: &'a CreateClaimRequest,
}

/// The body of an update. It replaces the four fields that may change; all are required.
///
/// In `approved`, `denied`, `paid` and `withdrawn` only `status` may differ from what is stored.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UpdateClaimRequest {
    /// What the policy insures.
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::known_policy_type))]
    pub policy_type: PolicyType,
    /// How much, in the deployment's currency.
    pub claim_amount: ClaimAmount,
    /// What happened.
    pub description: Description,
    /// Where the claim stands now.
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::known_claim_status))]
    pub status: ClaimStatus,
}

macro_rules! no_debug {
    ($($name:ident),+) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(..)"))
            }
        }
    )+};
}
no_debug!(CreateClaimRequest, CreateClaim, UpdateClaimRequest);

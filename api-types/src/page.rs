//! Lists of claims, a page at a time.

use serde::{Deserialize, Serialize};

use crate::{Claim, ClaimId, ClaimStatus, MemberId, NextToken, PageLimit};

/// One page of a member's claims, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct ClaimPage {
    /// The claims, newest first. May be empty, and may hold fewer than `limit`, on a page that is not the last.
    pub claims: Vec<Claim>,
    /// Where the next page starts. Absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub next_token: Option<NextToken>,
}

impl ClaimPage {
    /// A page of these claims.
    #[must_use]
    pub fn new(claims: Vec<Claim>, next_token: Option<NextToken>) -> Self {
        Self { claims, next_token }
    }
}

impl From<ClaimId> for NextToken {
    /// The server's token: the last claim of the page before.
    fn from(last: ClaimId) -> Self {
        last.to_string().into()
    }
}

/// What a list asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListClaims {
    /// Whose claims.
    pub member_id: MemberId,
    /// Only claims of this status.
    pub status: Option<ClaimStatus>,
    /// How many claims a page may hold.
    pub limit: PageLimit,
    /// Start after this claim: [`NextToken::last`].
    pub after: Option<ClaimId>,
}

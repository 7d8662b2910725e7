//! The five operations and where they live.

use std::{fmt, str::FromStr};

/// One operation of the API.
///
/// Its id is its name everywhere: the OpenAPI `operationId`, the Lambda function's handler string, the log field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Operation {
    /// `POST /claim`
    CreateClaim,
    /// `GET /claim`
    ListClaims,
    /// `GET /claim/{claimId}`
    GetClaim,
    /// `PUT /claim/{claimId}`
    UpdateClaim,
    /// `DELETE /claim/{claimId}`
    DeleteClaim,
}

impl Operation {
    /// All five.
    pub const ALL: [Self; 5] =
        [Self::CreateClaim, Self::ListClaims, Self::GetClaim, Self::UpdateClaim, Self::DeleteClaim];

    /// The path of the collection, below the stage.
    pub const CLAIMS_PATH: &'static str = "/claim";
    /// The path of one claim, below the stage.
    pub const CLAIM_PATH: &'static str = "/claim/{claimId}";

    /// The operation's id, such as `createClaim`.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::CreateClaim => "createClaim",
            Self::ListClaims => "listClaims",
            Self::GetClaim => "getClaim",
            Self::UpdateClaim => "updateClaim",
            Self::DeleteClaim => "deleteClaim",
        }
    }

    /// The HTTP method, in upper case.
    #[must_use]
    pub fn method(self) -> &'static str {
        match self {
            Self::CreateClaim => "POST",
            Self::ListClaims | Self::GetClaim => "GET",
            Self::UpdateClaim => "PUT",
            Self::DeleteClaim => "DELETE",
        }
    }

    /// The path template below the stage; safe to log.
    #[must_use]
    pub fn path(self) -> &'static str {
        match self {
            Self::CreateClaim | Self::ListClaims => Self::CLAIMS_PATH,
            Self::GetClaim | Self::UpdateClaim | Self::DeleteClaim => Self::CLAIM_PATH,
        }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

impl FromStr for Operation {
    type Err = UnknownOperation;

    fn from_str(text: &str) -> Result<Self, UnknownOperation> {
        Self::ALL.into_iter().find(|op| op.id() == text).ok_or_else(|| UnknownOperation(text.to_owned()))
    }
}

/// A name that is no operation's; its message lists those that are.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "unknown operation {0:?}: the handler must be one of createClaim, listClaims, getClaim, updateClaim, deleteClaim"
)]
pub struct UnknownOperation(String);

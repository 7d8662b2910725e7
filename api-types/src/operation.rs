//! The operations and where they live: the route table.

use std::{fmt, str::FromStr};

use private_api_contract::{Access, Method, Operation as Row};

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
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::CreateClaim, Self::ListClaims, Self::GetClaim, Self::UpdateClaim, Self::DeleteClaim];

    /// The path of the collection, below the stage.
    pub const CLAIMS_PATH: &'static str = "/claim";
    /// The path of one claim, below the stage.
    pub const CLAIM_PATH: &'static str = "/claim/{claimId}";

    /// Its row of the route table.
    #[must_use]
    pub fn row(self) -> &'static Row {
        match self {
            Self::CreateClaim => &CREATE,
            Self::ListClaims => &LIST,
            Self::GetClaim => &GET,
            Self::UpdateClaim => &UPDATE,
            Self::DeleteClaim => &DELETE,
        }
    }

    /// The operation's id, such as `createClaim`.
    #[must_use]
    pub fn id(self) -> &'static str {
        self.row().id
    }

    /// The HTTP method, in upper case.
    #[must_use]
    pub fn method(self) -> &'static str {
        self.row().method.as_str()
    }

    /// The path template below the stage; safe to log.
    #[must_use]
    pub fn path(self) -> &'static str {
        self.row().path
    }
}

const fn row(id: &'static str, method: Method, path: &'static str, access: Access, keyed: bool) -> Row {
    Row { id, method, path, access, keyed }
}

static CREATE: Row = row("createClaim", Method::Post, Operation::CLAIMS_PATH, Access::Write, true);
static LIST: Row = row("listClaims", Method::Get, Operation::CLAIMS_PATH, Access::Read, false);
static GET: Row = row("getClaim", Method::Get, Operation::CLAIM_PATH, Access::Read, false);
static UPDATE: Row = row("updateClaim", Method::Put, Operation::CLAIM_PATH, Access::Write, true);
static DELETE: Row = row("deleteClaim", Method::Delete, Operation::CLAIM_PATH, Access::Write, true);

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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownOperation(String);

impl fmt::Display for UnknownOperation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = Operation::ALL.map(Operation::id).join(", ");
        write!(f, "unknown operation {:?}: the handler must be one of {known}", self.0)
    }
}

impl std::error::Error for UnknownOperation {}

//! The operations and where they live: the route table.

use private_api_contract::{Method, Operation as Row, operations};

operations! {
    /// One operation of the API.
    ///
    /// Its id is its name everywhere: the OpenAPI `operationId`, the Lambda function's handler string, the log field.
    pub enum Operation {
        /// `POST /claim`
        CreateClaim = Row::write("createClaim", Method::Post, Operation::CLAIMS_PATH).keyed(),
        /// `GET /claim`
        ListClaims = Row::read("listClaims", Method::Get, Operation::CLAIMS_PATH),
        /// `GET /claim/{claimId}`
        GetClaim = Row::read("getClaim", Method::Get, Operation::CLAIM_PATH),
        /// `PUT /claim/{claimId}`
        UpdateClaim = Row::write("updateClaim", Method::Put, Operation::CLAIM_PATH).keyed(),
        /// `DELETE /claim/{claimId}`
        DeleteClaim = Row::write("deleteClaim", Method::Delete, Operation::CLAIM_PATH).keyed(),
        /// `GET /claim/{claimId}/history`
        ListClaimHistory = Row::read("listClaimHistory", Method::Get, Operation::HISTORY_PATH),
    }
}

impl Operation {
    /// The path of the collection, below the stage.
    pub const CLAIMS_PATH: &'static str = "/claim";
    /// The path of one claim, below the stage.
    pub const CLAIM_PATH: &'static str = "/claim/{claimId}";
    /// The path of one claim's history, below the stage.
    pub const HISTORY_PATH: &'static str = "/claim/{claimId}/history";

    /// The handler string of the function behind the claims table's stream, which is no operation: nobody calls it.
    pub const RECORDER: &'static str = "recordHistory";
}

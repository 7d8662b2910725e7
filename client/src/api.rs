//! The claims API, for the client below.

use claims_api_types::{ClaimHistoryPage, ClaimPage, HistoryEntry, Operation, ProblemCode};
use private_api_client::{Api, Page, Probe};

use crate::{Claim, ClaimsClient, NextToken};

/// The claims API.
#[derive(Clone, Copy, Debug)]
pub struct Claims;

impl Api for Claims {
    type Code = ProblemCode;
    type Client = ClaimsClient;

    const NAME: &'static str = "claims";
    const PACKAGE: &'static str = env!("CARGO_PKG_NAME");
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    const VARIABLES: &'static str = "CLAIMS_API";
    const COLLECTION: &'static str = Operation::CLAIMS_PATH;
    const URL_OUTPUT: &'static str = "claim_url";

    /// A list of one claim of a member named `diagnose`.
    fn probe() -> Probe {
        Probe {
            operation: Operation::ListClaims.row(),
            query: &[("memberId", "diagnose"), ("limit", "1")],
            is_answer: |body| serde_json::from_slice::<ClaimPage>(body).is_ok(),
            answer: "list of claims",
        }
    }

    private_api_client::traces!("claims");
}

impl Page<Claims> for ClaimHistoryPage {
    type Item = HistoryEntry;

    fn next_token(&self) -> Option<&NextToken> {
        self.next_token.as_ref()
    }

    fn into_items(self) -> Vec<HistoryEntry> {
        self.entries
    }
}

impl Page<Claims> for ClaimPage {
    type Item = Claim;

    fn next_token(&self) -> Option<&NextToken> {
        self.next_token.as_ref()
    }

    fn into_items(self) -> Vec<Claim> {
        self.claims
    }
}

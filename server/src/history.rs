//! The history of claims: a table of its own, written from the stream of the claims' table and read by `listClaimHistory`.
//!
//! | attribute | what |
//! |---|---|
//! | `PK` | `MEMBER#<memberId>`: two members may have equal claim ids |
//! | `SK` | `CLAIM#<claimId>#VERSION#<20 digits>`; of another write under a version that has an entry, `#<lastWrite>#<at>` behind it |
//! | `version`, `operation`, `at`, `requestId`, `actor`, `onBehalfOf`, `changes` | the entry, as on the wire |
//! | `lastWrite` | the claim's own: with `at` it says which write this is |
//! | `expiresAt` | seconds since 1970, for DynamoDB's TTL; absent where entries do not expire |
//!
//! Of a description only that it changed is kept, of a name nothing.

mod entry;
mod list;
mod recorder;

use aws_sdk_dynamodb::{Client, types::AttributeValue};
use claims_api_types::{ClaimId, Version};
use private_api_lambda::Table;

use crate::item::CLAIM_PREFIX;
pub use recorder::Recorder;

/// The attribute by which DynamoDB takes an entry away.
const EXPIRES_AT: &str = "expiresAt";

/// The history's table. Cheap to clone.
#[derive(Clone, Debug)]
pub struct History(pub(crate) Table);

impl History {
    /// The history in `table`, reached through `client`.
    #[must_use]
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self(Table::new(client, table))
    }
}

/// What the sort keys of a claim's entries begin with.
fn prefix(claim: ClaimId) -> String {
    format!("{CLAIM_PREFIX}{claim}#VERSION#")
}

/// The sort key of a version's first entry; those of the others begin with it.
fn sort_key(claim: ClaimId, version: Version) -> String {
    format!("{}{:020}", prefix(claim), version.get())
}

/// A text without its place in a map, if it is there.
fn text_in<'a>(fields: &'a crate::item::Item, name: &str) -> Option<&'a str> {
    fields.get(name).and_then(|value: &AttributeValue| value.as_s().ok()).map(String::as_str)
}

//! The claims in DynamoDB: one call per operation, and what its refusal means.
//!
//! Every write is conditional and asks for the old item when the condition fails (`ALL_OLD`), so one call both writes
//! safely and tells why it did not. Answers get lost between here and DynamoDB, and the SDK then repeats the write on
//! its own: each write leaves `lastWrite` behind, by which a repeat recognises that it has already happened.

mod create;
mod delete;
mod erase;
mod read;
mod update;
mod warm_up;

use aws_sdk_dynamodb::Client;

pub(crate) use create::Created;
pub(crate) use delete::Delete;
pub use erase::{Erased, Interrupted};
pub(crate) use update::Update;

/// The table of claims. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    client: Client,
    table: String,
}

impl Store {
    /// The claims in `table`, reached through `client` (see [`dynamodb::config`](crate::dynamodb::config)).
    #[must_use]
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self { client, table: table.into() }
    }

    /// The SDK's client.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// The table's name.
    #[must_use]
    pub fn table(&self) -> &str {
        &self.table
    }
}

//! The claims in DynamoDB: one call of a [`Table`] per operation, and what its refusal means.

mod create;
mod delete;
mod erase;
mod read;
mod update;
mod warm_up;

use aws_sdk_dynamodb::Client;
use private_api_lambda::Table;

pub(crate) use create::Created;
pub(crate) use delete::Delete;
pub use erase::{Erased, Interrupted};
pub(crate) use update::Update;

/// The table of claims. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store(Table);

impl Store {
    /// The claims in `table`, reached through `client` (see [`dynamodb::config`](crate::dynamodb::config)).
    #[must_use]
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self(Table::new(client, table))
    }

    /// The SDK's client.
    #[must_use]
    pub fn client(&self) -> &Client {
        self.0.client()
    }

    /// The table's name.
    #[must_use]
    pub fn table(&self) -> &str {
        self.0.name()
    }
}

//! The table where there is no Terraform to make it.

use aws_sdk_dynamodb::{
    Client,
    types::{AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType},
};

use crate::words;

/// What went wrong, in DynamoDB's words; there is no item in a table's definition.
#[derive(Debug, thiserror::Error)]
#[error("the table {table} cannot be made or read: {reason}")]
pub struct TableError {
    table: String,
    reason: String,
}

/// A table with two keys of type string, on demand, as Terraform makes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// The partition key's attribute.
    pub partition_key: &'static str,
    /// The sort key's attribute.
    pub sort_key: &'static str,
}

impl Table {
    /// Makes the table if it is not there.
    ///
    /// # Errors
    /// When it can be neither found nor made, or is of another kind.
    pub async fn ensure(&self, client: &Client) -> Result<(), TableError> {
        let failed = |reason: String| self.failed(reason);
        let error = match client.describe_table().table_name(&self.name).send().await {
            Ok(_) => return self.is_whole(client).await.map_err(failed),
            Err(error) => error,
        };
        if !error.as_service_error().is_some_and(|e| e.is_resource_not_found_exception()) {
            return Err(failed(words::of(&error)));
        }
        let mut create = client.create_table().table_name(&self.name).billing_mode(BillingMode::PayPerRequest);
        for (name, key_type) in [(self.partition_key, KeyType::Hash), (self.sort_key, KeyType::Range)] {
            let key = KeySchemaElement::builder().attribute_name(name).key_type(key_type).build();
            let attribute =
                AttributeDefinition::builder().attribute_name(name).attribute_type(ScalarAttributeType::S).build();
            create = create
                .key_schema(key.map_err(|e| failed(e.to_string()))?)
                .attribute_definitions(attribute.map_err(|e| failed(e.to_string()))?);
        }
        match create.send().await {
            Ok(_) => Ok(()),
            // Another process was faster.
            Err(e) if e.as_service_error().is_some_and(|e| e.is_resource_in_use_exception()) => Ok(()),
            Err(e) => Err(failed(words::of(&e))),
        }
    }

    pub(crate) fn failed(&self, reason: String) -> TableError {
        TableError { table: self.name.clone(), reason }
    }

    /// Looks for an item that does not exist: a kill in the middle of making the table, or other keys than these, show now and
    /// not as a 503 later.
    async fn is_whole(&self, client: &Client) -> Result<(), String> {
        let key =
            [self.partition_key, self.sort_key].map(|name| (name.to_owned(), AttributeValue::S("nobody".to_owned())));
        let looked = client.get_item().table_name(&self.name).set_key(Some(key.into())).send().await;
        looked
            .map(drop)
            .map_err(|e| format!("{}; choose another table, or another file if it is in one", words::of(&e)))
    }
}

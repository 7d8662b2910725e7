//! The claims table where there is no Terraform to make it.

use aws_sdk_dynamodb::{
    Client,
    types::{AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType},
};

/// What went wrong, in DynamoDB's words; there is no claim in a table's definition.
#[derive(Debug, thiserror::Error)]
#[error("the table {table} cannot be made or read: {reason}")]
pub struct TableError {
    table: String,
    reason: String,
}

/// Makes the table if it is not there: `PK` and `SK`, on demand, as Terraform does.
pub(crate) async fn ensure(client: &Client, table: &str) -> Result<(), TableError> {
    let failed = |reason: String| TableError { table: table.to_owned(), reason };
    let described = client.describe_table().table_name(table).send().await;
    let error = match described {
        Ok(_) => return is_whole(client, table).await.map_err(failed),
        Err(error) => error,
    };
    if !error.as_service_error().is_some_and(|e| e.is_resource_not_found_exception()) {
        return Err(failed(words(&error)));
    }
    let mut create = client.create_table().table_name(table).billing_mode(BillingMode::PayPerRequest);
    for (name, key_type) in [("PK", KeyType::Hash), ("SK", KeyType::Range)] {
        let key = KeySchemaElement::builder().attribute_name(name).key_type(key_type).build();
        let attribute =
            AttributeDefinition::builder().attribute_name(name).attribute_type(ScalarAttributeType::S).build();
        create = create
            .key_schema(key.map_err(|e| failed(e.to_string()))?)
            .attribute_definitions(attribute.map_err(|e| failed(e.to_string()))?);
    }
    match create.send().await {
        Ok(_) => Ok(()),
        // Somebody else was faster.
        Err(e) if e.as_service_error().is_some_and(|e| e.is_resource_in_use_exception()) => Ok(()),
        Err(e) => Err(failed(words(&e))),
    }
}

/// Looks for a claim that nobody has: a kill in the middle of making it, or other keys than ours, show now and not as a 503
/// later.
async fn is_whole(client: &Client, table: &str) -> Result<(), String> {
    let key = ["PK", "SK"].map(|name| (name.to_owned(), AttributeValue::S("nobody".to_owned()))).into();
    let looked = client.get_item().table_name(table).set_key(Some(key)).send().await;
    looked.map(drop).map_err(|e| format!("{}; choose another table, or another file if it is in one", words(&e)))
}

fn words<E: std::error::Error + 'static>(error: &aws_sdk_dynamodb::error::SdkError<E>) -> String {
    aws_sdk_dynamodb::error::DisplayErrorContext(error).to_string()
}

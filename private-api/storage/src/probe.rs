//! Whether a DynamoDB that is not ours does what the storage calls of such an API rely on.

use std::{
    process,
    time::{SystemTime, UNIX_EPOCH},
};

use aws_sdk_dynamodb::{
    Client, Error,
    error::{ProvideErrorMetadata, SdkError},
    types::{AttributeValue, ReturnValuesOnConditionCheckFailure::AllOld},
};

use crate::{Table, words};

/// Writes an item of its own, tries conditions that fail on it, and removes it again. What is lacking, in a line.
pub(crate) async fn probe(client: &Client, table: &Table) -> Result<(), String> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
    let value = AttributeValue::S(format!("probe-{}-{since}", process::id()));
    let key = [table.partition_key, table.sort_key].map(|name| (name.to_owned(), value.clone()));
    let put = || client.put_item().table_name(&table.name).set_item(Some(key.clone().into()));
    put()
        .send()
        .await
        .map_err(|e| format!("an item cannot be put into the table {}: {}", table.name, words::of(&e)))?;
    let found = conditions(client, table, &key).await;
    let removed = client.delete_item().table_name(&table.name).set_key(Some(key.into())).send().await;
    found?;
    removed.map(drop).map_err(|e| format!("an item cannot be deleted from the table {}: {}", table.name, words::of(&e)))
}

/// Three writes whose condition fails: each has to be refused, with the item that is there.
async fn conditions(client: &Client, table: &Table, key: &[(String, AttributeValue); 2]) -> Result<(), String> {
    let (name, item) = (&table.name, Some(key.clone().into()));
    let absent = "attribute_not_exists(#key)";
    let put = client
        .put_item()
        .table_name(name)
        .set_item(item.clone())
        .condition_expression(absent)
        .expression_attribute_names("#key", table.partition_key)
        .return_values_on_condition_check_failure(AllOld);
    refused("PutItem", put.send().await)?;
    let update = client
        .update_item()
        .table_name(name)
        .set_key(item.clone())
        .update_expression("SET #probed = :yes")
        .condition_expression(absent)
        .expression_attribute_names("#key", table.partition_key)
        .expression_attribute_names("#probed", "probed")
        .expression_attribute_values(":yes", AttributeValue::Bool(true))
        .return_values_on_condition_check_failure(AllOld);
    refused("UpdateItem", update.send().await)?;
    let delete = client
        .delete_item()
        .table_name(name)
        .set_key(item)
        .condition_expression(absent)
        .expression_attribute_names("#key", table.partition_key)
        .return_values_on_condition_check_failure(AllOld);
    refused("DeleteItem", delete.send().await)
}

fn refused<T, E>(operation: &str, answer: Result<T, SdkError<E>>) -> Result<(), String>
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
    Error: From<SdkError<E>>,
{
    let error = match answer {
        Ok(_) => return Err(format!("its {operation} does not heed a condition: choose another DynamoDB")),
        Err(error) => error,
    };
    let said = words::of(&error);
    match Error::from(error) {
        Error::ConditionalCheckFailedException(refusal) if refusal.item().is_some() => Ok(()),
        Error::ConditionalCheckFailedException(_) => Err(format!(
            "its {operation} does not give back the item on which a condition has failed \
             (ReturnValuesOnConditionCheckFailure): choose another DynamoDB, or a newer version"
        )),
        _ => Err(format!("its {operation} answers a failed condition with {said}")),
    }
}

//! The whole API on 127.0.0.1: what a test starts, and what `orders-local` serves.

use private_api_gateway::{Definition, FunctionError, Functions, LocalApi, Sdk, StartError, Table};
use private_api_lambda::dynamodb::{self, Roots};
use serde_json::Value;

use crate::{Operation, documents::IMPORT, documents::OPENAPI, server::Api};

/// The API's documents, its table, and the functions' own settings of the AWS SDK.
#[must_use]
pub fn definition() -> Definition {
    Definition {
        program: "orders-local",
        import_document: IMPORT,
        snippets: "",
        openapi_document: OPENAPI,
        table: Table { name: "ordersTable".to_owned(), partition_key: "PK", sort_key: "SK" },
        stream: None,
        sdk: Sdk { config: dynamodb::config, https: || Ok(dynamodb::https(&Roots::Amazon)?) },
    }
}

/// Starts it in memory on a free port.
///
/// # Errors
/// Says what is in the way.
pub async fn start() -> Result<LocalApi, StartError> {
    LocalApi::builder(definition()).start(|client, table| OrderFunctions(Api::new(client.clone(), table))).await
}

/// The functions as the gateway invokes them: the same entry as in Lambda.
#[derive(Clone, Debug)]
pub struct OrderFunctions(pub Api);

impl Functions for OrderFunctions {
    async fn invoke(&self, operation_id: &str, event: Value, _: &str) -> Result<Value, FunctionError> {
        let error = |cause: &dyn std::fmt::Display| FunctionError(cause.to_string());
        let operation: Operation = operation_id.parse().map_err(|e| error(&e))?;
        let answer = self.0.answer(operation, event.to_string().as_bytes(), None).await;
        serde_json::from_str(&answer.json).map_err(|e| error(&e))
    }
}

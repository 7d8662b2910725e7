//! What makes a private API on this machine the claims API.

use claims_api_types::Operation;
use claims_server::dynamodb::{self, Roots};
use private_api_gateway::{Definition, Sdk, StreamFunction, Table};

/// How the name of the history's table ends.
const HISTORY: &str = "History";

/// The name of the history's table beside this table of claims.
pub(crate) fn history_table(table: &str) -> String {
    format!("{table}{HISTORY}")
}

/// The claims API's documents, its table, and the server's own settings of the AWS SDK.
#[must_use]
pub fn definition() -> Definition {
    Definition {
        program: "claims-local",
        import_document: claims_openapi::CLAIMS_APIGATEWAY_JSON,
        openapi_document: claims_openapi::CLAIMS_OPENAPI_JSON,
        snippets: include_str!("snippets.js"),
        table: Table { name: "claimsTable".to_owned(), partition_key: "PK", sort_key: "SK" },
        stream: Some(StreamFunction { handler: Operation::RECORDER, table_ending: HISTORY }),
        sdk: Sdk { config: dynamodb::config, https: || Ok(dynamodb::https(&Roots::Amazon)?) },
    }
}

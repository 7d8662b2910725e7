//! An API without storage, for what is tested over HTTP.

use private_api_gateway::{Definition, Sdk, Table};

/// Of these documents; nothing is ever stored.
pub fn definition(import_document: &'static str, openapi_document: &'static str) -> Definition {
    Definition {
        program: "orders-local",
        import_document,
        snippets: "",
        openapi_document,
        table: Table { name: "orders".to_owned(), partition_key: "PK", sort_key: "SK" },
        stream: None,
        sdk: Sdk { config: aws_sdk_dynamodb::Config::builder, https: || Err("no network".into()) },
    }
}

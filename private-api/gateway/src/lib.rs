//! A private REST API on 127.0.0.1: what API Gateway does around Lambda functions, in one process with their database.
//!
//! The routes and the gateway's own answers are those of the document that Terraform imports. Each HTTP request becomes the
//! proxy event that API Gateway would send, [`Functions`] take it as Lambda does (JSON in, JSON out), and the proxy response
//! becomes the answer. It serves a page of the contract at `/docs`, and misbehaves on demand ([`Fault`]).
//!
//! What AWS was seen to do, says that it does, or is said to do, is in the folder `recorded/`: dated cases that a test replays.
//!
//! ```
//! # use private_api_gateway::{Definition, FunctionError, Functions, LocalApi, Sdk, Table};
//! # use serde_json::{Value, json};
//! #[derive(Clone)]
//! struct Orders;
//!
//! impl Functions for Orders {
//!     async fn invoke(&self, operation_id: &str, _event: Value, _request_id: &str) -> Result<Value, FunctionError> {
//!         Ok(json!({ "statusCode": 200, "body": format!("this is {operation_id}") }))
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # const IMPORT: &str = r#"{ "paths": { "/order": { "get": { "operationId": "listOrders" } } } }"#;
//! # const CONTRACT: &str = r#"{ "info": { "title": "Orders" } }"#;
//! # let sdk = Sdk { config: || aws_sdk_dynamodb::Config::builder().behavior_version_latest(), https: || Err("no network".into()) };
//! let definition = Definition {
//!     program: "orders-local",
//!     import_document: IMPORT,
//!     snippets: "",
//!     openapi_document: CONTRACT,
//!     table: Table { name: "orders".to_owned(), partition_key: "PK", sort_key: "SK" },
//!     stream: None,
//!     sdk,
//! };
//! let api = LocalApi::builder(definition).start(|_client, _table| Orders).await?; // in memory, on a free port
//! assert!(api.url().starts_with("http://127.0.0.1:"));
//! # api.stop().await;
//! # Ok(()) }
//! ```

mod api_name;
mod authorization;
mod builder;
mod credentials;
mod docs;
mod event_file;
mod fault;
mod functions;
mod handle;
mod hints;
mod host;
mod ids;
mod letters;
mod limits;
mod log;
mod own_answers;
mod plan;
mod program;
mod proxy_event;
mod proxy_response;
mod routes;
mod running;
mod serve;
mod signals;
mod signature;
mod source;
mod stream;
mod stream_function;
mod throttle;

pub use authorization::Authorization;
pub use builder::{Builder, Definition, StartError};
pub use credentials::{Credentials, CredentialsError};
pub use fault::{Fault, UnknownFault};
pub use functions::{FunctionError, Functions};
pub use limits::Limits;
pub use plan::{Plan, PlanError};
/// What a deployment's policies are made of; see [`Builder::policies`].
pub use private_api_policy::{Kind, Policies, Policy, PolicyError, Source};
pub use private_api_storage::{OpenError, Place, Sdk, Table};
pub use program::Program;
pub use routes::DocumentError;
pub use running::LocalApi;
pub use stream_function::StreamFunction;
pub use throttle::Throttle;

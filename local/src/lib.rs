//! The whole claims API on 127.0.0.1: what API Gateway, Lambda and DynamoDB are in AWS, in one process.
//!
//! Each HTTP request becomes the proxy event that API Gateway would send, goes through the same entry as in Lambda
//! ([`claims_server::Api::invoke`]), and the proxy response becomes the answer. The storage calls are the real
//! `aws-sdk-dynamodb` calls, answered by an embedded engine. Nothing of the server is bypassed or doubled.
//!
//! As a dev-dependency it gives a test a real API in milliseconds:
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use claims_local::LocalApi;
//!
//! let api = LocalApi::start().await?; // in memory, on a free port
//! assert!(api.url().starts_with("http://127.0.0.1:"));
//! // … point your client at api.url(); the API stops when `api` is dropped.
//! # Ok(()) }
//! ```
//!
//! It can also misbehave on demand: [`LocalApi::inject`] and [`Fault`].
//!
//! Gateway and database know nothing of claims: they are `private-api-gateway` and `private-api-storage`, and this crate is
//! what makes them this API.

mod definition;
mod functions;
mod local;

pub use definition::definition;
pub use functions::ClaimsFunctions;
pub use local::{Builder, LocalApi};
pub use private_api_gateway::{
    Authorization, Credentials, CredentialsError, Fault, Plan, PlanError, Source, StartError,
};
/// Who may do what to which members; see [`Builder::callers`].
pub use private_api_lambda::{Callers, CallersError};

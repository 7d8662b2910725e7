//! The private claims API behind API Gateway: its operations over one DynamoDB table.
//!
//! One binary, `claims-lambda`, serves all Lambda functions; the function's handler string says which
//! [`Operation`](claims_api_types::Operation) it is. Each operation makes one DynamoDB call, so there is no read
//! before a write that could race ([`Store`]). The same [`Api`] serves the embedded gateway of `claims-local`: what the
//! tests exercise is what runs in AWS.
//!
//! A request passes through [`Api::invoke`]: API Gateway's proxy event in, proxy response out, and one log line that
//! says who called, for whom, which operation, which claim, what came of it, and of the member at most a hash: never a value that a
//! caller sent.

mod api;
pub mod callers;
mod failure;
mod history;
mod item;
mod operation;
mod reply;
mod request;
mod store;
pub mod telemetry;
mod tombstone;
mod writer;

pub use api::{Api, Clock};
use failure::Failure;
pub use history::{History, Recorder};
/// The client of the table, for those who bring their own.
pub use private_api_lambda::dynamodb;
pub use store::{Erased, Interrupted, Store};

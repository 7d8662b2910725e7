//! What a Lambda function of any private REST API over DynamoDB needs, whatever the API is about.
//!
//! API Gateway's proxy event comes in and its proxy response goes out ([`answer`]): a [`Request`] that an operation reads,
//! a [`Reply`] or a [`Failure`] that it answers, and one line in the log about each call, which holds nothing that the
//! caller wrote ([`Call`]). [`dynamodb`] has the client and tells what its failures mean, [`Table`] makes the calls,
//! [`record`] reads and writes items, [`function`] is the process around it all.
//!
//! A function's `main` is these few lines, once for all operations of an API:
//!
//! ```no_run
//! # use private_api_contract::{Problem, ProblemCode, StandardCode};
//! # async fn run<Code: ProblemCode>() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
//! use private_api_lambda::{Function, Reply, Request, answer, function, log_call};
//!
//! let Function { operation, client, table } = Function::<String>::from_env()?;
//! // By `operation`: reads the request, makes the one call of `client`, answers.
//! let run = async |request: &Request| {
//!     # let _ = (&operation, &client, &table);
//!     let id = request.path_parameter("orderId");
//!     Err::<Reply, _>(Problem::<Code>::standard(StandardCode::NotFound).into())
//! };
//! function::serve(async |event, end| answer("getOrder", event, end, &run, |call| log_call!(call)).await).await
//! # }
//! ```

mod answer;
mod callers;
pub mod condition;
pub mod dynamodb;
mod event;
mod failure;
pub mod function;
mod identity;
pub mod item;
pub mod limits;
pub mod record;
mod reply;
mod request;
mod runtime_api;
pub mod stream;
pub mod table;
pub mod telemetry;

pub use answer::{Answer, Call, answer};
pub use callers::{Callers, CallersError, Refused};
pub use failure::Failure;
pub use function::Function;
/// What a [`Reply`] is made of.
pub use http::{StatusCode, header};
pub use identity::Caller;
pub use private_api_contract::AuditKey;
pub use reply::Reply;
pub use request::{Request, Subject};
pub use table::Table;

/// For [`log_call!`].
#[doc(hidden)]
pub use tracing;

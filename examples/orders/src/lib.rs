//! Another team's private API on the lower layer: orders of customers, created exactly once, read, listed and updated on a
//! condition. `docs/your-own-api.md` walks through it.
//!
//! The contract and the client are always there; what the functions, the local API and the documents link is behind a feature
//! each.

mod client;
mod contract;
#[cfg(feature = "documents")]
pub mod documents;
#[cfg(feature = "local")]
pub mod local;
#[cfg(feature = "server")]
pub mod server;

pub use client::{Orders, OrdersClient};
pub use contract::{
    Code, CustomerId, Item, MOST, NewOrder, Note, Operation, Order, OrderId, OrderPage, OrderUpdate, Problem,
};
pub use private_api_client::{ClientBuilder, Endpoint, RetryPolicy};
pub use private_api_contract::{IdempotencyKey, NextToken, PageLimit, Timestamp, Version};

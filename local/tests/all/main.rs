//! The tests of the whole API, in one executable: each one more links SQLite and the AWS SDK again.
#![allow(missing_docs, clippy::unwrap_used)]

mod binary;
mod callers;
mod capacity;
mod claim_history;
#[path = "../common/mod.rs"]
mod common;
mod deletes;
mod deployment;
mod docs;
#[cfg(unix)]
mod durability;
mod dynamodb;
mod erasure;
mod errors;
mod events;
mod faults;
mod gateway;
mod histories;
mod hostile;
mod idempotency;
mod linearizability;
mod lists;
mod lost_updates;
mod operations;
#[cfg(unix)]
mod parents;
mod signatures;
mod small_rules;
mod stream;
mod tombstones;
mod who_did_it;

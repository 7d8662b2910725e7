//! The file of `claims-local --data FILE`: what was acknowledged is in it, and what is not ours stays as it is.
#![cfg(unix)]
#![allow(missing_docs, clippy::unwrap_used)]

#[path = "../common/mod.rs"]
mod common;
mod full;
mod kills;
mod refusals;

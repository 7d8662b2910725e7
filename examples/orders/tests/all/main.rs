//! The orders API: its promises on the wire, through the client, through the real function binary, and after a restart.
#![allow(missing_docs, clippy::unwrap_used)]

mod documents;
mod lambda;
mod local;
mod page;
mod program;
mod stranger;

//! What an OpenAPI document of a private API needs on its way to API Gateway, and on its way to its next version.
//!
//! [`lower`](lower::lower) makes the part of 3.0.3 that API Gateway imports out of it, [`down`](down::down) a full 3.0.3 for tools that
//! know no 3.1, [`compat`] says whether a consumer of an older document survives a newer one, [`render`](render::render) writes
//! each in one fixed order. The README has the same as commands.

#[cfg(feature = "cli")]
pub mod command;
pub mod compat;
pub mod down;
pub mod gateway;
pub mod lower;
mod node;
pub mod render;
pub mod report;
pub mod rules;

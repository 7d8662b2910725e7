//! What an OpenAPI 3.1 document of a private API needs on its way to API Gateway.
//!
//! [`lower`](lower::lower) makes the part of 3.0.3 that API Gateway imports out of it, [`compat`] says whether a consumer of
//! an older document survives a newer one, [`render`](render::render) writes either in one fixed order.

pub mod compat;
pub mod lower;
pub mod render;

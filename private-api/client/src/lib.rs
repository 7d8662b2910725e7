//! The client of any private REST API on API Gateway: addressing modes, TLS, retries, signatures, errors, diagnosis.
//!
//! An API is a type that implements [`Api`]; an operation of it is a row of its route table and a few lines:
//! [`Client::call`] shows one. The README has a whole client in forty lines.
//!
//! # What is retried
//! A request is sent again only when that can do no harm; the rule is in [`RetryPolicy`]. What is left for the caller to
//! decide is said by the [`Error`]'s predicates.
//!
//! # Cancel safety
//! A call is sent when it is first polled and can be dropped at any time. Dropping a read has no effect. Dropping a
//! write leaves open whether it took effect: await a clone of the call, which has the same
//! [key](Call::idempotency_key), to find out. Dropping a call under way closes its connection.
//!
//! # Runtime
//! Futures need a Tokio runtime with IO and time enabled.

mod api;
mod attempts;
mod builder;
mod call;
#[cfg(feature = "sigv4")]
mod chain;
mod client;
mod clock;
#[cfg(feature = "sigv4-signer")]
mod credentials;
mod dates;
mod diagnose;
mod dns;
mod endpoint;
mod error;
mod gateway;
mod modify;
mod observe;
mod pages;
mod phase;
mod pool;
mod query;
mod retry;
mod settings;
#[cfg(feature = "sigv4-signer")]
mod sigv4;
#[cfg(feature = "testing")]
pub mod testing;
mod tls;
mod transport;
mod watch;

pub use api::{Api, Probe};
#[cfg(feature = "sigv4-signer")]
pub use aws_credential_types;
pub use builder::{BuildError, ClientBuilder};
pub use call::{Answered, Call, CallFuture, Conditional, Read, Write, Writes};
pub use client::Client;
pub use clock::{Clock, TokioClock};
pub use diagnose::{Diagnosis, Reached, Tried, Verdict};
pub use endpoint::{Endpoint, Mode, UnknownMode};
pub use error::{Error, ErrorKind, Sent};
pub use gateway::Refusal;
pub use modify::{Modified, Modify, ModifyError, TryModify};
pub use observe::{AttemptReport, CallReport, Observer, PhaseTimes};
pub use pages::{ItemStream, Page, PageStream};
pub use phase::Phase;
pub use private_api_contract as contract;
pub use reqwest;
pub use retry::RetryPolicy;

/// For [`traces!`].
#[doc(hidden)]
pub use tracing;

/// The README's examples compile.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

//! Typed client for the private claims API.
//!
//! ```no_run
//! use claims_client::{ClaimsClient, Endpoint, types::*};
//!
//! # async fn demo() -> Result<(), Box<dyn std::error::Error>> {
//! let client = ClaimsClient::builder()
//!     .endpoint(Endpoint::private_dns("a1b2c3d4e5", "eu-central-1", "dev"))
//!     .build()?;
//!
//! let claim = client
//!     .create_claim(CreateClaim {
//!         member_id: "123".parse()?,
//!         policy_id: "123".parse()?,
//!         member_name: "John Doe".parse()?,
//!         request: CreateClaimRequest::new(PolicyType::Health, "500".parse()?, "snow accident".parse()?),
//!     })
//!     .await?;
//!
//! let update = UpdateClaimRequest { status: ClaimStatus::InReview, ..claim.to_update() };
//! client.update_claim(&claim.member_id, claim.claim_id, update).if_match(claim.version).await?;
//! # Ok(()) }
//! ```
//!
//! # Calls
//! Each operation is a method of [`ClaimsClient`] that returns a call; awaiting the call sends it. Options stand in
//! between: `client.get_claim(&member, id).with_timeout(Duration::from_secs(2)).await`. See [`operation`].
//!
//! # What is retried
//! A request is sent again only when that can do no harm; the rule is in [`RetryPolicy`]. What is left for the caller to
//! decide is said by the [`Error`]'s predicates.
//!
//! # Cancel safety
//! A call is sent when it is first polled and can be dropped at any time. Dropping a read has no effect. Dropping a
//! write leaves open whether it took effect: await the same call again with the same
//! [`IdempotencyKey`] to find out. Dropping a future closes its connection.
//!
//! # Testing your own code
//! `claims-local` as a dev-dependency starts the whole API in a test, in memory, and misbehaves on demand. No part of this
//! crate is for tests only; [`ClientBuilder::clock`] takes the waiting out of them.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use claims_client::{ClaimsClient, Endpoint, types::*};
//! use claims_local::{Fault, LocalApi};
//! # let new_claim = CreateClaim {
//! #     member_id: "123".parse()?,
//! #     policy_id: "123".parse()?,
//! #     member_name: "John Doe".parse()?,
//! #     request: CreateClaimRequest::new(PolicyType::Health, "500".parse()?, "snow accident".parse()?),
//! # };
//!
//! let api = LocalApi::start().await?;
//! let client = ClaimsClient::builder().endpoint(Endpoint::url(api.url())).build()?;
//!
//! // The claim is created and the answer is lost: the client asks again, with the same key.
//! api.inject(Fault::ResetAfter);
//! let claim = client.create_claim(new_claim).await?;
//! assert_eq!(client.list_claims(&claim.member_id).await?.claims, [claim.clone()]);
//!
//! // An unconditional update must not be repeated: how does your code take that?
//! api.inject(Fault::ResetAfter);
//! let error = client.update_claim(&claim.member_id, claim.claim_id, claim.to_update()).await.unwrap_err();
//! assert!(error.is_outcome_unknown());
//!
//! api.inject(Fault::Throttle { retry_after: 7 });
//! let error = client.get_claim(&claim.member_id, claim.claim_id).without_retry().await.unwrap_err();
//! assert_eq!(error.retry_after(), Some(std::time::Duration::from_secs(7)));
//! # Ok(()) }
//! ```
//!
//! # Runtime
//! Futures need a Tokio runtime with IO and time enabled.

mod builder;
mod call;
mod client;
mod clock;
mod diagnose;
mod dns;
mod endpoint;
mod error;
mod gateway;
pub mod operation;
mod query;
mod retry;
#[cfg(feature = "sigv4")]
mod sigv4;
mod tls;
mod transport;

#[cfg(feature = "sigv4")]
pub use aws_credential_types;
pub use builder::{BuildError, ClientBuilder};
pub use claims_api_types as types;
pub use client::ClaimsClient;
pub use clock::{Clock, TokioClock};
pub use diagnose::{Diagnosis, Reached, Tried, Verdict};
pub use endpoint::{Endpoint, Mode, UnknownMode};
pub use error::{Error, Sent};
pub use gateway::Refusal;
pub use reqwest;
pub use retry::RetryPolicy;
pub use types::{
    Claim, ClaimId, ClaimPage, ClaimStatus, CreateClaim, FieldError, IdempotencyKey, MemberId, NextToken, PageLimit,
    Problem, ProblemCode, UpdateClaimRequest, Version,
};

/// The README's examples compile.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

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
//! write leaves open whether it took effect: await a clone of the call, which has the same [`IdempotencyKey`], to find out.
//! Dropping a call under way closes its connection.
//!
//! # Testing your own code
//! `claims-local` as a dev-dependency starts the whole API in a test, in memory, and misbehaves on demand. Where that is too
//! much, the feature `testing` has errors that can be made and a transport that follows a script.
//! [`ClientBuilder::clock`] takes the waiting out of both.
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

mod api;
mod client;
pub mod operation;

pub use api::Claims;
pub use claims_api_types as types;
pub use client::ClaimsClient;
#[cfg(feature = "sigv4-signer")]
pub use private_api_client::aws_credential_types;
/// The rows of the route table, as an [`Observer`] gets them, and what else any private API's contract has.
pub use private_api_client::contract;
/// What any private API's client has.
pub use private_api_client::{
    Answered, AttemptReport, BuildError, CallReport, Clock, Diagnosis, ErrorKind, Mode, Modified, Observer, Phase,
    PhaseTimes, Reached, Refusal, RetryPolicy, Sent, TokioClock, Tried, UnknownMode, Verdict, reqwest,
};
pub use types::{
    Claim, ClaimHistoryPage, ClaimId, ClaimPage, ClaimStatus, CreateClaim, FieldError, HistoryEntry, IdempotencyKey,
    MemberId, NextToken, PageLimit, Problem, ProblemCode, UpdateClaimRequest, Version,
};

/// For tests of what uses the client, with the feature `testing`.
///
/// ```
/// use claims_client::{ClaimsClient, Endpoint, testing::Script, types::*};
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let script = Script::new().lost().answer(200, r#"{"claims":[]}"#);
/// let client = ClaimsClient::builder().endpoint(Endpoint::url("http://claims.test/dev")).script(&script).build()?;
/// assert!(client.list_claims(&"123".parse()?).await?.claims.is_empty()); // the second attempt's answer
/// assert_eq!(script.sent().len(), 2);
/// # Ok(()) }
/// ```
#[cfg(feature = "testing")]
pub mod testing {
    pub use private_api_client::testing::Script;

    /// How a call failed, to make an [`Error`](crate::Error) of: `Error::for_test(Operation::GetClaim.row(), Failure::TimedOut)`.
    pub type Failure = private_api_client::testing::Failure<crate::Claims>;
}

/// Configures a [`ClaimsClient`]. Nothing is checked before `build`, which names every mistake.
///
/// ```
/// use std::time::Duration;
/// use claims_client::{ClaimsClient, Endpoint, RetryPolicy};
///
/// let client = ClaimsClient::builder()
///     .endpoint(Endpoint::url("http://127.0.0.1:9000/dev"))
///     .app_id("billing/7")
///     .timeout(Duration::from_secs(5))
///     .retry(RetryPolicy::default().with_max_attempts(3))
///     .build()?;
/// # Ok::<(), claims_client::BuildError>(())
/// ```
pub type ClientBuilder = private_api_client::ClientBuilder<Claims>;

/// How to reach the API. The environment's variables begin with `CLAIMS_API_`: `CLAIMS_API_URL`, or `CLAIMS_API_MODE` with
/// `CLAIMS_API_ID`, `CLAIMS_API_REGION`, `CLAIMS_API_STAGE` and what the mode needs.
///
/// ```
/// # use claims_client::{ClaimsClient, Endpoint};
/// let settings = [("CLAIMS_API_URL", "http://127.0.0.1:9000/dev")];
/// let endpoint = Endpoint::from_vars(|name| {
///     settings.iter().find(|(n, _)| *n == name).map(|(_, value)| value.to_string())
/// });
/// assert!(ClaimsClient::builder().endpoint(endpoint).build().is_ok());
/// ```
pub type Endpoint = private_api_client::Endpoint<Claims>;

/// Why [`ClaimsClient::try_modify_claim`] changed nothing.
pub type ModifyError<E> = private_api_client::ModifyError<Claims, E>;

/// Why a call failed.
///
/// ```
/// # async fn demo(client: claims_client::ClaimsClient, member: claims_client::MemberId, id: claims_client::ClaimId) {
/// match client.get_claim(&member, id).await {
///     Ok(claim) => println!("{claim:?}"),
///     Err(e) if e.is_not_found() => println!("no such claim"),
///     Err(e) => eprintln!("{e}"),
/// }
/// # }
/// ```
pub type Error = private_api_client::Error<Claims>;

/// The README's examples compile.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

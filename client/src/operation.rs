//! One call per operation: made by a method of [`ClaimsClient`], sent when awaited.
//!
//! Calls own what they need, so their futures are `'static` and can be spawned.

mod create;
mod delete;
mod get;
mod list;
mod modify;
mod update;

use std::{future::Future, pin::Pin};

use claims_api_types::{ClaimId, MemberId, Operation};
use url::Url;

use crate::{ClaimsClient, error::Error, query::Target};

pub use create::{CreateClaimCall, CreateOutcome};
pub use delete::DeleteClaimCall;
pub use get::GetClaimCall;
pub use list::{ClaimStream, ListClaimsCall, PageStream};
pub use modify::ModifyClaimCall;
pub use update::UpdateClaimCall;

/// What a call becomes when it is awaited.
pub type CallFuture<T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send>>;

/// The options that every call has.
macro_rules! call_options {
    ($call:ident $(<$f:ident>)?) => {
        impl $(<$f>)? $call $(<$f>)? {
            /// Ends the call after this time, its retries included. The client's own
            /// [`timeout`](crate::ClientBuilder::timeout) if not set.
            #[must_use]
            pub fn with_timeout(mut self, timeout: std::time::Duration) -> Self {
                self.options.timeout = Some(timeout);
                self
            }

            /// Sends at most one request.
            #[must_use]
            pub fn without_retry(mut self) -> Self {
                self.options.no_retry = true;
                self
            }

            /// Adds a header, such as `traceparent` or `X-Amzn-Trace-Id`. One that the client sets itself, or one that is
            /// none, makes the call fail before anything is sent.
            #[must_use]
            pub fn with_header<N, V>(mut self, name: N, value: V) -> Self
            where
                N: TryInto<http::HeaderName>,
                V: TryInto<http::HeaderValue>,
            {
                self.options.header(name, value);
                self
            }
        }

        impl $(<$f>)? std::fmt::Debug for $call $(<$f>)? {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($call), "(..)"))
            }
        }
    };
}

/// The option that every write has.
macro_rules! write_options {
    ($call:ident) => {
        impl $call {
            /// Names this logical write, so that repeating it later, with the same key, does not do it twice. Without it,
            /// the client mints a key per call where the operation takes one.
            #[must_use]
            pub fn with_idempotency_key(mut self, key: claims_api_types::IdempotencyKey) -> Self {
                self.options.key = Some(key);
                self
            }
        }
    };
}
use {call_options, write_options};

/// The collection of claims.
fn claims(client: &ClaimsClient) -> Target<'_> {
    Target::new(&client.transport().address.base, Operation::CLAIMS_PATH)
}

/// One claim of a member.
fn claim(client: &ClaimsClient, member_id: &MemberId, claim_id: ClaimId) -> Url {
    claims(client).segment(claim_id).with("memberId", member_id.as_str()).into_url()
}

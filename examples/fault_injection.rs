//! How to test your own error handling: `claims-local` as a dev-dependency, which goes wrong when it is told to.
//!
//! ```text
//! cargo run -p claims-examples --example fault_injection
//! ```
//!
//! In your own crate, `main` is a `#[tokio::test]`.

use std::{error::Error, time::Duration};

use claims_client::{ClaimsClient, Endpoint, RetryPolicy, types::*};
use claims_local::{Fault, LocalApi};

/// What your service makes of an attempt to file a claim.
#[derive(Debug, PartialEq)]
enum Outcome {
    Filed,
    /// Into the queue, to be sent again after this time with the same key.
    Later(Duration),
    /// Nothing that time heals.
    CallAnOperator,
}

/// The code under test. The key was stored with the claim before the first attempt.
async fn file(client: &ClaimsClient, key: IdempotencyKey, claim: &CreateClaim) -> Outcome {
    match client.create_claim(claim.clone()).with_idempotency_key(key).await {
        Ok(_) => Outcome::Filed,
        Err(error) if error.is_throttled() => Outcome::Later(error.retry_after().unwrap_or_default()),
        // Perhaps it was filed: with the same key, sending it again is safe either way.
        Err(error) if error.is_outcome_unknown() => Outcome::Later(Duration::ZERO),
        Err(error) if error.is_connect() || error.is_timeout() => Outcome::Later(Duration::from_secs(60)),
        Err(_) => Outcome::CallAnOperator,
    }
}

#[tokio::main(flavor = "current_thread")]
#[allow(clippy::print_stdout)] // What a program says to its user; the claim is made up.
async fn main() -> Result<(), Box<dyn Error>> {
    let api = LocalApi::start().await?; // in memory, on a free port; one for each test
    println!("Talking to an embedded API at {}", api.url());
    // One attempt, so that one fault is enough; with the default policy the client would have recovered from most of these.
    let client = ClaimsClient::builder().endpoint(Endpoint::url(api.url())).retry(RetryPolicy::never()).build()?;
    let claim = CreateClaim {
        member_id: "123".parse()?,
        policy_id: "123".parse()?,
        member_name: "John Doe".parse()?,
        request: CreateClaimRequest::new(PolicyType::Health, "500".parse()?, "snow accident".parse()?),
    };
    let key = IdempotencyKey::mint();

    for (fault, expected) in [
        (Fault::Throttle { retry_after: 7 }, Outcome::Later(Duration::from_secs(7))),
        (Fault::Status(403), Outcome::CallAnOperator),
        (Fault::ResetBefore, Outcome::Later(Duration::ZERO)),
        (Fault::ResetAfter, Outcome::Later(Duration::ZERO)), // filed, and nobody heard of it
    ] {
        api.inject(fault.clone());
        let outcome = file(&client, key, &claim).await;
        println!("{fault:?}: {outcome:?}");
        assert_eq!(outcome, expected, "{fault:?}");
    }

    // The queue's turn: nothing goes wrong any more, and what was filed already is not filed twice.
    assert_eq!(file(&client, key, &claim).await, Outcome::Filed);
    assert_eq!(client.list_claims(&claim.member_id).await?.claims.len(), 1);
    println!("then filed, once");
    Ok(())
}

//! What the docs page writes as Rust for its form of a create: the page's check compares.
#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(clippy::print_stdout)]

use claims_client::{ClaimsClient, Endpoint, types::*};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = ClaimsClient::builder().endpoint(Endpoint::url("ORIGIN/dev")).build()?;
    let claim = client
        .create_claim(CreateClaim {
            member_id: "browser".parse()?,
            policy_id: "123".parse()?,
            member_name: "O'Brien \"$HOME\" `x`".parse()?,
            request: CreateClaimRequest::new(
                PolicyType::known("Health")?,
                "500".parse()?,
                "snow accident".parse()?,
            ),
        })
        .with_idempotency_key("KEY".parse()?)
        .await?;
    println!("{}", claim.claim_id);
    Ok(())
}

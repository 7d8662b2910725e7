//! Two people change one claim at the same time, and neither change is lost.
//!
//! ```text
//! cargo run -p claims-examples --example optimistic_update    # embedded API, unless CLAIMS_API_URL or _MODE names one
//! ```

use std::error::Error;

use claims_client::types::{
    ClaimStatus, CreateClaim, CreateClaimRequest, IdempotencyKey, PolicyType, UpdateClaimRequest,
};
use claims_examples::connect;

#[tokio::main(flavor = "current_thread")]
#[allow(clippy::print_stdout)] // What a program says to its user; the claim is made up.
async fn main() -> Result<(), Box<dyn Error>> {
    let connected = connect().await?;
    if connected.embedded_url().is_some() {
        println!("No API is configured: talking to an embedded one");
    }
    let client = &connected.client;
    let created = client
        .create_claim(CreateClaim {
            member_id: format!("member-{}", IdempotencyKey::mint()).parse()?,
            policy_id: "123".parse()?,
            member_name: "John Doe".parse()?,
            request: CreateClaimRequest::new(PolicyType::Health, "500".parse()?, "snow accident".parse()?),
        })
        .await?;
    let (member, id) = (&created.member_id, created.claim_id);

    // Ann and Ben look at the same version.
    let (anns, bens) = (client.get_claim(member, id).await?, client.get_claim(member, id).await?);
    println!("both read version {}: {}, {}", anns.version, anns.claim_amount, anns.status);

    // Ann is faster. `if_match` makes the update conditional, and therefore safe to retry as well.
    let update = UpdateClaimRequest { claim_amount: "750.25".parse()?, ..anns.to_update() };
    let claim = client.update_claim(member, id, update).if_match(anns.version).await?;
    println!("Ann wrote version {}: {}, {}", claim.version, claim.claim_amount, claim.status);

    // An update replaces all four fields: without `if_match`, Ben's would put the old amount back.
    let update = UpdateClaimRequest { status: ClaimStatus::InReview, ..bens.to_update() };
    match client.update_claim(member, id, update).if_match(bens.version).await {
        Err(error) if error.is_version_mismatch() => println!("Ben was refused: {error}"),
        other => return Err(format!("a 412 was expected: {other:?}").into()),
    }

    // So read again, decide again, write on condition again. `modify_claim` does that, until nobody was faster; whoever has
    // somebody to ask does it by hand instead.
    let claim = client
        .modify_claim(member, id, |claim| {
            // Decided on the claim as it is now; `None` would leave it alone.
            (claim.status == ClaimStatus::Pending)
                .then(|| UpdateClaimRequest { status: ClaimStatus::InReview, ..claim.to_update() })
        })
        .await?;
    println!("Ben wrote version {}: {}, {}", claim.version, claim.claim_amount, claim.status);

    client.delete_claim(member, id).if_match(claim.version).await?;
    Ok(())
}

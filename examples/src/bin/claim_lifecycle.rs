//! The tutorial's walk through a claim's life: create three, get, list, update, decide, delete.
//!
//! ```text
//! cargo run -p claims-examples --bin claim_lifecycle                                        # embedded API
//! CLAIMS_API_URL=http://127.0.0.1:9000/dev cargo run -p claims-examples --bin claim_lifecycle
//! ```

use std::{error::Error, process::ExitCode};

use claims_client::types::{
    ClaimStatus, CreateClaim, CreateClaimRequest, IdempotencyKey, PolicyType, UpdateClaimRequest,
};
use claims_examples::{Connected, connect};
use futures_util::TryStreamExt;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("claim_lifecycle: {error}");
            let mut cause = error.source();
            while let Some(error) = cause {
                eprintln!("  because: {error}");
                cause = error.source();
            }
            ExitCode::FAILURE
        }
    }
}

#[allow(clippy::print_stdout)] // What a program says to its user; the claims are made up.
async fn run() -> Result<(), Box<dyn Error>> {
    let connected = connect().await?;
    #[cfg(feature = "embedded")]
    if let Some(api) = &connected.embedded {
        println!("No API is configured: started an embedded one at {}\n", api.url());
    }
    let Connected { client, .. } = &connected;

    // A member of this run's own, so that the walk also works on a table with claims in it.
    let member = format!("member-{}", IdempotencyKey::mint()).parse()?;
    let mut created = Vec::new();
    for (policy_type, amount, description) in [
        (PolicyType::Health, "500", "snow accident"),
        (PolicyType::Dental, "120.50", "a broken tooth"),
        (PolicyType::Accident, "19.99", "a bent bicycle wheel"),
    ] {
        let claim = client
            .create_claim(CreateClaim {
                member_id: Clone::clone(&member),
                policy_id: "123".parse()?,
                member_name: "John Doe".parse()?,
                request: CreateClaimRequest::new(policy_type, amount.parse()?, description.parse()?),
            })
            .await?;
        println!("created  {}  {:<8} {:>6}  {}", claim.claim_id, claim.policy_type, claim.claim_amount, claim.status);
        created.push(claim);
    }

    let claim = client.get_claim(&member, created[0].claim_id).await?;
    println!("got      {}  {:?}, version {}", claim.claim_id, claim.description.as_str(), claim.version);

    let listed: Vec<_> = client.list_claims(&member).into_stream().try_collect().await?;
    println!("listed   {} claims, newest first", listed.len());

    // Only if nobody has changed it since it was read.
    let update = UpdateClaimRequest { claim_amount: "750.25".parse()?, ..claim.to_update() };
    let claim = client.update_claim(&member, claim.claim_id, update).if_match(claim.version).await?;
    println!("updated  {}  to {}, version {}", claim.claim_id, claim.claim_amount, claim.version);

    // Whatever anybody else does meanwhile: read, decide, write on condition, begin again if need be.
    for status in [ClaimStatus::InReview, ClaimStatus::Approved, ClaimStatus::Paid] {
        let claim = client
            .modify_claim(&member, claim.claim_id, move |claim| {
                Some(UpdateClaimRequest { status: status.clone(), ..claim.to_update() })
            })
            .await?;
        println!("moved    {}  to {}, version {}", claim.claim_id, claim.status, claim.version);
    }

    let refused = client.update_claim(&member, claim.claim_id, claim.to_update()).await;
    if let Err(error) = refused {
        println!("refused  {error}");
    }

    for claim in &created {
        client.delete_claim(&member, claim.claim_id).await?;
        println!("deleted  {}", claim.claim_id);
    }
    let left = client.list_claims(&member).await?;
    println!("left     {} claims", left.claims.len());
    Ok(())
}

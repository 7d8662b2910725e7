//! `claims lifecycle`: the tutorial's walk through a claim's life, as a model of how to use the client.

use std::io;

use claims_client::{
    ClaimId, ClaimStatus, ClaimsClient, CreateClaim, IdempotencyKey, UpdateClaimRequest,
    types::{CreateClaimRequest, InvalidValue, PolicyType},
};
use futures_util::TryStreamExt;
use serde_json::json;

use super::{Failure, Status, output};

/// Tells a step: in words, or as a JSON line.
struct Teller {
    json: bool,
}

impl Teller {
    fn say(&self, step: &str, claim: Option<ClaimId>, words: &str) -> io::Result<()> {
        if self.json {
            return output::json(&json!({ "step": step, "claimId": claim, "note": words }));
        }
        match claim {
            Some(claim) => output::line(format!("{step:<8} {claim}  {words}").trim_end()),
            None => output::line(&format!("{step:<8} {words}")),
        }
    }
}

pub(super) async fn run(client: &ClaimsClient, json: bool) -> Result<Status, Failure> {
    let tell = Teller { json };
    // A member of this run's own, so that the walk also works on a table with claims in it.
    let member = format!("member-{}", IdempotencyKey::mint()).parse().map_err(made_up)?;
    let mut created = Vec::new();
    for (policy_type, amount, description) in [
        (PolicyType::Health, "500", "snow accident"),
        (PolicyType::Dental, "120.50", "a broken tooth"),
        (PolicyType::Accident, "19.99", "a bent bicycle wheel"),
    ] {
        let claim = client
            .create_claim(CreateClaim {
                member_id: Clone::clone(&member),
                policy_id: "123".parse().map_err(made_up)?,
                member_name: "John Doe".parse().map_err(made_up)?,
                request: CreateClaimRequest::new(
                    policy_type,
                    amount.parse().map_err(made_up)?,
                    description.parse().map_err(made_up)?,
                ),
            })
            .await?;
        let words = format!("{:<8} {:>6}  {}", claim.policy_type, claim.claim_amount, claim.status);
        tell.say("created", Some(claim.claim_id), &words)?;
        created.push(claim);
    }

    let claim = client.get_claim(&member, created[0].claim_id).await?;
    let words = format!("{:?}, version {}", claim.description.as_str(), claim.version);
    tell.say("got", Some(claim.claim_id), &words)?;

    let listed: Vec<_> = client.list_claims(&member).into_stream().try_collect().await?;
    tell.say("listed", None, &format!("{} claims, newest first", listed.len()))?;

    // Only if nobody has changed it since it was read.
    let update = UpdateClaimRequest { claim_amount: "750.25".parse().map_err(made_up)?, ..claim.to_update() };
    let claim = client.update_claim(&member, claim.claim_id, update).if_match(claim.version).await?;
    let words = format!("to {}, version {}", claim.claim_amount, claim.version);
    tell.say("updated", Some(claim.claim_id), &words)?;

    // Whatever anybody else does meanwhile: read, decide, write on condition, begin again if need be.
    for status in [ClaimStatus::InReview, ClaimStatus::Approved, ClaimStatus::Paid] {
        let claim = client
            .modify_claim(&member, claim.claim_id, move |claim| {
                Some(UpdateClaimRequest { status: status.clone(), ..claim.to_update() })
            })
            .await?;
        let words = format!("to {}, version {}", claim.status, claim.version);
        tell.say("moved", Some(claim.claim_id), &words)?;
    }

    let refused = client.update_claim(&member, claim.claim_id, claim.to_update()).await;
    if let Err(error) = refused {
        tell.say("refused", None, &error.to_string())?;
    }

    for claim in &created {
        client.delete_claim(&member, claim.claim_id).await?;
        tell.say("deleted", Some(claim.claim_id), "")?;
    }
    let left = client.list_claims(&member).await?;
    tell.say("left", None, &format!("{} claims", left.claims.len()))?;
    Ok(Status::Done)
}

/// The values above are this program's own, so this says that it is wrong, not its user.
fn made_up(wrong: InvalidValue) -> Failure {
    Failure::new(Status::Failed, wrong)
}

//! Creates over a network that loses, resets, delays and cuts; what was acknowledged is compared with what is stored.

use std::collections::HashMap;

use claims_client::{Sent, types::ClaimId};
use futures_util::{StreamExt, stream};

use super::{Checks, claim, client, fix, holds, new_member, same};
use crate::{
    lab::Lab,
    namespaces::{
        Done,
        packet_faults::{self, Fault},
        topology::{BASTION, CLIENT, ENDPOINTS},
    },
    servers::Wire,
};

const CREATES: usize = 700;
const AT_ONCE: usize = 24;

/// In thousandths: of packets, and of pieces of answers.
const LOSSY: Fault = Fault::Lossy { lost: 20, reset: 4 };
const WIRE: Wire = Wire { late: 200, delay_ms: 40, cut: 15 };

pub fn add_to(checks: &mut Checks<'_>) {
    let lab = checks.lab;
    for (what, role, lossy, wire) in [
        ("loss and resets", BASTION, true, Wire::default()),
        ("delays and cuts", CLIENT, false, WIRE),
        ("all of it at once", CLIENT, true, WIRE),
    ] {
        let title = format!("{CREATES} creates under {what}: none doubled, none acknowledged lost");
        checks.add(role, title, async move {
            for role in ENDPOINTS {
                wire.set(lab, role)?;
                if lossy {
                    packet_faults::set(&lab.ns(role), LOSSY)?;
                }
            }
            storm(lab).await
        });
    }
}

async fn storm(lab: &Lab) -> Done {
    let (client, member) = (client(lab)?, new_member()?);
    let mut creates = Vec::new();
    for number in 0..CREATES {
        let description = format!("claim number {number}");
        let create = client.create_claim(claim(&member, &description)?);
        creates.push(async move { (description, create.await) });
    }
    let outcomes: Vec<_> = stream::iter(creates).buffer_unordered(AT_ONCE).collect().await;
    // A storm in which nothing gets through proves nothing.
    let created = outcomes.iter().filter(|(_, outcome)| outcome.is_ok()).count();
    holds(created >= CREATES * 95 / 100, "at least 95 % of the creates acknowledged", created)?;

    fix(lab)?;
    let mut stored: HashMap<String, Vec<ClaimId>> = HashMap::new();
    let mut claims = client.list_claims(&member).into_stream();
    while let Some(claim) = claims.try_next().await? {
        stored.entry(claim.description.as_str().to_owned()).or_default().push(claim.claim_id);
    }
    let (mut lost, mut doubled, mut ghosts) = (0, 0, 0);
    for (description, outcome) in outcomes {
        let ids = stored.remove(&description).unwrap_or_default();
        doubled += usize::from(ids.len() > 1);
        match outcome {
            Ok(claim) => lost += usize::from(!ids.contains(&claim.claim_id)),
            // It may have happened or not.
            Err(error) if error.is_outcome_unknown() || error.was_sent() != Sent::No => {}
            // The client said that it has certainly not.
            Err(_) => ghosts += ids.len(),
        }
    }
    // What nobody has created.
    ghosts += stored.len();
    same((0, 0, 0), (lost, doubled, ghosts)).map_err(|e| format!("lost, doubled, not created: {e}").into())
}

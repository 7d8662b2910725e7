//! Calls on a network where everything works, and where they must not.

use std::process::Command;

use claims_client::{ClaimsClient, ClientBuilder, Error, Refusal, Sent};
use futures_util::future::try_join_all;

use super::{Checks, PLACES, claim, holds, new_member, options, same};
use crate::namespaces::{Done, resolvers::other_dns_name, topology::OUTSIDE};

pub fn add_to(checks: &mut Checks<'_>) {
    let (lab, claims) = (checks.lab, checks.claims);
    let modes = || lab.design.environment.keys();
    for (place, role) in PLACES {
        for mode in modes() {
            checks.add(role, format!("from {place} a claim's life works in mode {mode}"), async move {
                life(&options(lab, mode)?.build()?).await
            });
        }
        checks.add(role, format!("from {place} `claims lifecycle` runs to its end"), async move {
            let output = Command::new(claims).arg("lifecycle").envs(lab.environment("private-dns")?).output()?;
            let left_none = String::from_utf8_lossy(&output.stdout).contains("left     0 claims");
            holds(output.status.success() && left_none, "no claims left at its end", output)
        });
    }
    checks.add(OUTSIDE, "from outside no call is sent, in any mode", async move {
        // All at once: what cannot be reached takes its time to fail.
        try_join_all(modes().map(|mode| async move {
            let failure = failure(options(lab, mode)?).await?;
            holds(failure.was_sent() == Sent::No, "an error that says that nothing was sent", (mode, failure))
        }))
        .await
        .map(drop)
    });
    for (place, role) in PLACES {
        checks.add(role, format!("from {place} an unlisted endpoint is denied by the resource policy"), async move {
            // The other endpoint's name, in the modes that take one. (An alias AWS gives only to an associated endpoint.)
            for mode in ["vpce-host", "vpce-header", "vpce-resolve"] {
                let mut environment = lab.environment(mode)?;
                environment.insert("CLAIMS_API_VPCE_DNS".to_owned(), other_dns_name(&lab.design));
                let failure = failure(ClientBuilder::from_vars(|name| environment.get(name).cloned())).await?;
                same(Some(Refusal::ExplicitDeny), failure.refusal())
                    .map_err(|e| format!("mode {mode}: {e} ({failure})"))?;
            }
            Ok(())
        });
    }
}

/// Create, get, list, update, delete: each has to do what it says.
pub async fn life(client: &ClaimsClient) -> Done {
    let member = new_member()?;
    let listed = async || client.list_claims(&member).await.map(|page| page.claims.len());
    let created = client.create_claim(claim(&member, "snow accident")?).await?;
    let got = client.get_claim(&member, created.claim_id).await?;
    same((created.version, &created.description), (got.version, &got.description))?;
    same(1, listed().await?)?;
    let updated = client.update_claim(&member, got.claim_id, created.to_update()).if_match(created.version).await?;
    holds(updated.version != created.version, "an update to change the version", updated.version)?;
    client.delete_claim(&member, created.claim_id).await?;
    same(0, listed().await?)
}

/// How a call fails that has to.
async fn failure(options: ClientBuilder) -> Done<Error> {
    options.build()?.list_claims(&new_member()?).await.err().ok_or_else(|| "a call works that must not".into())
}

//! Zones that fall silent.

use std::time::{Duration, Instant};

use claims_client::{ClaimsClient, Sent};

use super::{Checks, PLACES, client, holds, lists, new_member, nobody_tries, options};
use crate::{
    lab::Lab,
    namespaces::{
        Done,
        packet_faults::{self, Fault},
        topology::{BASTION, CLIENT, ENDPOINTS},
    },
};

/// The client's default connect timeout.
const CONNECT: f64 = 3.0;
/// Its default limit of a whole call.
const CALL: f64 = 25.0;

/// Probes come once a second, and a call may have met a dead connection late.
const SLACK: f64 = 5.0;

pub fn add_to(checks: &mut Checks<'_>) {
    let lab = checks.lab;
    for (zone, silent) in ENDPOINTS.into_iter().enumerate() {
        let number = zone + 1;
        for (place, role) in PLACES {
            let title = format!("from {place}, zone {number} silent: a new client succeeds within one connect timeout");
            checks.add(role, title, new_client(lab, zone, silent));
        }
        let title =
            format!("zone {number} falls silent under a running client: later calls pay for connecting at most");
        checks.add(CLIENT, title, async move {
            let client = client(lab)?;
            lists(&client, 6).await?;
            silence(lab, zone)?;
            running_client(lab, silent, &client).await
        });
    }
    checks.add(
        BASTION,
        "both zones silent: an error that says that nothing was sent, within the deadline",
        async move {
            silence(lab, 0)?;
            silence(lab, 1)?;
            let (started, member) = (Instant::now(), new_member()?);
            let answer = client(lab)?.list_claims(&member).await;
            let unsent = answer.as_ref().is_err_and(|error| error.was_sent() == Sent::No);
            holds(unsent, "an error that says that nothing was sent", answer.err())?;
            let seconds = started.elapsed().as_secs_f64();
            holds(seconds < CALL, "the error within the call's 25 s", seconds)
        },
    );
}

fn silence(lab: &Lab, zone: usize) -> Done {
    packet_faults::set(&lab.ns(ENDPOINTS[zone]), Fault::Silent(lab.addresses.endpoint[zone]))
}

/// Of a client that keeps no connection from one call to the next, as when calls are rare, only the first call may meet the
/// silent zone.
async fn new_client(lab: &Lab, zone: usize, silent: &str) -> Done {
    let new = || {
        Ok::<_, Box<dyn std::error::Error + Send + Sync>>(
            options(lab, "private-dns")?.pool_idle_timeout(Duration::ZERO).build()?,
        )
    };
    // What a first call takes on this machine, as busy as it is now.
    let healthy = lists(&new()?, 1).await?;
    silence(lab, zone)?;
    let client = new()?;
    let first = lists(&client, 1).await?;
    let limit = CONNECT + 10.0 * healthy;
    holds(first < limit, "the first call within one connect timeout", (first, healthy))?;
    nobody_tries(lab, &[silent], &client).await
}

/// Open connections into the silent zone are found out when their other side has acknowledged nothing for a connect timeout:
/// until then a call may meet one and has to wait for that, and succeeds. An idle one is probed
/// a second after its last use, and one that a call met just before its end has its own timeout still to come.
async fn running_client(lab: &Lab, silent: &str, client: &ClaimsClient) -> Done {
    let fell_silent = Instant::now();
    while fell_silent.elapsed().as_secs_f64() < CONNECT + SLACK {
        let meanwhile = lists(client, 1).await?;
        // The limit of an attempt is 10 s: whoever waits for that has found out nothing.
        holds(meanwhile < 10.0, "to find out and to connect anew", meanwhile)?;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    nobody_tries(lab, &[silent], client).await
}

//! Resolver addresses that die, and names that move.

use super::{Checks, client, forget_names, lists, lives_of_claims::life, nobody_tries};
use crate::{
    lab::Lab,
    namespaces::{
        Done,
        packet_faults::{self, Fault},
        resolvers,
        topology::{API, CLIENT, ENDPOINTS, INBOUND, add_address},
    },
};

pub fn add_to(checks: &mut Checks<'_>) {
    let lab = checks.lab;
    for (zone, role) in INBOUND.into_iter().enumerate() {
        let title = format!("inbound resolver address {} dead: names resolve and calls work", zone + 1);
        checks.add(CLIENT, title, async move {
            packet_faults::set(&lab.ns(role), Fault::Silent(lab.addresses.inbound[zone]))?;
            forget_names().await;
            life(&client(lab)?).await
        });
    }
    let title = "the endpoint moves to other addresses: a running client follows within the TTL";
    checks.add(CLIENT, title, async move {
        let followed = follows(lab).await;
        resolvers::point_to(lab, lab.addresses.endpoint)?;
        forget_names().await;
        followed
    });
}

/// From the end of the TTL on, no call may go to an address that is no longer the name's.
async fn follows(lab: &Lab) -> Done {
    let client = client(lab)?;
    lists(&client, 2).await?;
    for (role, address) in ENDPOINTS.into_iter().zip(lab.addresses.moved) {
        add_address(&lab.ns(API), &lab.ns(role), role, address)?;
    }
    resolvers::point_to(lab, lab.addresses.moved)?;
    for (role, old) in ENDPOINTS.into_iter().zip(lab.addresses.endpoint) {
        packet_faults::set(&lab.ns(role), Fault::Silent(old))?;
    }
    lists(&client, 2).await.map_err(|e| format!("the calls that meet the change: {e}"))?;
    forget_names().await;
    nobody_tries(lab, &ENDPOINTS, &client).await
}

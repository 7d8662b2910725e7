//! Which names lead where: the tutorial's `nslookup`, from each place.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    time::Duration,
};

use tokio::{net, time::timeout};

use super::{Checks, PLACES, holds, same};
use crate::{
    lab::DYNAMODB_PORT,
    namespaces::{
        Done,
        resolvers::{PUBLIC_API, other_dns_name},
        topology::{API, BASTION, CLIENT, GATEWAY, OUTSIDE},
    },
};

pub fn add_to(checks: &mut Checks<'_>) {
    let (design, addresses) = (&checks.lab.design, &checks.lab.addresses);
    for (place, role) in PLACES {
        checks.add(
            role,
            format!("from {place} the API's names lead to the endpoint's private addresses"),
            async move {
                for name in [&design.api_host(), &design.alias_host(&design.endpoint.id), &design.endpoint.dns_name] {
                    same(sorted(&addresses.endpoint), resolve(name).await?)?;
                }
                Ok(())
            },
        );
    }
    let public = || design.execute_api_name(PUBLIC_API);
    checks.add(CLIENT, "from the client VPC a public API's name still resolves publicly", async move {
        same(sorted(&[addresses.public_api]), resolve(&public()).await?)
    });
    checks.add(BASTION, "in the API VPC private DNS takes public APIs' names too, as AWS's does", async move {
        same(sorted(&addresses.endpoint), resolve(&public()).await?)
    });
    let resolver = SocketAddr::from((design.api_vpc.resolver(), 53));
    checks.add(BASTION, "the API VPC's own resolver answers in its own VPC", reaches(resolver, true));
    checks.add(CLIENT, "the API VPC's own resolver answers nobody across the peering", reaches(resolver, false));
    checks.add(
        OUTSIDE,
        "from outside the API's own name does not resolve, and what AWS publishes leads nowhere",
        async {
            let found = resolve(&design.api_host()).await;
            holds(found.is_err(), "no address", found)?;
            // The alias and the endpoint's name are public, their addresses are not.
            for name in [&design.alias_host(&design.endpoint.id), &design.endpoint.dns_name, &other_dns_name(design)] {
                for address in resolve(name).await? {
                    reaches(SocketAddr::new(address, 443), false).await?;
                }
            }
            Ok(())
        },
    );
    let dynamodb = SocketAddr::from((addresses.dynamodb, DYNAMODB_PORT));
    checks.add(GATEWAY, "DynamoDB is reached from the functions' side", reaches(dynamodb, true));
    for role in [BASTION, API, CLIENT, OUTSIDE] {
        checks.add(role, format!("DynamoDB is not reached from {role}"), reaches(dynamodb, false));
    }
}

/// As every program on this machine looks a name up.
async fn resolve(name: &str) -> Done<Vec<IpAddr>> {
    let found = net::lookup_host((name, 443)).await.map_err(|e| format!("{name} does not resolve: {e}"))?;
    let mut addresses: Vec<_> = found.map(|address| address.ip()).collect();
    addresses.sort();
    addresses.dedup();
    Ok(addresses)
}

async fn reaches(address: SocketAddr, expected: bool) -> Done {
    let connected = timeout(Duration::from_secs(2), net::TcpStream::connect(address)).await;
    holds(matches!(connected, Ok(Ok(_))) == expected, if expected { "a connection" } else { "no connection" }, address)
}

fn sorted(addresses: &[Ipv4Addr]) -> Vec<IpAddr> {
    let mut addresses: Vec<_> = addresses.iter().copied().map(IpAddr::from).collect();
    addresses.sort();
    addresses
}

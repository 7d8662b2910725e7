//! Which names lead where: the tutorial's `nslookup`, from each place.

use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv4Addr, SocketAddr},
};

use super::{Report, holds, same};
use crate::{
    lab::{DYNAMODB_PORT, Lab},
    network::{
        names::{PUBLIC_API, other_dns_name},
        topology::{API, BASTION, CLIENT, GATEWAY, OUTSIDE},
    },
    probe::{Command, Probe},
};

pub fn check(lab: &Lab, report: &mut Report) {
    let (design, addresses) = (&lab.design, &lab.addresses);
    let (own, alias) = (design.api_host(), design.alias_host(&design.endpoint.id));
    for (place, role) in [("the bastion", BASTION), ("the client VPC", CLIENT)] {
        report.check(&format!("from {place} the API's names lead to the endpoint's private addresses"), || {
            for name in [&own, &alias, &design.endpoint.dns_name] {
                same(sorted(&addresses.endpoint), resolve(lab, role, name)?)?;
            }
            Ok(())
        });
    }
    let public = design.execute_api_name(PUBLIC_API);
    report.check("from the client VPC a public API's name still resolves publicly", || {
        same(sorted(&[addresses.public_api]), resolve(lab, CLIENT, &public)?)
    });
    report.check("in the API VPC private DNS takes public APIs' names too, as AWS's does", || {
        same(sorted(&addresses.endpoint), resolve(lab, BASTION, &public)?)
    });
    report.check("the API VPC's own resolver answers nobody across the peering", || {
        let resolver = SocketAddr::from((design.api_vpc.resolver(), 53));
        holds(reaches(lab, BASTION, resolver)?, "an answer in its own VPC", resolver)?;
        holds(!reaches(lab, CLIENT, resolver)?, "no answer across the peering", resolver)
    });
    report.check("from outside the API's own name does not resolve, and what AWS publishes leads nowhere", || {
        let mut outside = Probe::start(lab, OUTSIDE, &BTreeMap::new())?;
        let found = outside.ask(&Command::Resolve(own.clone()))?;
        holds(!found.ok, "no address", found.addresses)?;
        // The alias and the endpoint's name are public, their addresses are not.
        for name in [&alias, &design.endpoint.dns_name, &other_dns_name(design)] {
            for address in resolve(lab, OUTSIDE, name)? {
                holds(!reaches(lab, OUTSIDE, SocketAddr::new(address, 443))?, "no connection", address)?;
            }
        }
        Ok(())
    });
    report.check("DynamoDB is reached from the functions' side and from nowhere else", || {
        let dynamodb = SocketAddr::from((addresses.dynamodb, DYNAMODB_PORT));
        holds(reaches(lab, GATEWAY, dynamodb)?, "a connection from the functions", dynamodb)?;
        for role in [BASTION, API, CLIENT, OUTSIDE] {
            holds(!reaches(lab, role, dynamodb)?, "no connection", role)?;
        }
        Ok(())
    });
}

fn resolve(lab: &Lab, role: &str, name: &str) -> Result<Vec<IpAddr>, Box<dyn std::error::Error>> {
    let found = Probe::start(lab, role, &BTreeMap::new())?.ask(&Command::Resolve(name.to_owned()))?;
    if found.ok { Ok(found.addresses) } else { Err(format!("{name} does not resolve: {}", found.error).into()) }
}

fn reaches(lab: &Lab, role: &str, address: SocketAddr) -> Result<bool, Box<dyn std::error::Error>> {
    Ok(Probe::start(lab, role, &BTreeMap::new())?.ask(&Command::Connect(address))?.ok)
}

fn sorted(addresses: &[Ipv4Addr]) -> Vec<IpAddr> {
    let mut addresses: Vec<_> = addresses.iter().copied().map(IpAddr::from).collect();
    addresses.sort();
    addresses
}

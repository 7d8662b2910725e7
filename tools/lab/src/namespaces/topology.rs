//! Who is where: the namespaces, the cables between them, routes and security groups.

use std::net::Ipv4Addr;

use super::{Done, ip, nft, run};
use crate::planned_network::{Design, Vpc, host};
use ipnet::Ipv4Net;

/// The namespaces, by what stands there.
pub const API: &str = "api-vpc";
pub const BASTION: &str = "bastion";
pub const ENDPOINTS: [&str; 2] = ["endpoint-az1", "endpoint-az2"];
pub const OTHER: &str = "endpoint-other";
pub const INBOUND: [&str; 2] = ["dns-in-az1", "dns-in-az2"];
pub const GATEWAY: &str = "gateway";
pub const DYNAMODB: &str = "dynamodb";
pub const CLIENT_VPC: &str = "client-vpc";
pub const CLIENT: &str = "client";
pub const OUTBOUND: &str = "dns-out";
pub const INTERNET: &str = "internet";
pub const OUTSIDE: &str = "outside";

/// Where an endpoint's address stands, with the gateway's address behind it: the unlisted endpoint last.
pub fn links() -> impl Iterator<Item = (&'static str, Ipv4Addr)> {
    ENDPOINTS.into_iter().chain([OTHER]).zip(PRIVATE_LINK)
}

fn all() -> impl Iterator<Item = &'static str> {
    let single = [API, BASTION, OTHER, GATEWAY, DYNAMODB, CLIENT_VPC, CLIENT, OUTBOUND, INTERNET, OUTSIDE];
    single.into_iter().chain(ENDPOINTS).chain(INBOUND)
}

/// The addresses that Terraform leaves to AWS, chosen inside the design's subnets; and those of the world around, from
/// the ranges for documentation.
pub struct Addresses {
    pub endpoint: [Ipv4Addr; 2],
    /// Where the endpoint of the second zone moves when its address changes.
    pub moved: [Ipv4Addr; 2],
    pub other: Ipv4Addr,
    pub inbound: [Ipv4Addr; 2],
    pub bastion: Ipv4Addr,
    pub client: Ipv4Addr,
    pub outbound: Ipv4Addr,
    pub dynamodb: Ipv4Addr,
    pub public_api: Ipv4Addr,
    pub public_dns: Ipv4Addr,
    pub outside: Ipv4Addr,
}

/// PrivateLink: where the gateway listens for each endpoint.
const PRIVATE_LINK: [Ipv4Addr; 3] =
    [Ipv4Addr::new(169, 254, 200, 2), Ipv4Addr::new(169, 254, 200, 6), Ipv4Addr::new(169, 254, 200, 10)];
/// From each VPC's resolver to the public DNS: AWS's own way, which no instance can take.
const UPSTREAM: [Ipv4Addr; 2] = [Ipv4Addr::new(169, 254, 201, 2), Ipv4Addr::new(169, 254, 201, 6)];

impl Addresses {
    pub fn of(design: &Design) -> Self {
        let api = |zone: usize, index| host(design.api_vpc.subnets[zone].cidr, index);
        let client = |index| host(design.client_vpc.subnets[0].cidr, index);
        Self {
            endpoint: [api(0, 10), api(1, 10)],
            moved: [api(0, 11), api(1, 11)],
            other: api(0, 40),
            inbound: [api(0, 20), api(1, 20)],
            bastion: api(0, 30),
            client: client(30),
            outbound: client(20),
            dynamodb: Ipv4Addr::new(198, 51, 100, 20),
            public_api: Ipv4Addr::new(198, 51, 100, 10),
            public_dns: Ipv4Addr::new(203, 0, 113, 1),
            outside: Ipv4Addr::new(203, 0, 113, 30),
        }
    }

    /// The public DNS as each VPC's resolver sees it.
    pub fn upstream() -> [Ipv4Addr; 2] {
        UPSTREAM
    }
}

/// Makes the namespaces and everything that is fixed in them.
pub fn build(design: &Design, addresses: &Addresses, ns: &dyn Fn(&str) -> String) -> Done {
    for role in all() {
        run("ip", &["netns", "add", &ns(role)])?;
        ip(&ns(role), "link set lo up")?;
    }
    router(&ns(API), &design.api_vpc)?;
    router(&ns(CLIENT_VPC), &design.client_vpc)?;
    for (role, zone, address) in [
        (BASTION, 0, addresses.bastion),
        (ENDPOINTS[0], 0, addresses.endpoint[0]),
        (ENDPOINTS[1], 1, addresses.endpoint[1]),
        (OTHER, 0, addresses.other),
        (INBOUND[0], 0, addresses.inbound[0]),
        (INBOUND[1], 1, addresses.inbound[1]),
    ] {
        attach(&ns(API), &ns(role), role, design.api_vpc.subnets[zone].cidr, address)?;
    }
    for (role, address) in [(CLIENT, addresses.client), (OUTBOUND, addresses.outbound)] {
        attach(&ns(CLIENT_VPC), &ns(role), role, design.client_vpc.subnets[0].cidr, address)?;
    }

    let peering = Ipv4Addr::new(169, 254, 202, 2);
    cable(&ns(CLIENT_VPC), "peering", &ns(API), "peering", peering)?;
    for (vpc, routes, via) in
        [(CLIENT_VPC, &design.routes_to_api, peering), (API, &design.routes_back, before(peering))]
    {
        routes.iter().try_for_each(|range| ip(&ns(vpc), &format!("route add {range} via {via}")))?;
    }

    for (vpc, upstream) in [API, CLIENT_VPC].into_iter().zip(UPSTREAM) {
        cable(&ns(vpc), "public-dns", &ns(INTERNET), vpc, upstream)?;
    }
    for (role, link) in links() {
        cable(&ns(role), "privatelink", &ns(GATEWAY), role, link)?;
    }
    // DynamoDB's address is a public one to which only the functions' side has a way.
    cable(&ns(GATEWAY), "gateway-ep", &ns(DYNAMODB), "gateway-ep", Ipv4Addr::new(169, 254, 203, 2))?;
    ip(&ns(DYNAMODB), &format!("address add {}/32 dev lo", addresses.dynamodb))?;
    ip(&ns(GATEWAY), &format!("route add {} via 169.254.203.2", addresses.dynamodb))?;

    attach_outside(&ns(INTERNET), &ns(OUTSIDE), addresses)?;
    security_groups(design, ns)
}

/// The VPC's router, which is also where its resolver is. What it has no route for is dropped without a word.
fn router(namespace: &str, vpc: &Vpc) -> Done {
    forwards(namespace)?;
    for address in vpc.subnets.iter().map(|subnet| host(subnet.cidr, 1)).chain([vpc.resolver()]) {
        ip(namespace, &format!("address add {address}/32 dev lo"))?;
    }
    Ok(())
}

fn forwards(router: &str) -> Done {
    run("ip", &["netns", "exec", router, "sysctl", "-qw", "net.ipv4.ip_forward=1"])?;
    ip(router, "route add blackhole default")
}

/// A network interface in a subnet: as in a VPC, all it ever talks to directly is the router.
fn attach(router: &str, namespace: &str, role: &str, subnet: Ipv4Net, address: Ipv4Addr) -> Done {
    veth(namespace, "eth0", router, role)?;
    let gateway = host(subnet, 1);
    ip(namespace, &format!("address add {address}/32 dev eth0\nlink set eth0 up"))?;
    ip(namespace, &format!("route add default via {gateway} dev eth0 onlink"))?;
    ip(router, &format!("link set {role} up\nroute add {address}/32 dev {role}"))
}

/// A cable with a network of its own; `far` is the second side's address, the one before it the first side's.
fn cable(near: &str, near_name: &str, far: &str, far_name: &str, address: Ipv4Addr) -> Done {
    veth(near, near_name, far, far_name)?;
    ip(near, &format!("address add {}/30 dev {near_name}\nlink set {near_name} up", before(address)))?;
    ip(far, &format!("address add {address}/30 dev {far_name}\nlink set {far_name} up"))
}

fn veth(near: &str, near_name: &str, far: &str, far_name: &str) -> Done {
    run("ip", &["link", "add", near_name, "netns", near, "type", "veth", "peer", "name", far_name, "netns", far])
        .map(drop)
}

fn before(address: Ipv4Addr) -> Ipv4Addr {
    Ipv4Addr::from(u32::from(address).saturating_sub(1))
}

/// A host on the internet: it has a name server and a default route, and none of the VPCs.
fn attach_outside(internet: &str, outside: &str, addresses: &Addresses) -> Done {
    forwards(internet)?;
    veth(outside, "eth0", internet, "outside")?;
    let (dns, address) = (addresses.public_dns, addresses.outside);
    ip(internet, &format!("address add {dns}/24 dev outside\nlink set outside up"))?;
    ip(outside, &format!("address add {address}/24 dev eth0\nlink set eth0 up\nroute add default via {dns}"))
}

/// Who may connect where, from the plan's security groups; and a VPC's own resolver answers only its own VPC.
fn security_groups(design: &Design, ns: &dyn Fn(&str) -> String) -> Done {
    let https = allow(&design.endpoint.https_from, "tcp dport 443");
    for role in ENDPOINTS.into_iter().chain([OTHER]) {
        nft(&ns(role), &group(&format!("iifname \"privatelink\" accept\n{https}")))?;
    }
    let dns = allow(&design.dns_from, "meta l4proto { tcp, udp } th dport 53");
    for role in INBOUND {
        nft(&ns(role), &group(&dns))?;
    }
    for (role, vpc) in [(API, &design.api_vpc), (CLIENT_VPC, &design.client_vpc)] {
        nft(&ns(role), &group(&allow(&[vpc.cidr], "meta l4proto { tcp, udp } th dport 53")))?;
    }
    Ok(())
}

fn allow(ranges: &[Ipv4Net], what: &str) -> String {
    ranges.iter().map(|range| format!("ip saddr {range} {what} accept\n")).collect()
}

fn group(rules: &str) -> String {
    format!(
        "table inet security_group {{ chain input {{\ntype filter hook input priority filter; policy drop;\n\
         iifname \"lo\" accept\nct state established,related accept\n{rules}\n}}\n}}\n"
    )
}

/// Gives an endpoint's namespace a further address, as when AWS replaces a network interface.
pub fn add_address(router: &str, namespace: &str, role: &str, address: Ipv4Addr) -> Done {
    ip(namespace, &format!("address add {address}/32 dev eth0"))?;
    ip(router, &format!("route add {address}/32 dev {role}"))
}

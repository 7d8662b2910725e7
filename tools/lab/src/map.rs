//! What a person sees of a lab: who is where, and how to get in.

use crate::{
    lab::{DYNAMODB_PORT, Lab},
    network::{names::other_dns_name, topology::*},
};

/// The map, and the first things to try.
pub fn of(lab: &Lab) -> String {
    let (design, at) = (&lab.design, &lab.addresses);
    let [(client_vpc, client_dns), (api_vpc, api_dns)] =
        [&design.client_vpc, &design.api_vpc].map(|vpc| (vpc.cidr, vpc.resolver()));
    let zones: Vec<_> = design.api_vpc.subnets.iter().map(|s| format!("{} {}", s.zone, s.cidr)).collect();
    let (id, api_host, endpoint) = (&lab.id, design.api_host(), &design.endpoint);
    let inside = |role: &str| format!("ip netns exec {}", lab.ns(role));
    let mut text = format!(
        "\
lab {id}, built from {source}

  client VPC {client_vpc}                    API VPC {api_vpc}: {zones}
  {client:<15} client                      {bastion:<15} bastion
  {client_dns:<15} resolver                    {api_dns:<15} resolver, with private DNS
  {outbound:<15} outbound resolver  ─peering─  {in1}, {in2}  inbound resolver
                                               {e1}, {e2}  {endpoint_id}
                                               {other:<15} an endpoint that the policy does not list
  outside {outside}, public DNS {public_dns}         │ PrivateLink
                                               gateway and functions ── DynamoDB {dynamodb}:{port}

  forwarded from the client VPC: {forwarded}
  the endpoint's own name:       {dns_name}
  the unlisted endpoint's name:  {other_name}

Enter the bastion (or -client, -outside):
  {bastion_exec} bash
There, or with that prefix:
  dig +short {api_host}
  curl --cacert {ca} https://{api_host}/{stage}/claim?memberId=123
The examples, from the repository (cargo build -p claims-examples):
  {client_exec} env {variables} target/debug/claims doctor
Take it down:
  cargo xtask lab down {id}",
        source = design.source,
        zones = zones.join(", "),
        client = at.client,
        bastion = at.bastion,
        outbound = at.outbound,
        in1 = at.inbound[0],
        in2 = at.inbound[1],
        e1 = at.endpoint[0],
        e2 = at.endpoint[1],
        endpoint_id = endpoint.id,
        other = at.other,
        outside = at.outside,
        public_dns = at.public_dns,
        dynamodb = at.dynamodb,
        port = DYNAMODB_PORT,
        forwarded = design.forwarded,
        dns_name = endpoint.dns_name,
        other_name = other_dns_name(design),
        bastion_exec = inside(BASTION),
        client_exec = inside(CLIENT),
        ca = lab.file("ca.pem").display(),
        stage = design.stage,
        variables = variables(lab),
    );
    text.push('\n');
    text
}

/// The client's variables in mode private-dns, for a command line.
fn variables(lab: &Lab) -> String {
    let variables = lab.environment("private-dns").unwrap_or_default();
    variables.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
}

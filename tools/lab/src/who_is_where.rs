//! What a person sees of a lab: who is where, and how to get in.

use crate::{
    lab::{DYNAMODB_PORT, Lab},
    namespaces::{resolvers::other_dns_name, topology::*},
};

/// The map, and the first things to try.
pub fn of(lab: &Lab) -> String {
    let (id, design, link) = (&lab.id, &lab.design, &lab.design.endpoint);
    let [(client_vpc, client_dns), (api_vpc, api_dns)] =
        [&design.client_vpc, &design.api_vpc].map(|vpc| (vpc.cidr, vpc.resolver()));
    let zones = [0, 1].map(|zone| &design.api_vpc.subnets[zone]).map(|s| format!("{} {}", s.zone, s.cidr)).join(", ");
    let Addresses { client, bastion, outbound, inbound, other, outside, public_dns, dynamodb, .. } = &lab.addresses;
    let ([in1, in2], [e1, e2]) = (inbound, lab.addresses.endpoint);
    let (api_host, stage, ca) = (design.api_host(), &design.stage, lab.file("ca.pem").display().to_string());
    let [in_bastion, in_client] = [BASTION, CLIENT].map(|role| format!("ip netns exec {}", lab.ns(role)));
    let variables: Vec<_> = lab
        .environment("private-dns")
        .unwrap_or_default()
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    format!(
        "\
lab {id}, built from the Terraform plan of part 2

  client VPC {client_vpc}                    API VPC {api_vpc}: {zones}
  {client:<15} client                      {bastion:<15} bastion
  {client_dns:<15} resolver                    {api_dns:<15} resolver, with private DNS
  {outbound:<15} outbound resolver  ─peering─  {in1}, {in2}  inbound resolver
                                               {e1}, {e2}  {endpoint}
                                               {other:<15} an endpoint that the policy does not list
  outside {outside}, public DNS {public_dns}         │ PrivateLink
                                               gateway and functions ── DynamoDB {dynamodb}:{port}

  forwarded from the client VPC: {forwarded}
  the endpoint's own name:       {dns_name}
  the unlisted endpoint's name:  {other_name}

Enter the bastion (or -client, -outside):
  {in_bastion} bash
There, or with that prefix:
  dig +short {api_host}
  curl --cacert {ca} https://{api_host}/{stage}/claim?memberId=123
The program `claims`, from the repository (cargo build -p claims-cli):
  {in_client} env {variables} target/debug/claims doctor
Take it down:
  cargo xtask lab down {id}
",
        endpoint = link.id,
        port = DYNAMODB_PORT,
        forwarded = design.forwarded,
        dns_name = link.dns_name,
        other_name = other_dns_name(design),
        variables = variables.join(" "),
    )
}

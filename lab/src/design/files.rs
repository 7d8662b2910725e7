//! The design from the Terraform files themselves, where there is no Terraform to plan it: the values are read, what the
//! modules make of them is said again here.

use std::{collections::BTreeMap, error::Error};

use claims_local::LocalApi;
use ipnet::Ipv4Net;
use serde_json::json;

use super::{Design, Endpoint, Subnet, Vpc, host};

/// Made up, as only AWS hands these out; the plan's stand-ins are the same.
const ENDPOINT: &str = "vpce-0123456789abcdef0";
const ACCOUNT: &str = "123456789012";

pub fn read(variables: &str, part_2: &str) -> Result<Design, Box<dyn Error>> {
    let default =
        |name: &str| default_of(variables, name).ok_or_else(|| format!("no default of {name} in variables.tf"));
    let region = default("region")?;
    let api: Ipv4Net = default("vpc_cidr")?.parse()?;
    let client = assigned(part_2, "client = { cidr").ok_or("no client VPC in part-2.tfvars")?;
    let client: Ipv4Net = client.parse()?;
    if assigned(part_2, "client_dns").as_deref() != Some("resolver") {
        return Err("part-2.tfvars does not choose the resolver endpoints that the lab builds".into());
    }
    let (api_id, stage) = (LocalApi::API_ID, default("stage")?);
    let api_host = format!("{api_id}.execute-api.{region}.amazonaws.com");
    let dns_name = format!("{ENDPOINT}-abcdefgh.execute-api.{region}.vpce.amazonaws.com");
    let execution_arn = format!("arn:aws:execute-api:{region}:{ACCOUNT}:{api_id}");
    let statement = |effect: &str| json!({ "Effect": effect, "Principal": "*", "Action": "execute-api:Invoke", "Resource": format!("{execution_arn}/*") });
    let mut deny = statement("Deny");
    deny["Condition"] = json!({ "StringNotEquals": { "aws:SourceVpce": [ENDPOINT] } });
    Ok(Design {
        source: "the defaults in variables.tf and part-2.tfvars (no Terraform to plan with)".to_owned(),
        // As main.tf names it where nothing is said.
        table: format!("{}-claims", default("name")?),
        api_vpc: vpc(api, &region)?,
        client_vpc: vpc(client, &region)?,
        endpoint: Endpoint {
            id: ENDPOINT.to_owned(),
            dns_name: dns_name.clone(),
            private_dns: true,
            https_from: vec![api, client],
        },
        dns_from: vec![client],
        forwarded: api_host.clone(),
        routes_to_api: vec![api],
        routes_back: vec![client],
        resource_policy: json!({ "Statement": [statement("Allow"), deny] }),
        environment: environment(api_id, &region, &stage, &dns_name, &api_host),
        region,
        api_id: api_id.to_owned(),
        stage,
        execution_arn,
    })
}

/// As the module `network` cuts it: a sixteenth each, from the second on.
fn vpc(cidr: Ipv4Net, region: &str) -> Result<Vpc, Box<dyn Error>> {
    let bits = cidr.prefix_len() + 4;
    let size = 1_u32.checked_shl(u32::from(32_u8.saturating_sub(bits))).ok_or("the VPC's range is too large")?;
    let mut subnets = Vec::new();
    for (index, zone) in [(1, "a"), (2, "b")] {
        subnets.push(Subnet { zone: format!("{region}{zone}"), cidr: Ipv4Net::new(host(cidr, index * size), bits)? });
    }
    Ok(Vpc { cidr, subnets })
}

/// As outputs.tf makes it.
fn environment(
    api_id: &str,
    region: &str,
    stage: &str,
    dns_name: &str,
    api_host: &str,
) -> BTreeMap<String, BTreeMap<String, String>> {
    let common = |mode: &str, more: &[(&str, &str)]| {
        let of_the_api = [("CLAIMS_API_ID", api_id), ("CLAIMS_API_REGION", region), ("CLAIMS_API_STAGE", stage)];
        let all = of_the_api.into_iter().chain([("CLAIMS_API_MODE", mode)]).chain(more.iter().copied());
        (mode.to_owned(), all.map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    };
    let url = ("CLAIMS_API_URL".to_owned(), format!("https://{api_host}/{stage}"));
    let mut modes = BTreeMap::from([
        common("private-dns", &[]),
        common("alias", &[("CLAIMS_API_VPCE_ID", ENDPOINT)]),
        ("url".to_owned(), BTreeMap::from([url, ("CLAIMS_API_REGION".to_owned(), region.to_owned())])),
    ]);
    modes.extend(["vpce-host", "vpce-header", "vpce-resolve"].map(|m| common(m, &[("CLAIMS_API_VPCE_DNS", dns_name)])));
    modes
}

/// The text default of a variable.
fn default_of(variables: &str, name: &str) -> Option<String> {
    let (_, block) = variables.split_once(&format!("variable \"{name}\" {{"))?;
    assigned(block.split("\nvariable ").next()?, "default")
}

/// The first quoted text after `name =`.
fn assigned(text: &str, name: &str) -> Option<String> {
    text.lines().find_map(|line| {
        let value = line.trim_start().strip_prefix(name)?.trim_start().strip_prefix('=')?;
        Some(value.split('"').nth(1)?.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_files_give_a_design_that_can_be_built() -> Result<(), Box<dyn Error>> {
        let design =
            read(include_str!("../../../terraform/variables.tf"), include_str!("../../../terraform/part-2.tfvars"))?;
        design.check()?;
        assert!(design.api_vpc.cidr.contains(&design.api_vpc.subnets[1].cidr), "{:?}", design.api_vpc);
        assert!(!design.api_vpc.subnets[0].cidr.contains(&design.api_vpc.subnets[1].cidr), "{:?}", design.api_vpc);
        assert_eq!(design.environment.len(), 6);
        assert_eq!(design.decision("vpce-0fedcba9876543210")?, crate::design::Decision::Denied);
        Ok(())
    }
}

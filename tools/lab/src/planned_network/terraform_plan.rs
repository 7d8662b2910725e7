//! The design from a Terraform plan, in the shape of `terraform test -json -verbose`.

use std::collections::{BTreeMap, BTreeSet};

use ipnet::Ipv4Net;
use serde::Deserialize;
use serde_json::Value;

use super::{Design, Endpoint, Subnet, Vpc};
use crate::namespaces::Done;

#[derive(Deserialize)]
struct Plan {
    resource_changes: Vec<Resource>,
    output_changes: BTreeMap<String, Change>,
}

#[derive(Deserialize)]
struct Resource {
    address: String,
    change: Change,
}

#[derive(Deserialize)]
struct Change {
    #[serde(default)]
    after: Value,
}

const CLIENT: &str = "module.client_vpc[\"client\"].";

pub fn read(json: &str) -> Done<Design> {
    let plan: Plan = serde_json::from_str(json)?;
    let endpoint = plan.one("module.execute_api_endpoint[0].aws_vpc_endpoint.this")?;
    let rule = plan.one(&format!("{CLIENT}module.resolver[0].aws_route53_resolver_rule.this"))?;
    let inbound = plan.one("module.resolver_inbound[0].aws_route53_resolver_endpoint.this")?;
    check_targets(rule, inbound)?;
    Ok(Design {
        region: plan.output("region")?,
        api_id: plan.output("rest_api_id")?,
        stage: plan.output("stage")?,
        table: plan.output("table_name")?,
        api_vpc: plan.vpc("module.api_vpc[0].")?,
        client_vpc: plan.vpc(&format!("{CLIENT}module.network."))?,
        endpoint: Endpoint {
            id: plan.output("execute_api_endpoint")?,
            dns_name: plan.output("execute_api_endpoint_dns_name")?,
            private_dns: endpoint["private_dns_enabled"].as_bool().unwrap_or_default(),
            https_from: plan
                .ranges("module.execute_api_endpoint[0].aws_vpc_security_group_ingress_rule.https[", "cidr_ipv4")?,
        },
        dns_from: plan.ranges("module.resolver_inbound[0].aws_vpc_security_group_ingress_rule.dns[", "cidr_ipv4")?,
        forwarded: text(rule, "domain_name")?,
        routes_to_api: plan.ranges(&format!("{CLIENT}aws_route.to_api["), "destination_cidr_block")?,
        routes_back: plan.ranges(&format!("{CLIENT}aws_route.back["), "destination_cidr_block")?,
        deployment: json.to_owned(),
        environment: serde_json::from_value(plan.raw_output("client_environment")?.clone())?,
    })
}

/// The lab forwards to the inbound endpoint's addresses; the plan must do so too, and to nothing else.
fn check_targets(rule: &Value, inbound: &Value) -> Done {
    let addresses = |list: &Value| -> Vec<String> {
        list.as_array().into_iter().flatten().filter_map(|a| Some(a["ip"].as_str()?.to_owned())).collect()
    };
    let (targets, inbound) = (addresses(&rule["target_ip"]), addresses(&inbound["ip_address"]));
    if targets.is_empty() || targets.iter().any(|target| !inbound.contains(target)) {
        return Err(format!("the resolver rule forwards to {targets:?}, the inbound endpoint is at {inbound:?}").into());
    }
    Ok(())
}

impl Plan {
    fn one(&self, address: &str) -> Done<&Value> {
        let found = self.resource_changes.iter().find(|r| r.address == address);
        Ok(&found.ok_or_else(|| format!("the plan has no {address}"))?.change.after)
    }

    fn ranges(&self, prefix: &str, attribute: &str) -> Done<Vec<Ipv4Net>> {
        let found = self.resource_changes.iter().filter(|r| r.address.starts_with(prefix));
        let ranges = found.map(|resource| Ok(text(&resource.change.after, attribute)?.parse()?));
        let ranges = ranges.collect::<Done<BTreeSet<_>>>()?;
        if ranges.is_empty() {
            Err(format!("the plan has no {prefix}…]").into())
        } else {
            Ok(ranges.into_iter().collect())
        }
    }

    fn vpc(&self, module: &str) -> Done<Vpc> {
        let subnets = ["az1", "az2"].into_iter().map(|key| {
            let subnet = self.one(&format!("{module}aws_subnet.private[\"{key}\"]"))?;
            Ok(Subnet { zone: text(subnet, "availability_zone")?, cidr: text(subnet, "cidr_block")?.parse()? })
        });
        let subnets = subnets.collect::<Done<_>>()?;
        Ok(Vpc { cidr: text(self.one(&format!("{module}aws_vpc.this"))?, "cidr_block")?.parse()?, subnets })
    }

    fn raw_output(&self, name: &str) -> Done<&Value> {
        let found = self.output_changes.get(name).map(|change| &change.after);
        found.filter(|value| !value.is_null()).ok_or_else(|| format!("the plan does not know its output {name}").into())
    }

    fn output(&self, name: &str) -> Done<String> {
        let value = self.raw_output(name)?.as_str();
        Ok(value.ok_or_else(|| format!("the plan's output {name} is no text"))?.to_owned())
    }
}

fn text(value: &Value, attribute: &str) -> Done<String> {
    Ok(value[attribute].as_str().ok_or_else(|| format!("the plan does not know a {attribute}"))?.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_rule_that_also_asks_the_vpcs_own_resolver_is_refused() {
        let inbound = json!({ "ip_address": [{ "ip": "10.0.16.7" }, { "ip": "10.0.32.7" }] });
        let good = json!({ "target_ip": [{ "ip": "10.0.32.7" }] });
        let bad = json!({ "target_ip": [{ "ip": "10.0.32.7" }, { "ip": "10.0.0.2" }] });
        assert!(check_targets(&good, &inbound).is_ok());
        assert!(check_targets(&bad, &inbound).is_err_and(|e| e.to_string().contains("10.0.0.2")));
    }
}

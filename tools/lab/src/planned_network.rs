//! What the Terraform code says about the network: the lab builds this and adds no numbers of its own.

mod terraform_plan;

use std::{collections::BTreeMap, net::Ipv4Addr};

use ipnet::Ipv4Net;
use serde::{Deserialize, Serialize};

use crate::namespaces::Done;

/// The deployed network, as far as packets and names go.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Design {
    pub region: String,
    pub api_id: String,
    pub stage: String,
    pub table: String,
    pub api_vpc: Vpc,
    pub client_vpc: Vpc,
    pub endpoint: Endpoint,
    /// Who may ask the inbound resolver endpoint: its security group.
    pub dns_from: Vec<Ipv4Net>,
    /// The one name that the client VPC's outbound resolver forwards.
    pub forwarded: String,
    /// Routes from the client VPC to the API's, and back.
    pub routes_to_api: Vec<Ipv4Net>,
    pub routes_back: Vec<Ipv4Net>,
    /// The plan itself, as the gateway reads it: stage, authorization, policies, throttle.
    pub deployment: String,
    /// The client's variables by addressing mode: the output `client_environment`.
    pub environment: BTreeMap<String, BTreeMap<String, String>>,
}

/// A VPC and its two subnets, in order of their zones.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Vpc {
    pub cidr: Ipv4Net,
    pub subnets: Vec<Subnet>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Subnet {
    pub zone: String,
    pub cidr: Ipv4Net,
}

/// The execute-api interface endpoint.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Endpoint {
    pub id: String,
    pub dns_name: String,
    pub private_dns: bool,
    /// Who may connect: its security group.
    pub https_from: Vec<Ipv4Net>,
}

impl Design {
    /// Reads the plan that `cargo xtask lab` has made.
    pub fn of(plan: &str) -> Done<Self> {
        let design = terraform_plan::read(plan)?;
        design.check()?;
        Ok(design)
    }

    /// What the lab cannot model is refused, instead of modelled wrong.
    fn check(&self) -> Done {
        for (what, vpc) in [("API VPC", &self.api_vpc), ("client VPC", &self.client_vpc)] {
            if vpc.subnets.len() != 2 {
                return Err(format!("the {what} has {} subnets, the lab builds two", vpc.subnets.len()).into());
            }
        }
        if !self.endpoint.private_dns {
            return Err("private DNS is off at the execute-api endpoint: the API's own name would lead nowhere".into());
        }
        self.deployed()?;
        Ok(())
    }

    /// The API as the plan has it.
    pub fn deployed(&self) -> Done<claims_local::Plan> {
        Ok(self.deployment.parse()?)
    }

    pub fn api_host(&self) -> String {
        self.execute_api_name(&self.api_id)
    }

    pub fn alias_host(&self, endpoint: &str) -> String {
        self.execute_api_name(&format!("{}-{endpoint}", self.api_id))
    }

    pub fn execute_api_name(&self, label: &str) -> String {
        format!("{label}.{}", self.execute_api_domain())
    }

    pub fn execute_api_domain(&self) -> String {
        format!("execute-api.{}.amazonaws.com", self.region)
    }

    pub fn vpce_domain(&self) -> String {
        format!("execute-api.{}.vpce.amazonaws.com", self.region)
    }
}

impl Vpc {
    /// The VPC's own resolver: the range's base plus two.
    pub fn resolver(&self) -> Ipv4Addr {
        host(self.cidr, 2)
    }
}

/// The `index`th address of a range.
pub fn host(range: Ipv4Net, index: u32) -> Ipv4Addr {
    Ipv4Addr::from(u32::from(range.network()).saturating_add(index))
}

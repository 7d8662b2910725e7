//! The changes: every variable, every address, the pairs that matter, and what is done to a whole deployment.

use std::{error::Error, fs};

use super::{attempt::Base, modes::Mode};
use crate::process::root;

/// One change, by its options beside the mode's.
pub struct Case {
    pub name: String,
    pub options: Vec<String>,
    pub kind: Kind,
}

/// What is done with it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Planned and applied.
    Change,
    /// `destroy` as everybody types it: refused before anything has gone.
    DestroyProtected,
    /// Protection off, destroy, and the same deployment once more: it takes over the logs that were left.
    DestroyAndAgain,
    /// A second deployment beside this one: applied, changed, destroyed.
    SideBySide,
    /// The table as it was, restored beside the old one and taken over, as the runbook says.
    RestoreTable,
    /// The module in a network, with keys and a boundary that somebody else has made.
    GivenNetwork,
}

/// Everything to try from this mode.
pub fn of(mode: &Mode, base: &Base<'_>) -> Result<Vec<Case>, Box<dyn Error>> {
    let mut cases = whole(mode);
    let variables = variables(mode);
    every_variable_has_a_change(&variables)?;
    cases.extend(variables.into_iter().map(|(name, value)| change(&format!("{name} = {value}"), &[(name, &value)])));
    cases.extend(pairs(mode));
    cases.extend(base.addresses()?.into_iter().map(|address| Case {
        name: format!("replace {address}"),
        options: vec![format!("-replace={address}")],
        kind: Kind::Change,
    }));
    Ok(cases)
}

fn change(name: &str, values: &[(&str, &str)]) -> Case {
    let options = values.iter().map(|(name, value)| format!("-var={name}={value}")).collect();
    Case { name: name.to_owned(), options, kind: Kind::Change }
}

fn whole(mode: &Mode) -> Vec<Case> {
    let case = |name: &str, kind| Case { name: name.to_owned(), options: Vec::new(), kind };
    if mode.protected {
        vec![
            case("destroy while protected", Kind::DestroyProtected),
            case("destroy and make again", Kind::DestroyAndAgain),
            case("a second deployment beside it", Kind::SideBySide),
            case("restore the table", Kind::RestoreTable),
            case("a given network", Kind::GivenNetwork),
        ]
    } else {
        Vec::new()
    }
}

/// Another value for each variable, several where they differ in kind.
fn variables(mode: &Mode) -> Vec<(&'static str, String)> {
    let text = |name, value: &str| (name, value.to_owned());
    let (other_authorization, other_dns) = (
        if mode.authorization == "NONE" { "AWS_IAM" } else { "NONE" },
        if mode.dns == "alias" { "resolver" } else { "alias" },
    );
    let mut all = vec![
        text("region", "eu-west-1"),
        text("name", "claims-new"),
        text("tags", "{\"Team\"=\"claims\"}"),
        text("vpc_cidr", "10.1.0.0/16"),
        text("availability_zones", "[\"eu-central-1a\",\"eu-central-1c\"]"),
        text("availability_zones", "[\"eu-central-1b\",\"eu-central-1c\"]"),
        text("availability_zones", "[\"eu-central-1b\",\"eu-central-1a\"]"),
        text("client_vpcs", "{\"client\"={\"cidr\"=\"172.20.0.0/16\"},\"more\"={\"cidr\"=\"172.21.0.0/16\"}}"),
        text("client_dns", other_dns),
        text("stage", "prod"),
        text("authorization", other_authorization),
        text("callers_file", "tests/callers.json"),
        text("callers_mode", "report"),
        text("additional_endpoint_ids", "[\"vpce-0fedcba9876543210\"]"),
        text("openapi_document", "changed/claims.json"),
        text("throttle", "{\"rate\"=50,\"burst\"=60}"),
        text("manage_api_gateway_account", "false"),
        text("lambda_zip", "changed/package.zip"),
        text("architecture", "x86_64"),
        text("lambda_memory_mb", "512"),
        text("lambda_timeout_seconds", "12"),
        text("lambda_concurrency", "5"),
        text("table_name", "claimsTable2"),
        text("history", "false"),
        text("history_days", "400"),
        text("deletion_protection", if mode.protected { "false" } else { "true" }),
        text("log_retention_days", "400"),
        text("audit_days", "400"),
        text("audit_key", "0123456789abcdef0123456789abcdef"),
        text("keep_logs", "false"),
        text("bastion", "false"),
        text("example_binaries_dir", "changed"),
    ];
    if mode.clients {
        all.push(text("client_vpcs", "{\"client\"={\"cidr\"=\"172.22.0.0/16\"}}"));
        all.push(text("client_vpcs", "{}"));
    }
    all
}

/// What no simulator of ours can do, so that nothing is tried.
const NOT_SIMULATED: &[&str] = &["reachability_analysis"];

fn every_variable_has_a_change(changed: &[(&'static str, String)]) -> Result<(), Box<dyn Error>> {
    let declared = fs::read_to_string(root().join("terraform/variables.tf"))?;
    let declared = declared.lines().filter_map(|line| line.strip_prefix("variable \"")?.strip_suffix("\" {"));
    let forgotten: Vec<&str> = declared
        .filter(|name| !changed.iter().any(|(changed, _)| changed == name) && !NOT_SIMULATED.contains(name))
        .collect();
    if forgotten.is_empty() {
        Ok(())
    } else {
        Err(format!("variables without a change in changes/cases.rs: {}", forgotten.join(", ")).into())
    }
}

/// Two at once, where one could keep the other from being right.
fn pairs(mode: &Mode) -> Vec<Case> {
    let zones = ("availability_zones", "[\"eu-central-1c\",\"eu-central-1b\"]");
    let other = ("authorization", if mode.authorization == "NONE" { "AWS_IAM" } else { "NONE" });
    let endpoints = ("additional_endpoint_ids", "[\"vpce-0fedcba9876543210\"]");
    let (document, package) = (("openapi_document", "changed/claims.json"), ("lambda_zip", "changed/package.zip"));
    let open = ("deletion_protection", "false");
    let mut all = vec![
        change("zones and authorization", &[zones, other]),
        change("zones and package", &[zones, package]),
        change("zones and document", &[zones, document]),
        change("document and authorization", &[document, other]),
        change("endpoints and authorization", &[endpoints, other]),
        change("endpoints and document", &[endpoints, document]),
        change("authorization and callers", &[other, ("callers_file", "tests/callers.json")]),
        change("bastion and authorization", &[("bastion", "false"), other]),
        change("architecture and package", &[("architecture", "x86_64"), package]),
        change("memory and package", &[("lambda_memory_mb", "512"), package]),
        change("retention and kept logs", &[("log_retention_days", "400"), ("keep_logs", "false")]),
        change("protection off and another table", &[open, ("table_name", "claimsTable2")]),
        change("protection off and another region", &[open, ("region", "eu-west-1")]),
    ];
    let mut zones_and_function = change("zones and a replaced function", &[zones]);
    zones_and_function
        .options
        .push("-replace=module.claims.module.function[\"getClaim\"].aws_lambda_function.this".to_owned());
    let mut document_and_deployment = change("document and a replaced deployment", &[document]);
    document_and_deployment
        .options
        .push("-replace=module.claims.module.api.aws_api_gateway_deployment.this".to_owned());
    all.extend([zones_and_function, document_and_deployment]);
    if mode.clients {
        let client = ("client_vpcs", "{\"client\"={\"cidr\"=\"172.22.0.0/16\"}}");
        all.push(change("zones and a client's range", &[zones, client]));
        all.push(change(
            "zones and DNS",
            &[zones, ("client_dns", if mode.dns == "alias" { "resolver" } else { "alias" })],
        ));
    }
    all
}

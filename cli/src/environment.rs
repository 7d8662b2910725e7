//! `claims env`: which API is meant, and how to say so.

use std::{collections::BTreeMap, env, io::Read, path::PathBuf};

use claims_client::{ClientBuilder, Mode};
use serde::Deserialize;

use super::{Failure, Status, output};

#[derive(clap::Args)]
pub(super) struct Args {
    /// Print the variables for the API that Terraform made: a file with what `terraform output -json` printed, or - for
    /// standard input. Use as: eval "$(terraform output -json | claims env --terraform -)"
    #[arg(long, value_name = "FILE")]
    terraform: Option<PathBuf>,
    /// The way in: private-dns, alias, vpce-host, vpce-header, vpce-resolve or url
    #[arg(long, default_value = "private-dns", requires = "terraform")]
    mode: Mode,
}

const VARIABLES: [(&str, &str); 9] = [
    ("CLAIMS_API_URL", "any base URL with its stage, instead of all below"),
    ("CLAIMS_API_MODE", "private-dns, alias, vpce-host, vpce-header, vpce-resolve or url"),
    ("CLAIMS_API_ID", "the REST API's id"),
    ("CLAIMS_API_REGION", "its region; else AWS_REGION"),
    ("CLAIMS_API_STAGE", "its stage"),
    ("CLAIMS_API_VPCE_ID", "the VPC endpoint's id, for alias"),
    ("CLAIMS_API_VPCE_DNS", "the VPC endpoint's DNS name, for the vpce modes"),
    ("CLAIMS_API_AUTHORIZATION", "NONE, or AWS_IAM to sign requests"),
    ("CLAIMS_API_CA_FILE", "PEM file with more certificate authorities"),
];

pub(super) fn run(args: &Args, json: bool) -> Result<Status, Failure> {
    match &args.terraform {
        Some(file) => from_terraform(file, args.mode, json),
        None => show(json),
    }
}

fn show(json: bool) -> Result<Status, Failure> {
    let set = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
    let mistakes = if crate::is_configured() {
        ClientBuilder::from_env().build().err().map(|e| e.mistakes().to_vec()).unwrap_or_default()
    } else {
        Vec::new()
    };
    let status = if mistakes.is_empty() { Status::Done } else { Status::Usage };
    if json {
        let variables: BTreeMap<_, _> = VARIABLES.iter().map(|(name, _)| (*name, set(name))).collect();
        output::json(&serde_json::json!({
            "configured": crate::is_configured(), "variables": variables, "mistakes": mistakes,
        }))?;
        return Ok(status);
    }
    for (name, meaning) in VARIABLES {
        output::line(&format!("{name:<25} {}", set(name).unwrap_or_else(|| format!("(not set: {meaning})"))))?;
    }
    output::line(match (crate::is_configured(), mistakes.is_empty()) {
        (false, _) => "\nNo API is named. With Terraform: claims env --terraform FILE",
        (true, true) => "\nComplete. `claims doctor` tries it.",
        (true, false) => "\nThis cannot work:",
    })?;
    for mistake in mistakes {
        output::line(&format!("- {mistake}"))?;
    }
    Ok(status)
}

fn from_terraform(file: &std::path::Path, mode: Mode, json: bool) -> Result<Status, Failure> {
    #[derive(Deserialize)]
    struct Outputs {
        client_environment: Environment,
    }
    #[derive(Deserialize)]
    struct Environment {
        value: BTreeMap<String, BTreeMap<String, String>>,
    }
    let mut text = String::new();
    if file.as_os_str() == "-" {
        std::io::stdin().read_to_string(&mut text)?;
    } else {
        text = std::fs::read_to_string(file).map_err(|e| Failure::file(file, e))?;
    }
    // Outputs may be secrets: only the position is told.
    let outputs: Outputs = serde_json::from_str(&text).map_err(|e| {
        let (line, column) = (e.line(), e.column());
        Failure::new(
            Status::Usage,
            format!(
                "this is not what `terraform output -json` prints for this project: line {line}, column {column} (is the \
                 output client_environment there?)"
            ),
        )
    })?;
    let variables = outputs.client_environment.value.get(&mode.to_string()).ok_or_else(|| {
        Failure::new(Status::Usage, format!("Terraform's client_environment has nothing for the mode {mode}"))
    })?;
    if json {
        output::json(variables)?;
        return Ok(Status::Done);
    }
    // What an earlier eval has set must not contradict.
    for (name, _) in
        VARIABLES.iter().filter(|(name, _)| *name != "CLAIMS_API_CA_FILE" && !variables.contains_key(*name))
    {
        output::line(&format!("unset {name}"))?;
    }
    for (name, value) in variables {
        // A shell takes everything but ' literally between two of them.
        output::line(&format!("export {name}='{}'", value.replace('\'', r"'\''")))?;
    }
    Ok(Status::Done)
}

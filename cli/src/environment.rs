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
    /// The addressing mode
    #[arg(long, default_value = "private-dns", requires = "terraform", value_parser = crate::usage::modes())]
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
        Some(file) => {
            let read = from_terraform(file, args.mode, json);
            if read.is_err() && !json {
                // For `eval`: what an earlier one has set is another API's, and the failure has to be seen.
                unset(&BTreeMap::new())?;
                output::line("false")?;
            }
            read
        }
        None => show(json),
    }
}

fn show(json: bool) -> Result<Status, Failure> {
    let set = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
    let mut mistakes = strays();
    if crate::is_configured() {
        mistakes.extend(ClientBuilder::from_env().build().err().map(|e| e.mistakes().to_vec()).unwrap_or_default());
    }
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
    unset(variables)?;
    for (name, value) in variables {
        // A shell takes everything but ' literally between two of them.
        output::line(&format!("export {name}='{}'", value.replace('\'', r"'\''")))?;
    }
    Ok(Status::Done)
}

/// What an earlier eval has set must not contradict.
fn unset(variables: &BTreeMap<String, String>) -> std::io::Result<()> {
    let ours = VARIABLES.iter().map(|(name, _)| *name).filter(|name| *name != "CLAIMS_API_CA_FILE");
    for name in ours.filter(|name| !variables.contains_key(*name)) {
        output::line(&format!("unset {name}"))?;
    }
    Ok(())
}

/// Variables that look like ours and are not, with the name that may be meant.
pub(super) fn strays() -> Vec<String> {
    let mut strays: Vec<_> = env::vars_os()
        .map(|(name, _)| name.to_string_lossy().into_owned())
        .filter(|name| name.starts_with("CLAIMS_API_") && VARIABLES.iter().all(|(ours, _)| name != ours))
        .map(|name| {
            let far = |ours: &str| strsim::damerau_levenshtein(ours, &name);
            let nearest = VARIABLES.iter().map(|(ours, _)| *ours).min_by_key(|ours| far(ours)).unwrap_or_default();
            if far(nearest) <= 3 {
                format!("{name} is no variable of this program; did you mean {nearest}?")
            } else {
                format!("{name} is no variable of this program (`claims env` lists them)")
            }
        })
        .collect();
    strays.sort();
    strays
}

/// Everything that is wrong with the environment, misspelt names first: they are why others are missing.
pub(super) fn explain(error: &claims_client::BuildError) -> String {
    let mut mistakes = strays();
    mistakes.extend(error.mistakes().iter().cloned());
    format!("the environment does not name an API: {}", mistakes.join("; "))
}

//! Deployments of earlier releases, as their state was left, planned with what is here now: nothing is destroyed or replaced but the API's snapshot.

use std::{error::Error, fs, path::Path};

use serde_json::json;

use super::{simulator::Simulator, workspace::Workspace};
use crate::process::root;

/// What 0.1.0 did where nothing was said, said.
const OLD_DEFAULTS: [&str; 2] = ["-var=table_name=claimsTable", "-var=manage_api_gateway_account=true"];

/// The lines that the refusal has to print where they are missing.
const LINES: [&str; 2] = ["table_name = \"claimsTable\"", "manage_api_gateway_account = true"];

/// The states, with the options that their deployments were made with. Recorded once, when 0.1.0 was current; never edited.
const STATES: [(&str, &[&str]); 2] = [
    ("0.1.0/part-1.tfstate.json", &[]),
    ("0.1.0/part-2-resolver-iam.tfstate.json", &["-var-file=part-2.tfvars", "-var=authorization=AWS_IAM"]),
];

/// Plans each of them, with the old defaults said and without.
pub fn plans_to_no_loss(workspace: &Workspace, simulator: &Simulator) -> Result<(), Box<dyn Error>> {
    for (file, options) in STATES {
        let state = workspace.logs().join("released.tfstate");
        fs::copy(root().join("terraform/tests/released").join(file), &state)?;
        let lost = lost(workspace, simulator, &state, &[options, &OLD_DEFAULTS].concat())?;
        if !lost.is_empty() {
            return Err(format!("{file} would lose:\n  {}", lost.join("\n  ")).into());
        }
        let refused = plan(workspace, simulator, &state, options).output()?;
        let said = String::from_utf8_lossy(&refused.stderr);
        if refused.status.success() || !LINES.iter().all(|line| said.contains(line)) {
            return Err(format!("{file} without the old defaults is not refused with {LINES:?}: {said}").into());
        }
    }
    Ok(())
}

/// What the plan would destroy or replace.
fn lost(
    workspace: &Workspace,
    simulator: &Simulator,
    state: &Path,
    options: &[&str],
) -> Result<Vec<String>, Box<dyn Error>> {
    let out = workspace.logs().join("released.tfplan");
    let mut planning = plan(workspace, simulator, state, options);
    let planned = planning.arg(format!("-out={}", out.display())).output()?;
    if !planned.status.success() {
        return Err(String::from_utf8_lossy(&planned.stderr).into_owned().into());
    }
    let mut show = simulator.terraform(workspace, &["show", "-json"]);
    show.arg(&out);
    let plan = workspace.json(show)?;
    let changes = plan["resource_changes"].as_array().ok_or("a plan without changes")?;
    let deletes = changes.iter().filter(|change| {
        let actions = &change["change"]["actions"];
        // A deployment is a snapshot of the API: each release makes its own, and the stage points to it before the old one goes.
        let next_deployment = change["type"] == "aws_api_gateway_deployment" && *actions == json!(["create", "delete"]);
        actions.as_array().is_some_and(|actions| actions.iter().any(|action| action == "delete")) && !next_deployment
    });
    Ok(deletes.map(|change| change["address"].to_string()).collect())
}

/// The objects are in no AWS of ours, so nothing is refreshed: the state is taken at its word.
fn plan(workspace: &Workspace, simulator: &Simulator, state: &Path, options: &[&str]) -> std::process::Command {
    let mut plan = simulator.terraform(workspace, &["plan", "-refresh=false"]);
    plan.arg(format!("-state={}", state.display())).args(options);
    plan
}

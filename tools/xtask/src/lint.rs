//! `cargo xtask lint`: what no compiler reads: spelling, and the hosted CI's workflows.

use std::{error::Error, fs};

use crate::{
    process::{root, run_shown},
    tools::Tools,
};

#[derive(clap::Args)]
pub struct Args {}

/// typos over the whole tree, actionlint and zizmor over the workflows.
pub fn run(_: &Args) -> Result<(), Box<dyn Error>> {
    let tools = Tools::ready(&root().join("tools/lint"))?;
    run_shown(tools.python("typos").arg("--format=brief").current_dir(root()))?;
    let mut workflows = Vec::new();
    for entry in fs::read_dir(root().join(".github/workflows"))? {
        workflows.push(entry?.path());
    }
    run_shown(tools.command("node").arg("workflows.mjs").args(&workflows))?;
    // Its online audits ask GitHub.
    run_shown(tools.python("zizmor").args(["--offline", "--quiet", "--no-progress"]).args(&workflows))
}

//! `cargo xtask policies`: the evaluator of the twin and of the lab against another one, over generated policies and calls.

use std::{
    error::Error,
    fs::{self, File},
    path::Path,
    process::{Command, Stdio},
};

use crate::{
    process::{root, run_shown, target},
    tools::Tools,
};

/// How many.
#[derive(clap::Args)]
pub struct Args {
    /// Cases, each of an API's, an endpoint's and a caller's policies and a call
    #[arg(long, default_value_t = 4000)]
    cases: u32,
    /// The same seed makes the same cases
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// Compares them, and shows where they differ.
pub fn run(args: &Args) -> Result<(), Box<dyn Error>> {
    let tools = Tools::ready(&root().join("terraform/tests/callers"))?;
    let folder = target().join("policies");
    fs::create_dir_all(&folder)?;
    compare(&tools, &folder, args.cases, args.seed)
}

/// So many cases that ours answers first.
pub fn compare(tools: &Tools, folder: &Path, cases: u32, seed: u64) -> Result<(), Box<dyn Error>> {
    let file = folder.join("cases.jsonl");
    let mut generate = ours(&["generate", &cases.to_string(), &seed.to_string()])?;
    run_shown(generate.stdout(File::create(&file)?))?;
    run_shown(tools.command("node").arg("differential.js").arg(fs::canonicalize(&file)?))
}

/// The rows of the tables of callers, which the other evaluator has answered as the tables say.
pub fn answers_rows(tools: &Tools, state: &Path) -> Result<(), Box<dyn Error>> {
    let file = state.with_extension("rows.jsonl");
    run_shown(tools.command("node").arg("rows.js").arg(state).stdout(File::create(&file)?))?;
    run_shown(ours(&["check"])?.stdin(File::open(&file)?))
}

/// Built with the features that `cargo test --workspace` gives it: it is there already in CI.
fn ours(arguments: &[&str]) -> Result<Command, Box<dyn Error>> {
    let mut build = Command::new("cargo");
    run_shown(build.args(["build", "--quiet", "--workspace", "--example", "cases"]).current_dir(root()))?;
    let mut command = Command::new(target().join("debug/examples/cases"));
    command.args(arguments).stdin(Stdio::null());
    Ok(command)
}

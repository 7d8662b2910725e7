//! `cargo xtask bench`: what the client costs besides the HTTP library below it.

use std::{error::Error, process::Command};

use crate::process::run_shown;

#[derive(clap::Args)]
pub struct Args {
    /// Fails when a ratio is over 1.05: for a machine that does nothing else
    #[arg(long)]
    assert: bool,
}

/// Runs the benchmark of `client/benches/`, which prints the ratios.
pub fn run(args: &Args) -> Result<(), Box<dyn Error>> {
    let mut bench = Command::new("cargo");
    bench.args(["bench", "--package", "claims-client", "--bench", "overhead", "--"]);
    if args.assert {
        bench.arg("--assert");
    }
    // The workspace's fat LTO takes minutes to link and is for the Lambda.
    bench.envs([("CARGO_PROFILE_BENCH_LTO", "off"), ("CARGO_PROFILE_BENCH_CODEGEN_UNITS", "16")]);
    run_shown(&mut bench)
}

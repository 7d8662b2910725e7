//! `cargo xtask bench`: what the client costs besides the HTTP library below it, and an import besides the client.

use std::{error::Error, process::Command};

use crate::process::run_shown;

#[derive(clap::Args)]
pub struct Args {
    /// Fails when a ratio is over 1.05: for a machine that does nothing else
    #[arg(long)]
    assert: bool,
}

/// Runs the benchmarks of `client/benches/` and `examples/benches/`, which print the ratios.
pub fn run(args: &Args) -> Result<(), Box<dyn Error>> {
    let mut overhead = bench("claims-client", "overhead");
    if args.assert {
        overhead.arg("--assert");
    }
    run_shown(&mut overhead)?;
    run_shown(&mut bench("claims-examples", "import"))
}

fn bench(package: &str, name: &str) -> Command {
    let mut bench = Command::new("cargo");
    bench.args(["bench", "--package", package, "--bench", name, "--"]);
    // The workspace's fat LTO takes minutes to link and is for the Lambda.
    bench.envs([("CARGO_PROFILE_BENCH_LTO", "off"), ("CARGO_PROFILE_BENCH_CODEGEN_UNITS", "16")]);
    bench
}

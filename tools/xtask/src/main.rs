//! The project's chores: `cargo xtask --help`.

mod bench;
mod ci;
mod client;
mod deny;
mod fuzz;
mod lab;
mod lint;
mod neighbours;
mod nightly;
mod openapi;
mod package;
mod policies;
mod process;
mod python;
mod release;
mod storage;
mod terraform;
mod tools;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "The project's chores")]
struct Cli {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Measures cold start, calls, size, growth, gateway and client against baselines
    Bench(bench::Args),
    /// Everything that has to hold before a change lands
    Ci(ci::Args),
    /// What `cargo test` leaves out of the client crate: signing, botocore, other TLS, packaging
    Client(client::Args),
    /// What may be linked, by deny.toml: licences, sources, duplicates, advisories; and no dependency without a use
    Deny(deny::Args),
    /// Bytes from outside, made up by cargo-fuzz, each target for a bounded time
    Fuzz(fuzz::Args),
    /// The private network on one machine: both VPCs, their DNS and the endpoint, with faults (root on Linux)
    Lab(lab::Args),
    /// What no compiler reads: spelling, and the hosted CI's workflows
    Lint(lint::Args),
    /// The client's tests beside a crate that has switched on every feature of every shared dependency
    Neighbours(neighbours::Args),
    /// What takes too long for every change: many more cases, long histories, packages, speed
    Nightly(ci::Args),
    /// Rewrites the committed OpenAPI documents
    Openapi(openapi::Args),
    /// Builds the Lambda's deployment package, the same bytes from the same source
    Package(package::Args),
    /// The evaluator of policies against another one, over generated policies and calls
    Policies(policies::Args),
    /// Keeps what this release writes in `released/<version>/`, and says what else a release is
    Release(release::Args),
    /// The local API for an hour at a steady rate: memory, descriptors and latency have to stay what they are
    Soak(bench::SoakArgs),
    /// Runs the contract's tests on another DynamoDB than the embedded one: moto, or any by its URL
    Storage(storage::Args),
    /// Proves the Terraform: fmt, validate, test, checkov, apply on a local AWS, who gets in, read back, destroy
    Terraform(terraform::Args),
}

fn main() -> ExitCode {
    let done = match Cli::parse().chore {
        Chore::Bench(args) => bench::run(&args),
        Chore::Ci(args) => ci::run(&args),
        Chore::Client(args) => client::run(&args),
        Chore::Deny(args) => deny::run(&args),
        Chore::Fuzz(args) => fuzz::run(&args),
        Chore::Lab(args) => lab::run(&args),
        Chore::Lint(args) => lint::run(&args),
        Chore::Neighbours(args) => neighbours::run(&args),
        Chore::Nightly(args) => nightly::run(&args),
        Chore::Openapi(args) => openapi::run(&args),
        Chore::Package(args) => package::run(&args),
        Chore::Policies(args) => policies::run(&args),
        Chore::Release(args) => release::run(&args),
        Chore::Soak(args) => bench::soak(&args),
        Chore::Storage(args) => storage::run(&args),
        Chore::Terraform(args) => terraform::run(&args),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("error: {why}");
            ExitCode::FAILURE
        }
    }
}

//! What the API costs, as ratios against baselines that run beside it. `cargo xtask bench` builds what is compared and
//! runs all of it; the README beside this crate says how it measures.

mod growth;
mod lambda_functions;
mod local_gateway;
mod measured_rounds;
mod own_code;
mod proxy_events;
mod soak;
mod store;

use std::{error::Error, process::ExitCode};

use clap::Parser;

/// One of the benchmarks.
#[derive(Parser)]
enum Bench {
    /// Cold start, first request, warm calls and memory of the functions
    Lambda(lambda_functions::Args),
    /// Time in our own code for each operation, DynamoDB's call left out
    OwnCode,
    /// Get and list while the member or the table grows
    Growth(growth::Args),
    /// The local gateway's rate, tail and start
    Gateway,
    /// The local API for a long time at a steady rate
    Soak(soak::Args),
}

fn main() -> ExitCode {
    match run(&Bench::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("error: {why}");
            ExitCode::FAILURE
        }
    }
}

fn run(bench: &Bench) -> Result<(), Box<dyn Error>> {
    let mut runtime = match bench {
        // Nothing beside it, as in a Lambda.
        Bench::OwnCode => tokio::runtime::Builder::new_current_thread(),
        _ => tokio::runtime::Builder::new_multi_thread(),
    };
    runtime.enable_all().build()?.block_on(async {
        match bench {
            Bench::Lambda(args) => lambda_functions::run(args).await,
            Bench::OwnCode => own_code::run().await,
            Bench::Growth(args) => growth::run(args).await,
            Bench::Gateway => local_gateway::run().await,
            Bench::Soak(args) => soak::run(args).await,
        }
    })
}

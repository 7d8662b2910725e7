//! The command-line tool.

use std::process::ExitCode;

use clap::Parser;
use private_api_openapi::command::{Cli, run};

fn main() -> ExitCode {
    run(&Cli::parse())
}

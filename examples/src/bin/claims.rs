//! `claims`: the private claims API from a terminal.
//!
//! ```text
//! cargo run -p claims-examples --bin claims -- lifecycle       # embedded API
//! claims doctor                                                # on the bastion
//! ```

use std::process::ExitCode;

use claims_examples::cli;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    cli::main().await
}

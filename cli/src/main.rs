//! `claims`: the private claims API from a terminal.
//!
//! ```text
//! cargo run -p claims-cli -- lifecycle       # embedded API
//! claims doctor                                                # on the bastion
//! ```

use std::process::ExitCode;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    claims_cli::main().await
}

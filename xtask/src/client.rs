//! `cargo xtask client`: what `cargo test` leaves out of the client crate.

use std::{error::Error, process::Command};

use crate::{process::run_shown, python::Venv};

/// The independent judge of signatures.
const BOTOCORE: &str = "botocore";

#[derive(clap::Args)]
pub struct Args {}

/// Tests and lints the client without signing, lets botocore sign the same requests, compiles the other TLS features, packs
/// the crates.
pub fn run(_: &Args) -> Result<(), Box<dyn Error>> {
    let venv = Venv::with(BOTOCORE)?;
    for arguments in [
        // The workspace's tests have signing on, since `claims` signs; here it is as its users get it.
        "clippy --package claims-client -- -D warnings",
        "test --package claims-client --lib --tests",
        // Ignored by `cargo test`, which has no botocore.
        "test --workspace --test sigv4 -- --include-ignored",
        "check --package claims-client --no-default-features --features aws-lc",
        "check --package claims-client --no-default-features --features native-tls",
        // As the bastion gets it.
        "check --package claims-examples --no-default-features --bins",
        "package --package claims-api-types --package claims-client --allow-dirty --no-verify",
    ] {
        eprintln!("cargo {arguments}");
        let mut cargo = Command::new("cargo");
        run_shown(cargo.args(arguments.split(' ')).env("CLAIMS_TEST_PYTHON", venv.program("python")))?;
    }
    Ok(())
}

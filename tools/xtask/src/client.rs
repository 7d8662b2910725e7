//! `cargo xtask client`: what `cargo test` leaves out of the client crate.

use std::{error::Error, fs, io, path::Path, process::Command};

use crate::{
    process::{root, run_shown},
    python::Venv,
};

/// The independent judge of signatures.
const BOTOCORE: &str = "botocore";

#[derive(clap::Args)]
pub struct Args {}

/// Tests and lints the client without signing, lets botocore sign the same requests, runs the tests that are about TLS with its
/// other features, packs the crates.
pub fn run(_: &Args) -> Result<(), Box<dyn Error>> {
    let venv = Venv::with(BOTOCORE)?;
    // Without `claims`, which signs, and without other tests of the same names. Selected alone, the client's tests would have what
    // is below them, the SDK, built with features of its own: twice as long.
    let test = "test --workspace --exclude claims-cli --exclude claims-examples --exclude claims-local";
    let unsigned = format!(
        "{test} --features claims-client/testing --test {}",
        tests(&root().join("client/tests"))?.join(" --test ")
    );
    let over_tls = |feature| format!("{test} --features claims-client/{feature} --test modes --test diagnosis");
    for arguments in [
        // The workspace's tests have signing on, since `claims` signs; here it is as its users get it.
        "clippy --package claims-client --package private-api-client -- -D warnings",
        &unsigned,
        // Ignored by `cargo test`, which has no botocore.
        "test --workspace --test sigv4 --test signatures -- --include-ignored",
        // The feature wins over `ring`, which the workspace's other members keep on, so that less is built anew.
        &over_tls("native-tls"),
        &over_tls("aws-lc"),
        "check --package claims-client --no-default-features --features native-tls",
        "check --package claims-client --no-default-features --features aws-lc",
        // As the bastion gets it.
        "check --package claims-cli --no-default-features --bins",
        "package --package private-api-contract --package private-api-client --package claims-api-types --package \
         claims-client --allow-dirty --no-verify",
    ] {
        eprintln!("cargo {arguments}");
        let mut cargo = Command::new("cargo");
        let python = venv.program("python");
        cargo.env("CLAIMS_TEST_PYTHON", &python).env("PRIVATE_API_TEST_PYTHON", &python);
        run_shown(cargo.args(arguments.split(' ')))?;
    }
    Ok(())
}

/// All but the one that wants the feature `sigv4`.
fn tests(folder: &Path) -> io::Result<Vec<String>> {
    let mut tests = Vec::new();
    for entry in fs::read_dir(folder)? {
        let file = entry?.path();
        if let Some(name) = file.file_stem().and_then(|name| name.to_str())
            && file.extension().is_some_and(|extension| extension == "rs")
            && name != "sigv4"
        {
            tests.push(name.to_owned());
        }
    }
    tests.sort();
    Ok(tests)
}

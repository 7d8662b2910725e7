//! What takes too long for every change: cargo-deny, many more cases, long histories, both packages, speed.

use std::error::Error;

use crate::{
    ci::{Step, run_all, step},
    deny,
};

/// No options.
#[derive(clap::Args)]
pub struct Args {}

/// Tests that read it run this many times longer.
const LONGER: (&str, &str) = ("CLAIMS_TEST_LONGER", "20");

const STEPS: &[Step] = &[
    step("cargo-deny", &["cargo", "xtask", "deny", "--install", "crates"]),
    step("advisories", &["cargo", "xtask", "deny", "advisories"]).unless(deny::no_database),
    step("long histories", &["cargo", "test", "--package", "claims-local", "--test", "histories"]).with(&[LONGER]),
    step("many orders", &["cargo", "test", "--package", "claims-local", "--test", "linearizability"]).with(&[LONGER]),
    step("many faults", &["cargo", "test", "--package", "claims-local", "--test", "faults"]).with(&[LONGER]),
    step("many kills", &["cargo", "test", "--package", "claims-local", "--test", "durability"]).with(&[LONGER]),
    step("many imports", &["cargo", "test", "--package", "claims-cli", "--test", "import"])
        .with(&[("CLAIMS_TEST_LONGER", "4")]),
    step("many events", &["cargo", "test", "--package", "claims-local", "--test", "events"]).with(&[LONGER]),
    step("many values", &["cargo", "test", "--package", "claims-api-types", "--test", "laws"]).with(&[LONGER]),
    step("many mutations", &["cargo", "test", "--package", "claims-fuzz"]).with(&[LONGER]),
    step("fuzzing", &["cargo", "xtask", "fuzz", "--seconds", "600"]),
    step("bench", &["cargo", "xtask", "bench"]),
    step("soak", &["cargo", "xtask", "soak"]),
    step("package x86_64", &["cargo", "xtask", "package", "--arch", "x86_64", "--examples"]),
    step("package arm64", &["cargo", "xtask", "package", "--examples"]),
];

/// Runs the steps up to the first that fails.
pub fn run(_: &Args) -> Result<(), Box<dyn Error>> {
    run_all(STEPS)
}

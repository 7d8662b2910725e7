//! What takes too long for every change: many more cases, long histories, both packages, speed.

use std::error::Error;

use crate::{
    ci::{Args, Step, run_all, step},
    deny,
};

/// Tests that read it run this many times longer.
const LONGER: (&str, &str) = ("CLAIMS_TEST_LONGER", "20");

const STEPS: &[Step] = &[
    step("advisories", &["cargo", "xtask", "deny", "advisories"]).unless(deny::no_database),
    step("long histories", &["cargo", "test", "--package", "claims-local", "--test", "all", "histories::"])
        .with(&[LONGER]),
    step("many orders", &["cargo", "test", "--package", "claims-local", "--test", "all", "linearizability::"])
        .with(&[LONGER]),
    // 10,000 writes.
    step("whole histories", &["cargo", "test", "--package", "claims-local", "--test", "all", "stream::"])
        .with(&[LONGER]),
    step("many faults", &["cargo", "test", "--package", "claims-local", "--test", "all", "faults::"]).with(&[LONGER]),
    step("many kills", &["cargo", "test", "--package", "claims-local", "--test", "all", "durability::"])
        .with(&[LONGER]),
    step("many imports", &["cargo", "test", "--package", "claims-cli", "--test", "import"])
        .with(&[("CLAIMS_TEST_LONGER", "4")]),
    step("many events", &["cargo", "test", "--package", "claims-local", "--test", "all", "events::"]).with(&[LONGER]),
    step("many values", &["cargo", "test", "--package", "claims-api-types", "--test", "laws"]).with(&[LONGER]),
    step("many schemas", &["cargo", "test", "--package", "private-api-openapi", "--test", "it", "compat_schemas"])
        .with(&[("PRIVATE_API_TEST_LONGER", "100")]),
    step("foreign clients", &["cargo", "xtask", "openapi", "zoo"]),
    step("many mutations", &["cargo", "test", "--package", "claims-fuzz"]).with(&[LONGER]),
    step("many policies", &["cargo", "xtask", "policies", "--cases", "40000", "--seed", "2"]),
    step("terraform changes", &["cargo", "xtask", "terraform", "changes"]),
    step("fuzzing", &["cargo", "xtask", "fuzz", "--seconds", "600"]),
    step("bench", &["cargo", "xtask", "bench"]),
    step("soak", &["cargo", "xtask", "soak"]),
    step("package x86_64", &["cargo", "xtask", "package", "--arch", "x86_64", "--examples"]),
    step("package arm64", &["cargo", "xtask", "package", "--examples"]),
];

pub fn run(args: &Args) -> Result<(), Box<dyn Error>> {
    run_all(STEPS, args)
}

//! `claims lifecycle` runs, alone and against an API that the environment names.
#![allow(missing_docs, clippy::unwrap_used)]

use std::process::{Command, Output};

use claims_local::LocalApi;

fn lifecycle(variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_claims"));
    command.arg("lifecycle");
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("CLAIMS_API_")) {
        command.env_remove(name);
    }
    command.envs(variables.iter().copied()).output().unwrap()
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn without_configuration_it_brings_its_own_api() {
    let output = lifecycle(&[]);
    let said = text(&output);
    assert!(output.status.success(), "{said}");
    for line in [
        "started an embedded one",
        "listed   3 claims",
        "to 750.25, version 2",
        "to paid, version 5",
        "left     0 claims",
    ] {
        assert!(said.contains(line), "{line} is missing: {said}");
    }
    assert_eq!(said.matches("created ").count(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_url_it_talks_to_that_api() {
    let api = LocalApi::start().await.unwrap();
    let url = api.url();
    let output = tokio::task::spawn_blocking(move || lifecycle(&[("CLAIMS_API_URL", &url)])).await.unwrap();
    let said = text(&output);
    assert!(output.status.success(), "{said}");
    assert!(!said.contains("embedded") && said.contains("left     0 claims"), "{said}");
}

#[test]
fn a_wrong_configuration_is_said_in_full() {
    let output = lifecycle(&[("CLAIMS_API_MODE", "private-dns"), ("CLAIMS_API_REGION", "eu-central-1")]);
    let said = text(&output);
    assert!(!output.status.success());
    for variable in ["CLAIMS_API_ID", "CLAIMS_API_STAGE"] {
        assert!(said.contains(variable), "{variable} is missing: {said}");
    }
}

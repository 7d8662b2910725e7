//! What depending on this crate costs: how many crates, which, and which Rust they ask for.
#![allow(clippy::unwrap_used)]

use std::{
    collections::{BTreeMap, BTreeSet},
    process::Command,
};

/// The most crates that the default features may bring, this one and those below it included.
const MOST_CRATES: usize = 105;

/// What Cargo.toml states.
const RUST_VERSION: &str = env!("CARGO_PKG_RUST_VERSION");

const MANIFEST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");

fn cargo(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO")).args(arguments).args(["--manifest-path", MANIFEST]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn host() -> String {
    let output = Command::new("rustc").arg("-vV").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().find_map(|line| line.strip_prefix("host: ")).unwrap().to_owned()
}

/// Name and version of every crate that a user of the default features compiles on this machine.
fn tree(features: &str) -> BTreeSet<(String, String)> {
    let text = cargo(&["tree", "--offline", "--edges=normal", "--prefix=none", "--format={p}", "--features", features]);
    text.lines()
        .filter_map(|line| {
            let mut words = line.split(' ');
            Some((words.next()?.to_owned(), words.next()?.trim_start_matches('v').to_owned()))
        })
        .collect()
}

fn number(version: &str) -> (u32, u32) {
    let mut parts = version.split('.').map(|p| p.parse().unwrap());
    (parts.next().unwrap(), parts.next().unwrap_or(0))
}

#[test]
fn the_default_tree_is_small_and_free_of_aws_and_utoipa() {
    let tree = tree("default");
    assert!(tree.len() <= MOST_CRATES, "{} crates: {tree:?}", tree.len());
    assert!(tree.len() > 50, "this is not the whole tree: {tree:?}");
    for (name, _) in &tree {
        assert!(!name.starts_with("aws-") && !name.starts_with("utoipa"), "{name} in the default tree");
        assert!(!name.contains("native-tls") && !name.starts_with("h2"), "{name} in the default tree");
    }
    assert!(self::tree("sigv4").iter().any(|(name, _)| name == "aws-sigv4"), "the check can see AWS crates");
}

#[test]
fn no_crate_of_the_default_tree_asks_for_a_newer_rust_than_this_one_states() {
    let metadata = cargo(&["metadata", "--offline", "--format-version=1", "--filter-platform", &host()]);
    let metadata: serde_json::Value = serde_json::from_str(&metadata).unwrap();
    let wanted: BTreeMap<(&str, &str), &str> = metadata["packages"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|p| Some(((p["name"].as_str()?, p["version"].as_str()?), p["rust_version"].as_str()?)))
        .collect();
    let newer: Vec<_> = tree("default")
        .into_iter()
        .filter(|(name, version)| {
            wanted.get(&(name.as_str(), version.as_str())).is_some_and(|w| number(w) > number(RUST_VERSION))
        })
        .collect();
    assert!(newer.is_empty(), "newer than {RUST_VERSION}: {newer:?}");
    assert!(wanted.len() > 50);
}

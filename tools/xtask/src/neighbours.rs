//! `cargo xtask neighbours`: the client's tests in a build in which some other crate has switched on every feature of every
//! dependency that it might share with the client. Cargo unifies features, so any crate of a user's build can do that.

use std::{collections::BTreeMap, error::Error, fs, path::Path, process::Command};

use serde_json::Value;

use crate::process::{root, run_shown, target};

#[derive(clap::Args)]
pub struct Args {
    /// Only without signing and without optimisation: a quarter of it
    #[arg(long)]
    quick: bool,
}

/// The crates whose dependencies are meant.
const OURS: [&str; 4] = ["claims-client", "private-api-client", "claims-api-types", "private-api-contract"];

/// Features that no build on stable Rust has, or that make another program of it. A name may end with `*`.
const EXCEPT: &[(&str, &str, &str)] = &[
    ("*", "nightly*", "nightly Rust"),
    ("*", "unstable*", "nightly Rust"),
    ("*", "rustc-dep-of-std", "only inside of the standard library"),
    ("*", "__*", "internal to the crate"),
    ("http", "__*", "internal to the crate"),
    ("hyper", "ffi", "wants a cfg of the whole build"),
    ("hyper", "tracing", "wants a cfg of the whole build"),
    ("hyper-util", "rt-tracing-exec-force", "unfinished by its own word"),
    ("jiff", "js", "for the browser"),
    ("jiff", "static*", "needs generated files"),
    ("reqwest", "http3", "wants a cfg of the whole build"),
    ("reqwest", "native-tls-vendored*", "compiles OpenSSL"),
    ("rustls", "fips", "needs Go and CMake"),
    ("rustls", "read_buf", "nightly Rust"),
    ("tokio", "io-uring", "wants a cfg of the whole build"),
    ("tokio", "taskdump", "wants a cfg of the whole build"),
    ("tracing", "max_level_*", "changes what may be traced: a run of its own"),
    ("tracing", "release_max_level_*", "changes what may be traced: a run of its own"),
    ("url", "debugger_visualizer", "its package lacks the file"),
    ("uuid", "js", "for the browser"),
    ("aws-config", "client-hyper", "the same as default-https-client"),
    ("aws-config", "legacy-client", "a TLS library that is no longer kept"),
    ("aws-smithy-runtime-api", "test-util", "for tests of the SDK itself"),
    ("aws-config", "test-util", "for tests of the SDK itself"),
    ("aws-credential-types", "test-util", "for tests of the SDK itself"),
    ("aws-smithy-types", "test-util", "for tests of the SDK itself"),
    ("aws-sigv4", "sigv4a", "another kind of signature, with crates of its own"),
];

/// The features of `tracing` that were left out above.
const SILENCED: [&str; 2] = ["max_level_off", "release_max_level_off"];

/// What can go wrong where nothing is traced: how answers are read, and what is tried again.
const SILENCED_TESTS: [&str; 4] = ["answers", "operations", "phases", "retries"];

/// Tests that are about this repository or about what is traced.
const NOT_HERE: [&str; 2] = ["public_api", "weight"];

pub fn run(args: &Args) -> Result<(), Box<dyn Error>> {
    let choices: &[bool] = if args.quick { &[false] } else { &[false, true] };
    for &signed in choices {
        for &release in choices {
            eprintln!("=== signed: {signed}, optimised: {release}");
            test(signed, release, false)?;
        }
    }
    eprintln!("=== tracing switched off");
    test(false, false, true)
}

fn test(signed: bool, release: bool, silenced: bool) -> Result<(), Box<dyn Error>> {
    let folder = target().join("neighbours");
    fs::create_dir_all(folder.join("src"))?;
    fs::write(folder.join("src/lib.rs"), "")?;
    fs::write(folder.join("Cargo.toml"), manifest(signed, silenced)?)?;
    // The versions that this repository is tested with; what the features add is resolved anew.
    fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock"))?;
    let mut cargo = Command::new("cargo");
    cargo.current_dir(&folder).args(["test", "--no-fail-fast"]);
    if release {
        cargo.arg("--release");
    }
    if silenced {
        cargo.args(SILENCED_TESTS.iter().flat_map(|test| ["--test", test]));
    }
    run_shown(cargo.env("CARGO_TARGET_DIR", folder.join("target")))
}

fn manifest(signed: bool, silenced: bool) -> Result<String, Box<dyn Error>> {
    let client = root().join("client");
    let mut text = format!(
        "[package]\nname = \"neighbours\"\nversion = \"{}\"\nedition = \"2024\"\nautotests = false\n\n[workspace]\n\n[profile.dev]\n\
         debug = false\n\n[features]\ndefault = [{}]\nsigv4 = []\nsigv4-signer = []\nnative-tls = []\n\n[dependencies]\n",
        env!("CARGO_PKG_VERSION"),
        if signed { "\"sigv4\", \"sigv4-signer\"" } else { "" }
    );
    let features = if signed { "\"sigv4\", \"testing\"" } else { "\"testing\"" };
    text += &format!("claims-client = {{ path = {:?}, features = [{features}] }}\n", client);
    let shared = shared(signed)?;
    for (name, (requirement, features)) in &shared {
        let mut features = features.clone();
        if silenced && name == "tracing" {
            features.extend(SILENCED.map(str::to_owned));
        }
        text += &format!("{name} = {{ version = {requirement:?}, features = {features:?} }}\n");
    }
    text += "\n[dev-dependencies]\n";
    text += &format!("claims-local = {{ path = {:?} }}\n", root().join("local"));
    for (name, line) in test_dependencies(&client)? {
        if !shared.contains_key(&name) {
            text += &line;
        }
    }
    for entry in fs::read_dir(client.join("tests"))? {
        let path = entry?.path();
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let about = NOT_HERE.contains(&&*name) || name == "sigv4" && !signed || name == "traces" && silenced;
        if path.extension().is_some_and(|extension| extension == "rs") && !about {
            text += &format!("\n[[test]]\nname = {name:?}\npath = {path:?}\n");
        }
    }
    Ok(text)
}

fn metadata() -> Result<Value, Box<dyn Error>> {
    let output = Command::new("cargo").current_dir(root()).args(["metadata", "--format-version=1"]).output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// Crates by name: the requirement, and features.
type Dependencies = BTreeMap<String, (String, Vec<String>)>;

/// What the client depends on, with every feature that is no exception.
fn shared(signed: bool) -> Result<Dependencies, Box<dyn Error>> {
    let metadata = metadata()?;
    let packages = metadata["packages"].as_array().ok_or("cargo metadata has no packages")?;
    let mut shared = BTreeMap::new();
    for ours in packages.iter().filter(|p| OURS.iter().any(|name| p["name"] == *name)) {
        for dependency in ours["dependencies"].as_array().into_iter().flatten() {
            let name = dependency["name"].as_str().unwrap_or_default();
            let aws = name.starts_with("aws-");
            if !dependency["kind"].is_null() || !dependency["path"].is_null() || aws && !signed || name == "utoipa" {
                continue;
            }
            let requirement = dependency["req"].as_str().unwrap_or_default();
            let newest = packages.iter().filter(|p| p["name"] == name).max_by_key(|p| version(&p["version"]));
            let all = newest.and_then(|p| p["features"].as_object()).ok_or(format!("{name} is not resolved"))?;
            let kept = all.keys().filter(|feature| !excepted(name, feature)).cloned().collect();
            shared.insert(name.to_owned(), (requirement.to_owned(), kept));
        }
    }
    Ok(shared)
}

fn version(text: &Value) -> Vec<u64> {
    text.as_str().unwrap_or_default().split(['.', '-', '+']).map(|part| part.parse().unwrap_or(0)).collect()
}

fn excepted(name: &str, feature: &str) -> bool {
    let fits = |pattern: &str, text: &str| match pattern.strip_suffix('*') {
        Some(start) => text.starts_with(start),
        None => text == pattern,
    };
    EXCEPT.iter().any(|(krate, pattern, _)| fits(krate, name) && fits(pattern, feature))
}

/// The client's own test dependencies, each with its line for the manifest.
fn test_dependencies(client: &Path) -> Result<BTreeMap<String, String>, Box<dyn Error>> {
    let metadata = metadata()?;
    let packages = metadata["packages"].as_array().ok_or("cargo metadata has no packages")?;
    let manifest = client.join("Cargo.toml");
    let ours = packages.iter().find(|p| p["manifest_path"].as_str().map(Path::new) == Some(&manifest));
    let dependencies = ours.and_then(|p| p["dependencies"].as_array()).ok_or("the client is not in the workspace")?;
    let mut lines = BTreeMap::new();
    for dependency in dependencies.iter().filter(|d| d["kind"] == "dev" && d["path"].is_null()) {
        let name = dependency["name"].as_str().unwrap_or_default();
        let (requirement, defaults) = (&dependency["req"], &dependency["uses_default_features"]);
        let features = &dependency["features"];
        lines.insert(
            name.to_owned(),
            format!("{name} = {{ version = {requirement}, default-features = {defaults}, features = {features} }}\n"),
        );
    }
    Ok(lines)
}

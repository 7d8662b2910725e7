//! `cargo xtask deny`: what may be linked, by `deny.toml`; and that nothing is linked which nobody uses.
//!
//! cargo-deny takes minutes to compile, so a change is checked with it where it is at hand, and every night. Our own checks
//! take a second and always run.

mod licence;
mod twice;
mod unused;

use std::{
    env,
    error::Error,
    fs,
    path::PathBuf,
    process::{Command, Stdio},
};

use serde_json::Value;

use crate::{
    process::{root, run_shown},
    tools::{cargo_tool, install_cargo_tool},
};

type Done = Result<(), Box<dyn Error>>;

/// Built by its own lock file, so that it is the same everywhere.
const VERSION: &str = "0.20.2";

const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// Workspaces of their own, for measuring and fuzzing. Nothing of them is shipped: what counts is where it comes from.
const ASIDE: [&str; 2] = ["tools/bench/baselines/Cargo.lock", "tools/fuzz/targets/Cargo.lock"];

#[derive(clap::Args)]
pub struct Args {
    /// Compiles cargo-deny into target/tools first, unless it is at hand: two minutes of a core, and crates.io
    #[arg(long)]
    install: bool,
    /// Only this
    #[arg(value_enum)]
    part: Option<Part>,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    /// Our own checks: licences, sources, second versions, unused dependencies
    Own,
    /// cargo-deny: bans, licences, sources
    Crates,
    /// cargo-deny: known vulnerabilities, unmaintained and yanked crates, by RustSec's database on GitHub
    Advisories,
}

pub fn run(args: &Args) -> Done {
    if args.install && cargo_deny().is_none() {
        // Unoptimised: compiling it takes longer than ever running it will.
        install_cargo_tool("cargo-deny", VERSION, &["--debug"])?;
    }
    let wanted = |part| args.part.is_none_or(|only| only == part);
    if wanted(Part::Own) {
        own()?;
    }
    if wanted(Part::Crates) {
        check(&["bans", "licenses", "sources"])?;
    }
    if wanted(Part::Advisories) {
        match no_database() {
            Some(why) if args.part.is_none() => eprintln!("NOT CHECKED: advisories: {why}"),
            Some(why) => return Err(why.into()),
            None => check(&["advisories"])?,
        }
    }
    Ok(())
}

/// Why cargo-deny cannot run here, if it cannot.
pub fn absent() -> Option<String> {
    let hint = "cargo-deny is not at hand: cargo xtask deny --install";
    cargo_deny().is_none().then(|| hint.to_owned())
}

/// Why no advisories can be looked up, if so.
pub fn no_database() -> Option<String> {
    let Some(program) = cargo_deny() else { return absent() };
    let fetched = Command::new(program).args(["fetch", "db"]).current_dir(root()).stderr(Stdio::piped()).output();
    match fetched {
        Ok(fetched) if fetched.status.success() => None,
        Ok(fetched) => {
            let said = String::from_utf8_lossy(&fetched.stderr).into_owned();
            let last = said.lines().rfind(|line| !line.trim().is_empty()).unwrap_or("no reason given").to_owned();
            Some(format!("RustSec's database cannot be fetched: {last}"))
        }
        Err(why) => Some(format!("cargo-deny does not start: {why}")),
    }
}

fn cargo_deny() -> Option<PathBuf> {
    cargo_tool("cargo-deny", VERSION)
}

fn check(what: &[&str]) -> Done {
    let program = cargo_deny().ok_or_else(|| absent().unwrap_or_default())?;
    // What deny.toml allows without need is a mistake too.
    run_shown(Command::new(program).args(["check", "--deny", "warnings"]).args(what).current_dir(root()))
}

/// The same rules as far as `cargo metadata` tells, and what cargo-deny does not look at.
fn own() -> Done {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let listed = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--locked", "--all-features"])
        .current_dir(root())
        .stderr(Stdio::inherit())
        .output()?;
    if !listed.status.success() {
        return Err("cargo metadata failed: is Cargo.lock current?".into());
    }
    let metadata: Value = serde_json::from_slice(&listed.stdout)?;
    let packages = metadata["packages"].as_array().ok_or("cargo metadata lists no packages")?;
    let rules = fs::read_to_string(root().join("deny.toml"))?;
    let allowed = licence::allowed(&rules)?;
    let mut mistakes = Vec::new();
    let mut foreign = 0;
    for package in packages {
        let (name, version) = (text(&package["name"]), text(&package["version"]));
        let licence = text(&package["license"]);
        if !licence::permits(licence, &allowed) {
            mistakes.push(format!("{name} {version}: the licence «{licence}» is not allowed by deny.toml"));
        }
        match package["source"].as_str() {
            None => unused::look(package, packages, &mut mistakes)?,
            Some(CRATES_IO) => foreign += 1,
            Some(other) => mistakes.push(format!("{name} {version} comes from {other}, not from crates.io")),
        }
    }
    unused::look_in_workspace(packages, &mut mistakes)?;
    twice::look(&rules, &mut mistakes)?;
    for lock in ASIDE {
        if !is_current(lock)? {
            mistakes.push(format!("{lock} is not current: cargo update --workspace there"));
        }
        let locked = fs::read_to_string(root().join(lock)).map_err(|why| format!("{lock}: {why}"))?;
        let sources = locked.lines().filter_map(|line| line.strip_prefix("source = "));
        mistakes.extend(
            sources
                .filter(|source| source.trim_matches('"') != CRATES_IO)
                .map(|source| format!("{lock} takes a crate from {source}, not from crates.io")),
        );
    }
    if !mistakes.is_empty() {
        return Err(mistakes.join("\n").into());
    }
    eprintln!(
        "{foreign} crates, all from crates.io under allowed licences; no second version but those of deny.toml; no \
         dependency without a use"
    );
    Ok(())
}

/// Whether the manifests want nothing else than the lock file has; nothing compiles them before night.
fn is_current(lock: &str) -> Result<bool, Box<dyn Error>> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut resolve = Command::new(cargo);
    resolve.args(["metadata", "--locked", "--format-version", "1", "--manifest-path"]);
    let resolved = resolve.arg(root().join(lock).with_extension("toml")).stderr(Stdio::inherit()).output()?;
    Ok(resolved.status.success())
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

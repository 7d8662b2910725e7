//! `cargo xtask deny`: what may be linked, by `deny.toml`, and no dependency without a use. cargo-deny and cargo-shear decide.

use std::{
    error::Error,
    process::{Command, Stdio},
};

use crate::{
    process::{root, run_shown},
    tools::CargoTool,
};

type Done = Result<(), Box<dyn Error>>;

const CARGO_DENY: CargoTool = CargoTool { name: "cargo-deny", version: "0.20.2" };
/// The newest that the pinned compiler can build.
const CARGO_SHEAR: CargoTool = CargoTool { name: "cargo-shear", version: "1.11.2" };

/// Workspaces of their own, for measuring and fuzzing. Nothing of them is shipped: what counts is where it comes from, that it is
/// used, and that the lock file is what the manifests want, since nothing compiles them before night.
const ASIDE: [&str; 2] = ["tools/bench/baselines", "tools/fuzz/targets"];

/// The first run compiles both tools into `target/tools`: two minutes of a core, and crates.io.
#[derive(clap::Args)]
pub struct Args {
    /// Only this
    #[arg(value_enum)]
    part: Option<Part>,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    /// Licences, sources, second versions, unused dependencies
    Crates,
    /// Known vulnerabilities, unmaintained and yanked crates, by RustSec's database on GitHub
    Advisories,
}

pub fn run(args: &Args) -> Done {
    if args.part != Some(Part::Advisories) {
        crates()?;
    }
    match no_database() {
        _ if args.part == Some(Part::Crates) => Ok(()),
        None => cargo_deny(".", &["advisories"]),
        Some(why) if args.part.is_none() => {
            eprintln!("NOT CHECKED: advisories: {why}");
            Ok(())
        }
        Some(why) => Err(why.into()),
    }
}

fn crates() -> Done {
    cargo_deny(".", &["bans", "licenses", "sources"])?;
    cargo_shear(".")?;
    for workspace in ASIDE {
        cargo_deny(workspace, &["sources"])?;
        cargo_shear(workspace)?;
    }
    Ok(())
}

/// Why no advisories can be looked up, if so.
pub fn no_database() -> Option<String> {
    let program = match CARGO_DENY.installed() {
        Ok(program) => program,
        Err(why) => return Some(why.to_string()),
    };
    match Command::new(program).args(["fetch", "db"]).current_dir(root()).stderr(Stdio::piped()).output() {
        Ok(fetched) if fetched.status.success() => None,
        Ok(fetched) => {
            let said = String::from_utf8_lossy(&fetched.stderr).into_owned();
            let last = said.lines().rfind(|line| !line.trim().is_empty()).unwrap_or("no reason given").to_owned();
            Some(format!("RustSec's database cannot be fetched: {last}"))
        }
        Err(why) => Some(format!("cargo-deny does not start: {why}")),
    }
}

fn cargo_deny(workspace: &str, checks: &[&str]) -> Done {
    let mut deny = Command::new(CARGO_DENY.installed()?);
    deny.args(["--locked", "--manifest-path"]).arg(root().join(workspace).join("Cargo.toml"));
    deny.arg("--config").arg(root().join("deny.toml")).arg("check");
    if checks.contains(&"bans") {
        // What deny.toml allows without need is a mistake too.
        deny.args(["--deny", "warnings"]);
    }
    eprintln!("cargo-deny, {workspace}: {}", checks.join(", "));
    run_shown(deny.args(checks).current_dir(root()))
}

/// Dependencies that no code names, those that only tests name, and those that the workspace offers and no package takes.
fn cargo_shear(workspace: &str) -> Done {
    let shear = Command::new(CARGO_SHEAR.installed()?).arg("--locked").arg(root().join(workspace)).output()?;
    if shear.status.success() {
        // It also has advice on test harnesses, which is not about dependencies.
        eprintln!("cargo-shear, {workspace}: every dependency is used");
        return Ok(());
    }
    let said = [shear.stdout, shear.stderr].concat();
    Err(format!("cargo-shear, {workspace}:\n{}", String::from_utf8_lossy(&said)).into())
}

//! `cargo xtask release`: keeps what this release writes, and says what else a release is.

use std::{error::Error, fs, process::Command};

use crate::process::{root, run_shown};

/// No options: the release is the workspace's version.
#[derive(clap::Args)]
pub struct Args {}

/// The steps that want a person, in their order.
const STEPS: &str = "\
What else a release is, in this order:

  1. `cargo xtask ci` and `cargo xtask nightly` pass on this commit.
  2. The version in Cargo.toml ([workspace.package] and [workspace.dependencies]) is this one, and so is the documents':
     `cargo xtask openapi` rewrites them. A breaking change of theirs wants a new major version.
  3. The changelog says what a caller, an operator and an importer of old files will notice, and how far back this
     release can be rolled back.
  4. Commit `released/` with the rest, tag the commit `v<version>`, and build the package from the tag:
     `cargo xtask package`. Anybody can build the same bytes.
  5. Deploy everywhere, servers before clients. The release before has to be everywhere first: what one release stores,
     the one before it has to read.
       - 0.2.0 stands everywhere before contract 1.1 goes anywhere: it reads tombstones, and 0.1.0 does not.
       - Of 1.1, `deleteClaim` is deployed last: until then nothing that an older function would not know is written.
       - 1.1 is rolled back to 0.2.0, not further.
  6. Raise the version for what comes next: an entry is made once.
";

/// Adds the entry and prints the steps.
pub fn run(_: &Args) -> Result<(), Box<dyn Error>> {
    let version = env!("CARGO_PKG_VERSION");
    let entry = root().join("released").join(version);
    if entry.exists() {
        return Err(format!(
            "released/{version} is there already, and an entry is never edited: raise the version in Cargo.toml first"
        )
        .into());
    }
    // Made beside, and named when it is whole: half an entry would look like one.
    let unfinished = root().join("released/unfinished");
    if unfinished.exists() {
        fs::remove_dir_all(&unfinished)?;
    }
    let cargo = || Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    run_shown(
        cargo().args(["run", "--package", "claims-released", "--", "record"]).arg(&unfinished).current_dir(root()),
    )?;
    fs::rename(&unfinished, &entry)?;
    run_shown(cargo().args(["test", "--package", "claims-released"]).current_dir(root()))?;
    eprintln!("\nreleased/{version} holds what this release writes: commit it.\n\n{STEPS}");
    Ok(())
}

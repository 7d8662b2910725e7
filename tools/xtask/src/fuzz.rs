//! `cargo xtask fuzz`: the fuzz targets under cargo-fuzz, each for a bounded time.

use std::{error::Error, fs, process::Command};

use crate::{
    process::{root, run_shown, target},
    tools::CargoTool,
};

const CARGO_FUZZ: CargoTool = CargoTool { name: "cargo-fuzz", version: "0.13.2" };

#[derive(clap::Args)]
pub struct Args {
    /// Only these [default: all of `tools/fuzz/corpus`]
    only: Vec<String>,
    /// How long to look for new paths, for each target
    #[arg(long, default_value_t = 60)]
    seconds: u32,
}

/// Runs them; a crash is kept below `target/fuzz/artifacts` and fails.
pub fn run(args: &Args) -> Result<(), Box<dyn Error>> {
    let cargo_fuzz = CARGO_FUZZ.installed()?;
    let base = target().join("fuzz");
    for name in if args.only.is_empty() { targets()? } else { args.only.clone() } {
        let seeds = root().join("tools/fuzz/corpus").join(&name);
        if !seeds.is_dir() {
            return Err(format!("there is no target {name}; there are {}", targets()?.join(", ")).into());
        }
        // What it finds goes here, and what is committed stays as it is.
        let found = base.join("corpus").join(&name);
        fs::create_dir_all(&found)?;
        if name == "lowering" {
            fs::copy(root().join("openapi/claims.openapi.json"), found.join("claims.openapi.json"))?;
        }
        let artifacts = base.join("artifacts").join(&name);
        fs::create_dir_all(&artifacts)?;
        let mut fuzz = Command::new(&cargo_fuzz);
        // Without a sanitizer it runs on stable Rust; the code under test has no `unsafe` for one to watch.
        fuzz.args(["fuzz", "run", "--sanitizer", "none", "--fuzz-dir", "tools/fuzz/targets", "--target-dir"])
            .arg(&base);
        fuzz.arg(&name).args([&found, &seeds]).arg("--").arg(format!("-max_total_time={}", args.seconds));
        fuzz.args(["-timeout=20", "-rss_limit_mb=4096", "-print_final_stats=1"]);
        fuzz.arg(format!("-artifact_prefix={}/", artifacts.display()));
        eprintln!("=== {name}, {} s", args.seconds);
        run_shown(fuzz.current_dir(root()))?;
    }
    Ok(())
}

fn targets() -> Result<Vec<String>, Box<dyn Error>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(root().join("tools/fuzz/corpus"))? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

//! `cargo xtask bench`: everything that is fast for a reason, as ratios to baselines that run beside it.

mod picture;
mod report;

use std::{
    error::Error,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use clap::ValueEnum;
use serde_json::Value;

use crate::{
    package,
    process::{Server, root, run_shown, target},
};
use report::Row;

#[derive(clap::Args)]
pub struct Args {
    /// Only these [default: all]
    #[arg(value_enum)]
    only: Vec<Bench>,
    /// Fails when a time is over its limit, too, as a size always does: for a machine that does nothing else
    #[arg(long)]
    assert: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Bench {
    /// What the client costs besides the HTTP library below it
    Client,
    /// What an import costs besides the client
    Import,
    /// Cold start, first request, warm calls, memory and size of the Lambda function
    Lambda,
    /// Time in our own code for each operation
    OwnCode,
    /// Get and list while a member or the table grows
    Growth,
    /// The local gateway's rate, tail and start
    Gateway,
}

/// Runs the benchmarks, prints one table and writes it to `target/bench/report.json`.
pub fn run(args: &Args) -> Result<(), Box<dyn Error>> {
    let (mut rows, mut failed) = (Vec::new(), Vec::new());
    for bench in Bench::value_variants() {
        if !args.only.is_empty() && !args.only.contains(bench) {
            continue;
        }
        let name = bench.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
        eprintln!("=== {name}");
        let done = match bench {
            Bench::Client => rows_of(&mut cargo_bench("claims-client", "overhead")),
            Bench::Import => rows_of(&mut cargo_bench("claims-cli", "import")),
            Bench::Lambda => lambda(),
            Bench::OwnCode | Bench::Growth | Bench::Gateway => ours().and_then(|mut ours| rows_of(ours.arg(&name))),
        };
        // What the others found is kept.
        match done {
            Ok(done) => {
                if let Some(file) = picture::write(&report::folder()?, &name, &done)? {
                    eprintln!("drawn in {}", file.display());
                }
                rows.extend(done);
            }
            Err(why) => {
                eprintln!("FAILED: {name}: {why}");
                failed.push(format!("{name} failed"));
            }
        }
    }
    report::print(&rows);
    let file = report::write(&rows)?;
    eprintln!("written to {}", file.display());
    let over = rows.iter().filter(|row| row.is_over() && (args.assert || row.is_of_bytes()));
    failed.extend(over.map(|row| format!("over its limit: {}", row.what)));
    if failed.is_empty() { Ok(()) } else { Err(failed.join("; ").into()) }
}

fn lambda() -> Result<Vec<Row>, Box<dyn Error>> {
    let mut build = Command::new("cargo");
    build.args(["build", "--release", "--package", "claims-server", "--bin", "claims-lambda"]);
    run_shown(build.current_dir(root()))?;
    let functions = target().join("functions");
    for (package, profile) in [("empty", "product"), ("put-item", "release")] {
        let mut build = Command::new("cargo");
        build.args(["build", "--locked", "--package", package, "--profile", profile]);
        run_shown(build.current_dir(root().join("tools/bench/baselines")).env("CARGO_TARGET_DIR", &functions))?;
    }
    let claims_lambda = target().join("release/claims-lambda");
    let (empty, put_item) = (functions.join("product/empty"), functions.join("release/put-item"));

    let mut bench = ours()?;
    bench.arg("lambda").arg("--claims-lambda").arg(&claims_lambda).arg("--empty").arg(&empty);
    bench
        .arg("--put-item")
        .arg(&put_item)
        .arg("--amazon-roots")
        .arg(root().join("private-api/lambda/src/amazon-roots.pem"));
    let mut rows = rows_of(&mut bench)?;
    let [ours, empty, put_item] = [zip(&claims_lambda)?, zip(&empty)?, zip(&put_item)?];
    let limit = cfg!(target_arch = "x86_64").then_some(package::LARGEST_X86_64 / MIB);
    rows.push(Row::figure("zip of the function, this machine's processor", ours / MIB, "MiB", limit));
    rows.push(Row::ratio("zip of the function", "the empty function's", ours / empty));
    rows.push(Row::ratio("zip of the function", "PutItem on SDK defaults'", ours / put_item));
    Ok(rows)
}

const MIB: f64 = 1_048_576.0;

fn zip(program: &Path) -> Result<f64, Box<dyn Error>> {
    Ok(package::zipped(program)?.len() as f64)
}

/// Built as a service would build it: the workspace's own release profile, small and slow to link, is for the Lambda.
fn cargo_bench(package: &str, name: &str) -> Command {
    let mut bench = Command::new("cargo");
    bench.args(["bench", "--profile", "service", "--package", package, "--bench", name]);
    bench
}

/// Built as the function is shipped: its own code takes a third less time with LTO than without.
fn ours() -> Result<Command, Box<dyn Error>> {
    let mut build = Command::new("cargo");
    // Both at once: alone, each would have the SDK built anew for its own set of features.
    build.args(["build", "--profile", "bench", "--package", "claims-bench", "--package", "claims-local", "--bins"]);
    run_shown(build.current_dir(root()))?;
    let program: PathBuf = target().join("release/claims-bench");
    Ok(Command::new(program))
}

/// How long the soak is.
#[derive(clap::Args)]
pub struct SoakArgs {
    /// How long
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..))]
    minutes: u32,
    /// Claims' lives a second, each from create to delete
    #[arg(long, default_value_t = 20)]
    rate: u32,
}

/// Runs `claims-local` for a long time at a steady rate, and fails if its memory, descriptors or latency grow.
pub fn soak(args: &SoakArgs) -> Result<(), Box<dyn Error>> {
    let mut soak = ours()?;
    let local = Server::claims_local(&target().join("release"))?;
    soak.args(["soak", "--url", &local.url]).arg(format!("--process={}", local.id()));
    run_shown(soak.arg(format!("--minutes={}", args.minutes)).arg(format!("--rate={}", args.rate)))
}

/// Runs a benchmark, which writes a row of the report on each line of its standard output.
fn rows_of(command: &mut Command) -> Result<Vec<Row>, Box<dyn Error>> {
    let output = command.current_dir(root()).stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        return Err(format!("{} failed ({})", command.get_program().display(), output.status).into());
    }
    rows_in(&String::from_utf8(output.stdout)?)
}

/// What is measured may write there too: `claims import` sums up in JSON.
fn rows_in(text: &str) -> Result<Vec<Row>, Box<dyn Error>> {
    let values = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let rows = values.filter(|value| value.get("what").is_some()).map(serde_json::from_value);
    let rows: Vec<Row> = rows.collect::<Result<_, _>>()?;
    if rows.is_empty() { Err("it measured nothing".into()) } else { Ok(rows) }
}

#[cfg(test)]
mod tests {
    use super::rows_in;

    #[test]
    fn what_a_measured_program_says_is_no_row() {
        let text = "{\"imported\":3000,\"rejected\":0}\ndone\n{\"what\":\"import\",\"to\":\"a loop\",\"ratio\":1.2,\"limit\":null}\n";
        assert!(rows_in(text).is_ok_and(|rows| rows.len() == 1 && rows[0].what == "import"));
        assert!(rows_in("done\n").is_err(), "nothing was measured");
        assert!(rows_in("{\"what\":7}\n").is_err(), "a row that cannot be read is not left out");
    }
}

//! Everything that has to hold before a change lands, in the order in which it fails soonest.

use std::{
    error::Error,
    process::Command,
    time::{Duration, Instant},
};

/// No options: what lands is checked in full.
#[derive(clap::Args)]
pub struct Args {}

/// A step's name, the program and its arguments, and what it wants in its environment.
struct Step {
    name: &'static str,
    command: &'static [&'static str],
    variables: &'static [(&'static str, &'static str)],
}

const fn step(name: &'static str, command: &'static [&'static str]) -> Step {
    Step { name, command, variables: &[] }
}

const STEPS: &[Step] = &[
    step("format", &["cargo", "fmt", "--all", "--check"]),
    // The README's command, as it stands there.
    step("test", &["cargo", "test", "--workspace"]),
    step("clippy", &["cargo", "clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]),
    Step {
        variables: &[("RUSTDOCFLAGS", "-D warnings")],
        ..step("rustdoc", &["cargo", "doc", "--workspace", "--no-deps"])
    },
    step("client features", &["cargo", "xtask", "client"]),
    step("openapi drift", &["cargo", "xtask", "openapi", "--check"]),
    step("storage on moto", &["cargo", "xtask", "storage"]),
    step("openapi lint", &["cargo", "xtask", "openapi", "lint"]),
    step("generated clients", &["cargo", "xtask", "openapi", "clients"]),
    step("conformance", &["cargo", "xtask", "openapi", "conformance"]),
    step("terraform", &["cargo", "xtask", "terraform"]),
];

pub fn run(_: &Args) -> Result<(), Box<dyn Error>> {
    let mut times = Vec::new();
    let mut failed = None;
    for Step { name, command, variables } in STEPS {
        eprintln!("\n=== {name}: {}", command.join(" "));
        let start = Instant::now();
        let (program, arguments) = command.split_first().ok_or("a step without a command")?;
        let status = Command::new(program).args(arguments).envs(variables.iter().copied()).status()?;
        times.push((name, start.elapsed(), status.success()));
        if !status.success() {
            failed = Some(*name);
            break;
        }
    }
    eprintln!("\nstep                 minutes");
    for (name, time, passed) in &times {
        eprintln!("{name:<20} {:>7.1}  {}", minutes(*time), if *passed { "" } else { "FAILED" });
    }
    eprintln!("{:<20} {:>7.1}", "all", minutes(times.iter().map(|(_, time, _)| *time).sum()));
    match failed {
        Some(name) => Err(format!("{name} failed; the steps after it did not run").into()),
        None => Ok(()),
    }
}

fn minutes(time: Duration) -> f64 {
    time.as_secs_f64() / 60.0
}

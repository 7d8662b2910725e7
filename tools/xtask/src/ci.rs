//! Everything that has to hold before a change lands, in the order in which it fails soonest.

use std::{
    error::Error,
    process::Command,
    time::{Duration, Instant},
};

use crate::{deny, lab, process::find};

/// No options: what lands is checked in full.
#[derive(clap::Args)]
pub struct Args {}

/// A command with a name and a time.
pub struct Step {
    name: &'static str,
    command: &'static [&'static str],
    variables: &'static [(&'static str, &'static str)],
    /// Programs it cannot do without; one of each group has to be on the path.
    needs: &'static [&'static [&'static str]],
    /// Whatever else is in its way here, if anything.
    hindered: fn() -> Option<String>,
}

/// A step that wants nothing but cargo.
pub const fn step(name: &'static str, command: &'static [&'static str]) -> Step {
    Step { name, command, variables: &[], needs: &[], hindered: || None }
}

impl Step {
    /// With these in its environment.
    pub const fn with(self, variables: &'static [(&'static str, &'static str)]) -> Self {
        Self { variables, ..self }
    }

    /// Skipped, loudly, where one of these is not on the path.
    const fn needing(self, needs: &'static [&'static [&'static str]]) -> Self {
        Self { needs, ..self }
    }

    /// Skipped, loudly, where this gives a reason.
    pub const fn unless(self, hindered: fn() -> Option<String>) -> Self {
        Self { hindered, ..self }
    }
}

const CHROMIUM: &[&str] = &["chromium", "chromium-browser", "google-chrome"];
const TERRAFORM: &[&str] = &["terraform"];

const STEPS: &[Step] = &[
    step("format", &["cargo", "fmt", "--all", "--check"]),
    // The README's command, as it stands there.
    step("test", &["cargo", "test", "--workspace"]),
    step("clippy", &["cargo", "clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]),
    step("rustdoc", &["cargo", "doc", "--workspace", "--no-deps"]).with(&[("RUSTDOCFLAGS", "-D warnings")]),
    step("dependencies", &["cargo", "xtask", "deny", "own"]),
    // Not compiled here: that would take longer than most of these.
    step("cargo-deny", &["cargo", "xtask", "deny", "crates"]).unless(deny::absent),
    step("advisories", &["cargo", "xtask", "deny", "advisories"]).unless(deny::no_database),
    step("client features", &["cargo", "xtask", "client"]),
    step("client's neighbours", &["cargo", "xtask", "neighbours", "--quick"]),
    step("openapi drift", &["cargo", "xtask", "openapi", "--check"]),
    step("storage on moto", &["cargo", "xtask", "storage"]),
    step("openapi lint", &["cargo", "xtask", "openapi", "lint"]),
    step("generated clients", &["cargo", "xtask", "openapi", "clients"]),
    step("conformance", &["cargo", "xtask", "openapi", "conformance"]),
    step("docs page", &["cargo", "xtask", "openapi", "page"]).needing(&[CHROMIUM]),
    step("lab", &["cargo", "xtask", "lab", "test"]).needing(lab::PROGRAMS).unless(lab::hindrance),
    step("terraform", &["cargo", "xtask", "terraform"]).needing(&[TERRAFORM]),
];

enum Outcome {
    Passed(Duration),
    Failed(Duration),
    Skipped(String),
}

/// Checks what lands.
pub fn run(_: &Args) -> Result<(), Box<dyn Error>> {
    run_all(STEPS)
}

/// Runs the steps up to the first that fails, and says what each took.
pub fn run_all(steps: &[Step]) -> Result<(), Box<dyn Error>> {
    let mut outcomes = Vec::new();
    let mut failed = None;
    for step in steps {
        let outcome = run_step(step)?;
        if let Outcome::Failed(_) = outcome {
            failed = Some(step.name);
        }
        outcomes.push((step.name, outcome));
        if failed.is_some() {
            break;
        }
    }
    print(&outcomes);
    match failed {
        Some(name) => Err(format!("{name} failed; the steps after it did not run").into()),
        None => Ok(()),
    }
}

fn run_step(Step { name, command, variables, needs, hindered }: &Step) -> Result<Outcome, Box<dyn Error>> {
    eprintln!("\n=== {name}: {}", command.join(" "));
    let missing = needs.iter().find(|group| !group.iter().any(|program| find(program).is_some()));
    if let Some(why) = missing.map(|group| format!("{} is not on the path", group.join(" or "))).or_else(hindered) {
        eprintln!("SKIPPED: {why}");
        return Ok(Outcome::Skipped(why));
    }
    let start = Instant::now();
    let (program, arguments) = command.split_first().ok_or("a step without a command")?;
    let status = Command::new(program).args(arguments).envs(variables.iter().copied()).status()?;
    let time = start.elapsed();
    Ok(if status.success() { Outcome::Passed(time) } else { Outcome::Failed(time) })
}

fn print(outcomes: &[(&str, Outcome)]) {
    eprintln!("\nstep                 minutes");
    let mut all = Duration::ZERO;
    for (name, outcome) in outcomes {
        match outcome {
            Outcome::Passed(time) => eprintln!("{name:<20} {:>7.1}", minutes(*time)),
            Outcome::Failed(time) => eprintln!("{name:<20} {:>7.1}  FAILED", minutes(*time)),
            Outcome::Skipped(why) => eprintln!("{name:<20}       -  SKIPPED: {why}"),
        }
        if let Outcome::Passed(time) | Outcome::Failed(time) = outcome {
            all += *time;
        }
    }
    eprintln!("{:<20} {:>7.1}", "all", minutes(all));
}

fn minutes(time: Duration) -> f64 {
    time.as_secs_f64() / 60.0
}

//! Everything that has to hold before a change lands, in the order in which it fails soonest.

use std::{
    error::Error,
    process::Command,
    time::{Duration, Instant},
};

use crate::{deny, lab, process::find};

/// What lands is checked in full.
#[derive(clap::Args)]
pub struct Args {
    /// Goes on after a step that fails, and shows every one at the end
    #[arg(long)]
    keep_going: bool,
    /// Only these steps, by their names as the table shows them: `--only "format,client features"`
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
}

/// A command with a name and a time.
pub struct Step {
    name: &'static str,
    command: &'static [&'static str],
    variables: &'static [(&'static str, &'static str)],
    /// What is in its way here, if anything.
    hindered: fn() -> Option<String>,
}

/// A step that wants nothing but cargo.
pub const fn step(name: &'static str, command: &'static [&'static str]) -> Step {
    Step { name, command, variables: &[], hindered: || None }
}

impl Step {
    /// With these in its environment.
    pub const fn with(self, variables: &'static [(&'static str, &'static str)]) -> Self {
        Self { variables, ..self }
    }

    /// Skipped, loudly, where this gives a reason.
    pub const fn unless(self, hindered: fn() -> Option<String>) -> Self {
        Self { hindered, ..self }
    }
}

const STEPS: &[Step] = &[
    step("format", &["cargo", "fmt", "--all", "--check"]),
    step("text", &["cargo", "xtask", "lint"]),
    // The README's command, as it stands there.
    step("test", &["cargo", "test", "--workspace"]),
    step("clippy", &["cargo", "clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]),
    step("rustdoc", &["cargo", "doc", "--workspace", "--no-deps"]).with(&[("RUSTDOCFLAGS", "-D warnings")]),
    step("dependencies", &["cargo", "xtask", "deny", "crates"]),
    step("advisories", &["cargo", "xtask", "deny", "advisories"]).unless(deny::no_database),
    step("client features", &["cargo", "xtask", "client"]),
    step("client's neighbours", &["cargo", "xtask", "neighbours", "--quick"]),
    step("openapi drift", &["cargo", "xtask", "openapi", "--check"]),
    step("storage on moto", &["cargo", "xtask", "storage"]),
    step("openapi lint", &["cargo", "xtask", "openapi", "lint"]),
    step("openapi corpus", &["cargo", "xtask", "openapi", "corpus"]),
    step("generated clients", &["cargo", "xtask", "openapi", "clients"]),
    step("conformance", &["cargo", "xtask", "openapi", "conformance"]),
    step("docs page", &["cargo", "xtask", "openapi", "page"])
        .unless(|| absent(&["chromium", "chromium-browser", "google-chrome"])),
    step("lab", &["cargo", "xtask", "lab", "test"]).unless(lab::hindrance),
    step("terraform", &["cargo", "xtask", "terraform"]).unless(|| absent(&["terraform"])),
];

/// Says so if none of these is on the path.
pub fn absent(programs: &[&str]) -> Option<String> {
    let found = programs.iter().any(|program| find(program).is_some());
    (!found).then(|| format!("{} is not on the path", programs.join(" or ")))
}

enum Outcome {
    Passed(Duration),
    Failed(Duration),
    Skipped(String),
}

/// Checks what lands.
pub fn run(args: &Args) -> Result<(), Box<dyn Error>> {
    run_all(STEPS, args)
}

/// Runs the steps, up to the first that fails unless it is to keep going, and says what each took.
pub fn run_all(steps: &[Step], Args { keep_going, only }: &Args) -> Result<(), Box<dyn Error>> {
    let names: Vec<_> = steps.iter().map(|step| step.name).collect();
    if let Some(unknown) = only.iter().find(|name| !names.contains(&name.as_str())) {
        return Err(format!("there is no step {unknown:?}; there are: {}", names.join(", ")).into());
    }
    let (mut outcomes, mut failed) = (Vec::new(), Vec::new());
    for step in steps.iter().filter(|step| only.is_empty() || only.iter().any(|name| name == step.name)) {
        let outcome = run_step(step)?;
        if let Outcome::Failed(_) = outcome {
            failed.push(step.name);
        }
        outcomes.push((step.name, outcome));
        if !keep_going && !failed.is_empty() {
            break;
        }
    }
    print(&outcomes);
    match (&*failed, keep_going) {
        ([], _) => Ok(()),
        (failed, true) => Err(format!("failed: {}", failed.join(", ")).into()),
        (failed, false) => Err(format!("{} failed; the steps after it did not run", failed.join(", ")).into()),
    }
}

fn run_step(Step { name, command, variables, hindered }: &Step) -> Result<Outcome, Box<dyn Error>> {
    eprintln!("\n=== {name}: {}", command.join(" "));
    if let Some(why) = hindered() {
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

#[cfg(test)]
mod tests {
    use super::*;

    const FAILING: &[&str] = &["cargo", "no-such-command"];

    #[test]
    fn the_hosted_workflow_runs_every_step_and_no_other() -> Result<(), Box<dyn Error>> {
        let workflow = std::fs::read_to_string(crate::process::root().join(".github/workflows/ci.yml"))?;
        let mut hosted: Vec<_> = workflow
            .lines()
            .filter_map(|line| line.trim().strip_prefix("steps: "))
            .flat_map(|l| l.split(','))
            .collect();
        let mut ours: Vec<_> = STEPS.iter().map(|step| step.name).collect();
        hosted.sort_unstable();
        ours.sort_unstable();
        assert_eq!(hosted, ours);
        Ok(())
    }

    #[test]
    fn an_unknown_step_is_refused_and_keeping_on_names_every_failure() {
        let steps = [step("a", FAILING), step("b", &["cargo", "--version"]), step("c", FAILING)];
        let failure = |keep_going, only: &[&str]| {
            let only = only.iter().map(|name| (*name).to_owned()).collect();
            run_all(&steps, &Args { keep_going, only }).err().map(|e| e.to_string()).unwrap_or_default()
        };
        assert_eq!(failure(true, &[]), "failed: a, c");
        assert_eq!(failure(false, &[]), "a failed; the steps after it did not run");
        assert_eq!(failure(false, &["b"]), "");
        assert_eq!(failure(false, &["b", "d"]), "there is no step \"d\"; there are: a, b, c");
    }
}

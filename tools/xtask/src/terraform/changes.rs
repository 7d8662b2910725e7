//! `cargo xtask terraform changes`: what a change does to a running deployment.
//!
//! From each mode, every variable changed and every address replaced, one at a time and in the pairs that matter, each on a copy
//! of a local AWS that refuses what AWS refuses. Right is: applied without an error, an empty second plan, nothing stateful
//! replaced, and the service standing after each call; or refused by `plan` with a reason. Nothing in between.

pub mod attempt;
pub mod cases;
pub mod modes;
mod sample;
mod table;

use std::{
    error::Error,
    fs,
    sync::{Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

pub use self::sample::Sample;
use self::{
    attempt::{Attempt, Base},
    cases::Case,
    modes::{MODES, Mode},
    table::Table,
};
use super::{MOTO, simulator::Simulator, workspace::Workspace};
use crate::{process::root, python::Venv};

/// Which changes to try.
#[derive(clap::Args)]
pub struct Args {
    /// Modes to start from [default: all]
    #[arg(long = "mode")]
    modes: Vec<String>,
    /// Only changes whose name holds one of these
    #[arg(long)]
    only: Vec<String>,
    /// Changes tried at once
    #[arg(long, default_value_t = 2)]
    lanes: usize,
    /// Begin no change after so many minutes
    #[arg(long, default_value_t = 240)]
    minutes: u64,
}

/// Tries all of them, mode by mode, writes the table and fails where one is wrong.
pub fn run(args: &Args) -> Result<(), Box<dyn Error>> {
    let started = Instant::now();
    let ends = started + Duration::from_secs(60 * args.minutes);
    if let Some(unknown) = args.modes.iter().find(|name| !MODES.iter().any(|mode| mode.name == name.as_str())) {
        let known: Vec<&str> = MODES.iter().map(|mode| mode.name).collect();
        return Err(format!("no mode {unknown}; there are {}", known.join(", ")).into());
    }
    // What is in the package is none of the matter here.
    let (zip, moto) = (root().join("terraform/tests/package.stand-in"), Venv::with(MOTO)?);
    let folder = root().join("target/terraform/changes");
    let mut table = Table::new(folder.join("table.md"));
    for mode in MODES.iter().filter(|mode| args.modes.is_empty() || args.modes.iter().any(|name| name == mode.name)) {
        if Instant::now() > ends {
            table.leave_out(mode.name);
            continue;
        }
        let workspace = Workspace::prepare(folder.join(mode.name), &zip, None)?;
        fs::create_dir_all(workspace.logs())?;
        let simulator = Simulator::start(&moto, &workspace.logs())?;
        let base = Base::applied(&workspace, &simulator, mode)?;
        let cases: Vec<Case> = cases::of(mode, &base)?
            .into_iter()
            .filter(|case| args.only.is_empty() || args.only.iter().any(|part| case.name.contains(part.as_str())))
            .collect();
        let tried = each(&base, cases, args.lanes, ends);
        table.add(mode, tried)?;
    }
    table.finish(started.elapsed())
}

/// Several at a time, in their order, none begun after the end. What was not begun is left out.
pub fn each(base: &Base<'_>, cases: Vec<Case>, lanes: usize, ends: Instant) -> Vec<Attempt> {
    let waiting = Mutex::new(cases.into_iter().rev().collect::<Vec<_>>());
    let tried = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..lanes.max(1) {
            scope.spawn(|| {
                while Instant::now() < ends {
                    let Some(case) = waiting.lock().unwrap_or_else(PoisonError::into_inner).pop() else { return };
                    let attempt = base.attempt(case);
                    eprintln!("{attempt}");
                    tried.lock().unwrap_or_else(PoisonError::into_inner).push(attempt);
                }
            });
        }
    });
    let left = waiting.into_inner().unwrap_or_else(PoisonError::into_inner);
    let mut tried = tried.into_inner().unwrap_or_else(PoisonError::into_inner);
    tried.extend(left.into_iter().rev().map(Attempt::left_out));
    tried
}

/// Whether the folder of the mode's workspace holds what an earlier run has left: it is never read, only overwritten.
pub fn scratch(workspace: &Workspace, name: &str) -> Result<std::path::PathBuf, Box<dyn Error>> {
    let folder = workspace.logs().join(name);
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// Every mode is a set of options for `apply`.
pub type Options = &'static [&'static str];

impl Mode {
    /// As arguments.
    pub fn options(&self) -> Vec<String> {
        self.options.iter().map(|option| (*option).to_owned()).collect()
    }
}

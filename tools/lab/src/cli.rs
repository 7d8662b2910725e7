//! The program's commands. People use `cargo xtask lab`, which makes the plan and builds this first.

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::atomic::Ordering,
    time::Instant,
};

use clap::Parser;
use tokio::signal::unix::{SignalKind, signal};

use crate::{
    checks,
    lab::{self, Lab},
    namespaces::{Done, STOPPED},
    planned_network::Design,
    servers, who_is_where,
};

#[derive(Parser)]
#[command(about = "The private network on one machine; cargo xtask lab drives this")]
enum Command {
    /// Builds a lab, says who is where, and leaves it standing
    Up {
        /// The Terraform plan as JSON
        plan: PathBuf,
    },
    /// Builds a lab, proves everything in it, takes it down
    Test {
        /// The Terraform plan as JSON
        plan: PathBuf,
        /// The program `claims`
        claims: PathBuf,
    },
    /// Takes one lab down, or all
    Down {
        /// The lab's id [default: all]
        id: Option<String>,
    },
    /// A server of the lab, in its namespace
    #[command(hide = true)]
    Serve { lab: PathBuf, role: String },
    /// One check, in the namespace that it is about
    #[command(hide = true)]
    Check { lab: PathBuf, claims: PathBuf, index: usize },
}

/// The program.
pub fn main() -> ExitCode {
    let done =
        tokio::runtime::Runtime::new().map_err(Into::into).and_then(|runtime| runtime.block_on(run(Command::parse())));
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(why) => {
            eprintln!("error: {why}");
            ExitCode::FAILURE
        }
    }
}

/// Whether all is well.
async fn run(command: Command) -> Done<bool> {
    match command {
        Command::Serve { lab, role } => servers::run(&Lab::read(&lab)?, &role).await?,
        Command::Check { lab, claims, index } => checks::run_one(&Lab::read(&lab)?, &claims, index).await?,
        Command::Down { id } => {
            for id in id.map_or_else(lab::all, |id| Ok(vec![id]))? {
                lab::down(&id)?;
                println!("took down {id}");
            }
        }
        Command::Up { plan } => {
            let lab = until_stopped(move || Lab::up(design(&plan)?)).await?;
            println!("{}", who_is_where::of(&lab));
        }
        Command::Test { plan, claims } => return until_stopped(move || test(&plan, &claims)).await,
    }
    Ok(true)
}

fn design(plan: &Path) -> Done<Design> {
    Design::of(&fs::read_to_string(plan)?)
}

fn test(plan: &Path, claims: &Path) -> Done<bool> {
    let started = Instant::now();
    let lab = Lab::up(design(plan)?)?;
    println!("lab {}, built from the Terraform plan of part 2 ({:.1} s)", lab.id, started.elapsed().as_secs_f64());
    let passed = checks::run_all(&lab, claims);
    lab::down(&lab.id)?;
    println!("took down {} ({:.1} s)", lab.id, started.elapsed().as_secs_f64());
    passed
}

/// Does the work in a thread of its own; on Ctrl-C it fails at its next step, cleans up, and only then the program ends.
async fn until_stopped<T: Send + 'static>(work: impl FnOnce() -> Done<T> + Send + 'static) -> Done<T> {
    let mut worker = tokio::task::spawn_blocking(work);
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hang_up = signal(SignalKind::hangup())?;
    loop {
        tokio::select! {
            done = &mut worker => return done.unwrap_or_else(|_| {
                let left = lab::CURRENT.get().map(|id| lab::down(id));
                Err(format!("the lab's own work panicked; cleaning up: {left:?}").into())
            }),
            _ = interrupt.recv() => stop(),
            _ = terminate.recv() => stop(),
            _ = hang_up.recv() => stop(),
        }
    }
}

fn stop() {
    if !STOPPED.swap(true, Ordering::Relaxed) {
        eprintln!("stopping: cleaning up");
        // The worker may wait for one of them; what is left, it ends itself.
        let _ = lab::CURRENT.get().map(|id| lab::end_processes(id));
    }
}

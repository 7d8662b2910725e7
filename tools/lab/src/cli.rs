//! The program's commands. People use `cargo xtask lab`, which makes the plan and builds this first.

use std::{
    error::Error,
    path::PathBuf,
    process::ExitCode,
    sync::atomic::Ordering,
    thread,
    time::{Duration, Instant},
};

use clap::{Parser, Subcommand};
use tokio::{
    runtime::Runtime,
    signal::unix::{SignalKind, signal},
};

use crate::{
    design::Design,
    lab::{self, Lab},
    map,
    network::STOPPED,
    probe, scenario, serve,
};

#[derive(Parser)]
#[command(about = "The private network on one machine; cargo xtask lab drives this")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Builds a lab, says who is where, and leaves it standing
    Up(Source),
    /// Builds a lab, proves everything in it, takes it down
    Test {
        #[command(flatten)]
        source: Source,
        /// Folder of the built example programs
        #[arg(long)]
        examples: PathBuf,
    },
    /// Takes one lab down, or all
    Down {
        /// The lab's id [default: all]
        id: Option<String>,
    },
    #[command(subcommand, hide = true)]
    Serve(serve::Server),
    #[command(hide = true)]
    Probe,
}

#[derive(clap::Args)]
struct Source {
    /// The Terraform plan as JSON; without it the files' own values are used
    #[arg(long)]
    plan: Option<PathBuf>,
    /// The folder terraform/
    #[arg(long)]
    terraform: PathBuf,
}

pub fn main() -> ExitCode {
    match run(Cli::parse().command) {
        Ok(code) => code,
        Err(why) => {
            eprintln!("error: {why}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<ExitCode, Box<dyn Error>> {
    let runtime = Runtime::new()?;
    match command {
        Command::Serve(server) => runtime.block_on(serve::run(server))?,
        Command::Probe => runtime.block_on(probe::run())?,
        Command::Down { id } => {
            for id in id.map_or_else(lab::all, |id| Ok(vec![id]))? {
                lab::down(&id)?;
                println!("took down {id}");
            }
        }
        Command::Up(source) => {
            let design = Design::read(source.plan.as_deref(), &source.terraform)?;
            let lab = until_stopped(&runtime, move || Lab::up(design).map_err(|e| e.to_string()))??;
            println!("{}", map::of(&lab));
        }
        Command::Test { source, examples } => {
            let design = Design::read(source.plan.as_deref(), &source.terraform)?;
            let passed = until_stopped(&runtime, move || {
                let started = Instant::now();
                let lab = Lab::up(design).map_err(|e| e.to_string())?;
                println!("lab {}, built from {} ({:.1} s)", lab.id, lab.design.source, started.elapsed().as_secs_f64());
                let passed = scenario::run_all(&lab, &examples);
                lab::down(&lab.id).map_err(|e| e.to_string())?;
                println!("took down {} ({:.1} s in all)", lab.id, started.elapsed().as_secs_f64());
                Ok::<_, String>(passed)
            })??;
            if !passed {
                return Ok(ExitCode::FAILURE);
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Does the work in a thread of its own; on Ctrl-C it fails at its next step, cleans up, and only then the program ends.
fn until_stopped<T: Send + 'static>(
    runtime: &Runtime,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Box<dyn Error>> {
    let worker = thread::spawn(work);
    runtime.block_on(async {
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        let mut hang_up = signal(SignalKind::hangup())?;
        while !worker.is_finished() {
            tokio::select! {
                _ = interrupt.recv() => stop(),
                _ = terminate.recv() => stop(),
                _ = hang_up.recv() => stop(),
                () = tokio::time::sleep(Duration::from_millis(50)) => {}
            }
        }
        Ok::<_, Box<dyn Error>>(())
    })?;
    worker.join().map_err(|_| {
        let left = lab::CURRENT.get().map(|id| lab::down(id));
        format!("the lab's own work panicked; cleaning up: {left:?}").into()
    })
}

fn stop() {
    if !STOPPED.swap(true, Ordering::Relaxed) {
        eprintln!("stopping: cleaning up");
        // The worker may wait for one of them; what is left, it ends itself.
        let _ = lab::CURRENT.get().map(|id| lab::end_processes(id));
    }
}

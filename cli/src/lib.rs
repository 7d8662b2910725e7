//! The `claims` program: its arguments, and where each goes.

mod connect;
mod crud;
mod doctor;
mod environment;
mod exit;
mod export;
mod files;
pub mod import;
mod lifecycle;
mod output;
mod record;

use std::{path::Path, process::ExitCode};

use clap::{CommandFactory, Parser, Subcommand};

#[cfg(all(doctest, feature = "embedded"))]
pub use connect::Readme;
pub use connect::{Connected, connect, connect_or_embed, is_configured};
pub use exit::{Failure, Status};
pub use record::Format;

/// Create, read, change and move claims of the private claims API.
///
/// The API is the one that the environment names (`claims env`). Where none is named, the command brings its own, in
/// memory or in the file of --data.
#[derive(Parser)]
#[command(name = "claims", version, after_help = exit::HELP, max_term_width = 100)]
struct Cli {
    /// Answer in JSON, one document or one line each, for scripts
    #[arg(long, global = true)]
    json: bool,
    /// Keep the embedded API's claims in this file; without it they end with the command
    #[cfg(feature = "embedded")]
    #[arg(long, global = true, value_name = "FILE")]
    data: Option<std::path::PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Create a claim
    Create(crud::Create),
    /// Show a claim
    Get(crud::Which),
    /// List a member's claims, newest first
    List(crud::List),
    /// Change a claim; what is not given stays as it is
    Update(crud::Update),
    /// Delete a claim
    Delete(crud::Delete),
    /// Create claims from a CSV or JSON Lines file; run it again after any interruption
    Import(import::Args),
    /// Write a member's claims to a CSV or JSON Lines file
    Export(export::Args),
    /// Find out why the API cannot be reached
    Doctor,
    /// Show which API the environment names, or print the variables for one that Terraform made
    Env(environment::Args),
    /// Walk through a claim's life: create, get, list, update, decide, delete
    Lifecycle,
    /// Print the completions of a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

/// Runs the program with this process's arguments.
pub async fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(&cli).await {
        Ok(status) => status.into(),
        Err(failure) => {
            failure.report(cli.json);
            failure.status().into()
        }
    }
}

async fn run(cli: &Cli) -> Result<Status, Failure> {
    match &cli.command {
        Command::Env(args) => return environment::run(args, cli.json),
        Command::Completions { shell } => return completions(*shell),
        Command::Import(args) if args.is_offline() => return import::offline(args, cli.json),
        Command::Doctor if !crate::is_configured() && cli.data().is_none() => doctor::say_embedded(),
        _ => {}
    }
    let connected = crate::connect_or_embed(cli.data()).await.map_err(Failure::configuration)?;
    let client = &connected.client;
    let done = match &cli.command {
        Command::Create(args) => crud::create(client, args, cli.json).await,
        Command::Get(args) => crud::get(client, args, cli.json).await,
        Command::List(args) => crud::list(client, args, cli.json).await,
        Command::Update(args) => crud::update(client, args, cli.json).await,
        Command::Delete(args) => crud::delete(client, args, cli.json).await,
        Command::Import(args) => import::run(client, args, cli.json).await,
        Command::Export(args) => export::run(client, args, cli.json).await,
        Command::Doctor => doctor::run(client, cli.json).await,
        Command::Lifecycle => walk(&connected).await,
        Command::Env(_) | Command::Completions { .. } => Ok(Status::Done),
    };
    note_embedded(cli, &connected);
    done
}

impl Cli {
    #[cfg(feature = "embedded")]
    fn data(&self) -> Option<&Path> {
        self.data.as_deref()
    }

    #[cfg(not(feature = "embedded"))]
    fn data(&self) -> Option<&Path> {
        None
    }
}

async fn walk(connected: &Connected) -> Result<Status, Failure> {
    if let Some(url) = connected.embedded_url() {
        output::line(&format!("No API is configured: started an embedded one at {url}\n"))?;
    }
    lifecycle::run(&connected.client).await
}

/// A claim that is gone when the command ends would surprise whoever made it.
fn note_embedded(cli: &Cli, connected: &Connected) {
    if connected.embedded_url().is_some()
        && cli.data().is_none()
        && matches!(cli.command, Command::Create(_) | Command::Import(_) | Command::List(_) | Command::Get(_))
    {
        anstream::eprintln!(
            "note: no API is configured, so this was an embedded one in memory, gone now; keep its claims with --data \
             FILE, or name an API (`claims env`)"
        );
    }
}

fn completions(shell: clap_complete::Shell) -> Result<Status, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "claims", &mut script);
    output::raw(&script)?;
    Ok(Status::Done)
}

//! The `claims` program: its arguments, and where each goes.

mod audit;
mod connect;
mod crud;
mod doctor;
mod environment;
mod exit;
mod export;
mod files;
mod history;
pub mod import;
mod interrupt;
mod journal;
mod lifecycle;
mod output;
mod pending;
mod record;
mod resume;
mod state;
mod usage;
mod write;

use std::{ffi::OsString, path::Path, process::ExitCode};

use claims_client::types::OnBehalfOf;
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
    /// For whom the calls are made, by an id and never a name; kept with what is written and in the record of calls
    #[arg(long, global = true, value_name = "ID")]
    on_behalf_of: Option<OnBehalfOf>,
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
    /// Finish what was interrupted: every create, update and delete whose end is not known, exactly once
    Resume(resume::Args),
    /// Create claims from a CSV or JSON Lines file; run it again after any interruption
    Import(import::Args),
    /// Write a member's claims to a CSV or JSON Lines file
    Export(export::Args),
    /// Who has read or changed a claim, or a member's claims: by the logs of the deployment, from files
    Audit(audit::Args),
    /// Show who changed a claim, when, and what it was before, oldest first; or whether any of that is missing
    History(history::Args),
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
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let (json, done) = match Cli::try_parse_from(&arguments) {
        Ok(cli) => (cli.json, run(&cli).await),
        Err(error) => (usage::wants_json(&arguments), usage::end(&error, &arguments)),
    };
    done.unwrap_or_else(|failure| {
        failure.report(json);
        failure.status()
    })
    .into()
}

async fn run(cli: &Cli) -> Result<Status, Failure> {
    match &cli.command {
        Command::Env(args) => return environment::run(args, cli.json),
        Command::Audit(args) => return audit::run(args, cli.json),
        Command::Completions { shell } => return completions(*shell),
        Command::Import(args) if args.is_offline() => return import::offline(args, cli.json),
        Command::Doctor if !names_api(cli) => doctor::say_embedded(cli.json),
        // In an API that begins and ends with this command there is nothing to be found.
        Command::Get(_)
        | Command::List(_)
        | Command::Update(_)
        | Command::Delete(_)
        | Command::Export(_)
        | Command::History(_)
        | Command::Resume(_)
            if !names_api(cli) =>
        {
            let why = "no API is configured: name one (`claims env`), or the file of an embedded one (--data FILE)";
            return Err(Failure::new(Status::Usage, why));
        }
        _ => {}
    }
    let connected = connect::for_whom(cli.data(), cli.on_behalf_of.as_ref()).await.map_err(Failure::configuration)?;
    if crate::is_configured() {
        environment::strays().iter().for_each(|stray| exit::say(cli.json, &format!("note: {stray}")));
    }
    let client = &connected.client;
    let journal = journal(cli, &connected)?;
    let journal = journal.as_ref();
    let done = match &cli.command {
        Command::Create(args) => crud::create(client, journal, args, cli.json).await,
        Command::Get(args) => crud::get(client, args, cli.json).await,
        Command::List(args) => crud::list(client, args, cli.json).await,
        Command::Update(args) => crud::update(client, journal, args, cli.json).await,
        Command::Delete(args) => crud::delete(client, journal, args, cli.json).await,
        Command::Import(args) => import::run(client, args, cli.json).await,
        Command::Export(args) => export::run(client, args, cli.json).await,
        Command::History(args) => history::run(client, args, cli.json).await,
        Command::Doctor => doctor::run(client, cli.json).await,
        Command::Lifecycle => walk(&connected, cli.json).await,
        Command::Resume(args) => match journal {
            Some(journal) => resume::run(client, journal, args, cli.json).await,
            None => Ok(Status::Done),
        },
        Command::Env(_) | Command::Audit(_) | Command::Completions { .. } => Ok(Status::Done),
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

/// Whether an API is named that outlives this command.
fn names_api(cli: &Cli) -> bool {
    crate::is_configured() || cli.data().is_some()
}

/// Where this command notes what it sends.
fn journal(cli: &Cli, connected: &Connected) -> Result<Option<journal::Journal>, Failure> {
    let keeps_key = match &cli.command {
        Command::Create(args) => args.has_key(),
        Command::Update(_) | Command::Delete(_) | Command::Resume(_) => false,
        _ => return Ok(None),
    };
    match connected.identity(cli.data()).map(|api| journal::Journal::of(api, cli.on_behalf_of.clone())).transpose() {
        // Whoever has given the key has it.
        Err(_) if keeps_key => Ok(None),
        journal => journal,
    }
}

async fn walk(connected: &Connected, json: bool) -> Result<Status, Failure> {
    if let Some(url) = connected.embedded_url() {
        exit::say(json, &format!("No API is configured: started an embedded one at {url}"));
    }
    lifecycle::run(&connected.client, json).await
}

/// A claim that is gone when the command ends would surprise whoever made it.
fn note_embedded(cli: &Cli, connected: &Connected) {
    if connected.embedded_url().is_some()
        && cli.data().is_none()
        && matches!(cli.command, Command::Create(_) | Command::Import(_))
    {
        exit::say(
            cli.json,
            "note: no API is configured, so this was an embedded one in memory, gone now; keep its claims with --data \
             FILE, or name an API (`claims env`)",
        );
    }
}

fn completions(shell: clap_complete::Shell) -> Result<Status, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "claims", &mut script);
    if shell == clap_complete::Shell::Bash {
        // Options are offered once a - is typed; else the shell's own files would never be.
        let text = String::from_utf8_lossy(&script).replace(" || ${COMP_CWORD} -eq 2 ]]", " ]]");
        script = text.into_bytes();
    }
    output::raw(&script)?;
    Ok(Status::Done)
}

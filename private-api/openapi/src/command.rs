//! The command-line tool: `private-api-openapi --help`.

use std::{
    fs,
    io::{self, Read, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{Parser, Subcommand};
use serde_json::Value;

use crate::{
    compat::{self, Exception},
    down::down,
    lower::{Authorization, Options, lower},
    render::render,
    report::{Made, Refused, grouped},
    rules,
};

/// OpenAPI documents of private APIs: to API Gateway, to 3.0.3, and from one version to the next.
#[derive(Debug, Parser)]
#[command(name = "private-api-openapi", version)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Lower a 3.1 (or 3.0) document to what API Gateway imports
    ///
    /// Every word is kept, left out with a note (on standard error), or refused. All refusals come at once, each with the fact about API
    /// Gateway and what to write instead.
    Lower(Lower),
    /// Convert a 3.1 document to a full 3.0.3, for tools that know no 3.1
    Down(InOut),
    /// Say whether a consumer of the OLD document survives the NEW one
    Compat(Compat),
    /// List the rules, with their sources
    Rules,
}

#[derive(Debug, clap::Args)]
struct InOut {
    /// The document (JSON); `-` is standard input
    document: PathBuf,
    /// Write here instead of to standard output
    #[arg(long, short)]
    output: Option<PathBuf>,
    /// Do not say what was left out
    #[arg(long, short)]
    quiet: bool,
}

#[derive(Debug, clap::Args)]
struct Lower {
    #[command(flatten)]
    files: InOut,
    /// No request models: for APIs whose function checks its requests itself
    #[arg(long)]
    no_models: bool,
    /// Make a Terraform template: operation ids have to be variables' names, signs in texts are escaped
    #[arg(long)]
    template: bool,
    /// What checks a credential: SCHEME=AWS_IAM, SCHEME=NONE (the function does), or SCHEME=FILE with the security scheme as API
    /// Gateway reads it (type apiKey, x-amazon-apigateway-authorizer)
    #[arg(long, value_name = "SCHEME=WHAT")]
    authorization: Vec<String>,
}

#[derive(Debug, clap::Args)]
struct Compat {
    /// What consumers were promised
    old: PathBuf,
    /// What they would get
    new: PathBuf,
    /// Breaks that are wanted: a JSON list of {"at", "what", "why"}, at and what as this command prints them
    #[arg(long, value_name = "FILE")]
    except: Option<PathBuf>,
}

/// Runs the tool. A refusal is exit code 1, a wrong call or an unreadable file 2.
#[must_use]
pub fn run(cli: &Cli) -> ExitCode {
    match outcome(&cli.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Refused(why)) => {
            eprintln!("{}", why.trim_end());
            ExitCode::from(1)
        }
        Err(Failure::Unusable(why)) => {
            eprintln!("error: {why}");
            ExitCode::from(2)
        }
    }
}

enum Failure {
    Refused(String),
    Unusable(String),
}

impl From<String> for Failure {
    fn from(why: String) -> Self {
        Self::Unusable(why)
    }
}

fn outcome(command: &Command) -> Result<(), Failure> {
    match command {
        Command::Lower(args) => write(&args.files, lower(&read(&args.files.document)?, &options(args)?)),
        Command::Down(files) => write(files, down(&read(&files.document)?)),
        Command::Compat(args) => compat_command(args),
        Command::Rules => {
            let lines = rules::ALL
                .iter()
                .map(|r| format!("{}\n    {}\n    {}\n    source: {}\n", r.id, r.fact, r.instead, r.source));
            let passes = compat::ALLOWING.iter().map(|(name, why)| format!("{name} (compat)\n    {why}\n"));
            print(&lines.chain(passes).collect::<String>())?;
            Ok(())
        }
    }
}

fn options(args: &Lower) -> Result<Options, String> {
    let mut options = Options { models: !args.no_models, template: args.template, ..Options::default() };
    for given in &args.authorization {
        let (scheme, what) = given
            .split_once('=')
            .ok_or_else(|| format!("--authorization {given}: write SCHEME=AWS_IAM, SCHEME=NONE or SCHEME=FILE"))?;
        let authorization = match what {
            "AWS_IAM" => Authorization::Iam,
            "NONE" => Authorization::None,
            file => Authorization::Authorizer(read(Path::new(file))?),
        };
        options.authorization.insert(scheme.to_owned(), authorization);
    }
    Ok(options)
}

fn compat_command(args: &Compat) -> Result<(), Failure> {
    let exceptions: Vec<Exception> = match &args.except {
        Some(file) => serde_json::from_value(read(file)?)
            .map_err(|why| format!("{}: {why}: write a list of {{\"at\", \"what\", \"why\"}}", file.display()))?,
        None => Vec::new(),
    };
    let said =
        compat::may_replace_except(&read(&args.old)?, &read(&args.new)?, &exceptions).map_err(Failure::Refused)?;
    said.iter().for_each(|line| eprintln!("{line}"));
    Ok(())
}

fn read(file: &Path) -> Result<Value, String> {
    let mut text = String::new();
    let read = if file == Path::new("-") {
        io::stdin().lock().read_to_string(&mut text).map(|_| ())
    } else {
        fs::read_to_string(file).map(|read| text = read)
    };
    read.map_err(|why| format!("{}: {why}", file.display()))?;
    serde_json::from_str(&text).map_err(|why| format!("{} is no JSON: {why} (YAML is converted first)", file.display()))
}

fn write(files: &InOut, made: Result<Made, Refused>) -> Result<(), Failure> {
    let made = made.map_err(|why| Failure::Refused(why.to_string()))?;
    if !files.quiet && !made.notes.is_empty() {
        eprint!("left out or changed:\n{}", grouped(&made.notes));
    }
    let text = render(&made.document);
    match &files.output {
        Some(file) => fs::write(file, text).map_err(|why| format!("{}: {why}", file.display()))?,
        None => print(&text)?,
    }
    Ok(())
}

/// To standard output; a reader that has gone away is no failure.
fn print(text: &str) -> Result<(), String> {
    match io::stdout().lock().write_all(text.as_bytes()) {
        Err(why) if why.kind() != io::ErrorKind::BrokenPipe => Err(format!("standard output: {why}")),
        _ => Ok(()),
    }
}

//! The program around a local API: its command line, its log, its end.

use std::{io, net::IpAddr, panic, path::PathBuf, process::ExitCode, time::Duration};

use aws_sdk_dynamodb::Client;
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use private_api_storage::{backup, verify};
use tracing_subscriber::EnvFilter;

use crate::{Authorization, Credentials, Definition, Fault, Functions, LocalApi, Plan, Source, log::Lossy, signals};

/// How long the last words wait for a reader.
const LAST_WORDS: Duration = Duration::from_secs(1);

const EXIT_CODES: &str = "Exit codes: 0 it has ended as it was asked to; 1 it could not do what it was asked to, and says why; \
                          2 the command line is wrong; 3 `verify` has found damage.";

/// A program that serves an API on this machine.
#[derive(Clone, Debug)]
pub struct Program {
    /// What it serves.
    pub definition: Definition,
    /// Its version.
    pub version: &'static str,
    /// What it is, in a line.
    pub about: &'static str,
    /// Such as `The orders API`.
    pub api: &'static str,
    /// What is kept: `orders`.
    pub items: &'static str,
    /// What is logged where `RUST_LOG` says nothing.
    pub log: &'static str,
    /// Commands to try, for an API at this URL.
    pub examples: fn(&str) -> String,
}

#[derive(Parser)]
#[command(args_conflicts_with_subcommands = true, after_help = EXIT_CODES)]
struct Arguments<More: Args> {
    /// Port on 127.0.0.1; 0 picks a free one
    #[arg(long, default_value_t = 9000)]
    port: u16,

    /// Keep the data in FILE, so that it survives a restart; without it, it is in memory
    #[arg(long, value_name = "FILE", conflicts_with = "dynamodb_endpoint")]
    data: Option<PathBuf>,

    /// Keep the data in the DynamoDB at URL instead (DynamoDB Local, moto); credentials and region from AWS_*
    #[arg(long, value_name = "URL")]
    dynamodb_endpoint: Option<String>,

    /// The table's name; it is made if it is not there
    #[arg(long)]
    table: Option<String>,

    /// Add each call of a function to FILE, as a line of JSON with its event and its answer (personal data included)
    #[arg(long, value_name = "FILE")]
    events: Option<PathBuf>,

    /// Let something go wrong once; more of them happen in their order: status=503, throttle=1 (seconds of Retry-After),
    /// delay=250 (milliseconds), reset-before, reset-after, storage-answer-lost, storage-throttled, storage-down
    #[arg(long = "fault", value_name = "FAULT")]
    faults: Vec<Fault>,

    /// Let a request ask for a fault of its own by the header X-Local-Fault, in the words of --fault
    #[arg(long)]
    faults_by_header: bool,

    /// What is wanted of callers: nothing, or a signature (SigV4) with one of the --credentials
    #[arg(
        long,
        value_enum,
        default_value = "none",
        requires_if("aws-iam", "credentials"),
        requires_if("AWS_IAM", "credentials")
    )]
    authorization: Authorization,

    /// Serve the API as Terraform has deployed it, by what `terraform show -json` prints of a state or a plan: stage, authorization,
    /// policies, throttle, and whatever else of a deployment decides who is let in
    #[arg(long, value_name = "FILE", conflicts_with = "authorization")]
    plan: Option<PathBuf>,

    /// Calls come through this VPC endpoint [default: the plan's]
    #[arg(long, value_name = "ID")]
    vpce: Option<String>,

    /// Calls come from this VPC [default: the plan's endpoint's]
    #[arg(long, value_name = "ID")]
    source_vpc: Option<String>,

    /// Calls come from this address [default: the one that has connected]
    #[arg(long, value_name = "ADDRESS")]
    source_ip: Option<IpAddr>,

    /// Let a request say where it comes from by the header X-Local-Source: vpce=vpce-0a1b, vpc=vpc-0c2d, ip=10.0.16.7
    #[arg(long)]
    sources_by_header: bool,

    /// Whose signatures count: a JSON list of {"AccessKeyId", "SecretAccessKey", "Arn"}, with "SessionToken" and "Expiration"
    /// where they are temporary
    #[arg(long, value_name = "FILE")]
    credentials: Option<PathBuf>,

    #[command(flatten)]
    more: More,

    #[command(subcommand)]
    command: Option<Command>,
}

/// Of an API that has no options of its own.
#[derive(Args)]
struct NoMore {}

#[derive(Subcommand)]
enum Command {
    /// Copy the data file FILE to TO, also while a program serves it
    Backup { file: PathBuf, to: PathBuf },
    /// Look at everything in the data file FILE, and say what is damaged
    Verify { file: PathBuf },
}

impl Program {
    /// Does what the command line says.
    pub async fn run<F: Functions>(self, functions: impl FnOnce(&Client, &str) -> F) -> ExitCode {
        self.run_with(|_: NoMore, _| Ok(functions)).await
    }

    /// As [`run`](Self::run), with options of the API's own: `functions` makes of them, and of the plan if one is given, what makes
    /// the functions, or says what is wrong with them.
    pub async fn run_with<More: Args, F: Functions, With: FnOnce(&Client, &str) -> F>(
        self,
        functions: impl FnOnce(More, Option<&Plan>) -> Result<With, Box<dyn std::error::Error>>,
    ) -> ExitCode {
        let name = self.definition.program;
        let [out, err] = [Lossy::new(io::stdout()), Lossy::new(io::stderr())];
        let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(self.log));
        // The writer does not fail; a failure to format must not end in a write of tracing's own, which may block.
        tracing_subscriber::fmt().log_internal_errors(false).with_env_filter(filter).with_writer(err.clone()).init();
        // Where it happened, not what it says: that may be a caller's value.
        panic::set_hook(Box::new(|panic| {
            tracing::error!("a panic at {}", panic.location().map_or_else(String::new, ToString::to_string));
        }));
        let command = Arguments::<More>::command().name(name).version(self.version).about(self.about);
        let arguments = match Arguments::<More>::from_arg_matches(&command.get_matches()) {
            Ok(arguments) => arguments,
            Err(error) => error.exit(),
        };
        let say = |to: &Lossy, text: &str| {
            let _ = io::Write::write_all(&mut to.clone(), format!("{text}\n").as_bytes());
        };
        let code = match arguments.command {
            Some(Command::Backup { file, to }) => match backup(&file, &to, name) {
                Ok(items) => {
                    say(&out, &format!("{} holds what is in {}: {items} items", to.display(), file.display()));
                    ExitCode::SUCCESS
                }
                Err(error) => failed(&error, |text| say(&err, &format!("{name}: {text}"))),
            },
            Some(Command::Verify { file }) => match verify(&file) {
                Ok(items) => {
                    say(&out, &format!("{} is whole: {items} items", file.display()));
                    ExitCode::SUCCESS
                }
                Err(private_api_storage::FileError::Damaged { path, damages }) => {
                    say(&err, &format!("{} is damaged:\n{}", path.display(), damages.join("\n")));
                    ExitCode::from(3)
                }
                Err(error) => failed(&error, |text| say(&err, &format!("{name}: {text}"))),
            },
            None => match self.serve(arguments, functions, |text| say(&out, text), |text| say(&err, text)).await {
                Ok(()) => ExitCode::SUCCESS,
                Err(error) => failed(&*error, |text| say(&err, &format!("{name}: {text}"))),
            },
        };
        out.flush_for(LAST_WORDS);
        err.flush_for(LAST_WORDS);
        code
    }

    async fn serve<More: Args, F: Functions, With: FnOnce(&Client, &str) -> F>(
        self,
        arguments: Arguments<More>,
        functions: impl FnOnce(More, Option<&Plan>) -> Result<With, Box<dyn std::error::Error>>,
        greet: impl Fn(&str),
        say: impl Fn(&str),
    ) -> Result<(), Box<dyn std::error::Error>> {
        let (name, api, items) = (self.definition.program, self.api, self.items);
        let stored = match (&arguments.data, &arguments.dynamodb_endpoint) {
            (Some(file), _) => format!("kept in {}", file.display()),
            (_, Some(url)) => format!("kept in the DynamoDB at {url}"),
            (None, None) => "in memory; --data FILE keeps them".to_owned(),
        };
        let mut builder = LocalApi::builder(self.definition).port(arguments.port);
        if let Some(table) = arguments.table {
            builder = builder.table(table);
        }
        if let Some(file) = arguments.data {
            builder = builder.data_file(file);
        }
        if let Some(url) = arguments.dynamodb_endpoint {
            builder = builder.dynamodb_endpoint(url);
        }
        if let Some(file) = arguments.events {
            builder = builder.events_file(file);
        }
        if arguments.faults_by_header {
            builder = builder.faults_by_header();
        }
        builder = builder.authorization(arguments.authorization);
        let (vpce, vpc, ip) = (arguments.vpce, arguments.source_vpc, arguments.source_ip);
        builder = builder.source(Source { vpce, vpc, ip });
        if arguments.sources_by_header {
            builder = builder.sources_by_header();
        }
        let plan = arguments.plan.map(Plan::read).transpose()?;
        if plan.as_ref().is_some_and(|plan| plan.authorization == Authorization::AwsIam)
            && arguments.credentials.is_none()
        {
            return Err(
                "the plan's API wants signatures, and nobody's would be right: --credentials FILE says whose are"
                    .into(),
            );
        }
        if let Some(file) = arguments.credentials {
            builder = builder.credentials(Credentials::read(file)?);
        }
        let functions = functions(arguments.more, plan.as_ref())?;
        if let Some(plan) = plan {
            builder = builder.plan(plan);
        }
        // Before it serves: whoever has read the greeting may end it.
        let mut signals = signals::Signals::new();
        let running = builder.start(functions).await?;
        arguments.faults.into_iter().for_each(|fault| running.inject(fault));
        let url = running.url();
        let docs = format!("http://{}/docs", running.address());
        greet(&format!(
            "{api} serves at {url}   ({items} are {stored})\n\n\
             Docs, with a form for every operation: {docs}\n\n\
             Try it:\n{}\n\n\
             Ctrl-C stops it.",
            (self.examples)(&url)
        ));
        signals.next().await;
        say(&format!("{name}: stopping; Ctrl-C again to end at once"));
        // Either way the data file is closed.
        tokio::select! {
            () = running.stop() => {}
            () = signals.next() => {}
        }
        Ok(())
    }
}

fn failed(error: &dyn std::error::Error, say: impl Fn(&str)) -> ExitCode {
    say(&error.to_string());
    ExitCode::FAILURE
}

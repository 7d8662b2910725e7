//! `claims-local`: the whole claims API on this machine.

use std::{
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
};

use claims_local::{LocalApi, StartError};
use clap::Parser;
use tracing_subscriber::EnvFilter;

/// The whole claims API on 127.0.0.1: gateway, functions and database in one process.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// Port on 127.0.0.1; 0 picks a free one
    #[arg(long, default_value_t = 9000)]
    port: u16,

    /// Keep the claims in FILE, so that they survive a restart; without it they are in memory
    #[arg(long, value_name = "FILE", conflicts_with = "dynamodb_endpoint")]
    data: Option<PathBuf>,

    /// Keep the claims in the DynamoDB at URL instead (DynamoDB Local, moto); credentials and region from AWS_*
    #[arg(long, value_name = "URL")]
    dynamodb_endpoint: Option<String>,

    /// The table's name; it is made if it is not there
    #[arg(long, default_value = "claimsTable")]
    table: String,
}

#[tokio::main]
async fn main() -> ExitCode {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn,claims_server=info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("claims-local: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), StartError> {
    let stored = match (&arguments.data, &arguments.dynamodb_endpoint) {
        (Some(file), _) => format!("kept in {}", file.display()),
        (_, Some(url)) => format!("kept in the DynamoDB at {url}"),
        (None, None) => "in memory; --data FILE keeps them".to_owned(),
    };
    let mut builder = LocalApi::builder().port(arguments.port).table(arguments.table);
    if let Some(file) = arguments.data {
        builder = builder.data_file(file);
    }
    if let Some(url) = arguments.dynamodb_endpoint {
        builder = builder.dynamodb_endpoint(url);
    }
    let api = builder.start().await?;
    greet(&api.url(), &stored);
    // If signals cannot be had, serving on is better than ending.
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
    eprintln!("claims-local: stopping; Ctrl-C again to end at once");
    tokio::select! {
        () = api.stop() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
    Ok(())
}

fn greet(url: &str, stored: &str) {
    let docs = format!("{}/docs", url.trim_end_matches(&format!("/{}", LocalApi::STAGE)));
    // Whoever has closed our output does not want to read this; that is no reason to end.
    let _ = writeln!(
        io::stdout(),
        "\
The claims API serves at {url}   (claims are {stored})

Docs, with a form for every operation: {docs}

Try it:
  curl -i -X POST '{url}/claim?memberId=123&policyId=123&memberName=JohnDoe' -H 'Content-Type: application/json' \\
    -d '{{\"policyType\":\"Health\",\"claimAmount\":500,\"description\":\"snow accident\",\"status\":\"pending\"}}'
  curl -s '{url}/claim?memberId=123'
  curl -i \"{url}/claim/$(curl -s '{url}/claim?memberId=123' | grep -o '[0-9a-f-]\\{{36\\}}' | head -n1)?memberId=123\"

Ctrl-C stops it."
    );
}

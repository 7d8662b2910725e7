//! `cargo xtask storage`: the contract's tests once more, on another DynamoDB than the embedded one.

use std::{error::Error, process::Command};

use crate::{
    process::{Server, root, run_shown},
    python::Venv,
    terraform::MOTO,
};

/// Which DynamoDB.
#[derive(clap::Args)]
pub struct Args {
    /// A running one (DynamoDB Local, say) [default: moto, installed and started here]
    #[arg(long, value_name = "URL")]
    endpoint: Option<String>,
}

/// The suites that exercise the storage, modules of `local/tests/all`.
const SUITES: [&str; 7] = ["operations", "errors", "idempotency", "lost_updates", "lists", "deletes", "small_rules"];

/// One request at a time: moto checks a condition and then writes, and with threads another write slips in between.
const MOTO_SERVER: &str = "
import logging
from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server
logging.getLogger('werkzeug').setLevel(logging.ERROR)
server = make_server('127.0.0.1', 0, DomainDispatcherApplication(create_backend_app), threaded=False)
print(f'http://127.0.0.1:{server.server_port}', flush=True)
server.serve_forever()
";

/// Runs the suites against that DynamoDB.
pub fn run(args: &Args) -> Result<(), Box<dyn Error>> {
    let moto = match args.endpoint {
        None => Some(Server::start(Command::new(Venv::with(MOTO)?.program("python")).args(["-c", MOTO_SERVER]))?),
        Some(_) => None,
    };
    let endpoint = args.endpoint.as_ref().or(moto.as_ref().map(|moto| &moto.url)).ok_or("no endpoint")?;
    let mut command = Command::new("cargo");
    // The workspace, as the tests before: one package alone has other features, and would be built anew.
    command.args(["test", "--workspace", "--test", "all", "--"]).env("CLAIMS_TEST_DYNAMODB_ENDPOINT", endpoint);
    if moto.is_some() {
        // Behind other tests' calls a function would wait longer than it may.
        command.arg("--test-threads=1");
    }
    for suite in SUITES {
        // A filter that meets nothing passes.
        if !root().join(format!("local/tests/all/{suite}.rs")).is_file() {
            return Err(format!("there is no suite {suite} in local/tests/all").into());
        }
        command.arg(format!("{suite}::"));
    }
    run_shown(&mut command)
}

//! All Lambda functions in one binary: the function's handler string says which one this is.

use std::{error::Error, process::ExitCode};

use claims_api_types::Operation;
use claims_server::{Api, Store, telemetry};
use private_api_lambda::function::{self, Function};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    telemetry::start();
    function::exit_code("claims-lambda", run().await)
}

async fn run() -> Result<(), Box<dyn Error + Send + Sync>> {
    let Function { operation, client, table } = Function::<Operation>::from_env()?;
    let audit_key = function::audit_key_from_env()?;
    let store = Store::new(client, table);
    store.warm_up(operation).await;
    let api = Api::new(store).with_audit_key(audit_key);
    function::serve(async |event, end| api.answer(operation, event, end).await).await
}

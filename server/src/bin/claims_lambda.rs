//! All Lambda functions in one binary: the function's handler string says which one this is.

use std::{error::Error, process::ExitCode};

use claims_api_types::Operation;
use claims_server::{Api, Store, callers, telemetry};
use private_api_lambda::{
    Callers,
    function::{self, Function},
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    telemetry::start();
    function::exit_code("claims-lambda", run().await)
}

async fn run() -> Result<(), Box<dyn Error + Send + Sync>> {
    let Function { operation, client, table } = Function::<Operation>::from_env()?;
    let audit_key = function::audit_key_from_env()?;
    // Before the table is warmed up: who cannot tell its callers apart serves none.
    let callers = Callers::from_env()?.map(callers::checked).transpose()?;
    let store = Store::new(client, table);
    let mut api = Api::new(store.clone()).with_audit_key(audit_key);
    if let Some(callers) = callers {
        api = api.with_callers(callers);
    }
    store.warm_up(operation).await;
    function::serve(async |event, end| api.answer(operation, event, end).await).await
}

//! All Lambda functions in one binary: the function's handler string says which one this is.

use std::{error::Error, process::ExitCode};

use claims_api_types::Operation;
use claims_server::{Api, History, Recorder, Store, callers, telemetry};
use private_api_lambda::{
    Callers,
    function::{self, Function},
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    telemetry::start();
    let ran = if function::handler_is(Operation::RECORDER) { record().await } else { run().await };
    function::exit_code("claims-lambda", ran)
}

async fn run() -> Result<(), Box<dyn Error + Send + Sync>> {
    let Function { operation, client, table } = Function::<Operation>::from_env()?;
    let audit_key = function::audit_key_from_env()?;
    // Before the table is warmed up: who cannot tell its callers apart serves none.
    let callers = Callers::from_env()?.map(callers::checked).transpose()?;
    let store = Store::new(client.clone(), table);
    let mut api = Api::new(store.clone()).with_audit_key(audit_key);
    if let Some(callers) = callers {
        api = api.with_callers(callers);
    }
    if operation == Operation::ListClaimHistory {
        let history = History::new(client, function::required(HISTORY_TABLE_NAME, HISTORY)?);
        history.warm_up().await;
        api = api.with_history(history);
    } else {
        store.warm_up(operation).await;
    }
    function::serve(async |event, end| api.answer(operation, event, end).await).await
}

/// The function behind the table's stream.
async fn record() -> Result<(), Box<dyn Error + Send + Sync>> {
    let history = History::new(function::client_from_env()?, function::required(HISTORY_TABLE_NAME, HISTORY)?);
    let recorder = Recorder::new(history, Recorder::days_from_env()?);
    recorder.warm_up().await;
    function::serve(async |event, end| recorder.record(event, end).await).await
}

const HISTORY_TABLE_NAME: &str = "HISTORY_TABLE_NAME";
const HISTORY: &str = "the deployment sets it to the name of the history's table";

//! All Lambda functions of the orders API in one binary: the handler string says which one this is.

use std::{error::Error, process::ExitCode};

use orders::{Operation, server::Api};
use private_api_lambda::{function, function::Function, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    telemetry::start(&["orders", "orders_lambda"]);
    function::exit_code("orders-lambda", run().await)
}

async fn run() -> Result<(), Box<dyn Error + Send + Sync>> {
    let Function { operation, client, table } = Function::<Operation>::from_env()?;
    let api = Api::new(client, table);
    function::serve(async |event, end| api.answer(operation, event, end).await).await
}

//! The five Lambda functions in one binary: the function's handler string says which one this is.

use std::{env, process::ExitCode};

use claims_api_types::Operation;
use claims_server::{Api, Store, dynamodb, telemetry};
use lambda_http::{
    LambdaEvent, aws_lambda_events::apigw::ApiGatewayProxyRequest, lambda_runtime, lambda_runtime::service_fn,
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    telemetry::start();
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(error = %error, "claims-lambda cannot start");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), lambda_runtime::Error> {
    let handler = required("_HANDLER", "Lambda sets it to the function's handler string")?;
    let operation: Operation = handler.parse()?;
    let table = required("DYNAMODB_TABLE_NAME", "the deployment sets it to the name of the claims table")?;
    let store = Store::new(aws_sdk_dynamodb::Client::from_conf(dynamodb::config_from_env()?), table);
    store.warm_up(operation).await;
    let api = Api::new(store);
    lambda_runtime::run(service_fn(|event: LambdaEvent<ApiGatewayProxyRequest>| api.invoke(operation, event))).await
}

fn required(name: &'static str, why: &'static str) -> Result<String, dynamodb::ConfigError> {
    env::var(name).map_err(|_| dynamodb::ConfigError::Missing(name, why))
}

//! The process of a function: what its environment says, and the loop that takes event after event.

use std::{convert::Infallible, env, error::Error, process::ExitCode, str::FromStr};

use aws_sdk_dynamodb::Client;
use lambda_http::{
    LambdaEvent, aws_lambda_events::apigw::ApiGatewayProxyRequest, lambda_runtime, lambda_runtime::service_fn,
};
use serde::Serialize;

use crate::dynamodb::{self, ConfigError};

/// What Lambda and the deployment say of a function.
#[derive(Debug)]
pub struct Function<O> {
    /// Which of the API's operations it serves: the handler string, `_HANDLER`.
    pub operation: O,
    /// The client for its table; see [`dynamodb::config_from_env`].
    pub client: Client,
    /// Its table's name: `DYNAMODB_TABLE_NAME`.
    pub table: String,
}

impl<O: FromStr<Err: Error + Send + Sync + 'static>> Function<O> {
    /// Reads the environment.
    ///
    /// # Errors
    /// Names the first variable that is missing or wrong.
    pub fn from_env() -> Result<Self, lambda_runtime::Error> {
        let operation = required("_HANDLER", "Lambda sets it to the function's handler string")?.parse()?;
        let table = required("DYNAMODB_TABLE_NAME", "the deployment sets it to the name of the API's table")?;
        Ok(Self { operation, client: Client::from_conf(dynamodb::config_from_env()?), table })
    }
}

fn required(name: &'static str, why: &'static str) -> Result<String, ConfigError> {
    env::var(name).map_err(|_| ConfigError::Missing(name, why))
}

/// Hands each event to `invoke`, one at a time, for as long as Lambda lets the process live.
///
/// # Errors
/// When the Runtime API cannot be reached.
pub async fn serve<F, R>(invoke: impl Fn(LambdaEvent<ApiGatewayProxyRequest>) -> F) -> Result<(), lambda_runtime::Error>
where
    F: Future<Output = Result<R, Infallible>>,
    R: Serialize,
{
    lambda_runtime::run(service_fn(invoke)).await
}

/// How the process ends, and a line in the log where it could not start.
#[must_use]
pub fn exit_code(program: &str, ran: Result<(), lambda_runtime::Error>) -> ExitCode {
    match ran {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(error = %error, "{program} cannot start");
            ExitCode::FAILURE
        }
    }
}

//! The process of a function: what its environment says, and the loop that takes event after event.

use std::{env, error::Error, process::ExitCode, str::FromStr, time::Instant};

use aws_sdk_dynamodb::Client;
use private_api_contract::{AuditKey, InvalidValue};

use crate::{
    Answer,
    dynamodb::{self, ConfigError},
    limits::end_of_operation,
    runtime_api::RuntimeApi,
    telemetry,
};

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

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
    pub fn from_env() -> Result<Self> {
        let operation = required("_HANDLER", "Lambda sets it to the function's handler string")?.parse()?;
        let table = required("DYNAMODB_TABLE_NAME", "the deployment sets it to the name of the API's table")?;
        Ok(Self { operation, client: client_from_env()?, table })
    }
}

/// The key of the record of calls: `AUDIT_KEY`; none where it is not set.
///
/// # Errors
/// When it is no [`AuditKey`].
pub fn audit_key_from_env() -> Result<Option<AuditKey>> {
    match env::var("AUDIT_KEY").unwrap_or_default() {
        key if key.is_empty() => Ok(None),
        key => Ok(Some(key.parse().map_err(|wrong: InvalidValue| format!("AUDIT_KEY {wrong}"))?)),
    }
}

/// Whether the handler string is this one: of a function that serves no operation, such as one behind a stream.
#[must_use]
pub fn handler_is(name: &str) -> bool {
    env::var("_HANDLER").is_ok_and(|handler| handler == name)
}

/// The client for the function's tables; see [`dynamodb::config_from_env`].
///
/// # Errors
/// Names the first variable that is missing or wrong.
pub fn client_from_env() -> Result<Client> {
    Ok(Client::from_conf(dynamodb::config_from_env()?))
}

/// A variable that has to be there; `why` says who sets it.
///
/// # Errors
/// When it is not.
pub fn required(name: &'static str, why: &'static str) -> Result<String> {
    Ok(env::var(name).map_err(|_| ConfigError::Missing(name, why))?)
}

/// Hands each event to `answer`, one at a time, with the moment at which the operation has to end; for as long as Lambda lets
/// the process live, or until an answer is the [last](Answer::is_last).
///
/// # Errors
/// When the Runtime API cannot be reached, or says what it never should.
pub async fn serve(answer: impl AsyncFn(&[u8], Option<Instant>) -> Answer) -> Result<()> {
    let mut runtime = RuntimeApi::from_env()?;
    loop {
        // While nobody waits: what is written now holds up no answer.
        telemetry::write_pending();
        let invocation = runtime.next().await?;
        let end = invocation.deadline_unix_ms.map(end_of_operation);
        let Answer { json, is_last } = answer(&invocation.event, end).await;
        runtime.answer(&invocation.id, json).await?;
        if is_last {
            return Ok(());
        }
    }
}

/// How the process ends, and a line in the log where it could not go on.
#[must_use]
pub fn exit_code(program: &str, ran: Result<()>) -> ExitCode {
    if let Err(error) = &ran {
        tracing::error!(error = %error, "{program} cannot go on");
    }
    telemetry::write_pending();
    if ran.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

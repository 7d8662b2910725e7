//! `claims-history-replay FILE…`: records what the function behind the stream could not (terraform/README.md, *The history*). Not deployed:
//! for somebody with the account's credentials in the environment, `AWS_REGION`, `HISTORY_TABLE_NAME` and, as the function has it,
//! `HISTORY_DAYS`. What has been recorded already stays as it is, so it may be run again, and in any order.

use std::{env, error::Error, fs, io::Write, process::ExitCode};

use aws_sdk_dynamodb::Client;
use claims_server::{History, Recorder, dynamodb, telemetry};
use serde_json::Value;

const USAGE: &str = "\
usage: claims-history-replay FILE...
  Puts the stream records in these files into the history, each once: objects of the bucket that AWS Lambda writes failed batches to, or
  the event itself. Credentials, AWS_REGION, HISTORY_TABLE_NAME and HISTORY_DAYS (0 or absent: entries do not expire) come from the
  environment. Ends with 1 where a record could not be recorded, and says why.";

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let files: Vec<_> = env::args().skip(1).collect();
    if files.is_empty() || files.iter().any(|file| file.starts_with('-')) {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    }
    telemetry::start();
    let replayed = replay(&files).await;
    private_api_lambda::telemetry::write_pending();
    match replayed {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(why) => {
            eprintln!("claims-history-replay: {why}");
            ExitCode::FAILURE
        }
    }
}

/// Whether all records of all files are in the history now.
async fn replay(files: &[String]) -> Result<bool, Box<dyn Error>> {
    let table =
        env::var("HISTORY_TABLE_NAME").map_err(|_| "HISTORY_TABLE_NAME is not set: the name of the history's table")?;
    let history = History::new(Client::from_conf(dynamodb::config_from_env()?), table);
    let recorder = Recorder::new(history, Recorder::days_from_env()?);
    let (mut out, mut all) = (std::io::stdout(), true);
    for file in files {
        let event = event(&fs::read(file).map_err(|error| format!("{file}: {error}"))?);
        let event = event.ok_or_else(|| format!("{file}: is no failed batch of a table's stream"))?;
        let answer: Value = serde_json::from_str(&recorder.record(event.to_string().as_bytes(), None).await.json)?;
        match answer["batchItemFailures"].get(0) {
            None => {
                writeln!(out, "{file}: {} records are in the history", event["Records"].as_array().map_or(0, Vec::len))?
            }
            Some(failed) => {
                all = false;
                writeln!(
                    out,
                    "{file}: stopped at sequence number {}; the line in the log says why",
                    failed["itemIdentifier"]
                )?;
            }
        }
    }
    Ok(all)
}

/// The batch: the object's `payload`, a text or as it is, or the object itself.
/// <https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html>
fn event(object: &[u8]) -> Option<Value> {
    let object: Value = serde_json::from_slice(object).ok()?;
    let event = match &object["payload"] {
        Value::String(text) => serde_json::from_str(text).ok()?,
        Value::Null => object,
        payload => payload.clone(),
    };
    event["Records"].is_array().then_some(event)
}

//! `claims-erase MEMBER [--yes]`: takes a member out of the table (SECURITY.md, *To erase a member*). Not deployed: for somebody with
//! the account's credentials in the environment, `AWS_REGION`, `DYNAMODB_TABLE_NAME` and `HISTORY_TABLE_NAME`. Says how much, never what.

use std::{env, error::Error, io::Write, process::ExitCode};

use aws_sdk_dynamodb::Client;
use claims_server::{Erased, History, Store, dynamodb};

const USAGE: &str = "\
usage: claims-erase MEMBER [--yes]
  Tells how many items the tables have of this member; with --yes it removes them for good, tombstones and history too: the member's
  idempotency keys are free again, so that a repeated create makes its claim anew. Credentials, AWS_REGION, DYNAMODB_TABLE_NAME and
  HISTORY_TABLE_NAME come from the environment. SECURITY.md says what else has to be erased.";

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let (member, really) = match &arguments[..] {
        [member] if !member.starts_with('-') => (member, false),
        [member, yes] | [yes, member] if yes == "--yes" => (member, true),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match erase(member, really).await {
        Ok(Erased { left: 0, .. }) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(why) => {
            eprintln!("claims-erase: {why}");
            ExitCode::FAILURE
        }
    }
}

async fn erase(member: &str, really: bool) -> Result<Erased, Box<dyn Error>> {
    let member = member.parse().map_err(|wrong| format!("the member's id {wrong}"))?;
    let table = env::var("DYNAMODB_TABLE_NAME").map_err(|_| "DYNAMODB_TABLE_NAME is not set: the table's name")?;
    let history =
        env::var("HISTORY_TABLE_NAME").map_err(|_| "HISTORY_TABLE_NAME is not set: the name of the history's table")?;
    let client = Client::from_conf(dynamodb::config_from_env()?);
    let store = Store::new(client.clone(), table);
    let mut erased = store.erase(&member, really).await?;
    let (entries, came) = History::new(client, history).erase(&member, really).await?;
    erased.left += came;
    let Erased { claims, tombstones, unknown, left } = &erased;
    let mut out = std::io::stdout();
    let verb = if really { "erased" } else { "would erase" };
    writeln!(out, "{verb} {claims} claims and {tombstones} tombstones, and {entries} entries of their history")?;
    if !unknown.is_empty() {
        let names: Vec<_> = unknown.iter().map(String::as_str).collect();
        writeln!(out, "in them attributes that this release does not know: {}", names.join(", "))?;
    }
    if *left > 0 {
        writeln!(out, "{left} items have come meanwhile: run it again")?;
    }
    Ok(erased)
}

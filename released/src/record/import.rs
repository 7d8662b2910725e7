//! `import/`: imports that a user interrupted, what was rejected of one, and an export: files that wait for a later release.

use std::{
    env, fs,
    path::Path,
    process::{Output, Stdio},
    time::Duration,
};

use claims_local::{Fault, LocalApi};
use claims_released::{Error, forms, http};
use serde_json::Value;
use tokio::process::Command;

use super::items;

const HEADING: &str = "memberId,policyId,memberName,policyType,claimAmount,description\n";
const ROWS: usize = 24;

/// Interrupts an import in each format. The keys are of now: a reader's clock has to be later.
pub async fn record(entry: &Path) -> Result<(), Error> {
    let folder = entry.join(forms::IMPORT);
    fs::create_dir(&folder)?;
    let data = folder.join(forms::DATA_FILE);
    let api = LocalApi::builder().data_file(&data).start().await?;

    let rows: String = (1..=ROWS).map(|row| format!("csv,p,\"Zoë, \"\"B\"\"\",Health,{row}.05,row {row}\n")).collect();
    fs::write(folder.join("claims.csv"), format!("{HEADING}{rows}"))?;
    interrupted(&api, &folder, "claims.csv", "csv").await?;
    let row = |row: usize| {
        format!(
            r#"{{"memberId":"jsonl","policyId":"p","memberName":"Zoë","policyType":"Life","claimAmount":{row}.5,"description":"line\nbreak"}}"#
        ) + "\n"
    };
    fs::write(folder.join("claims.jsonl"), (1..=ROWS).map(row).collect::<String>())?;
    interrupted(&api, &folder, "claims.jsonl", "jsonl").await?;

    fs::write(folder.join("wrong.csv"), format!("{HEADING}wrong,p,Ann,Helth,1.5,a\nwrong,p,Bob,Life,2,b\n"))?;
    run(&api, &folder, &["import", "wrong.csv"]).await?;
    for file in ["export.csv", "export.jsonl"] {
        run(&api, &folder, &["export", "--member", "csv", file]).await?;
    }
    api.stop().await;
    items::closed(&data)
}

/// The program as a process of its own, in `folder`, against `api`.
fn command(api: &LocalApi, folder: &Path, arguments: &[&str]) -> Result<Command, Error> {
    let mut command = Command::new(env::current_exe()?);
    command.args(arguments).current_dir(folder).env("CLAIMS_API_URL", api.url());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    Ok(command)
}

async fn run(api: &LocalApi, folder: &Path, arguments: &[&str]) -> Result<Output, Error> {
    Ok(command(api, folder, arguments)?.output().await?)
}

async fn count(api: &LocalApi, member: &str) -> Result<usize, Error> {
    let target = format!("/{}/claim?memberId={member}&limit=100", LocalApi::STAGE);
    let page = http::send(api.address(), &http::request("GET", &target, &[], "")).await?.json()?;
    Ok(page["claims"].as_array().map_or(0, Vec::len))
}

async fn interrupted(api: &LocalApi, folder: &Path, file: &str, member: &str) -> Result<(), Error> {
    // Held, so that the interruption comes in their midst.
    (0..8).for_each(|_| api.inject(Fault::Delay(Duration::from_millis(300))));
    let running = command(api, folder, &["import", file, "--json", "-c", "2"])?.spawn()?;
    while count(api, member).await? == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let id = running.id().ok_or("the import has ended already")?.to_string();
    Command::new("kill").args(["-INT", &id]).status().await?;
    let said = running.wait_with_output().await?;
    api.clear_faults();
    let summary: Value = serde_json::from_slice(&said.stdout)?;
    let there = count(api, member).await?;
    if said.status.code() != Some(130) || there == 0 || there == ROWS {
        return Err(format!("the import of {file} was to be interrupted in its midst: {summary}, {there} there").into());
    }
    eprintln!("{file}: {there} of {ROWS} rows were there when the import was interrupted");
    Ok(())
}

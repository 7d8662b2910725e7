//! Files that a user kept: an interrupted import is finished, what was rejected is imported, an export comes back.

use std::{
    collections::BTreeSet,
    fs,
    path::Path,
    process::{Command, Output},
};

use claims_local::LocalApi;
use claims_released::{entry::Entry, forms, http};
use serde_json::Value;

use crate::support::{copied_folder, entries, holds};

/// Of each interrupted file.
const ROWS: usize = 24;

/// The `claims` program in `folder`, against `api`, as a process of its own.
async fn claims(api: &LocalApi, folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_claims-released"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("CLAIMS_API_")) {
        command.env_remove(name);
    }
    command.args(arguments).current_dir(folder).env("CLAIMS_API_URL", api.url());
    tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap()
}

#[track_caller]
fn said(output: &Output) -> Value {
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).unwrap()
}

async fn listed(api: &LocalApi, member: &str) -> Vec<Value> {
    let target = format!("/{}/claim?memberId={member}&limit=100", LocalApi::STAGE);
    let answer = http::send(api.address(), &http::request("GET", &target, &[], "")).await.unwrap();
    answer.json().unwrap()["claims"].as_array().unwrap().clone()
}

fn ids(claims: &[Value]) -> BTreeSet<String> {
    claims.iter().map(|claim| claim["claimId"].as_str().unwrap().to_owned()).collect()
}

/// The keys of a keyed copy, in whatever place it has them. 0.1.0 wrote such copies; later releases keep keys in a folder of
/// their own, in a form that is the program's.
fn keys(copy: &Path) -> Option<BTreeSet<String>> {
    let text = fs::read_to_string(copy).ok()?;
    let is_key = |text: &&str| text.len() == 36 && text.bytes().filter(|byte| *byte == b'-').count() == 4;
    Some(text.split([',', '"', '\n']).filter(is_key).map(str::to_owned).collect())
}

async fn api(entry: &Entry) -> (LocalApi, tempfile::TempDir) {
    let folder = copied_folder(entry, forms::IMPORT);
    let api = LocalApi::builder().data_file(folder.path().join(forms::DATA_FILE)).start().await.unwrap();
    (api, folder)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_interrupted_import_is_finished_each_row_once() {
    for entry in entries() {
        for format in ["csv", "jsonl"] {
            let (api, folder) = api(&entry).await;
            let of = format!("released/{}, {format}", entry.version);
            let keyed = folder.path().join(format!("claims.keyed.{format}"));
            let (kept, keys) = (fs::read(&keyed).ok(), keys(&keyed));
            let before = ids(&listed(&api, format).await);
            assert!(!before.is_empty() && before.len() < ROWS, "{of}: {before:?}");

            let summary = said(&claims(&api, folder.path(), &["import", &format!("claims.{format}"), "--json"]).await);
            assert_eq!((&summary["imported"], &summary["left"]), (&ROWS.into(), &0.into()), "{of}: {summary}");
            let after = listed(&api, format).await;
            assert_eq!(after.len(), ROWS, "{of}: each row once");
            assert!(before.is_subset(&ids(&after)), "{of}: no row got another key");
            assert_eq!(fs::read(&keyed).ok(), kept, "{of}: the copy is as it was");
            let Some(keys) = keys else { continue };
            assert_eq!(ids(&after), keys, "{of}: each row under its key");

            // The copy is a file like any other.
            said(&claims(&api, folder.path(), &["import", &format!("claims.keyed.{format}"), "--json"]).await);
            assert_eq!(listed(&api, format).await, after, "{of}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_that_were_rejected_are_imported_once_they_are_right() {
    for entry in entries() {
        let (api, folder) = api(&entry).await;
        let file = folder.path().join("wrong.rejected.csv");
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.contains("Helth"));
        fs::write(&file, text.replace("Helth", "Health")).unwrap();
        let summary = said(&claims(&api, folder.path(), &["import", "wrong.rejected.csv", "--json"]).await);
        assert_eq!((&summary["imported"], &summary["rejected"]), (&1.into(), &0.into()), "{summary}");
        let claims = ids(&listed(&api, "wrong").await);
        assert_eq!(claims.len(), 2, "released/{}", entry.version);
        // The keyed copy was of both rows.
        assert!(keys(&folder.path().join("wrong.keyed.csv")).is_none_or(|keys| keys == claims));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_export_is_imported_as_the_same_claims() {
    for entry in entries() {
        let (here, folder) = api(&entry).await;
        for file in ["export.csv", "export.jsonl"] {
            let there = LocalApi::start().await.unwrap();
            said(&claims(&there, folder.path(), &["import", file, "--json"]).await);
            let (mut old, new) = (listed(&here, "csv").await, listed(&there, "csv").await);
            for claim in &mut old {
                // An import is a create: these are of the day.
                for name in ["createdAt", "updatedAt"] {
                    claim.as_object_mut().unwrap().remove(name).unwrap();
                }
            }
            assert!(!old.is_empty());
            holds(&Value::Array(old), &Value::Array(new), &format!("released/{}, {file}", entry.version));
        }
    }
}

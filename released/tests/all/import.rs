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

use crate::support::{copied, entries, holds};

const FILES: [&str; 10] = [
    "import/claims.db",
    "import/claims.csv",
    "import/claims.keyed.csv",
    "import/claims.jsonl",
    "import/claims.keyed.jsonl",
    "import/wrong.csv",
    "import/wrong.keyed.csv",
    "import/wrong.rejected.csv",
    "import/export.csv",
    "import/export.jsonl",
];

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

/// The keys of a keyed copy, in whatever place it has them.
fn keys(text: &str) -> BTreeSet<String> {
    let is_key = |text: &&str| text.len() == 36 && text.bytes().filter(|byte| *byte == b'-').count() == 4;
    text.split([',', '"', '\n']).filter(is_key).map(str::to_owned).collect()
}

async fn api(entry: &Entry) -> (LocalApi, tempfile::TempDir) {
    let folder = copied(entry, &FILES);
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
            let kept = fs::read_to_string(&keyed).unwrap();
            let keys = keys(&kept);
            let before = ids(&listed(&api, format).await);
            assert!(!before.is_empty() && before.len() < keys.len() && before.is_subset(&keys), "{of}: {before:?}");

            let summary = said(&claims(&api, folder.path(), &["import", &format!("claims.{format}"), "--json"]).await);
            assert_eq!((&summary["imported"], &summary["left"]), (&keys.len().into(), &0.into()), "{of}: {summary}");
            let after = listed(&api, format).await;
            assert_eq!((ids(&after), after.len()), (keys.clone(), keys.len()), "{of}: each row once, under its key");
            assert_eq!(fs::read_to_string(&keyed).unwrap(), kept, "{of}: no row got another key");

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
        // The keyed copy was of both rows.
        let keyed = fs::read_to_string(folder.path().join("wrong.keyed.csv")).unwrap();
        assert_eq!(ids(&listed(&api, "wrong").await), keys(&keyed));
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

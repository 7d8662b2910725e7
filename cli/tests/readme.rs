//! The README's commands do what it says, pasted as they stand.
#![cfg(unix)]
#![allow(missing_docs, clippy::unwrap_used)]

use std::process::Command;

use claims_local::LocalApi;

/// The shell blocks of the README's section of this title.
fn shell_blocks(title: &str) -> Vec<String> {
    let readme = include_str!("../../README.md");
    let section = readme.split("\n## ").find(|section| section.starts_with(title)).unwrap();
    section.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_curl_calls_work_as_pasted() {
    if Command::new("curl").arg("--version").output().is_err() {
        eprintln!("SKIPPED: the README's curl calls, for there is no curl on this machine");
        return;
    }
    let api = LocalApi::start().await.unwrap();
    let blocks = shell_blocks("Call it with curl").join("\n").replace("http://127.0.0.1:9000/dev", &api.url());
    let output = tokio::task::spawn_blocking(move || Command::new("sh").args(["-ec", &blocks]).output()).await;
    let output = output.unwrap().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    // A body ends without a newline, so the next status may follow on its line.
    let statuses: Vec<_> =
        said.split("HTTP/1.1 ").skip(1).map(|answer| answer.lines().next().unwrap().trim()).collect();
    assert_eq!(statuses, ["201 Created", "200 OK", "200 OK", "204 No Content"]);
    for promised in
        ["750.25", "in_review", "\"2\"", "validation_failed", "policyId is missing", "description is missing"]
    {
        assert!(said.contains(promised), "{promised} is missing: {said}");
    }
}

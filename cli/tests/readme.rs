//! The README's commands do what it says, pasted as they stand.
#![cfg(unix)]
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use std::{path::Path, process::Command};

use claims_local::LocalApi;
use support::Said;

const README: &str = include_str!("../../README.md");
const OF_CLAIMS: &str = include_str!("../../examples/README.md");

/// The blocks of this language in a text's section of this title.
fn blocks(text: &str, title: &str, language: &str) -> Vec<String> {
    let section = text.split("\n## ").find(|section| section.starts_with(title)).unwrap();
    let begin = format!("```{language}\n");
    section.split(&begin).skip(1).map(|rest| rest.split("```").next().unwrap().to_owned()).collect()
}

/// A shell in `folder`, with `claims` on its path.
fn shell(folder: &Path, script: &str) -> Command {
    let mut shell = support::command(&[]);
    let programs = Path::new(shell.get_program()).parent().unwrap().to_owned();
    let path = std::env::join_paths(
        [folder.to_owned(), programs].into_iter().chain(std::env::split_paths(&std::env::var_os("PATH").unwrap())),
    );
    let variables: Vec<_> =
        shell.get_envs().map(|(name, value)| (name.to_owned(), value.map(ToOwned::to_owned))).collect();
    shell = Command::new("sh");
    for (name, value) in variables {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    shell
        .args(["-ec", script])
        .current_dir(folder)
        .env("PATH", path.unwrap())
        .env("XDG_STATE_HOME", folder)
        .env("HOME", folder);
    shell
}

#[test]
fn the_commands_of_the_readme_work_as_pasted() {
    let folder = tempfile::tempdir().unwrap();
    let all = blocks(README, "Call it from a terminal", "sh");
    let (install, pasted) = all.split_first().unwrap();
    // Installing is a build of minutes; that the package and its program are there is what can be wrong.
    assert!(install.starts_with("cargo install --locked --path cli ") && Path::new("../cli/src/main.rs").exists());
    let said = Said::of(shell(folder.path(), &pasted.join("\n")).output().unwrap());
    for promised in ["left     0 claims", "HTTP", "3 rows read = 3 made", "Health"] {
        assert!(said.ends(0).out.contains(promised), "{promised} is missing: {}", said.out);
    }
    let example = std::fs::read_to_string(folder.path().join("claims.csv")).unwrap();
    assert_eq!(blocks(README, "Call it from a terminal", "csv"), [example]);
}

#[test]
fn the_commands_of_the_examples_readme_work_as_pasted() {
    let (api, folder) = (support::api(), tempfile::tempdir().unwrap());
    let run = |script: &str| {
        let said = shell(folder.path(), script).env("CLAIMS_API_URL", api.api.url()).output().unwrap();
        Said::of(said)
    };
    let one = blocks(OF_CLAIMS, "One claim", "console");
    let (create, rest) = one[0].split_once('\n').unwrap();
    let created = run(create);
    let id = created.ends(0).out.lines().next().unwrap().split_whitespace().nth(1).unwrap().to_owned();
    let updated = run(&rest.replace("0190f8f4-0d3c-7c3a-9d53-6f1f2f7a9b10", &id));
    assert!(updated.ends(0).out.contains("in_review"), "{}", updated.out);
    assert!(run(&one[1]).ends(0).out.contains("nothing is open"));
    let imported = run(&blocks(OF_CLAIMS, "Import", "console").join("\n"));
    assert!(imported.ends(0).out.contains("3 right") && imported.out.contains("3 made"), "{}", imported.out);
    run(&blocks(OF_CLAIMS, "Export", "console").join("\n")).ends(0);
    assert!(std::fs::read_to_string(folder.path().join("claims.jsonl")).unwrap().contains(&id));

    // What Terraform would print.
    let terraform = r#"#!/bin/sh
echo '{"client_environment": {"value": {"alias": {"CLAIMS_API_MODE": "alias", "CLAIMS_API_ID": "a1b2c3d4e5"}}}}'"#;
    std::fs::write(folder.path().join("terraform"), terraform).unwrap();
    let executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(folder.path().join("terraform"), executable).unwrap();
    let named =
        run(&format!("{}echo $CLAIMS_API_ID/$CLAIMS_API_URL", blocks(OF_CLAIMS, "Which API", "console").join("\n")));
    assert_eq!(named.ends(0).out, "a1b2c3d4e5/\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_curl_calls_work_as_pasted() {
    if Command::new("curl").arg("--version").output().is_err() {
        eprintln!("SKIPPED: the README's curl calls, for there is no curl on this machine");
        return;
    }
    let api = LocalApi::start().await.unwrap();
    let blocks = blocks(README, "Call it with curl", "sh").join("\n").replace("http://127.0.0.1:9000/dev", &api.url());
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

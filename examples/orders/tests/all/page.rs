//! `docs/your-own-api.md`: its code stands in the sources, its commands run as they stand there.
#![cfg(unix)]

use std::{
    fs,
    path::{Path, PathBuf},
};

use orders::local;
use tokio::process::Command;

const PAGE: &str = include_str!("../../../../docs/your-own-api.md");

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// The page's blocks of this language.
fn blocks(language: &str) -> Vec<&'static str> {
    let fence = format!("```{language}\n");
    let blocks = PAGE.split(fence.as_str()).skip(1);
    blocks.map(|rest| rest.split("```").next().unwrap()).collect()
}

#[test]
fn its_code_stands_in_the_file_that_it_names() {
    let blocks = blocks("rust");
    assert!(blocks.len() >= 5, "{} blocks", blocks.len());
    for block in blocks {
        let (file, code) = block.split_once('\n').unwrap();
        let file = file.strip_prefix("// ").unwrap();
        let source = fs::read_to_string(root().join("examples/orders").join(file)).unwrap();
        assert!(source.contains(code), "{file} has no longer\n{code}");
    }
}

#[test]
fn its_links_lead_somewhere() {
    let links: Vec<_> = PAGE.split("](").skip(1).map(|rest| rest.split(')').next().unwrap()).collect();
    let here: Vec<_> = links.iter().filter(|link| !link.starts_with("https://")).collect();
    assert!(here.len() > 10, "{here:?}");
    for link in here {
        assert!(root().join("docs").join(link).exists(), "{link}");
    }
}

#[tokio::test]
async fn its_commands_do_what_it_says() {
    if Command::new("curl").arg("--version").output().await.is_err() {
        eprintln!("SKIPPED: the page's curl calls, for there is no curl on this machine");
        return;
    }
    let [documents, serve, calls] = blocks("sh")[..3] else { panic!("three blocks before the deployment") };
    // The binaries are built; where they write is not the repository.
    let folder = tempfile::tempdir().unwrap();
    let programs = [
        ("cargo run -q -p orders --bin orders-documents", env!("CARGO_BIN_EXE_orders-documents")),
        ("cargo run -q -p orders --bin orders-local --", env!("CARGO_BIN_EXE_orders-local")),
    ];
    let built = |command: &str| programs.iter().fold(command.to_owned(), |c, (cargo, file)| c.replace(cargo, file));

    let written = folder.path().display().to_string();
    let documents = built(documents).replace("examples/orders/openapi", &written);
    assert!(sh(&documents).await.is_empty());
    for file in ["orders.openapi.json", "orders.apigateway.json"] {
        let committed = fs::read(root().join("examples/orders/openapi").join(file)).unwrap();
        assert!(fs::read(folder.path().join(file)).unwrap() == committed, "{file}");
    }

    // What it serves is asked below; that the options are right shows when it refuses none of them.
    let help = built(serve).trim().replace(" --port 9100", " --port 0 --help");
    assert!(sh(&help).await.contains("--data <FILE>"));

    let api = local::start().await.unwrap();
    let calls = calls.replace("http://127.0.0.1:9100/dev", &api.url());
    assert_ne!(calls, blocks("sh")[2]);
    let said = sh(&calls).await + &sh(&calls).await;
    let statuses: Vec<_> = said.split("HTTP/1.1 ").skip(1).map(|answer| answer.split(' ').next().unwrap()).collect();
    assert_eq!(statuses, ["201", "200", "200", "200", "412", "200"], "{said}");
    assert!(said.contains(r#""quantity":3"#) && said.contains(r#"{"orders":["#), "{said}");
}

async fn sh(commands: &str) -> String {
    let output = Command::new("sh").args(["-ec", commands]).current_dir(root()).output().await.unwrap();
    assert!(output.status.success(), "{commands}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

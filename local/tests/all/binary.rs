//! `claims-local` as a user runs it: start, stop, restart, mistakes, logs.

use std::process::Command;

use crate::common::{
    new_claim,
    running::{Running, data_file, fails},
};
use claims_client::types::*;

#[cfg(unix)]
#[tokio::test]
async fn it_greets_with_commands_that_work_and_ends_cleanly() {
    let running = Running::start(&["--port", "0"]);
    let start = running.greeting.find("  curl").unwrap();
    let end = running.greeting.find("Ctrl-C").unwrap();
    let commands = running.greeting[start..end].to_owned();
    assert_eq!(commands.matches("curl -").count(), 4, "three lines, the last with a look-up inside: {commands}");
    if Command::new("curl").arg("--version").output().is_ok() {
        let pasted = Command::new("sh").args(["-ec", &commands]).output().unwrap();
        let text = String::from_utf8(pasted.stdout).unwrap();
        assert!(text.contains("201 Created") && text.contains("200 OK"), "{text}");
    } else {
        eprintln!("SKIPPED: pasting the greeting's commands, for there is no curl on this machine");
    }
    let (code, log) = running.interrupt();
    assert_eq!(code, Some(0), "{log}");
}

#[cfg(unix)]
#[tokio::test]
async fn its_log_has_one_line_a_request_and_nothing_personal() {
    let running = Running::start(&["--port", "0"]);
    let client = running.client();
    let claim = client.create_claim(new_claim("member-7")).await.unwrap();
    let stranger: MemberId = "member-8".parse().unwrap();
    assert!(client.get_claim(&stranger, claim.claim_id).await.unwrap_err().is_not_found());
    let (_, log) = running.interrupt();
    let lines: Vec<_> = log.lines().filter(|line| line.contains("request_id")).collect();
    assert_eq!(lines.len(), 2, "{log}");
    assert!(lines[0].contains("createClaim") && lines[0].contains("status=201"), "{log}");
    assert!(lines[1].contains("getClaim") && lines[1].contains("claim_not_found"), "{log}");
    for secret in ["Jöhn", "19.99", "snow", "member-7", "member-8", "memberId", "p-1"] {
        assert!(!log.contains(secret), "{secret} is in the log: {log}");
    }
}

#[test]
fn mistakes_are_said_with_their_mend() {
    let folder = tempfile::tempdir().unwrap();
    let file = data_file(folder.path());
    let running = Running::start(&["--port", "0", "--data", &file]);
    let said = fails(&["--port", "0", "--data", &file]);
    assert!(said.contains("in use by another claims-local") && said.contains("choose another file"), "{said}");
    let port = running.url().split([':', '/']).nth(4).unwrap().to_owned();
    let said = fails(&["--port", &port]);
    assert!(said.contains(&port) && said.contains("choose another port"), "{said}");
    let said = fails(&["--port", "0", "--data", "/nonexistent/folder/claims.db"]);
    assert!(said.contains("/nonexistent/folder/claims.db"), "{said}");
    let not_a_database = folder.path().join("notes.txt");
    std::fs::write(&not_a_database, "not a database, and not to be overwritten").unwrap();
    let said = fails(&["--port", "0", "--data", not_a_database.to_str().unwrap()]);
    assert!(said.contains("notes.txt"), "{said}");
    assert!(std::fs::read_to_string(&not_a_database).unwrap().starts_with("not a database"));
    let said = fails(&["--port", "high"]);
    assert!(said.contains("--port"), "{said}");
}

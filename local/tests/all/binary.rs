//! `claims-local` as a user runs it: start, stop, restart, mistakes, logs.

use std::process::Command;

use crate::common::{
    new_claim,
    running::{Running, data_file, fails},
};
use claims_client::types::*;
use serde_json::Value;

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

/// Every event that it writes is one that a function takes: the same answer comes out again.
#[cfg(unix)]
#[tokio::test]
async fn events_can_be_fed_to_a_function() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("events.jsonl");
    let running = Running::start(&["--port", "0", "--events", file.to_str().unwrap()]);
    let client = running.client();
    let claim = client.create_claim(new_claim("member-7")).await.unwrap();
    assert!(client.get_claim(&"member-8".parse().unwrap(), claim.claim_id).await.unwrap_err().is_not_found());
    assert_eq!(running.interrupt().0, Some(0));
    let lines = std::fs::read_to_string(&file).unwrap();
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.iter().map(|line| &line["operationId"]).collect::<Vec<_>>(), ["createClaim", "getClaim"]);
    let function = crate::common::event::api().await;
    for line in &lines {
        let operation: Operation = line["operationId"].as_str().unwrap().parse().unwrap();
        let again = function.answer(operation, line["event"].to_string().as_bytes(), None).await;
        let again: Value = serde_json::from_str(&again.json).unwrap();
        assert_eq!(again["statusCode"], line["answer"]["statusCode"], "{operation}");
        let id = |answer: &Value| {
            serde_json::from_str::<Value>(answer["body"].as_str().unwrap()).unwrap()["claimId"].clone()
        };
        assert_eq!(id(&again), id(&line["answer"]), "{operation}");
    }
    // Others of this machine do not read it; what is no file is not written to.
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o077, 0);
    let said = fails(&["--port", "0", "--events", folder.path().to_str().unwrap()]);
    assert!(said.contains("cannot write events to") && said.contains("choose another file"), "{said}");
}

#[cfg(unix)]
#[tokio::test]
async fn faults_are_asked_for_on_the_command_line() {
    let running = Running::start(&["--port", "0", "--fault", "throttle=7", "--fault", "status=503"]);
    let address = running.url().split('/').nth(2).unwrap().parse().unwrap();
    let list = |header: &str| {
        let head = "GET /dev/claim?memberId=1 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n";
        crate::common::raw(address, format!("{head}{header}\r\n"))
    };
    let answer = list("").await;
    assert!(answer.starts_with("HTTP/1.1 429 ") && answer.contains("retry-after: 7\r\n"), "{answer}");
    assert!(list("").await.starts_with("HTTP/1.1 503 "));
    // Nobody has asked for the header to mean anything.
    let answer = list("X-Local-Fault: status=500\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    let said = fails(&["--port", "0", "--fault", "earthquake"]);
    assert!(said.contains("reset-before"), "{said}");
}

/// One line for each kind of request that AWS takes otherwise than it looks, and no value in it.
#[cfg(unix)]
#[tokio::test]
async fn what_aws_would_take_otherwise_is_told_once() {
    let running = Running::start(&["--port", "0"]);
    let address = running.url().split('/').nth(2).unwrap().parse().unwrap();
    let long = "a".repeat(7000);
    let kinds = [
        ("raw `;`", "/dev/claim?memberId=1;secret=1", String::new()),
        ("raw `|`", "/dev/claim?memberId=1&x=|secret", String::new()),
        ("X-HTTP-Method-Override", "/dev/claim?memberId=1", "X-HTTP-Method-Override: secret\r\n".to_owned()),
        ("8,000 bytes", "/dev/claim?memberId=1", format!("X-Long: secret{long}\r\n")),
        ("8,192 characters", &format!("/dev/claim?memberId=1&x=secret{long}"), String::new()),
        ("percent-encoded", "/dev/claim/secret%2D?memberId=1", String::new()),
    ];
    for _ in 0..2 {
        for (_, target, header) in &kinds {
            let request = format!("GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{header}\r\n");
            crate::common::raw(address, request).await;
        }
    }
    let (_, log) = running.interrupt();
    let told: Vec<_> = log.lines().filter(|line| line.contains("(said once)")).collect();
    assert_eq!(told.len(), kinds.len(), "{log}");
    for ((words, ..), line) in kinds.iter().zip(&told) {
        assert!(line.contains(words) && line.contains("WARN"), "{words}: {line}");
    }
    assert!(!log.contains("secret"), "{log}");
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

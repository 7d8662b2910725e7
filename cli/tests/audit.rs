//! `claims audit` over lines as both logs have them.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use std::{io::Write, process::Stdio};

use private_api_contract::AuditKey;
use serde_json::{Value, json};
use support::{Said, command, of_shape};

const OLD: &str = "0123456789abcdef0123456789abcdef";
const NEW: &str = "fedcba9876543210fedcba9876543210";
const X: &str = "0190f8f4-0d3c-7c3a-9d53-6f1f2f7a9b10";
const Y: &str = "0190f8f4-0d3c-7c3a-9d53-6f1f2f7a9b11";
const ARN: &str = "arn:aws:sts::123456789012:assumed-role/claims-worker/i-0abc";

fn call(second: u32, operation: &str, claim: Option<&str>, member: &str, key: Option<&str>) -> Value {
    let key: Option<AuditKey> = key.map(|key| key.parse().unwrap());
    let mut line = json!({
        "timestamp": format!("2026-11-22T16:00:{second:02}.123456Z"), "level": "INFO", "message": "request",
        "operation": operation, "status": 200, "latency_ms": 7, "request_id": format!("r-{second}"), "arn": ARN,
        "on_behalf_of": "adjuster-7", "target": "claims_server::api",
    });
    if let Some(claim) = claim {
        line["resource"] = claim.into();
    }
    if let Some(key) = key {
        (line["subject"], line["subject_key"]) = (key.hash(member).into(), key.id().into());
    }
    line
}

fn access(second: u32, integration: &str, error: &str) -> Value {
    json!({
        "requestId": format!("g-{second}"), "extendedRequestId": "x=", "time": format!("22/Nov/2026:16:00:{second:02} +0000"),
        "method": "GET", "resource": "/claim/{claimId}", "status": "403", "errorType": error, "integrationStatus": integration,
        "endpoint": "vpce-0a1b", "source": "10.0.16.7", "caller": "-",
    })
}

/// Two members, a key that was changed, a claim of the same id with both members, and what else there is in logs.
fn log() -> String {
    let lines = [
        call(3, "updateClaim", Some(X), "m1", Some(NEW)).to_string(),
        format!("2026-11-22T16:00:01.000Z {}", call(1, "createClaim", Some(X), "m1", Some(OLD))),
        json!({"timestamp": 1, "message": call(2, "listClaims", None, "m1", Some(OLD)).to_string()}).to_string(),
        call(4, "listClaims", None, "m2", Some(NEW)).to_string(),
        call(5, "getClaim", Some(X), "m2", Some(NEW)).to_string(),
        call(6, "getClaim", Some(Y), "m1", Some(NEW)).to_string(),
        call(7, "listClaims", None, "m1", Some(NEW)).to_string(),
        access(8, "-", "MISSING_AUTHENTICATION_TOKEN").to_string(),
        access(9, "200", "-").to_string(),
        json!({"timestamp": "2026-11-22T16:00:00Z", "message": "warm-up", "operation": "getClaim"}).to_string(),
        "START RequestId: 1 Version: $LATEST".to_owned(),
        "REPORT {not json".to_owned(),
    ];
    lines.join("\n")
}

fn audit(arguments: &[&str], log: &str, keys: &[&str]) -> Said {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("keys");
    std::fs::write(&file, keys.join("\n")).unwrap();
    let mut arguments = [&["audit"], arguments].concat();
    if !keys.is_empty() {
        arguments.extend(["--keys", file.to_str().unwrap()]);
    }
    let mut command = command(&arguments);
    let mut running = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    running.stdin.take().unwrap().write_all(log.as_bytes()).unwrap();
    Said::of(running.wait_with_output().unwrap())
}

/// The seconds of the calls that were told.
fn told(said: &Said) -> Vec<u64> {
    of_shape("audited", &said.out);
    let lines = said.out.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines.map(|line| line["requestId"].as_str().unwrap()[2..].parse().unwrap()).collect()
}

#[test]
fn who_has_read_or_changed_a_claim_lists_of_its_member_included() {
    let both = [NEW, OLD];
    // With its member, the other member's claim of the same id is another claim.
    let said = audit(&["--json", "--claim", X, "--member", "m1"], &log(), &both);
    assert_eq!(told(said.ends(0)), [1, 2, 3, 7], "{}", said.out);
    let first: Value = serde_json::from_str(said.out.lines().next().unwrap()).unwrap();
    let wanted = json!({
        "at": "2026-11-22T16:00:01.123Z", "operation": "createClaim", "claimId": X, "status": 200, "code": null, "arn": ARN,
        "vpceId": null, "sourceIp": null, "onBehalfOf": "adjuster-7", "requestId": "r-1", "refusedByGateway": null, "route": null,
    });
    assert_eq!(first, wanted);
    // By the claim alone: whoever's it is, and the lists of those, as far as the hashes tell.
    let said = audit(&["--json", "--claim", X], &log(), &[]);
    assert_eq!(told(said.ends(0)), [1, 2, 3, 4, 5, 7]);
    assert!(said.err.contains("1 calls were refused by the gateway"), "{}", said.err);
}

#[test]
fn what_was_done_with_a_members_claims_over_several_keys() {
    let said = audit(&["--json", "-m", "m1"], &log(), &[OLD, NEW]);
    assert_eq!(told(said.ends(0)), [1, 2, 3, 6, 7]);
    let said = audit(&["--json", "-m", "m2"], &log(), &[OLD, NEW]);
    assert_eq!(told(said.ends(0)), [4, 5]);
    let said = audit(&["--json", "-m", "m3"], &log(), &[OLD, NEW]);
    assert!(told(said.ends(0)).is_empty() && said.err.contains("nothing"), "{}", said.err);
}

#[test]
fn an_answer_that_may_not_be_whole_is_not_told_as_one() {
    let said = audit(&["--json", "-m", "m1"], &log(), &[NEW]);
    assert_eq!(told(said.ends(1)), [3, 6, 7]);
    let old: AuditKey = OLD.parse().unwrap();
    assert!(
        said.err.contains("may not be all") && said.err.contains(old.id()) && !said.err.contains(NEW),
        "{}",
        said.err
    );
    let without = call(1, "listClaims", None, "m1", None).to_string();
    for arguments in [&["-m", "m1"][..], &["--claim", X]] {
        let said = audit(arguments, &without, &[NEW]);
        assert!(said.ends(1).err.contains("without an audit key"), "{}", said.err);
    }
    let line = call(1, "getClaim", Some(X), "m1", Some(NEW)).to_string();
    let said = audit(&["--claim", X], &line[..line.len() - 5], &[]);
    assert!(said.ends(1).err.contains("cannot be read"), "{}", said.err);
}

#[test]
fn all_of_both_logs_for_people_and_scripts() {
    let said = audit(&["--json"], &log(), &[]);
    assert_eq!(told(said.ends(0)), [1, 2, 3, 4, 5, 6, 7, 8]);
    let refused: Value = serde_json::from_str(said.out.lines().last().unwrap()).unwrap();
    assert_eq!(
        (&refused["refusedByGateway"], &refused["vpceId"], &refused["sourceIp"], &refused["route"]),
        (
            &json!("MISSING_AUTHENTICATION_TOKEN"),
            &json!("vpce-0a1b"),
            &json!("10.0.16.7"),
            &json!("GET /claim/{claimId}")
        )
    );
    let said = audit(&[], &log(), &[]);
    let lines: Vec<_> = said.ends(0).out.lines().collect();
    assert_eq!(lines.len(), 8);
    assert!(lines[0].contains("createClaim") && lines[0].contains(ARN) && lines[0].contains("adjuster-7 (asserted)"));
    assert!(lines[7].contains("refused by the gateway") && lines[7].contains("vpce-0a1b 10.0.16.7"), "{}", lines[7]);
}

#[test]
fn keys_are_asked_for_and_shown_nowhere() {
    assert!(audit(&["-m", "m1"], "", &[]).ends(2).err.contains("--keys"));
    let said = audit(&["-m", "m1"], "", &[NEW, "a-short-secret"]);
    assert!(said.ends(2).err.contains("line 2") && !said.err.contains("short-secret"), "{}", said.err);
}

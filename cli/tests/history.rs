//! `claims history`: what it shows, and that a gap is found.
#![cfg(feature = "embedded")]
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use serde_json::{Value, json};
use support::{Said, command, of_shape};

/// A claim with three versions in a data file, and the command line that begins with it.
struct Filed {
    folder: tempfile::TempDir,
    id: String,
}

impl Filed {
    fn new() -> Self {
        let mut filed = Self { folder: tempfile::tempdir().unwrap(), id: String::new() };
        let create =
            ["create", "-m", "m1", "-p", "p1", "-n", "Marker Name", "-t", "Health", "-a", "19.99", "-d", "marker"];
        filed.id =
            filed.run(&[&create[..], &["--json"]].concat()).ends(0).json()["claimId"].as_str().unwrap().to_owned();
        let id = filed.id.clone();
        filed.run(&["--on-behalf-of", "adjuster-7", "update", "-m", "m1", &id, "-s", "in_review", "-a", "20"]).ends(0);
        filed.run(&["update", "-m", "m1", &id, "-d", "marker 2"]).ends(0);
        filed
    }

    fn run(&self, arguments: &[&str]) -> Said {
        let file = self.folder.path().join("claims.db");
        let mut command = command(&[&["--data", file.to_str().unwrap()], arguments].concat());
        Said::of(command.env("XDG_STATE_HOME", self.folder.path()).output().unwrap())
    }

    fn history(&self, more: &[&str]) -> Said {
        self.run(&[&["history", "-m", "m1", &self.id], more].concat())
    }

    /// Past the API, as somebody with the file can.
    fn sql(&self, sql: &str) {
        let file = rusqlite::Connection::open(self.folder.path().join("claims.db")).unwrap();
        assert!(file.execute(sql, []).unwrap() > 0, "{sql}");
    }
}

#[test]
fn it_says_who_has_changed_what_and_from_what() {
    let filed = Filed::new();
    let said = filed.history(&[]);
    for line in [
        "   1  ",
        "  createClaim  127.0.0.1",
        "      status: pending\n",
        "      claimAmount: 19.99\n",
        "      description changed\n",
        "   2  ",
        ", for adjuster-7\n",
        "      status: pending -> in_review\n",
        "      claimAmount: 19.99 -> 20\n",
        "   3  ",
    ] {
        assert!(said.ends(0).out.contains(line), "{line}: {}", said.out);
    }
    assert!(!said.out.contains("arker"), "{}", said.out);
    let lines = filed.history(&["--json"]);
    of_shape("history", &lines.ends(0).out);
    of_shape("", &lines.out);
    assert_eq!(lines.out.lines().count(), 3);
    filed.run(&["history", "-m", "m2", &filed.id]).ends(3);
    // Without an API there is nothing to be looked at.
    Said::of(command(&["history", "-m", "m1", &filed.id]).output().unwrap()).ends(2);
}

#[test]
fn a_gap_made_on_purpose_is_found_wherever_it_is() {
    for (version, missing, words) in [
        (None, json!([]), "whole: 3 entries from version 1 on"),
        (Some(2), json!([{"from": 2, "to": 2}]), "no entry of version 2"),
        (Some(3), json!([{"from": 3, "to": 3}]), "no entry of version 3"),
    ] {
        let filed = Filed::new();
        filed.history(&["--verify"]).ends(0);
        if let Some(version) = version {
            filed.sql(&format!("DELETE FROM claimsTableHistory WHERE sk LIKE '%VERSION#{version:020}'"));
        }
        let code = if version.is_some() { 11 } else { 0 };
        let said = filed.history(&["--verify"]);
        assert!(said.ends(code).out.contains(words), "{}", said.out);
        let verdict = filed.history(&["--verify", "--json"]);
        of_shape("verified", &verdict.ends(code).out);
        assert_eq!(verdict.json()["missing"], missing);
    }
}

#[test]
fn the_end_of_a_claim_is_explained_or_said_not_to_be() {
    let filed = Filed::new();
    filed.run(&["delete", "-m", "m1", &filed.id]).ends(0);
    assert!(filed.history(&["--verify"]).ends(0).out.contains("whole: 4 entries"));
    filed.sql("DELETE FROM claimsTableHistory WHERE sk LIKE '%VERSION#%4'");
    let said = filed.history(&["--verify", "--json"]);
    let verdict: Value = said.ends(11).json();
    assert_eq!((&verdict["unexplainedEnd"], &verdict["entries"]), (&json!(true), &json!(3)));
}

#[test]
fn a_file_of_an_earlier_release_gets_its_history_from_now_on() {
    let filed = Filed::new();
    // As 0.2.0 left it: claims without a history. (The command before it records what the last one has left.)
    filed.history(&[]).ends(0);
    filed.sql("DELETE FROM claimsTableHistory");
    filed.history(&[]).ends(3);
    filed.run(&["update", "-m", "m1", &filed.id, "-a", "21"]).ends(0);
    let said = filed.history(&["--verify", "--json"]);
    assert_eq!(said.ends(0).json()["historyFrom"], 4);
    assert!(filed.history(&[]).err.contains("The history begins with version 4."));
}

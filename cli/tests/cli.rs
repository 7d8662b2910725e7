//! The `claims` program: what it prints, and how it ends.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use std::{io::Write, net::TcpListener, process::Stdio};

use claims_local::Fault;
use support::{Said, api, command};

const CREATE: [&str; 11] =
    ["create", "--member", "m1", "--policy", "p1", "--name", "Ann", "--policy-type", "Health", "--amount", "12.50"];

#[test]
fn a_claim_from_its_creation_to_its_end() {
    let api = api();
    let created = api.run(&[&CREATE[..], &["--description", "snow", "--json"]].concat());
    let claim = created.ends(0).json();
    let id = claim["claimId"].as_str().unwrap();
    assert_eq!(claim["claimAmount"], 12.5);

    let shown = api.run(&["get", "-m", "m1", id]);
    for line in ["claimAmount  12.50", "description  snow", "status       pending", "version      1"] {
        assert!(shown.ends(0).out.contains(line), "{line}: {}", shown.out);
    }
    let listed = api.run(&["list", "-m", "m1"]);
    let lines: Vec<_> = listed.ends(0).out.lines().collect();
    assert_eq!(lines.len(), 2);
    assert!(lines[1].starts_with(id) && lines.iter().all(|line| line.chars().count() <= 80), "{lines:?}");

    let updated = api.run(&["update", "-m", "m1", id, "--status", "in_review", "--json"]).ends(0).json();
    assert_eq!(
        (&updated["status"], &updated["version"], &updated["description"]),
        (&"in_review".into(), &2.into(), &"snow".into())
    );
    api.run(&["update", "-m", "m1", id, "--amount", "13", "--if-version", "1"]).ends(4);
    let refused = api.run(&["update", "-m", "m1", id, "--status", "paid", "--json"]);
    let error: serde_json::Value = serde_json::from_str(&refused.ends(4).err).unwrap();
    assert_eq!((&error["code"], &error["exitCode"]), (&"invalid_transition".into(), &4.into()));

    api.run(&["delete", "-m", "m1", id, "--if-version", "1"]).ends(4);
    assert_eq!(api.run(&["delete", "-m", "m1", id]).ends(0).out, format!("deleted {id}\n"));
    let gone = api.run(&["get", "-m", "m1", id]);
    assert!(gone.ends(3).err.contains("claim_not_found"), "{}", gone.err);
}

#[test]
fn the_same_key_creates_one_claim() {
    let api = api();
    let key = ["--key", "0190f8f4-0d3c-7c3a-9d53-6f1f2f7a9b10"];
    for _ in 0..2 {
        assert!(api.run(&[&CREATE[..], &key].concat()).ends(0).out.contains(key[1]));
    }
    assert_eq!(api.claims("m1").len(), 1);
}

#[test]
fn a_list_says_that_there_is_more() {
    let api = api();
    for _ in 0..3 {
        api.run(&CREATE).ends(0);
    }
    let some = api.run(&["list", "-m", "m1", "--limit", "2", "--json"]);
    assert_eq!(some.ends(0).out.lines().count(), 2);
    assert!(some.err.contains("There are more"), "{}", some.err);
    let all = api.run(&["list", "-m", "m1", "--all", "--json"]);
    assert_eq!((all.ends(0).out.lines().count(), all.err.as_str()), (3, ""));
    assert!(api.run(&["list", "-m", "nobody"]).ends(0).err.contains("no such claims"));
}

#[test]
fn a_wrong_command_line_sends_nothing_and_says_why() {
    for (arguments, why) in [
        (&["create", "--member", "a b"][..], "--member"),
        (&["create", "--amount", "1.999"], "decimals"),
        (&["list", "-m", "m", "--status", "gone"], "must be one of pending"),
        (&["import", "claims.txt", "--delimiter", "ab"], "one character"),
        (&["import", "claims.txt", "--same", "--new"], "cannot be used with"),
    ] {
        let said = Said::of(command(arguments).output().unwrap());
        assert!(said.ends(2).err.contains(why), "{why}: {}", said.err);
    }
    let api = api();
    let nothing = api.run(&["update", "-m", "m1", "0190f8f4-0d3c-7c3a-9d53-6f1f2f7a9b10"]);
    assert!(nothing.ends(2).err.contains("nothing to change"), "{}", nothing.err);
}

#[test]
fn an_unknown_outcome_has_an_exit_code_and_a_way_to_find_out() {
    let api = api();
    // As many lost answers as the client has attempts.
    (0..4).for_each(|_| api.api.inject(Fault::ResetAfter));
    let said = api.run(&CREATE);
    let key = said.ends(6).err.split("--key ").nth(1).unwrap().split(':').next().unwrap().to_owned();
    api.run(&[&CREATE[..], &["--key", &key]].concat()).ends(0);
    assert_eq!(api.claims("m1").len(), 1);
}

#[test]
fn the_doctor_tells_health_from_what_is_broken() {
    let api = api();
    let healthy = api.run(&["doctor"]);
    assert!(healthy.ends(0).out.contains("ok    HTTP"), "{}", healthy.out);
    assert!(!healthy.out.contains('\x1b'), "no colours into a pipe");
    assert_eq!(api.run(&["doctor", "--json"]).ends(0).json()["verdict"], "works");

    // A port on which nothing listens any more.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut doctor = command(&["doctor"]);
    let dead = Said::of(doctor.env("CLAIMS_API_URL", format!("http://127.0.0.1:{port}/dev")).output().unwrap());
    assert!(dead.ends(8).out.contains("FAIL  TCP") && dead.out.contains("security group"), "{}", dead.out);
    let url = api.api.url().replace("/dev", "/prod");
    let wrong = Said::of(command(&["doctor"]).env("CLAIMS_API_URL", url).output().unwrap());
    assert!(wrong.ends(8).out.contains("FAIL  HTTP") && wrong.out.contains("check the stage"), "{}", wrong.out);
}

#[test]
fn the_environment_comes_out_of_terraform() {
    let outputs = r#"{"client_environment": {"sensitive": false, "value": {"alias": {
        "CLAIMS_API_MODE": "alias", "CLAIMS_API_ID": "a1b2c3d4e5", "CLAIMS_API_REGION": "eu-central-1",
        "CLAIMS_API_STAGE": "it's", "CLAIMS_API_VPCE_ID": "vpce-0a1b2c3d4e5f60718"}}}}"#;
    let from_terraform = |mode: &str| {
        let mut env = command(&["env", "--terraform", "-", "--mode", mode]);
        let mut env = env.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        env.stdin.take().unwrap().write_all(outputs.as_bytes()).unwrap();
        Said::of(env.wait_with_output().unwrap())
    };
    let alias = from_terraform("alias");
    for line in ["export CLAIMS_API_MODE='alias'", r"export CLAIMS_API_STAGE='it'\''s'", "unset CLAIMS_API_URL"] {
        assert!(alias.ends(0).out.lines().any(|l| l == line), "{line}: {}", alias.out);
    }
    assert!(from_terraform("url").ends(2).err.contains("url"));

    let half = Said::of(command(&["env"]).env("CLAIMS_API_MODE", "alias").output().unwrap());
    assert!(half.ends(2).out.contains("- CLAIMS_API_VPCE_ID is not set"), "{}", half.out);
    assert!(Said::of(command(&["env"]).output().unwrap()).ends(0).out.contains("No API is named"));
}

#[test]
fn completions_for_every_shell() {
    for (shell, sign) in [("bash", "complete -F"), ("zsh", "#compdef claims"), ("fish", "complete -c claims")] {
        assert!(Said::of(command(&["completions", shell]).output().unwrap()).ends(0).out.contains(sign));
    }
}

#[test]
fn a_reader_that_stops_reading_is_no_error() {
    let api = api();
    for _ in 0..3 {
        api.run(&CREATE).ends(0);
    }
    let mut list = api.command(&["list", "-m", "m1", "--all"]);
    let mut list = list.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(list.stdout.take());
    assert_eq!(String::from_utf8(list.wait_with_output().unwrap().stderr).unwrap(), "");
}

//! Exactly once for a person: whatever ends a command, what it sent is told, and `claims resume` ends it.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use std::{
    fs,
    io::Read,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::Duration,
};

use claims_local::Fault;
use support::{Api, Said, api, of_shape};

const CREATE: [&str; 13] =
    ["create", "-m", "m1", "-p", "p1", "-n", "Ann Secret", "-t", "Health", "-a", "12.50", "-d", "snow"];

fn entries(api: &Api) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(api.state.path().join("claims/open")) else { return Vec::new() };
    entries.map(|entry| entry.unwrap().path()).collect()
}

/// Starts a command whose request the API holds back, and waits until it has noted it.
fn held(api: &Api, arguments: &[&str]) -> Child {
    api.api.inject(Fault::Delay(Duration::from_secs(20)));
    let mut command = api.command(arguments);
    let running = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    while !entries(api).iter().any(|path| path.extension().is_some_and(|e| e == "json")) {
        std::thread::sleep(Duration::from_millis(5));
    }
    running
}

#[cfg(unix)]
fn signal(running: &Child, name: &str) {
    assert!(Command::new("kill").args([name, &running.id().to_string()]).status().unwrap().success());
}

#[track_caller]
fn resume(api: &Api, outcomes: &[&str], code: i32) {
    let said = api.run(&["resume", "--json"]);
    of_shape("resumed", &said.ends(code).out);
    let lines = said.out.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let told: Vec<_> = lines.map(|line| line["outcome"].as_str().unwrap().to_owned()).collect();
    assert_eq!(told, outcomes, "{}", said.err);
}

#[cfg(unix)]
#[test]
fn an_interrupted_create_is_told_and_is_made_once() {
    for (name, json) in [("-INT", false), ("-TERM", true)] {
        let api = api();
        let mut running = held(&api, &[&CREATE[..], if json { &["--json"] } else { &[] }].concat());
        signal(&running, name);
        assert_eq!(running.wait().unwrap().code(), Some(130));
        let mut told = String::new();
        running.stderr.take().unwrap().read_to_string(&mut told).unwrap();
        assert!(told.contains("may have been made") && told.contains("claims resume"), "{told}");
        assert!(!told.contains("Secret"), "{told}");
        if json {
            of_shape("error", &told);
        }
        // Nobody doubles it by running the same command again: that is asked about first.
        let again = api.run(&CREATE);
        assert!(again.ends(2).err.contains("was left behind") && again.err.contains("--new"), "{}", again.err);
        let open = api.run(&["resume", "--list", "--json"]);
        of_shape("resumed", &open.ends(0).out);
        assert!(open.out.contains("\"open\"") && !open.out.contains("Secret"), "{}", open.out);
        api.api.clear_faults();
        resume(&api, &["made"], 0);
        let claims = api.claims("m1");
        assert_eq!(claims.len(), 1);
        assert!(told.contains(&claims[0].claim_id.to_string()), "{told}");
        assert!(entries(&api).is_empty());
        resume(&api, &[], 0);
        assert_eq!(api.run(&["resume"]).ends(0).out, "nothing is open\n");
        // And once it is settled, an equal claim is another one.
        api.run(&CREATE).ends(0);
        assert_eq!(api.claims("m1").len(), 2);
    }
}

#[test]
fn what_a_killed_command_sent_is_ended_by_resume() {
    let api = api();
    let mut running = held(&api, &CREATE);
    // Its owner is alive: nobody else sends it.
    let meanwhile = api.run(&["resume"]);
    assert!(meanwhile.ends(0).err.contains("left to that one"), "{}", meanwhile.err);
    running.kill().unwrap();
    running.wait().unwrap();
    #[cfg(unix)]
    for (path, mode) in [(entries(&api).remove(0), 0o600), (api.state.path().join("claims/open"), 0o700)] {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, mode, "{}", path.display());
    }
    api.api.clear_faults();
    resume(&api, &["made"], 0);
    assert_eq!(api.claims("m1").len(), 1);
}

#[test]
fn lost_answers_of_every_write_are_ended_by_resume() {
    let api = api();
    let lose = || (0..4).for_each(|_| api.api.inject(Fault::ResetAfter));
    lose();
    let said = api.run(&[&CREATE[..], &["--json"]].concat());
    of_shape("error", &said.ends(6).err);
    assert_eq!(serde_json::from_str::<serde_json::Value>(&said.err).unwrap()["write"]["outcome"], "unknown");
    resume(&api, &["alreadyMade"], 0);
    let id = api.claims("m1")[0].claim_id.to_string();

    // The read goes through; the answers to the write are lost.
    api.api.inject(Fault::Delay(Duration::ZERO));
    lose();
    let said = api.run(&["update", "-m", "m1", &id, "--status", "in_review"]);
    assert!(said.ends(6).err.contains("may have been changed"), "{}", said.err);
    resume(&api, &["changed"], 0);
    assert_eq!(api.claims("m1")[0].version.get(), 2);

    // The same once more, but somebody else is faster than resume: that is not guessed at.
    api.api.inject(Fault::Delay(Duration::ZERO));
    (0..4).for_each(|_| api.api.inject(Fault::ResetBefore));
    api.run(&["update", "-m", "m1", &id, "--amount", "99"]).ends(6);
    api.run(&["update", "-m", "m1", &id, "--amount", "14"]).ends(0);
    resume(&api, &["changedSince"], 4);
    assert_eq!(api.claims("m1")[0].claim_amount.cents(), 1400);

    lose();
    let said = api.run(&["delete", "-m", "m1", &id]);
    assert!(said.ends(6).err.contains("may have been deleted"), "{}", said.err);
    resume(&api, &["deleted"], 0);
    assert!(api.claims("m1").is_empty() && entries(&api).is_empty());
}

#[test]
fn a_change_that_is_made_and_cannot_be_printed_is_told_on_standard_error() {
    let api = api();
    let (reader, closed) = std::io::pipe().unwrap();
    drop(reader);
    for json in [false, true] {
        let mut command = api.command(&[&CREATE[..], if json { &["--json", "--new"] } else { &[] }].concat());
        let said = Said::of(command.stdout(closed.try_clone().unwrap()).output().unwrap());
        let id = api.claims("m1")[0].claim_id.to_string();
        assert!(said.ends(10).err.contains(&format!("claim {id} was made")), "{}", said.err);
        if json {
            of_shape("error", &said.err);
        }
    }
    // Nor is there a panic where nothing at all can be said: the journal remembers.
    let mut command = api.command(&[&CREATE[..], &["--new"]].concat());
    command.stdout(closed.try_clone().unwrap()).stderr(closed);
    assert_eq!(command.status().unwrap().code(), Some(10));
    resume(&api, &["alreadyMade", "alreadyMade", "alreadyMade"], 0);
    assert_eq!(api.claims("m1").len(), 3);
}

#[test]
fn what_is_open_goes_to_its_own_api_only() {
    let (here, there) = (api(), api());
    let mut running = held(&here, &CREATE);
    running.kill().unwrap();
    running.wait().unwrap();
    let mut command = there.command(&["resume"]);
    let said = Said::of(command.env("XDG_STATE_HOME", here.state.path()).output().unwrap());
    assert!(said.ends(0).err.contains("1 change of another API"), "{}", said.err);
    assert!(there.claims("m1").is_empty());
    // Nobody answers: it stays open.
    here.api.clear_faults();
    (0..4).for_each(|_| here.api.inject(Fault::ResetBefore));
    assert!(here.run(&["resume"]).ends(6).err.contains("may have been made"));
    assert_eq!(entries(&here).len(), 1);
    assert!(here.run(&["resume", "--forget"]).ends(0).out.contains("not looked after"));
    assert!(entries(&here).is_empty() && here.claims("m1").is_empty());
}

#[test]
fn what_cannot_be_noted_is_not_sent() {
    let api = api();
    fs::write(api.state.path().join("claims"), "a file where the folder belongs").unwrap();
    let said = api.run(&CREATE);
    assert!(said.ends(1).err.contains("nothing was sent"), "{}", said.err);
    let mut command = api.command(&CREATE);
    let said = Said::of(command.env_remove("XDG_STATE_HOME").env_remove("HOME").output().unwrap());
    assert!(said.ends(1).err.contains("XDG_STATE_HOME"), "{}", said.err);
    assert!(api.claims("m1").is_empty());
}

#[test]
fn a_refused_write_leaves_nothing_open() {
    let api = api();
    api.run(&["delete", "-m", "m1", "0190f8f4-0d3c-7c3a-9d53-6f1f2f7a9b10"]).ends(3);
    api.run(&[
        "create",
        "-m",
        "m1",
        "-p",
        "p",
        "-n",
        "A",
        "-t",
        "Life",
        "-a",
        "1",
        "--key",
        "5f0c2f0e-5a55-4a55-8a55-5a555a555a55",
    ])
    .ends(1);
    assert!(entries(&api).is_empty());
}

#[test]
fn an_import_with_rows_left_is_told_too() {
    let (api, folder) = (api(), tempfile::tempdir().unwrap());
    let csv = folder.path().join("claims.csv");
    fs::write(&csv, "memberId,policyId,memberName,policyType,claimAmount,description\nm1,p,Ann,Life,1,x\n").unwrap();
    let import = ["import", csv.to_str().unwrap(), "--patience", "0"];
    (0..4).for_each(|_| api.api.inject(Fault::Status(503)));
    api.run(&import).ends(6);
    let told = api.run(&["resume"]);
    assert!(
        told.ends(0).err.contains(&format!("claims import {}", fs::canonicalize(&csv).unwrap().display())),
        "{}",
        told.err
    );
    api.api.clear_faults();
    api.run(&import).ends(0);
    assert_eq!(api.run(&["resume"]).ends(0).out, "nothing is open\n");
}

/// The API, and each event that it hands to its functions.
#[cfg(unix)]
fn api_with_events() -> (Api, PathBuf) {
    let (runtime, state) = (tokio::runtime::Runtime::new().unwrap(), tempfile::tempdir().unwrap());
    let events = state.path().join("events.jsonl");
    let api = runtime.block_on(claims_local::LocalApi::builder().events_file(&events).start()).unwrap();
    (Api { runtime, api, state }, events)
}

#[cfg(unix)]
#[test]
fn for_whom_a_write_was_made_is_said_by_resume_too() {
    let (api, events) = api_with_events();
    let mut running = held(&api, &[&CREATE[..], &["--on-behalf-of", "adjuster-7"]].concat());
    signal(&running, "-TERM");
    assert_eq!(running.wait().unwrap().code(), Some(130));
    api.api.clear_faults();
    let before = said_for(&events).len();
    // Whoever resumes it, it was made for that one.
    api.run(&["--on-behalf-of", "adjuster-8", "resume"]).ends(0);
    assert_eq!(said_for(&events)[before..], ["adjuster-7"]);
    let claim = api.claims("m1").remove(0).claim_id.to_string();
    let before = said_for(&events).len();
    api.run(&["get", "-m", "m1", &claim, "--on-behalf-of", "adjuster-9"]).ends(0);
    api.run(&["update", "-m", "m1", &claim, "-s", "in_review", "--on-behalf-of", "adjuster-9"]).ends(0);
    api.run(&["delete", "-m", "m1", &claim]).ends(0);
    let nine = "adjuster-9";
    assert_eq!(said_for(&events)[before..], [nine, nine, nine, ""]);
    let name = api.run(&["get", "-m", "m1", &claim, "--on-behalf-of", "Ann Smith"]);
    assert!(!name.ends(2).err.contains("Smith") && name.err.contains("--on-behalf-of"), "{}", name.err);
}

#[cfg(unix)]
fn said_for(events: &std::path::Path) -> Vec<String> {
    let events = fs::read_to_string(events).unwrap_or_default();
    let said = events.lines().map(|line| {
        let event: serde_json::Value = serde_json::from_str(line).unwrap();
        let headers = event.pointer("/event/multiValueHeaders");
        headers.unwrap_or_else(|| panic!("{event}"))["x-on-behalf-of"][0].as_str().unwrap_or_default().to_owned()
    });
    said.collect()
}

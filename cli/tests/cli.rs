//! The `claims` program: what it prints, and how it ends.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use std::{io::Write, net::TcpListener, process::Stdio};

use claims_local::Fault;
use support::{Said, api, command, of_shape};

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
    let year = &claim["createdAt"].as_str().unwrap()[..10];
    let listed = api.run(&["list", "-m", "m1"]);
    let lines: Vec<_> = listed.ends(0).out.lines().collect();
    assert_eq!(lines.len(), 2);
    assert!(
        lines[1].starts_with(id) && lines[1].ends_with(year) && lines.iter().all(|line| line.chars().count() <= 80),
        "{lines:?}"
    );

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
    of_shape("note", &some.err);
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
    assert!(dead.ends(8).out.contains("FAIL  TCP") && dead.out.contains("claims-local starts one"), "{}", dead.out);
    let url = api.api.url().replace("/dev", "/prod");
    let wrong = Said::of(command(&["doctor"]).env("CLAIMS_API_URL", url).output().unwrap());
    let said = wrong.ends(8).out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("FAIL HTTP") && said.contains("the stage that was asked for is prod"), "{}", wrong.out);
    assert_eq!(said.matches("the stage that was asked for").count(), 1, "advice is given once: {}", wrong.out);
    assert!(wrong.out.lines().all(|line| line.chars().count() <= 80), "{}", wrong.out);

    // HTTPS, where plain HTTP is spoken.
    let url = api.api.url().replace("http:", "https:");
    let plain = Said::of(command(&["doctor"]).env("CLAIMS_API_URL", url).output().unwrap());
    assert!(plain.ends(8).out.contains("http://") && !plain.out.contains("certificate"), "{}", plain.out);
}

#[test]
fn a_misspelt_variable_is_named_with_the_one_that_may_be_meant() {
    let meant = "CLAIMS_API_ULR is no variable of this program; did you mean CLAIMS_API_URL?";
    let run = |arguments: &[&str]| {
        Said::of(command(arguments).env("CLAIMS_API_ULR", "http://127.0.0.1:1/dev").output().unwrap())
    };
    assert!(run(&["list", "-m", "m"]).ends(2).err.contains(meant));
    assert!(run(&["env"]).ends(2).out.contains(meant));
    assert!(run(&["env", "--json"]).ends(2).json()["mistakes"].to_string().contains(meant));
    // What works, works; it is said besides.
    let api = api();
    let listed = Said::of(api.command(&["list", "-m", "m", "--json"]).env("CLAIMS_API_STGAE", "dev").output().unwrap());
    of_shape("note", &listed.ends(0).err);
    assert!(listed.err.contains("did you mean CLAIMS_API_STAGE?"), "{}", listed.err);
}

#[test]
fn without_an_api_nothing_is_said_to_be_missing_from_one() {
    let id = "0190f8f4-0d3c-7c3a-9d53-6f1f2f7a9b10";
    for arguments in [
        &["get", "-m", "m", id][..],
        &["list", "-m", "m"],
        &["update", "-m", "m", id, "-s", "paid"],
        &["delete", "-m", "m", id],
        &["export", "-m", "m", "-"],
        &["resume"],
    ] {
        let said = Said::of(command(arguments).output().unwrap());
        assert!(said.ends(2).err.contains("no API is configured"), "{}", said.err);
        let said = Said::of(command(&[arguments, &["--json"]].concat()).output().unwrap());
        of_shape("error", &said.ends(2).err);
        assert!(said.err.contains("no API is configured") && said.out.is_empty(), "{}", said.err);
    }
}

/// Every way for a value to be wrong, with a value that nobody may read in a log.
#[test]
fn no_value_of_a_wrong_command_line_is_repeated() {
    let long = "Secret".repeat(400);
    let id = "0190f8f4-0d3c-7c3a-9d53-6f1f2f7a9b10";
    for arguments in [
        &["create", "-n", "Secret\tSecret"][..],
        &["create", "--name=Secret\u{1b}[2J"],
        &["create", "-d", &long],
        &["create", "-m", "m", "-p", "p", "-n", "Ann", "Secret"],
        &["create", "-m", "Secret Secret"],
        &["create", "-p", "Secret Secret"],
        &["create", "-t", "Secret"],
        &["create", "-a", "Secret"],
        &["create", "--Secret", "x"],
        &["create", "--Secret=Secret"],
        &["create", "-Secret"],
        &["create", "--json=Secret"],
        &["create", "-d", "-Secret"],
        &["create", "--key", "Secret"],
        &["get", "-m", "m", "Secret"],
        &["get", "-m", "m", id, "Secret"],
        &["list", "-m", "m", "--limit", "Secret"],
        &["list", "-m", "m", "-s", "Secret"],
        &["update", "-m", "m", id, "--if-version", "Secret"],
        &["import", "-c", "Secret", "f.csv"],
        &["import", "--patience", "Secret", "f.csv"],
        &["import", "--encoding", "Secret", "f.csv"],
        &["import", "--delimiter", "Secret", "f.csv"],
        &["import", "--format", "Secret", "f.csv"],
        &["export", "-m", "m", "--format", "Secret", "f.csv"],
        &["env", "--terraform", "-", "--mode", "Secret"],
        &["completions", "Secret"],
        &["Secret"],
    ] {
        for json in [false, true] {
            let arguments = if json { [&["--json"], arguments].concat() } else { arguments.to_vec() };
            let said = Said::of(command(&arguments).output().unwrap());
            assert!(!said.ends(2).err.contains("Secret") && said.out.is_empty(), "{arguments:?}: {}", said.err);
            assert!(said.err.lines().count() == 1 && !said.err.contains('\x1b'), "{}", said.err);
            if json {
                of_shape("error", &said.err);
            }
        }
    }
}

#[test]
fn a_wrong_command_line_says_how_it_is_meant() {
    for (arguments, why) in [
        (&["create", "--amuont", "5"][..], "argument 2 is no option here; did you mean --amount?"),
        (&["create", "-d", "-5 degrees"], "as in --description=VALUE"),
        (&["create", "-a", "-5"], "--amount <AMOUNT> must be more than 0: an amount has no sign"),
        (&["list", "-m", "m", "--limit", "-1"], "--limit <LIMIT> must be a whole number from 1"),
        (&["list", "-m", "m", "--limit", "0"], "must be a whole number from 1"),
        (&["create", "-n", "John", "Doe"], "argument 4 is one too many; a value with spaces is written in quotes"),
        (&["crate"], "create?"),
        (
            &["list", "-m", "m", "-s", "piad"],
            "must be one of pending, in_review, approved, denied, paid, withdrawn; did you mean paid?",
        ),
        (&["get", "x"], "claims get --help"),
        (&["create", "-m"], "wants a value"),
        (&[], "a command is missing"),
        (&["list"], "missing: --member <MEMBER>"),
    ] {
        let said = Said::of(command(arguments).output().unwrap());
        assert!(said.ends(2).err.contains(why), "{why}: {}", said.err);
    }
    // Not an option, once it is said so.
    let api = api();
    api.run(&[&CREATE[..], &["--description=-5 degrees"]].concat()).ends(0);
    assert_eq!(api.claims("m1")[0].description.as_str(), "-5 degrees");
}

/// Every command's answers, and its errors.
#[test]
fn json_is_kept_without_exception() {
    let (api, folder) = (api(), tempfile::tempdir().unwrap());
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let json = |arguments: &[&str], code: i32, shape: &str, errors: &str| {
        let said = api.run(&[&["--json"], arguments].concat());
        assert!(said.ends(code).out.is_empty() == shape.is_empty(), "{arguments:?}: {}", said.out);
        of_shape(shape, &said.out);
        of_shape(errors, &said.err);
        assert_eq!(said.err.is_empty(), errors.is_empty(), "{arguments:?}: {}", said.err);
        said.out
    };
    let claim = json(&CREATE, 0, "claim", "");
    let id = serde_json::from_str::<serde_json::Value>(&claim).unwrap()["claimId"].as_str().unwrap().to_owned();
    json(&["get", "-m", "m1", &id], 0, "claim", "");
    json(&["get", "-m", "m2", &id], 3, "", "error");
    json(&["list", "-m", "m1"], 0, "claim", "");
    json(&["list", "-m", "m2"], 0, "", "");
    json(&["update", "-m", "m1", &id, "--amount", "3"], 0, "claim", "");
    json(&["update", "-m", "m1", &id, "--status", "paid"], 4, "", "error");
    json(&["update", "-m", "m1", &id], 2, "", "error");
    json(&["import", "--example", &path("e.csv")], 0, "example", "");
    json(&["import", "--check", &path("e.csv")], 0, "checked", "");
    json(&["import", &path("e.csv")], 0, "imported", "");
    std::fs::write(path("bad.csv"), "memberId,policyId,memberName,policyType,claimAmount,description,version\nm,p,A,Life,1,x\n\nm,p,A,Life,1,x,1,9\nm,p,A,Life,0,x,1\n").unwrap();
    json(&["import", "--check", &path("bad.csv")], 7, "checked", "note");
    json(&["import", &path("bad.csv")], 7, "imported", "note");
    std::fs::write(path("worse.csv"), "memberId;policyId\n").unwrap();
    json(&["import", &path("worse.csv")], 2, "", "error");
    json(&["import", &path("none.csv")], 1, "", "error");
    json(&["export", "-m", "m1", &path("out.csv")], 0, "exported", "");
    json(&["export", "-m", "m1", &path("out.csv")], 2, "", "error");
    json(&["export", "-m", "nobody", &path("no.csv")], 3, "", "error");
    let through = api.run(&["--json", "export", "-m", "m1", "--format", "jsonl", "-"]);
    of_shape("exported", &through.ends(0).err);
    json(&["doctor"], 0, "diagnosis", "");
    json(&["env"], 0, "environment", "");
    json(&["env", "--terraform", &path("none")], 1, "", "error");
    json(&["lifecycle"], 0, "step", "");
    json(&["resume"], 0, "", "");
    json(&["delete", "-m", "m1", &id], 0, "deleted", "");
    json(&["delete", "-m", "m1", &id], 3, "", "error");
    json(&["bogus"], 2, "", "error");
    json(&["create", "-m", "m1"], 2, "", "error");
    for command in [&["doctor"][..], &["list", "-m", "m"]] {
        let dead = Said::of(
            self::command(&[command, &["--json"]].concat())
                .env("CLAIMS_API_URL", "http://127.0.0.1:1/dev")
                .output()
                .unwrap(),
        );
        of_shape("diagnosis", &dead.out);
        of_shape("error", &dead.err);
    }
    // Nobody to be told what was not asked for: an embedded API.
    let embedded = Said::of(command(&["lifecycle", "--json"]).output().unwrap());
    of_shape("step", &embedded.ends(0).out);
    of_shape("note", &embedded.err);
}

#[test]
fn a_standard_error_or_output_that_cannot_be_written_is_no_panic() {
    let api = api();
    for _ in 0..2 {
        api.run(&CREATE).ends(0);
    }
    let id = api.claims("m1")[0].claim_id.to_string();
    for (arguments, code) in [
        (&["list", "-m", "nobody"][..], 0),
        (&["list", "-m", "m1", "--limit", "1"], 0),
        (&["get", "-m", "nobody", &id], 3),
        (&["doctor"], 0),
        (&["update", "-m", "m1", &id, "-s", "paid"], 4),
        (&["bogus"], 2),
        (&["create", "-a", "x"], 2),
    ] {
        let (reader, closed) = std::io::pipe().unwrap();
        drop(reader);
        let said = api.command(arguments).stderr(closed).output().unwrap();
        assert_eq!(said.status.code(), Some(code), "{arguments:?}");
    }
    for arguments in
        [&["--help"][..], &["completions", "bash"], &["env"], &["doctor"], &["lifecycle"], &["get", "-m", "m1", &id]]
    {
        let (reader, closed) = std::io::pipe().unwrap();
        drop(reader);
        let said = Said::of(api.command(arguments).stdout(closed).output().unwrap());
        assert_eq!(said.err, "", "{arguments:?}");
        assert!(said.code <= 1, "{arguments:?}");
    }
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
    let url = from_terraform("url");
    assert!(url.ends(2).err.contains("url"));
    // `eval` fails too, and the last API's variables are gone.
    assert!(url.out.contains("unset CLAIMS_API_ID\n") && url.out.ends_with("\nfalse\n"), "{}", url.out);

    let half = Said::of(command(&["env"]).env("CLAIMS_API_MODE", "alias").output().unwrap());
    assert!(half.ends(2).out.contains("- CLAIMS_API_VPCE_ID is not set"), "{}", half.out);
    assert!(Said::of(command(&["env"]).output().unwrap()).ends(0).out.contains("No API is named"));
}

/// Help is for a terminal of 80 columns, when that is what there is.
#[cfg(unix)]
#[test]
fn the_exit_codes_are_those_of_the_readme_and_fit_a_terminal() {
    let help = Said::of(command(&["--help"]).output().unwrap());
    let listed = help.ends(0).out.split_once("Exit codes:").unwrap().1;
    assert!(listed.lines().all(|line| line.chars().count() <= 80), "{listed}");
    let codes = |text: &str, begin: &str| -> Vec<u8> {
        let lines = text.lines().filter_map(|line| line.strip_prefix(begin)?.split(' ').next()?.parse().ok());
        lines.collect()
    };
    let readme = include_str!("../../examples/README.md");
    assert_eq!(codes(listed, "  "), codes(readme, "| "));
    assert_eq!(codes(listed, "  ").len(), 13);
}

#[test]
fn completions_for_every_shell() {
    for shell in ["bash", "zsh", "fish"] {
        let script = Said::of(command(&["completions", shell]).output().unwrap()).ends(0).out.clone();
        for value in ["in_review", "Disability", "vpce-resolve"] {
            assert!(script.contains(value), "{shell} does not know {value}");
        }
    }
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

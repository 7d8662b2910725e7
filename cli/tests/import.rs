//! `claims import` and `claims export`: each row exactly once, whatever happens in between.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use claims_local::Fault;
use support::{Api, Said, api};
use tempfile::TempDir;

const HEADING: &str = "memberId,policyId,memberName,policyType,claimAmount,description\n";

fn file(folder: &TempDir, name: &str, content: &str) -> PathBuf {
    let path = folder.path().join(name);
    fs::write(&path, content).unwrap();
    path
}

fn import(api: &Api, file: &Path) -> Said {
    api.run(&["import", file.to_str().unwrap(), "--json"])
}

fn ids(api: &Api) -> Vec<String> {
    let mut ids: Vec<_> = api.claims("m").iter().map(|claim| claim.claim_id.to_string()).collect();
    ids.sort();
    ids
}

#[test]
fn equal_rows_are_two_claims_and_a_second_run_doubles_none() {
    let (api, folder) = (api(), tempfile::tempdir().unwrap());
    let csv = file(
        &folder,
        "claims.csv",
        &format!("{HEADING}m,p,Ann,Health,1.50,\"a, \"\"b\"\"\"\nm,p,Ann,Health,1.50,\"a, \"\"b\"\"\"\n"),
    );
    assert_eq!(import(&api, &csv).ends(0).json()["imported"], 2);
    let first = ids(&api);
    assert_eq!(first.len(), 2);
    assert!(
        api.claims("m")
            .iter()
            .all(|claim| claim.description.as_str() == "a, \"b\"" && claim.claim_amount.cents() == 150)
    );

    import(&api, &csv).ends(0);
    assert_eq!(ids(&api), first);
    // The copy itself is a file like any other.
    import(&api, &folder.path().join("claims.keyed.csv")).ends(0);
    assert_eq!(ids(&api), first);

    // Rows added later get keys, the others keep theirs.
    let mut more = fs::read_to_string(&csv).unwrap();
    more.push_str("m,p,Bob,Life,3,\n");
    fs::write(&csv, more).unwrap();
    import(&api, &csv).ends(0);
    assert_eq!((ids(&api).len(), &ids(&api)[..2]), (3, &first[..]));
}

#[test]
fn a_file_that_changed_under_its_copy_is_refused_before_a_row_is_sent() {
    let (api, folder) = (api(), tempfile::tempdir().unwrap());
    let csv = file(&folder, "claims.csv", &format!("{HEADING}m,p,Ann,Health,1,a\nm,p,Ann,Health,2,b\n"));
    import(&api, &csv).ends(0);
    let keyed = fs::read(folder.path().join("claims.keyed.csv")).unwrap();
    for changed in ["m,p,Ann,Health,9,a\nm,p,Ann,Health,2,b\n", "m,p,Ann,Health,1,a\n"] {
        fs::write(&csv, format!("{HEADING}{changed}")).unwrap();
        let refused = import(&api, &csv);
        assert!(refused.ends(2).err.contains("which was made from it"), "{}", refused.err);
        assert_eq!(ids(&api).len(), 2);
        assert_eq!(fs::read(folder.path().join("claims.keyed.csv")).unwrap(), keyed, "no key is lost");
    }
}

#[test]
fn bad_rows_are_told_kept_and_mended() {
    let (api, folder) = (api(), tempfile::tempdir().unwrap());
    let rows = "m,p,Ann,Health,1,good\nm,p,Secret Name,Helth,1.999,typo\nm,,Cid,Health,1,no policy\nm,p,Dan,Health\n";
    let csv = file(&folder, "claims.csv", &format!("{HEADING}{rows}"));
    let said = import(&api, &csv);
    let summary = said.ends(7).json();
    assert_eq!((&summary["imported"], &summary["rejected"], &summary["left"]), (&1.into(), &3.into(), &0.into()));
    for told in [
        "line 3: claimAmount",
        "policyType must be one of",
        "line 4: policyId is missing",
        "line 5: the row has 5 cells",
    ] {
        assert!(said.err.contains(told), "{told}: {}", said.err);
    }
    assert!(!said.err.contains("Secret Name") && !said.err.contains("1.999"), "no personal data: {}", said.err);

    let rejected = folder.path().join("claims.rejected.csv");
    assert_eq!(summary["rejectedFile"], rejected.to_str().unwrap());
    let text = fs::read_to_string(&rejected).unwrap();
    let mended = text
        .replace("Helth,1.999", "Health,1.99")
        .replace("m,,Cid", "m,p,Cid")
        .replace("m,p,Dan,Health", "m,p,Dan,Health,4,");
    fs::write(&rejected, mended).unwrap();
    assert_eq!(import(&api, &rejected).ends(0).json()["imported"], 3);
    assert_eq!(ids(&api).len(), 4);
    // The first file once more: its bad rows are bad still, and the mended file is not overwritten.
    let again = import(&api, &csv).ends(7).json();
    assert!(again["rejectedFile"].as_str().unwrap().ends_with("claims.rejected-2.csv"));
    assert_eq!(ids(&api).len(), 4);
}

#[test]
fn json_lines_keep_their_form_and_their_digits() {
    let (api, folder) = (api(), tempfile::tempdir().unwrap());
    let good = r#"{"memberId":"m","policyId":"p","memberName":"Zoë","policyType":"Dental","claimAmount":999999999.99,"description":"line\nbreak"}"#;
    let lines = [
        good,
        "",
        "not json",
        r#"{"claimKey":"0190f8f4-0d3c-7c3a-9d53-6f1f2f7a9b10","memberId":"m","policyId":"p","memberName":"B","policyType":"Life","claimAmount":1,"description":"","status":"pending"}"#,
        r#"{"memberId":"m","memberId":"n","policyId":"p","memberName":"B","policyType":"Life","claimAmount":"1","description":"","amount":2}"#,
        "{}",
    ];
    let jsonl = file(&folder, "claims.jsonl", &lines.join("\n"));
    let said = import(&api, &jsonl);
    assert_eq!(said.ends(7).json()["imported"], 2);
    for told in [
        "line 2: the line is not one JSON object",
        "line 4: memberId is given more than once",
        "claimAmount must be a JSON number",
        "amount",
        "line 5: memberId is missing",
    ] {
        assert!(said.err.contains(told), "{told}: {}", said.err);
    }
    let claims = api.claims("m");
    assert!(claims.iter().any(|claim| claim.claim_amount.cents() == 99_999_999_999));
    assert!(claims.iter().any(|claim| claim.claim_id.to_string() == "0190f8f4-0d3c-7c3a-9d53-6f1f2f7a9b10"));
    let rejected = fs::read_to_string(folder.path().join("claims.rejected.jsonl")).unwrap();
    assert!(
        rejected.lines().any(|line| line == "not json")
            && rejected.contains(r#""problem":"memberId is given more than once"#),
        "{rejected}"
    );
}

#[test]
fn a_wrong_heading_is_refused_whole() {
    let (api, folder) = (api(), tempfile::tempdir().unwrap());
    for (heading, why) in [
        ("memberId,policyId,memberName,policyType,claimAmount\n", "lacks description"),
        ("memberId,policyId,memberName,policyType,claimAmount,description,statsu\n", "unknown columns: statsu"),
        ("memberId,policyId,memberName,policyType,claimAmount,description,memberId\n", "memberId twice"),
        ("m,p,Ann,Health,1,a\n", "has to name the columns"),
    ] {
        let csv = file(&folder, "claims.csv", heading);
        let refused = import(&api, &csv);
        assert!(refused.ends(2).err.contains(why), "{why}: {}", refused.err);
        assert!(!folder.path().join("claims.keyed.csv").exists());
    }
}

#[test]
fn lost_answers_and_a_busy_api_lose_and_double_nothing() {
    let (api, folder) = (api(), tempfile::tempdir().unwrap());
    let rows: String = (0..200).map(|i| format!("m,p,Ann,Health,{}.5,row {i}\n", i + 1)).collect();
    let csv = file(&folder, "claims.csv", &format!("{HEADING}{rows}"));
    for _ in 0..12 {
        api.api.inject(Fault::ResetAfter);
        api.api.inject(Fault::ResetBefore);
        api.api.inject(Fault::Throttle { retry_after: 0 });
    }
    // A client that leaves every wait to the import: one attempt each.
    let endpoint = claims_client::Endpoint::url(api.api.url());
    let retry = claims_client::RetryPolicy::never();
    let client = claims_client::ClaimsClient::builder().endpoint(endpoint).retry(retry).build().unwrap();
    let args = claims_cli::import::Args::of(&csv, 8).with_first_wait(Duration::ZERO);
    let status = api.runtime.block_on(async { claims_cli::import::run(&client, &args, true).await }).unwrap();
    assert_eq!(status, claims_cli::Status::Done);
    let mut cents: Vec<_> = api.claims("m").iter().map(|claim| claim.claim_amount.cents()).collect();
    cents.sort_unstable();
    assert_eq!(cents, (0..200).map(|i| (i + 1) * 100 + 50).collect::<Vec<_>>());
}

#[test]
fn what_is_wrong_with_the_api_stops_it_and_leaves_the_rows() {
    let (api, folder) = (api(), tempfile::tempdir().unwrap());
    let csv = file(&folder, "claims.csv", &format!("{HEADING}m,p,Ann,Health,1,a\n"));
    let path = csv.to_str().unwrap();
    let mut wrong = support::command(&["import", path, "--json"]);
    let wrong = Said::of(wrong.env("CLAIMS_API_URL", api.api.url().replace("/dev", "/prod")).output().unwrap());
    assert!(wrong.ends(1).err.contains("check the stage"), "{}", wrong.err);
    assert_eq!((&wrong.json()["left"], wrong.json()["rejectedFile"].is_null()), (&1.into(), true));
    import(&api, &csv).ends(0);
    assert_eq!(ids(&api).len(), 1);
}

#[cfg(unix)]
#[test]
fn interrupted_and_run_again_each_row_is_there_once() {
    let (api, folder) = (api(), tempfile::tempdir().unwrap());
    let rows: String = (0..60).map(|i| format!("m,p,Ann,Health,{},\n", i + 1)).collect();
    let csv = file(&folder, "claims.csv", &format!("{HEADING}{rows}"));
    // The first rows are held, so that the interruption comes in their midst.
    (0..8).for_each(|_| api.api.inject(Fault::Delay(Duration::from_millis(300))));
    let mut running = api.command(&["import", csv.to_str().unwrap(), "--json", "-c", "2"]);
    let running = running.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().unwrap();
    while !folder.path().join("claims.keyed.csv").exists() {
        std::thread::sleep(Duration::from_millis(5));
    }
    // It listens for the signal once rows are under way.
    while api.claims("m").is_empty() {
        std::thread::sleep(Duration::from_millis(5));
    }
    let kill = std::process::Command::new("kill").args(["-INT", &running.id().to_string()]).status().unwrap();
    assert!(kill.success());
    let interrupted = Said::of(running.wait_with_output().unwrap());
    let summary = interrupted.ends(130).json();
    let there = api.claims("m").len() as u64;
    assert_eq!(summary["imported"], there, "what was under way is waited for");
    assert!(summary["left"] == 60 - there && there < 60, "{summary}");

    import(&api, &csv).ends(0);
    let mut cents: Vec<_> = api.claims("m").iter().map(|claim| claim.claim_amount.cents()).collect();
    cents.sort_unstable();
    assert_eq!(cents, (1..=60).map(|i| i * 100).collect::<Vec<_>>());
}

#[test]
fn an_export_imports_elsewhere_as_the_same_claims() {
    let (here, there, folder) = (api(), api(), tempfile::tempdir().unwrap());
    let rows: String = (0..130).map(|i| format!("m,p,\"Zoë, B\",Health,{}.05,row {i}\n", i + 1)).collect();
    import(&here, &file(&folder, "claims.csv", &format!("{HEADING}{rows}"))).ends(0);
    for name in ["out.csv", "out.jsonl"] {
        let out = folder.path().join(name);
        here.run(&["export", "-m", "m", out.to_str().unwrap()]).ends(0);
        assert_eq!(import(&there, &out).ends(0).json()["imported"], 130);
        assert!(!folder.path().join(name.replace("out.", "out.keyed.")).exists(), "an export has its keys");
        assert_eq!(ids(&there), ids(&here));
    }
    let key = |claim: &claims_client::Claim| {
        (claim.claim_id.to_string(), claim.claim_amount.cents(), claim.description.clone())
    };
    assert_eq!(
        here.claims("m").iter().map(key).collect::<Vec<_>>(),
        there.claims("m").iter().map(key).collect::<Vec<_>>()
    );
    let piped = here.run(&["export", "-m", "m", "--format", "jsonl", "-"]);
    assert_eq!(piped.ends(0).out.lines().count(), 130);
}

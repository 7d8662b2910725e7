//! The books of an import, whatever becomes of its file and of the API.

use std::{
    fs,
    net::TcpListener,
    process::{Command, Stdio},
    time::Duration,
};

use claims_local::Fault;

use super::{
    HEADING, books, file, import, support,
    support::{Said, api},
};

fn rows(count: u32) -> String {
    (1..=count).map(|i| format!("m,p,Ann,Health,{i}.5,row {i}\n")).collect()
}

#[test]
fn lost_answers_and_a_busy_api_lose_and_double_nothing_and_made_is_what_was_made() {
    let (api, folder) = (api(), tempfile::tempdir().unwrap());
    let csv = file(&folder, "claims.csv", &format!("{HEADING}{}", rows(200)));
    for _ in 0..12 {
        api.api.inject(Fault::ResetAfter);
        api.api.inject(Fault::ResetBefore);
        api.api.inject(Fault::Throttle { retry_after: 0 });
    }
    assert_eq!(books(import(&api, &csv).ends(0)), [200, 200, 0, 0, 0]);
    // Half of them again, half of them new, and answers are lost once more.
    fs::write(&csv, format!("{HEADING}{}", rows(400))).unwrap();
    for _ in 0..12 {
        api.api.inject(Fault::ResetAfter);
    }
    assert_eq!(books(import(&api, &csv).ends(0)), [400, 200, 200, 0, 0]);
    let mut cents: Vec<_> = api.claims("m").iter().map(|claim| claim.claim_amount.cents()).collect();
    cents.sort_unstable();
    assert_eq!(cents, (1..=400).map(|i| i * 100 + 50).collect::<Vec<_>>());
}

#[test]
fn a_client_that_leaves_every_wait_to_the_import_loses_nothing_either() {
    let (api, folder) = (api(), tempfile::tempdir().unwrap());
    let csv = file(&folder, "claims.csv", &format!("{HEADING}{}", rows(200)));
    for _ in 0..12 {
        api.api.inject(Fault::ResetAfter);
        api.api.inject(Fault::ResetBefore);
        api.api.inject(Fault::Throttle { retry_after: 0 });
    }
    let endpoint = claims_client::Endpoint::url(api.api.url());
    let retry = claims_client::RetryPolicy::never();
    let client = claims_client::ClaimsClient::builder().endpoint(endpoint).retry(retry).build().unwrap();
    let args = claims_cli::import::Args::of(&csv, 8).with_first_wait(Duration::ZERO);
    let status = api.runtime.block_on(async { claims_cli::import::run(&client, &args, true).await }).unwrap();
    assert_eq!(status, claims_cli::Status::Done);
    assert_eq!(api.claims("m").len(), 200);
}

#[test]
fn what_is_wrong_with_the_api_stops_it_and_leaves_the_rows() {
    let (api, folder) = (api(), tempfile::tempdir().unwrap());
    let csv = file(&folder, "claims.csv", &format!("{HEADING}m,p,Ann,Health,1,a\n"));
    let path = csv.to_str().unwrap();
    let mut wrong = support::command(&["import", path, "--json"]);
    let wrong = Said::of(wrong.env("CLAIMS_API_URL", api.api.url().replace("/dev", "/prod")).output().unwrap());
    assert!(wrong.ends(1).err.contains("check the stage"), "{}", wrong.err);
    assert_eq!((books(&wrong), wrong.json()["rejectedFile"].is_null()), ([1, 0, 0, 0, 1], true));
    assert_eq!(books(import(&api, &csv).ends(0)), [1, 1, 0, 0, 0]);
}

#[test]
fn a_dead_api_is_told_with_its_cause_and_the_next_try() {
    let folder = tempfile::tempdir().unwrap();
    let csv = file(&folder, "claims.csv", &format!("{HEADING}{}", rows(3)));
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let dead = |options: &[&str]| {
        let mut command = support::command(&[&["import", csv.to_str().unwrap(), "--patience", "0"], options].concat());
        Said::of(command.env("CLAIMS_API_URL", format!("http://127.0.0.1:{port}/dev")).output().unwrap())
    };
    let said = dead(&[]);
    assert!(
        said.ends(5).err.contains("Connection refused") && said.out.contains("3 rows read = 0 made"),
        "{}{}",
        said.err,
        said.out
    );
    assert!(said.out.contains("3 left: run the same command again"), "{}", said.out);
    // With patience it says so while it waits; and Ctrl-C sums up with the cause.
    let mut command = support::command(&["import", csv.to_str().unwrap()]);
    command.env("CLAIMS_API_URL", format!("http://127.0.0.1:{port}/dev")).stderr(Stdio::piped()).stdout(Stdio::piped());
    let mut running = command.spawn().unwrap();
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(running.stderr.take().unwrap()));
    let told = lines.by_ref().map(Result::unwrap).find(|line| line.contains("; trying again in")).unwrap();
    assert!(told.contains("no connection to the API") && told.contains("Connection refused"), "{told}");
    assert!(Command::new("kill").args(["-INT", &running.id().to_string()]).status().unwrap().success());
    let rest: Vec<String> = lines.map(Result::unwrap).collect();
    assert!(rest.iter().any(|line| line.contains("interrupted;") && line.contains("Connection refused")), "{rest:?}");
    let said = Said::of(running.wait_with_output().unwrap());
    assert!(
        said.ends(130).out.contains("3 rows read = 0 made + 0 already there + 0 rejected + 3 left"),
        "{}",
        said.out
    );
}

#[test]
fn in_a_terminal_a_dead_api_is_told_too() {
    if Command::new("script").arg("--version").output().is_err() {
        eprintln!("SKIPPED: an import in a terminal, for there is no script(1) on this machine");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let csv = file(&folder, "claims.csv", &format!("{HEADING}{}", rows(3)));
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let import = format!("{} import {} --patience 1", env!("CARGO_BIN_EXE_claims"), csv.display());
    let mut script = Command::new("script");
    script.args(["-qefc", &import, "/dev/null"]).env("CLAIMS_API_URL", format!("http://127.0.0.1:{port}/dev"));
    script.env("XDG_STATE_HOME", folder.path()).env("TERM", "xterm");
    let said = script.stdin(Stdio::null()).output().unwrap();
    let shown = String::from_utf8_lossy(&said.stdout);
    assert!(
        shown.contains("Connection refused") && shown.contains("trying again in") && shown.contains("3 left"),
        "{shown}"
    );
}

#[cfg(unix)]
#[test]
fn interrupted_and_run_again_each_row_is_there_once() {
    let (api, folder) = (api(), tempfile::tempdir().unwrap());
    let csv = file(&folder, "claims.csv", &format!("{HEADING}{}", rows(60)));
    // The first rows are held, so that the interruption comes in their midst.
    (0..8).for_each(|_| api.api.inject(Fault::Delay(Duration::from_millis(300))));
    let mut running = api.command(&["import", csv.to_str().unwrap(), "--json", "-c", "2"]);
    let running = running.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // It listens for the signal once rows are under way.
    while api.claims("m").is_empty() {
        std::thread::sleep(Duration::from_millis(5));
    }
    let kill = Command::new("kill").args(["-INT", &running.id().to_string()]).status().unwrap();
    assert!(kill.success());
    let interrupted = Said::of(running.wait_with_output().unwrap());
    let there = api.claims("m").len() as u64;
    assert_eq!(books(interrupted.ends(130)), [60, there, 0, 0, 60 - there], "what was under way is waited for");
    assert!(there < 60);
    assert_eq!(books(import(&api, &csv).ends(0)), [60, 60 - there, there, 0, 0]);
    assert_eq!(api.claims("m").len(), 60);
}

#[test]
fn a_file_that_changes_under_the_import_is_told_and_its_rows_are_left() {
    for cut in [true, false] {
        let (api, folder) = (api(), tempfile::tempdir().unwrap());
        // Longer than what is read ahead: what has been read already cannot change.
        let long = rows(1500).replace("row ", &format!("{} row ", "-".repeat(400)));
        let csv = file(&folder, "claims.csv", &format!("{HEADING}{long}"));
        (0..2).for_each(|_| api.api.inject(Fault::Delay(Duration::from_millis(1500))));
        let mut running = api.command(&["import", csv.to_str().unwrap(), "--json", "-c", "2"]);
        let running = running.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let begun = || {
            fs::read_dir(folder.path().join(".claims-import"))
                .is_ok_and(|mut f| f.any(|e| e.unwrap().path().join("import.json").exists()))
        };
        while !begun() {
            std::thread::sleep(Duration::from_millis(2));
        }
        // In place, as an editor or a program that appends does it.
        let text = fs::read_to_string(&csv).unwrap();
        let text = if cut { text[..text.len() / 2].to_owned() } else { text.replace("row 1400\n", "row 9999\n") };
        fs::write(&csv, text).unwrap();
        let said = Said::of(running.wait_with_output().unwrap());
        let [rows, made, there, rejected, left] = books(said.ends(9));
        assert!((rows, there, rejected) == (1500, 0, 0) && made > 0 && left > 0, "{}", said.out);
        assert!(said.err.contains("the file has changed while it was being imported"), "{}", said.err);
        assert_eq!(api.claims("m").len() as u64, made);
    }
}

#[test]
fn a_check_needs_no_api_and_says_all_that_an_import_would() {
    let folder = tempfile::tempdir().unwrap();
    let csv = file(&folder, "claims.csv", &format!("{HEADING}{}m,p,Ann,Helth,1,x\nm,p,Ann,Health,1\n", rows(3)));
    let mut check = support::command(&["import", "--check", csv.to_str().unwrap(), "--json"]);
    let check = Said::of(check.env("CLAIMS_API_URL", "http://127.0.0.1:1/dev").output().unwrap());
    let said = check.ends(7).json();
    assert_eq!((&said["rows"], &said["right"], &said["rejected"]), (&5.into(), &3.into(), &2.into()));
    assert_eq!(said["problems"][0]["firstLine"], 5);
    assert!(said["problems"][1]["reason"].as_str().unwrap().contains("5 cells"));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "it writes nothing");
    let text = Said::of(support::command(&["import", "--check", csv.to_str().unwrap()]).output().unwrap());
    assert_eq!(text.ends(7).out, "5 rows read = 3 right + 2 that would be rejected; nothing was sent\n");
}

#[test]
fn with_json_every_line_is_json() {
    let (api, folder) = (api(), tempfile::tempdir().unwrap());
    let csv = file(&folder, "claims.csv", &format!("{},createdAt\nm,p,Ann,Health,1,x,2020\nm,p\n", HEADING.trim_end()));
    let said = import(&api, &csv);
    let lines: Vec<serde_json::Value> =
        said.ends(7).err.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(
        lines.iter().any(|line| line["note"].as_str().is_some_and(|note| note.contains("createdAt"))),
        "{}",
        said.err
    );
    assert_eq!((said.out.lines().count(), &said.json()["ignoredColumns"][0]), (1, &"createdAt".into()));
    // 0.1.0's word for "there now".
    assert_eq!(said.json()["imported"], 1);
    let refused = import(&api, &file(&folder, "empty.csv", ""));
    let error: serde_json::Value = serde_json::from_str(refused.ends(2).err.trim()).unwrap();
    assert_eq!(error["exitCode"], 2);
}

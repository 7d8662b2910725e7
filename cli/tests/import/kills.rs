//! Killed and started at once, as often as it takes: each row is there once.

use std::{
    fs,
    process::{Child, Stdio},
    time::Duration,
};

use super::{
    HEADING, books, file, import,
    support::{Api, Said, api},
};

const ROWS: u32 = 3_000;
const MEMBERS: u32 = 30;

/// Nightly runs it this many times longer.
fn longer() -> u32 {
    std::env::var("CLAIMS_TEST_LONGER").ok().and_then(|times| times.parse().ok()).unwrap_or(1)
}

fn table() -> String {
    let rows = (0..ROWS).map(|i| format!("m{},p,Ann,Health,{}.25,row {i}\n", i % MEMBERS, i / MEMBERS + 1));
    format!("{HEADING}{}", rows.collect::<String>())
}

fn start(api: &Api, path: &std::path::Path) -> Child {
    let mut command = api.command(&["import", path.to_str().unwrap(), "--json"]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Every row once, by its content: an amount is a row's own within its member.
fn each_row_once(api: &Api) {
    for member in 0..MEMBERS {
        let mut cents: Vec<_> =
            api.claims(&format!("m{member}")).iter().map(|claim| claim.claim_amount.cents()).collect();
        cents.sort_unstable();
        let wanted: Vec<_> = (0..ROWS / MEMBERS).map(|i| i64::from(i + 1) * 100 + 25).collect();
        assert_eq!(cents, wanted, "member {member}");
    }
}

#[test]
fn killed_anywhere_and_run_again_each_row_is_there_once() {
    let (api, folder) = (api(), tempfile::tempdir().unwrap());
    let csv = file(&folder, "claims.csv", &table());
    let kills = 50 * longer();
    let mut dead = 0;
    for kill in 0..kills {
        // From the first milliseconds to well into the rows.
        let wait = 1.5_f64 * 1.13_f64.powi((kill % 50) as i32);
        let mut running = start(&api, &csv);
        std::thread::sleep(Duration::from_micros((wait * 1000.0) as u64));
        dead += u32::from(running.try_wait().unwrap().is_none());
        running.kill().unwrap();
        running.wait().unwrap();
    }
    assert!(dead > kills / 2, "only {dead} of {kills} were killed in their midst");
    let said = import(&api, &csv);
    let [rows, made, there, rejected, left] = books(said.ends(0));
    assert_eq!((rows, made + there, rejected, left), (u64::from(ROWS), u64::from(ROWS), 0, 0));
    each_row_once(&api);
    // Nothing that a killed import left is in the way or in sight.
    let names: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(names.len(), 2, "{names:?}");
}

#[test]
fn started_many_times_at_once_by_many_names_each_row_is_there_once() {
    let (api, folder) = (api(), tempfile::tempdir().unwrap());
    let csv = file(&folder, "claims.csv", &table());
    let mut names = vec![csv.clone()];
    #[cfg(unix)]
    {
        let elsewhere = folder.path().join("elsewhere");
        fs::create_dir(&elsewhere).unwrap();
        for (link, hard) in [("link.csv", false), ("hard.csv", true)] {
            let link = elsewhere.join(link);
            if hard {
                fs::hard_link(&csv, &link).unwrap()
            } else {
                std::os::unix::fs::symlink(&csv, &link).unwrap()
            }
            names.push(link);
        }
    }
    at_once(&api, &names, 50);
    each_row_once(&api);
}

#[test]
fn copies_in_one_folder_that_are_started_at_once_are_one_import() {
    let (api, folder) = (api(), tempfile::tempdir().unwrap());
    let names = ["a.csv", "b.csv", "c.csv"].map(|name| file(&folder, name, &table()));
    at_once(&api, &names, 12);
    each_row_once(&api);
}

fn at_once(api: &Api, names: &[std::path::PathBuf], times: u32) {
    let running: Vec<_> = (0..(times * longer()) as usize).map(|i| start(api, &names[i % names.len()])).collect();
    let mut made = 0;
    for running in running {
        let said = Said::of(running.wait_with_output().unwrap());
        match said.code {
            5 => assert!(said.err.contains("another import of these rows is running"), "{}", said.err),
            _ => made += books(said.ends(0))[1],
        }
    }
    // "Made" is counted by one, and only once. What a client had to send again, on a machine as busy as this, may count as there.
    assert!(made <= u64::from(ROWS) && made > u64::from(ROWS) * 9 / 10, "{made} made");
}

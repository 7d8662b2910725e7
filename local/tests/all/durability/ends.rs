//! However a process ends, and whatever is done with its file: what was acknowledged is found, or the file is refused.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Output,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use claims_client::{ClaimsClient, Endpoint, RetryPolicy, types::*};
use futures_util::TryStreamExt;

use crate::common::{
    new_claim,
    running::{Running, command, data_file, unmark},
};

const SIGNALS: [&str; 4] = ["TERM", "HUP", "INT", "KILL"];

/// What is done with the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Then {
    SamePath,
    Copied,
    /// Together with its log, if it has one.
    CopiedWhole,
    Moved,
    HardLinked,
    RenamedWhileItRuns,
    BackedUpWhileItRuns,
    SecondProcess,
    LockDeleted,
}

const ALL: [Then; 9] = [
    Then::SamePath,
    Then::Copied,
    Then::CopiedWhole,
    Then::Moved,
    Then::HardLinked,
    Then::RenamedWhileItRuns,
    Then::BackedUpWhileItRuns,
    Then::SecondProcess,
    Then::LockDeleted,
];

fn arguments(file: &Path) -> [&str; 4] {
    ["--port", "0", "--data", file.to_str().unwrap()]
}

fn run(arguments: &[&str]) -> Output {
    command(arguments).output().unwrap()
}

/// Creates claims until the program is gone; every one that was acknowledged before `enough` is set is in the first list.
async fn load(url: String, enough: Arc<AtomicBool>) -> (Vec<Claim>, Vec<Claim>) {
    let builder = ClaimsClient::builder().endpoint(Endpoint::url(url)).retry(RetryPolicy::never());
    let client = builder.build().unwrap();
    let (mut before, mut after) = (Vec::new(), Vec::new());
    while let Ok(claim) = client.create_claim(new_claim("m")).await {
        if enough.load(Ordering::SeqCst) { &mut after } else { &mut before }.push(claim);
    }
    (before, after)
}

async fn stored(running: &Running) -> Vec<Claim> {
    let member: MemberId = "m".parse().unwrap();
    running.client().list_claims(&member).limit(PageLimit::MAX).into_stream().try_collect().await.unwrap()
}

async fn one(signal: &str, then: Then, is_loaded: bool) {
    let what = format!("SIG{signal}, {then:?}, {}", if is_loaded { "under load" } else { "idle" });
    let folder = tempfile::tempdir().unwrap();
    let file = PathBuf::from(data_file(folder.path()));
    let other = folder.path().join("other.db");
    let running = Running::start(&arguments(&file));
    let mut acknowledged = Vec::new();
    for _ in 0..3 {
        acknowledged.push(running.client().create_claim(new_claim("m")).await.unwrap());
    }
    let enough = Arc::new(AtomicBool::new(false));
    let callers = if is_loaded { 2 } else { 0 };
    let callers: Vec<_> = (0..callers).map(|_| tokio::spawn(load(running.url(), enough.clone()))).collect();
    if is_loaded {
        let begun = acknowledged.len() + 5;
        while stored(&running).await.len() < begun {}
    }
    // While it runs.
    match then {
        Then::RenamedWhileItRuns => fs::rename(&file, &other).unwrap(),
        Then::LockDeleted => {
            let _ = fs::remove_file(folder.path().join("claims.db.lock"));
            let second = run(&arguments(&file));
            assert!(String::from_utf8_lossy(&second.stderr).contains("in use by another"), "{what}: {second:?}");
        }
        Then::SecondProcess => {
            fs::hard_link(&file, &other).unwrap();
            let second = run(&arguments(&other));
            assert!(String::from_utf8_lossy(&second.stderr).contains("in use by another"), "{what}: {second:?}");
            fs::remove_file(&other).unwrap();
        }
        Then::BackedUpWhileItRuns => {
            // What is acknowledged while it is made may be in it.
            enough.store(true, Ordering::SeqCst);
            let made = run(&["backup", file.to_str().unwrap(), other.to_str().unwrap()]);
            assert!(made.status.success(), "{what}: {made:?}");
        }
        _ => {}
    }
    if signal == "KILL" {
        running.kill();
    } else {
        let (code, log) = running.end(signal);
        assert_eq!(code, Some(0), "{what}: {log}");
    }
    for caller in callers {
        let (before, after) = caller.await.unwrap();
        acknowledged.extend(before);
        if then != Then::BackedUpWhileItRuns {
            acknowledged.extend(after);
        }
    }
    let log = |file: &Path| PathBuf::from(format!("{}-wal", file.display()));
    let is_killed = signal == "KILL";
    assert_eq!(log(&file).exists(), is_killed, "{what}: a log is there exactly after a kill");
    let opened = match then {
        Then::SamePath | Then::SecondProcess | Then::LockDeleted => file.clone(),
        Then::Copied => fs::copy(&file, &other).map(|_| other.clone()).unwrap(),
        Then::CopiedWhole => {
            fs::copy(&file, &other).unwrap();
            if is_killed {
                fs::copy(log(&file), log(&other)).unwrap();
            }
            other.clone()
        }
        Then::Moved => fs::rename(&file, &other).map(|()| other.clone()).unwrap(),
        Then::HardLinked => fs::hard_link(&file, &other).map(|()| other.clone()).unwrap(),
        Then::RenamedWhileItRuns | Then::BackedUpWhileItRuns => other.clone(),
    };
    let is_alone =
        is_killed && matches!(then, Then::Copied | Then::Moved | Then::HardLinked | Then::RenamedWhileItRuns);
    if is_alone {
        let refused = run(&arguments(&opened));
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert_eq!(refused.status.code(), Some(1), "{what}: {said}");
        assert!(said.contains("was not closed") && said.contains("put both back together"), "{what}: {said}");
        // As it says.
        fs::rename(log(&file), log(&opened)).unwrap();
    }
    let again = Running::start(&arguments(&opened));
    let found = stored(&again).await;
    let lost = acknowledged.iter().filter(|claim| !found.contains(claim)).count();
    assert_eq!(lost, 0, "{what}: of {} acknowledged claims", acknowledged.len());
    again.end("TERM");
    let verified = run(&["verify", opened.to_str().unwrap()]);
    assert!(verified.status.success(), "{what}: {verified:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_idle_process_ends_and_its_file_holds_what_it_acknowledged() {
    for signal in SIGNALS {
        for then in ALL {
            one(signal, then, false).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_ends_under_load_and_its_file_holds_what_it_acknowledged() {
    for signal in SIGNALS {
        for then in ALL {
            one(signal, then, true).await;
        }
    }
}

/// A killed process's log without its file, and the log of another file.
#[tokio::test]
async fn a_log_that_holds_something_is_never_deleted() {
    let folder = tempfile::tempdir().unwrap();
    let file = PathBuf::from(data_file(folder.path()));
    let log = folder.path().join("claims.db-wal");
    fs::write(&log, "what was acknowledged").unwrap();
    for made in [false, true] {
        if made {
            fs::rename(&log, folder.path().join("log")).unwrap();
            Running::start(&arguments(&file)).end("TERM");
            fs::rename(folder.path().join("log"), &log).unwrap();
        }
        let refused = run(&arguments(&file));
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(!refused.status.success() && said.contains("is the log of another data file"), "{said}");
        assert_eq!(fs::read_to_string(&log).unwrap(), "what was acknowledged");
        assert_eq!(file.exists(), made);
    }
}

#[tokio::test]
async fn a_file_from_before_there_were_marks_is_adopted() {
    let folder = tempfile::tempdir().unwrap();
    let file = PathBuf::from(data_file(folder.path()));
    let running = Running::start(&arguments(&file));
    let claim = running.client().create_claim(new_claim("m")).await.unwrap();
    running.end("TERM");
    unmark(file.to_str().unwrap());
    for signal in ["KILL", "TERM", "TERM"] {
        let running = Running::start(&arguments(&file));
        assert_eq!(stored(&running).await, std::slice::from_ref(&claim));
        running.end(signal);
    }
    // It has checksums now.
    let bytes = fs::read(&file).unwrap();
    let at = bytes.windows(4).position(|four| four == b"snow").unwrap();
    fs::write(&file, [&bytes[..at], b"s", &bytes[at + 1..]].concat()).unwrap();
    assert!(run(&["verify", file.to_str().unwrap()]).status.success());
    fs::write(&file, [&bytes[..at], b"S", &bytes[at + 1..]].concat()).unwrap();
    assert_eq!(run(&["verify", file.to_str().unwrap()]).status.code(), Some(3));
}

#[tokio::test]
async fn a_backup_replaces_nothing_and_is_private() {
    use std::os::unix::fs::MetadataExt;
    let folder = tempfile::tempdir().unwrap();
    let file = PathBuf::from(data_file(folder.path()));
    let to = folder.path().join("backup.db");
    let running = Running::start(&arguments(&file));
    running.client().create_claim(new_claim("m")).await.unwrap();
    let arguments = ["backup", file.to_str().unwrap(), to.to_str().unwrap()];
    assert!(run(&arguments).status.success());
    assert_eq!(fs::metadata(&to).unwrap().mode() & 0o777, 0o600);
    let bytes = fs::read(&to).unwrap();
    let again = run(&arguments);
    assert_eq!(again.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&again.stderr).contains("it is there already"), "{again:?}");
    assert_eq!(fs::read(&to).unwrap(), bytes);
    let nothing = run(&["backup", "/nonexistent/claims.db", folder.path().join("x").to_str().unwrap()]);
    assert_eq!(nothing.status.code(), Some(1), "{nothing:?}");
    assert!(!folder.path().join("x").exists());
}

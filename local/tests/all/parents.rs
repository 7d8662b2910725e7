//! Programs that start `claims-local` and do not read what it says: every request is answered all the same.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::Command,
};

use crate::common::{
    new_claim,
    running::{PROGRAM, Running},
};

const REQUESTS: usize = 2000;
const MODES: [&str; 3] = ["never", "stops", "closes"];

#[tokio::test]
async fn a_parent_in_rust_that_does_not_read_gets_its_answers() {
    for mode in MODES {
        let mut running = Running::start(&["--port", "0"]);
        let mut stderr = running.child.stderr.take().map(BufReader::new);
        if mode == "closes" {
            stderr = None;
        }
        let client = running.client();
        for n in 0..REQUESTS / 2 {
            let claim = client.create_claim(new_claim(&format!("m-{n}"))).without_retry().await.unwrap();
            if n == 0 && mode == "stops" {
                let mut line = String::new();
                stderr.as_mut().unwrap().read_line(&mut line).unwrap();
                assert!(line.contains("createClaim"), "{line}");
            }
            let found = client.get_claim(&claim.member_id, claim.claim_id).without_retry().await.unwrap();
            assert_eq!(found, claim, "{mode}, {n}");
        }
        let terminated = Command::new("kill").arg(running.child.id().to_string()).status().unwrap();
        assert!(terminated.success());
        assert_eq!(running.child.wait().unwrap().code(), Some(0), "{mode}");
        drop(stderr);
    }
}

#[test]
fn a_parent_in_python_that_does_not_read_gets_its_answers() {
    others("python3", "parent.py");
}

#[test]
fn a_parent_in_node_that_does_not_read_gets_its_answers() {
    others("node", "parent.mjs");
}

fn others(language: &str, script: &str) {
    if Command::new(language).arg("--version").output().is_err() {
        eprintln!("SKIPPED: a parent in {language}, which is not on this machine");
        return;
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/parents").join(script);
    for mode in MODES {
        let ended =
            Command::new(language).arg(&script).arg(PROGRAM).args([mode, &REQUESTS.to_string()]).output().unwrap();
        assert!(ended.status.success(), "{language}, {mode}: {}", String::from_utf8_lossy(&ended.stderr));
    }
}

/// Few descriptors, many callers: once they have gone, all is as before.
#[tokio::test]
async fn too_many_open_connections_are_survived() {
    let mut few = Command::new("sh");
    few.args(["-c", "ulimit -n 40; exec \"$0\" --port 0"]).arg(PROGRAM);
    let running = Running::of(&mut few);
    let address = running.url().trim_start_matches("http://").trim_end_matches("/dev").to_owned();
    let mut callers = Vec::new();
    for _ in 0..80 {
        callers.push(tokio::net::TcpStream::connect(&address).await.unwrap());
    }
    drop(callers);
    running.client().create_claim(new_claim("m")).await.unwrap();
    let (code, log) = running.end("TERM");
    assert_eq!(code, Some(0), "{log}");
    assert!(log.contains("cannot accept a connection"), "{log}");
}

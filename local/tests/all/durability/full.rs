//! No room: a disk that is full, a file that may not grow.

use std::{fs, path::Path, process::Command};

use claims_client::{ClaimsClient, RetryPolicy, types::*};
use futures_util::TryStreamExt;

use crate::common::{
    new_claim,
    running::{Running, data_file, fails_as},
};

/// The program, begun by a shell that first does this; `$0` is the program, `$1` the folder of the data file.
fn after(wrapper: &[&str], script: &str, folder: &Path) -> Command {
    let (first, rest) = [wrapper, &["sh"]].concat().split_first().map(|(a, b)| (*a, b.to_vec())).unwrap();
    let mut command = Command::new(first);
    let program = env!("CARGO_BIN_EXE_claims-local");
    // A line a request would fill the pipe before the one that counts.
    let script = format!("{script}\nexec \"$0\" --port 0 --data \"$1/claims.db\"");
    command.args(rest).args(["-ec", &script, program]).arg(folder).env("RUST_LOG", "warn");
    command
}

/// Creates claims until there is no room; all that were acknowledged.
async fn fill(client: &ClaimsClient) -> Vec<Claim> {
    let mut claims = Vec::new();
    loop {
        assert!(claims.len() < 100_000, "there is always room");
        match client.create_claim(new_claim("m")).without_retry().await {
            Ok(claim) => claims.push(claim),
            Err(error) => {
                assert!(error.is_unavailable() && error.is_outcome_unknown(), "{error}");
                return claims;
            }
        }
    }
}

async fn has_all(client: &ClaimsClient, claims: &[Claim]) {
    let list = client.list_claims(&claims[0].member_id).limit(PageLimit::MAX);
    let stored: Vec<Claim> = list.into_stream().try_collect().await.unwrap();
    let lost = claims.iter().filter(|claim| !stored.contains(claim)).count();
    assert_eq!(lost, 0, "of {} acknowledged claims", claims.len());
}

fn patient(running: &Running) -> ClaimsClient {
    let builder = ClaimsClient::builder().endpoint(claims_client::Endpoint::url(running.url()));
    builder.retry(RetryPolicy::never()).build().unwrap()
}

/// How a process of ours gets a disk of its own, if it may.
fn private_mounts() -> Option<&'static [&'static str]> {
    let ways: [&[&str]; 2] = [&["unshare", "--mount"], &["unshare", "--user", "--map-root-user", "--mount"]];
    ways.into_iter().find(|way| {
        let folder = tempfile::tempdir().unwrap();
        let mount = "mount -t tmpfs -o size=64k none \"$0\"";
        let tried = Command::new(way[0]).args(&way[1..]).args(["sh", "-ec", mount]).arg(folder.path()).output();
        tried.is_ok_and(|output| output.status.success())
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_is_named_and_loses_nothing() {
    let Some(way) = private_mounts() else {
        eprintln!("SKIPPED: a full disk, for this user may mount nothing here (unshare --mount)");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let disk = "mount -t tmpfs -o size=1m none \"$1\"\nhead -c 300000 /dev/zero > \"$1/ballast\"";
    let running = Running::of(&mut after(way, disk, folder.path()));
    let client = patient(&running);
    let mut claims = fill(&client).await;
    has_all(&client, &claims).await;

    // Room again: it goes on without a restart.
    let theirs = format!("/proc/{}/root{}", running.child.id(), folder.path().display());
    fs::remove_file(format!("{theirs}/ballast")).unwrap();
    claims.push(client.create_claim(new_claim("m")).await.unwrap());
    has_all(&client, &claims).await;

    // Their disk ends with the process: what a kill would leave is a copy.
    let copy = tempfile::tempdir().unwrap();
    for name in ["claims.db", "claims.db-wal"] {
        fs::copy(format!("{theirs}/{name}"), copy.path().join(name)).unwrap();
    }
    let log = running.kill();
    assert!(log.contains("is full") && log.contains("free some space"), "{log}");
    let again = Running::start(&["--port", "0", "--data", &data_file(copy.path())]);
    has_all(&again.client(), &claims).await;
}

#[test]
fn a_disk_that_is_full_from_the_start_is_named() {
    let Some(way) = private_mounts() else {
        eprintln!("SKIPPED: a full disk, for this user may mount nothing here (unshare --mount)");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    for left in ["0", "8192"] {
        let disk =
            format!("mount -t tmpfs -o size=1m none \"$1\"\nhead -c $((1048576 - {left})) /dev/zero > \"$1/ballast\"");
        // Their disk ends with the shell, which has to tell what is left on it.
        let run = "\"$0\" --port 0 --data \"$1/claims.db\" || { echo left: $(ls -A \"$1\") >&2; exit 1; }";
        let said = fails_as(&mut after(way, &format!("{disk}\n{run}"), folder.path()));
        assert!(said.contains("claims.db") && said.contains("free some space"), "{left} bytes left: {said}");
        assert!(said.ends_with("left: ballast\n"), "{left} bytes left: {said}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_may_not_grow_is_named_and_loses_nothing() {
    // 1024 blocks, of 512 or 1024 bytes. Who ignores SIGXFSZ gets an error instead.
    for (script, ends) in [("trap '' XFSZ; ulimit -f 1024", false), ("ulimit -c 0; ulimit -f 1024", true)] {
        let folder = tempfile::tempdir().unwrap();
        let mut running = Running::of(&mut after(&[], script, folder.path()));
        let client = patient(&running);
        let mut claims = Vec::new();
        if ends {
            while let Ok(claim) = client.create_claim(new_claim("m")).await {
                claims.push(claim);
            }
            assert!(!running.child.wait().unwrap().success(), "the system ends it");
        } else {
            claims = fill(&client).await;
            has_all(&client, &claims).await;
            let log = running.kill();
            assert!(log.contains("ulimit -f"), "{log}");
        }
        assert!(claims.len() > 10, "only {} claims found room", claims.len());
        let again = Running::start(&["--port", "0", "--data", &data_file(folder.path())]);
        has_all(&again.client(), &claims).await;
        again.client().create_claim(new_claim("m")).await.unwrap();
    }
}

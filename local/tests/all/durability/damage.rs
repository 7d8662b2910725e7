//! Bits that flip and files that are cut short: whatever is still served is what was written.

use std::{collections::HashMap, fs, path::PathBuf, process::Stdio};

use claims_client::types::*;
use futures_util::TryStreamExt;

use crate::common::{
    dice::{Dice, longer, seed},
    new_claim,
    running::{Running, command, data_file},
};

const MEMBERS: usize = 4;
const CLAIMS: usize = 24;

/// 500 and 100 in the nightly run.
const FLIPS: u64 = 25;
const CUTS: u64 = 5;

#[tokio::test]
async fn no_damage_is_served_as_truth() {
    let folder = tempfile::tempdir().unwrap();
    let file = data_file(folder.path());
    let running = Running::start(&["--port", "0", "--data", &file]);
    let mut claims: HashMap<MemberId, Vec<Claim>> = HashMap::new();
    for n in 0..CLAIMS {
        let claim = running.client().create_claim(new_claim(&format!("m-{}", n % MEMBERS))).await.unwrap();
        claims.entry(claim.member_id.clone()).or_default().push(claim);
    }
    running.end("TERM");
    let whole = fs::read(&file).unwrap();
    let mut dice = Dice(seed());
    let (mut refused, mut served) = (0, 0);
    for n in 0..(FLIPS + CUTS) * longer() {
        let mut bytes = whole.clone();
        let at = usize::try_from(dice.roll(bytes.len() as u64)).unwrap();
        if n % (FLIPS + CUTS) < FLIPS {
            bytes[at] ^= 1 << dice.roll(8);
        } else {
            // An empty file is a new one.
            bytes.truncate(at.max(1));
        }
        let say = format!("CLAIMS_TEST_SEED={}, {n}: {} bytes, {at}", seed(), bytes.len());
        let copy = PathBuf::from(format!("{file}.{n}"));
        fs::write(&copy, bytes).unwrap();
        let verified = command(&["verify", copy.to_str().unwrap()]).output().unwrap();
        let arguments = ["--port", "0", "--data", copy.to_str().unwrap()];
        if !verified.status.success() {
            let said = String::from_utf8_lossy(&verified.stderr).into_owned();
            for secret in ["Jöhn", "19.99", "snow"] {
                assert!(!said.contains(secret), "{say}: {said}");
            }
            let started = command(&arguments).stdout(Stdio::null()).output().unwrap();
            assert_eq!(started.status.code(), Some(1), "{say}: verified as damaged, and served: {said}");
            refused += 1;
            continue;
        }
        served += 1;
        let running = Running::start(&arguments);
        for (member, claims) in &claims {
            let list = running.client().list_claims(member).limit(PageLimit::MAX);
            let found: Vec<Claim> = list.into_stream().try_collect().await.unwrap();
            assert_eq!(found.len(), claims.len(), "{say}");
            assert!(claims.iter().all(|claim| found.contains(claim)), "{say}");
            for claim in claims {
                assert_eq!(running.client().get_claim(member, claim.claim_id).await.unwrap(), *claim, "{say}");
            }
        }
        running.kill();
    }
    eprintln!("{refused} refused, {served} served as they were written");
    assert!(refused > 5 && served > 0, "nothing was tested: {refused} refused, {served} served");
}

/// 500 in the nightly run.
const FLIPS_WHILE_IT_RUNS: u64 = 25;

/// Under a running program as well: a claim is what was written or an error, and never a 404.
#[tokio::test]
async fn damage_that_comes_while_it_runs_is_not_served_either() {
    use std::os::unix::fs::FileExt;
    let mut dice = Dice(seed() + 1);
    let (mut right, mut refused) = (0, 0);
    for n in 0..FLIPS_WHILE_IT_RUNS * longer() {
        let folder = tempfile::tempdir().unwrap();
        let name = data_file(folder.path());
        let running = Running::start(&["--port", "0", "--data", &name]);
        let client = running.client();
        let member: MemberId = "m".parse().unwrap();
        let mut claims = Vec::new();
        for _ in 0..8 {
            claims.push(client.create_claim(new_claim("m")).await.unwrap());
        }
        let file = fs::File::options().read(true).write(true).open(&name).unwrap();
        let bytes = fs::read(&name).unwrap();
        // In what was stored: somewhere about a description.
        let places: Vec<_> =
            bytes.windows(4).enumerate().filter(|(_, four)| four == b"snow").map(|(at, _)| at).collect();
        let at = dice.pick(&places) + usize::try_from(dice.roll(60)).unwrap() - 30;
        file.write_all_at(&[bytes[at] ^ 1 << dice.roll(8)], at as u64).unwrap();
        // Makes it forget what it has read.
        let another = client.create_claim(new_claim("another")).without_retry().await;
        let say = format!("CLAIMS_TEST_SEED={}, {n}: {at}, another: {another:?}", seed());
        for claim in &claims {
            match client.get_claim(&member, claim.claim_id).without_retry().await {
                Ok(found) => {
                    assert_eq!(found, *claim, "{say}");
                    right += 1;
                }
                Err(error) => {
                    assert!(error.status().is_some_and(|status| status >= 500), "{say}: {error}");
                    refused += 1;
                }
            }
        }
        match client.list_claims(&member).limit(PageLimit::MAX).into_stream().try_collect::<Vec<_>>().await {
            Ok(found) => {
                assert!(found.len() == claims.len() && claims.iter().all(|claim| found.contains(claim)), "{say}")
            }
            Err(error) => assert!(error.status().is_some_and(|status| status >= 500), "{say}: {error}"),
        }
        running.kill();
    }
    eprintln!("{right} gets right, {refused} refused");
    assert!(right > 0 && refused > 0, "nothing was tested: {right} right, {refused} refused");
}

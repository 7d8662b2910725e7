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

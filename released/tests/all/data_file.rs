//! A data file of `claims-local` opens under every later release, and goes on under it.

use claims_local::LocalApi;
use claims_released::{
    forms::{self, Case},
    http,
};
use serde_json::Value;

use crate::support::{cases, copied, entries, holds};

async fn get(api: &LocalApi, case: &Case) -> (u16, Value) {
    let target = format!("/{}{}", LocalApi::STAGE, case.target());
    let answer = http::send(api.address(), &http::request("GET", &target, &[], "")).await.unwrap();
    (answer.status(), answer.json().unwrap())
}

#[tokio::test]
async fn a_data_file_opens_and_has_its_claims() {
    for entry in entries() {
        let cases = cases(&entry);
        let cases: Vec<_> = cases.iter().filter(|case| case.has_its_id_from_the_caller()).collect();
        let folder = copied(&entry, &[forms::DATA_FILE]);
        let file = folder.path().join(forms::DATA_FILE);
        // Twice: what this build does to the file on opening, it has to be able to read itself.
        for round in 1..=2 {
            let of = |case: &Case| format!("released/{}, {}, opened {round}×", entry.version, case.name);
            let api = LocalApi::builder().data_file(&file).start().await.unwrap();
            for (number, case) in cases.iter().enumerate() {
                let (status, claim) = get(&api, case).await;
                if round == 2 && number == 0 {
                    assert_eq!(status, 404, "{}: deleted in the first round", of(case));
                    continue;
                }
                assert_eq!(status, 200, "{}: {claim}", of(case));
                holds(&case.claim, &claim, &of(case));
            }
            if round == 1 {
                let target = format!("/{}{}", LocalApi::STAGE, cases[0].target());
                let answer = http::send(api.address(), &http::request("DELETE", &target, &[], "")).await.unwrap();
                assert_eq!(answer.status(), 204);
            }
            api.stop().await;
        }
    }
}

//! `contract/vectors`: what a client does when things go wrong, run against the local API. Nothing here really waits.
#![allow(clippy::unwrap_used)]

mod support;

use std::{
    collections::{BTreeSet, HashMap, VecDeque},
    fs,
    path::Path,
    sync::{Arc, Mutex},
};

use claims_client::contract::Operation;
use claims_client::{AttemptReport, ClaimsClient, Endpoint, Error, Observer, types::*};
use claims_local::LocalApi;
use http::HeaderMap;
use serde_json::{Value, json};
use support::*;

/// Makes each attempt go wrong as the vector says, counts them, and remembers the last answer's status.
#[derive(Clone, Default)]
struct Script {
    faults: Arc<Mutex<VecDeque<String>>>,
    attempts: Arc<Mutex<u32>>,
    status: Arc<Mutex<Option<u16>>>,
}

impl Observer for Script {
    fn add_headers(&self, _: &'static Operation, headers: &mut HeaderMap) {
        if let Some(fault) = self.faults.lock().unwrap().pop_front() {
            headers.insert("x-local-fault", fault.parse().unwrap());
        }
    }

    fn attempt_ended(&self, attempt: &AttemptReport<'_>) {
        *self.attempts.lock().unwrap() = attempt.attempt;
        *self.status.lock().unwrap() = attempt.status;
    }
}

fn vectors() -> Vec<Value> {
    let file: Value = serde_json::from_str(include_str!("../../contract/vectors/retry.json")).unwrap();
    assert_eq!(file["policy"], json!({"attempts": 4, "longestRetryAfter": 10}), "the client's own policy");
    file["vectors"].as_array().unwrap().clone()
}

fn certainty<T>(result: &Result<T, Error>) -> &'static str {
    match result {
        Ok(_) => "done",
        Err(error) if error.is_outcome_unknown() => "unknown",
        Err(_) => "not_done",
    }
}

fn version(etag: &str) -> Version {
    serde_json::from_str(etag.trim_matches('"')).unwrap()
}

/// The `Idempotency-Key`s that the functions have got, by member.
fn keys(events: &Path) -> HashMap<String, BTreeSet<String>> {
    let mut keys = HashMap::<String, BTreeSet<String>>::new();
    for line in fs::read_to_string(events).unwrap().lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        let event = &line["event"];
        let headers = event["headers"].as_object().unwrap();
        let key = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("idempotency-key"));
        if let Some((_, key)) = key {
            let member = event["queryStringParameters"]["memberId"].as_str().unwrap();
            keys.entry(member.to_owned()).or_default().insert(key.as_str().unwrap().to_owned());
        }
    }
    keys
}

#[tokio::test(flavor = "multi_thread")]
async fn the_client_does_what_the_vectors_say() {
    let folder = tempfile::tempdir().unwrap();
    let events = folder.path().join("events.jsonl");
    let api = LocalApi::builder().faults_by_header().events_file(&events).start().await.unwrap();
    let plain = ClaimsClient::builder().endpoint(Endpoint::url(api.url())).build().unwrap();
    let vectors = vectors();
    for (number, vector) in vectors.iter().enumerate() {
        let name = &vector["name"];
        let (member, other): (MemberId, MemberId) =
            (format!("call-{number}").parse().unwrap(), format!("given-{number}").parse().unwrap());
        let of = |member: &MemberId| CreateClaim { member_id: member.clone(), ..new_claim() };
        let operation = vector["operation"].as_str().unwrap();
        // The claim that is there: of this member, or, where nothing is there, of another one.
        let owner = if vector["given"] == "nothing" || operation == "create" { &other } else { &member };
        let given = plain.create_claim(of(owner)).await.unwrap().claim_id;

        let (clock, script) = (TestClock::new(), Script::default());
        let faults = vector["faults"].as_array().unwrap();
        *script.faults.lock().unwrap() = faults.iter().map(|fault| fault.as_str().unwrap().to_owned()).collect();
        let builder = ClaimsClient::builder().endpoint(Endpoint::url(api.url()));
        let client = builder.clock(clock.clone()).observer(script.clone()).build().unwrap();
        let condition = vector["ifMatch"].as_str().map(version);
        let result: Result<(), Error> = match operation {
            "create" => client.create_claim(of(&member)).await.map(drop),
            "read" => client.get_claim(&member, given).await.map(drop),
            "list" => client.list_claims(&member).await.map(drop),
            "update" => {
                let call = client.update_claim(&member, given, update());
                match condition {
                    Some(version) => call.if_match(version).await.map(drop),
                    None => call.await.map(drop),
                }
            }
            "delete" => {
                let call = client.delete_claim(&member, given);
                match condition {
                    Some(version) => call.if_match(version).await,
                    None => call.await,
                }
            }
            other => panic!("{name}: no such operation: {other}"),
        };

        assert_eq!(certainty(&result), vector["certainty"], "{name}: {result:?}");
        let waits = clock.waits();
        assert_eq!(vector["attempts"], *script.attempts.lock().unwrap(), "{name}");
        let code = result.as_ref().err().and_then(Error::code).map(ProblemCode::as_str);
        assert_eq!(code, vector["code"].as_str(), "{name}");
        if let Some(status) = vector["status"].as_u64() {
            assert_eq!(script.status.lock().unwrap().map(u64::from), Some(status), "{name}");
        }
        for (wait, least) in waits.iter().zip(vector["waitsAtLeast"].as_array().into_iter().flatten()) {
            assert!(*wait >= u128::from(least.as_u64().unwrap()) * 1000, "{name}: {waits:?}");
        }

        let claims = plain.list_claims(&member).await.unwrap().claims;
        if let Some(count) = vector["claims"].as_u64() {
            assert_eq!(claims.len() as u64, count, "{name}");
        }
        if let Some(version) = vector["version"].as_u64() {
            assert_eq!(claims[0].version.get(), version, "{name}");
        }
    }
    api.stop().await;
    let keys = keys(&events);
    for (number, vector) in vectors.iter().enumerate() {
        // The claim that was there before has a key of its own.
        let given = usize::from(vector["given"] != "nothing" && vector["operation"] != "create");
        let called = keys.get(&format!("call-{number}")).map_or(0, BTreeSet::len) - given;
        assert!(called <= 1, "{}: {called} keys for one call", vector["name"]);
    }
    assert!(vectors.len() >= 30);
}

//! Forms that not every release has written (`released/next/`): tombstones, and attributes of a later release, which this one
//! reads already, so that the later one can be rolled back to it.

use std::collections::BTreeSet;

use claims_client::types::Timestamp;
use claims_local::LocalApi;
use claims_released::{
    entry, forms,
    forms::{Step, StorageCall, Write},
    http::Message,
    world::World,
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::support::{entries, holds, is_problem, world_with};

#[derive(Deserialize)]
struct Next {
    tombstones: Vec<Form>,
    claims: Vec<Form>,
}

#[derive(Deserialize)]
struct Form {
    name: String,
    item: Value,
    /// As `GET` answers it; a tombstone has none.
    #[serde(default)]
    claim: Value,
}

impl Form {
    fn id(&self) -> &str {
        self.item["SK"]["S"].as_str().unwrap().strip_prefix("CLAIM#").unwrap()
    }

    fn target(&self) -> String {
        format!("/claim/{}?memberId=123", self.id())
    }

    fn create(&self, body: Value) -> Write {
        let target = "/claim?memberId=123&policyId=P_1-a&memberName=John%20Doe";
        write("POST", target, &[("idempotency-key", self.id())], body)
    }
}

fn next() -> Next {
    entry::json(&entry::future_forms().join("items.json")).unwrap()
}

fn write(method: &str, target: &str, headers: &[(&str, &str)], body: Value) -> Write {
    let headers = [&[("content-type", "application/json")], headers].concat();
    Write {
        at: Timestamp::now(),
        method: method.to_owned(),
        target: format!("/{}{target}", LocalApi::STAGE),
        headers: headers.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        body,
    }
}

fn body(status: &str, description: &str) -> Value {
    json!({"policyType": "Health", "claimAmount": 19.99, "description": description, "status": status})
}

/// Sends it to a table that has only this item, which has to be as it was afterwards.
async fn answered_and_untouched(form: &Form, write: &Write) -> Message {
    let world = world_with([&form.item]).await;
    let answer = world.send(&write.bytes()).await.unwrap();
    let of = format!("{}: {} with {:?}", form.name, write.method, write.headers);
    assert_eq!(world.storage.take().len(), 1, "{of}: one call to DynamoDB");
    assert_eq!(world.stored(&form.item).await.unwrap().as_ref(), Some(&form.item), "{of}: the tombstone is as it was");
    answer
}

/// Every `If-Match` that a caller may have, and none.
fn conditions(form: &Form) -> Vec<Vec<(&'static str, String)>> {
    let version: u64 = form.item["version"]["N"].as_str().unwrap().parse().unwrap();
    let tags = [version - 1, version, version + 1].map(|version| format!("\"{version}\""));
    let tags = tags.into_iter().chain(["*".to_owned()]).map(|tag| vec![("if-match", tag)]);
    tags.chain([vec![]]).collect()
}

#[tokio::test]
async fn a_tombstone_is_no_claim_for_get() {
    for form in next().tombstones {
        let get = write("GET", &form.target(), &[], Value::Null);
        is_problem(&answered_and_untouched(&form, &get).await, 404, "claim_not_found", &form.name);
    }
}

#[tokio::test]
async fn a_tombstone_is_no_claim_for_update_and_is_never_overwritten() {
    for form in next().tombstones {
        // The tombstone's own last write too: it was another operation's.
        let keys = [None, form.item["lastWrite"]["S"].as_str().and_then(|text| text.split(':').nth(1))];
        for (condition, key) in conditions(&form).into_iter().flat_map(|c| keys.map(|key| (c.clone(), key))) {
            let mut headers: Vec<_> = condition.iter().map(|(name, value)| (*name, value.as_str())).collect();
            headers.extend(key.map(|key| ("idempotency-key", key)));
            for status in ["pending", "in_review", "withdrawn", "paid"] {
                let update = write("PUT", &form.target(), &headers, body(status, "snow accident"));
                is_problem(&answered_and_untouched(&form, &update).await, 404, "claim_not_found", &form.name);
            }
        }
    }
}

#[tokio::test]
async fn a_tombstone_is_no_claim_for_delete_and_is_never_removed() {
    for form in next().tombstones {
        for condition in conditions(&form) {
            let headers: Vec<_> = condition.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let delete = write("DELETE", &form.target(), &headers, Value::Null);
            is_problem(&answered_and_untouched(&form, &delete).await, 404, "claim_not_found", &form.name);
        }
    }
}

#[tokio::test]
async fn a_tombstones_key_makes_no_second_claim_whatever_the_body() {
    for form in next().tombstones {
        for description in ["snow accident", "another"] {
            let create = form.create(body("pending", description));
            let answer = answered_and_untouched(&form, &create).await;
            is_problem(&answer, 409, "claim_deleted", &form.name);
            let detail = answer.json().unwrap()["detail"].as_str().unwrap().to_owned();
            assert!(detail.contains("deleted") && !detail.contains("snow"), "{detail}");
        }
    }
}

/// Whatever of a member's claims are tombstones: the others are listed, each once, in their order.
#[tokio::test]
async fn lists_pass_over_tombstones_and_their_tokens_go_on() {
    const CLAIMS: usize = 5;
    let tombstone = &next().tombstones[0].item;
    let world = World::start().await.unwrap();
    for deleted in 0_usize..1 << CLAIMS {
        let member = format!("m-{deleted}");
        let mut ids = Vec::new();
        for _ in 0..CLAIMS {
            let target = format!("/claim?memberId={member}&policyId=p&memberName=Ann");
            let create = write("POST", &target, &[], body("pending", ""));
            let claim = world.send(&create.bytes()).await.unwrap().json().unwrap();
            ids.push(claim["claimId"].as_str().unwrap().to_owned());
        }
        for (_, id) in ids.iter().enumerate().filter(|(number, _)| deleted & 1 << number != 0) {
            let mut item = tombstone.clone();
            (item["PK"], item["SK"]) = (json!({"S": format!("MEMBER#{member}")}), json!({"S": format!("CLAIM#{id}")}));
            world.put(&item).await.unwrap();
        }
        let mut alive: Vec<_> =
            (0..CLAIMS).filter(|number| deleted & 1 << number == 0).map(|n| ids[n].clone()).collect();
        alive.sort();
        alive.reverse();
        for query in ["&limit=1", "&limit=2", "&limit=3", "&limit=2&status=pending", ""] {
            let (mut listed, mut token, mut pages) = (Vec::new(), String::new(), 0);
            loop {
                let page = world.get(&format!("/claim?memberId={member}{query}{token}")).await.unwrap();
                assert_eq!(page.status(), 200, "{}", String::from_utf8_lossy(&page.bytes));
                let page = page.json().unwrap();
                let claims = page["claims"].as_array().unwrap();
                listed.extend(claims.iter().map(|claim| claim["claimId"].as_str().unwrap().to_owned()));
                pages += 1;
                let Some(next) = page["nextToken"].as_str() else { break };
                token = format!("&nextToken={next}");
                assert!(pages <= CLAIMS + 1, "{deleted:05b} {query}: the list does not end");
            }
            assert_eq!(listed, alive, "{deleted:05b} {query}");
        }
    }
}

#[tokio::test]
async fn a_claim_with_attributes_of_a_later_release_is_a_claim() {
    for form in next().claims {
        let world = world_with([&form.item]).await;
        let answer = world.get(&form.target()).await.unwrap();
        assert_eq!(answer.json().unwrap(), form.claim, "{}: no attribute leaks into the answer", form.name);
        let page = world.get("/claim?memberId=123").await.unwrap().json().unwrap();
        assert_eq!(page, json!({ "claims": [form.claim] }), "{}", form.name);
    }
}

/// What an update is about; all else of an item is to be kept.
const UPDATED: [&str; 7] = ["policyType", "claimAmount", "description", "status", "updatedAt", "version", "lastWrite"];

fn kept(item: &Value) -> Value {
    let kept = item.as_object().unwrap().iter().filter(|(name, _)| !UPDATED.contains(&name.as_str()));
    kept.map(|(name, value)| (name.clone(), value.clone())).collect::<serde_json::Map<_, _>>().into()
}

#[tokio::test]
async fn attributes_of_a_later_release_outlive_an_update() {
    let claims = next().claims;
    for form in claims.iter().filter(|form| form.claim["status"] == "pending") {
        for headers in [&[][..], &[("if-match", "\"1\"")], &[("if-match", "*")]] {
            let world = world_with([&form.item]).await;
            let update = write("PUT", &form.target(), headers, body("in_review", "ice"));
            let answer = world.send(&update.bytes()).await.unwrap();
            assert_eq!(answer.status(), 200, "{}: {}", form.name, String::from_utf8_lossy(&answer.bytes));
            let after = world.stored(&form.item).await.unwrap().unwrap();
            assert_eq!(after["description"]["S"], "ice");
            assert_eq!(without_writer(kept(&after)), without_writer(kept(&form.item)), "{}", form.name);
            // Who wrote it before is not inherited.
            let writer = ["writeOperation", "writeVersion", "writeOnBehalfOf"].map(|name| after[name].clone());
            assert_eq!(writer, [json!({"S": "updateClaim"}), json!({"N": "2"}), Value::Null], "{}", form.name);
        }
    }
}

/// Without what every write of this release stores anew.
fn without_writer(mut item: Value) -> Value {
    if let Some(item) = item.as_object_mut() {
        item.retain(|name, _| !name.starts_with("write"));
    }
    item
}

#[tokio::test]
async fn values_of_a_later_release_are_shown_and_no_update_tramples_on_them() {
    let claims = next().claims;
    let form = claims.iter().find(|form| form.claim["status"] == "escalated").unwrap();
    let update = write("PUT", &form.target(), &[], body("in_review", "snow accident"));
    is_problem(&answered_and_untouched(form, &update).await, 409, "invalid_transition", &form.name);
    let world = world_with([&form.item]).await;
    let delete = write("DELETE", &form.target(), &[("if-match", "\"4\"")], Value::Null);
    assert_eq!(world.send(&delete.bytes()).await.unwrap().status(), 204);
}

/// The recorded calls of 0.1.0 to DynamoDB, by the step's name without its number.
fn calls_of_0_1_0() -> Vec<(String, StorageCall)> {
    let oldest = entries().into_iter().find(|entry| entry.version == "0.1.0").unwrap();
    let steps: Vec<Step> = oldest.json(forms::CALLS).unwrap();
    let name = |step: &Step| step.name.split_once('-').unwrap().1.to_owned();
    steps.iter().flat_map(|step| step.dynamodb.iter().map(|call| (name(step), call.clone()))).collect()
}

/// Not a wish but a fact, and the reason why a release that writes tombstones is not rolled back to 0.1.0.
#[tokio::test]
async fn what_0_1_0_does_to_a_tombstone() {
    let (tombstones, calls) = (next().tombstones, calls_of_0_1_0());
    let call = |name: &str| calls.iter().find(|(step, _)| step == name).unwrap().1.clone();
    let find = |name: &str| tombstones.iter().find(|form| form.name == name).unwrap();
    let (first, second) = (find("after-a-delete"), find("of-a-caller-without-a-signature"));
    // Kept, and found where a claim is wanted: 0.1.0 then answers 500, as in `item-that-is-no-claim`.
    for name in ["create", "get", "list-of-one", "update-if-match", "update", "delete-if-match-stale"] {
        let world = world_with([&first.item]).await;
        let StorageCall { operation, request, .. } = call(name);
        let (_, answer) = world.dynamodb(&operation, &request).await.unwrap();
        let found = answer.get("Item").unwrap_or(&answer["Items"][0]);
        assert_eq!(found, &first.item, "{name}");
        assert_eq!(world.stored(&first.item).await.unwrap().as_ref(), Some(&first.item), "{name}");
    }
    // Removed: the key is free again.
    for (name, form) in [("delete", second), ("delete-if-match", first)] {
        let world = world_with([&form.item]).await;
        let StorageCall { operation, request, .. } = call(name);
        assert_eq!(world.dynamodb(&operation, &request).await.unwrap().0, 200, "{name}");
        assert_eq!(world.stored(&form.item).await.unwrap(), None, "{name}");
    }
}

#[tokio::test]
async fn attributes_of_a_later_release_outlive_an_update_by_0_1_0() {
    let (claims, calls) = (next().claims, calls_of_0_1_0());
    let (_, update) = calls.iter().find(|(step, _)| step == "update-if-match").unwrap();
    for form in claims.iter().filter(|form| form.claim["status"] == "pending") {
        let mut item = form.item.clone();
        for name in ["PK", "SK"] {
            item[name] = update.request["Key"][name].clone();
        }
        let world = world_with([&item]).await;
        let (status, answer) = world.dynamodb(&update.operation, &update.request).await.unwrap();
        assert_eq!(status, 200, "{answer}");
        holds(&kept(&item), &answer["Attributes"], &form.name);
    }
}

#[test]
fn the_forms_are_those_that_are_spoken_of() {
    let next = next();
    let names: BTreeSet<_> = next.tombstones.iter().chain(&next.claims).map(|form| form.name.as_str()).collect();
    assert_eq!(names.len(), next.tombstones.len() + next.claims.len());
    assert!(next.tombstones.iter().all(|form| form.item.get("deletedAt").is_some()));
    assert!(next.claims.iter().all(|form| form.item.get("deletedAt").is_none()));
}

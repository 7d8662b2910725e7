//! Items of the table: what an earlier release stored is what it was, and what this one stores is what that one reads.

use claims_released::{
    forms::{Case, Write},
    world::World,
};
use serde_json::Value;

use crate::support::{cases, entries, holds, is_problem, world_with};

/// A table with every item of an entry.
async fn world(cases: &[Case]) -> World {
    world_with(cases.iter().map(|case| &case.item)).await
}

/// The item that the present build stores for the same requests at the same times.
async fn stored_now(case: &Case) -> Value {
    let world = World::start().await.unwrap();
    for write in &case.writes {
        world.at(write.at);
        let answer = world.send(&write.bytes()).await.unwrap();
        assert_eq!(answer.status() / 100, 2, "{}: {}", case.name, String::from_utf8_lossy(&answer.bytes));
    }
    // Whatever its key is now: it is what the last call to DynamoDB was about.
    let (request, _) = world.storage.take().pop().unwrap();
    let request = request.json().unwrap();
    world.stored(request.get("Item").unwrap_or(&request["Key"])).await.unwrap().unwrap()
}

#[tokio::test]
async fn a_stored_claim_is_the_claim_it_was() {
    for entry in entries() {
        let cases = cases(&entry);
        let world = world(&cases).await;
        for case in &cases {
            let of = format!("released/{}, {}", entry.version, case.name);
            let answer = world.get(&case.target()).await.unwrap();
            assert_eq!(answer.status(), 200, "{of}: {}", String::from_utf8_lossy(&answer.bytes));
            holds(&case.claim, &answer.json().unwrap(), &of);
            let page = world.get(&format!("/claim?memberId={}", case.claim["memberId"].as_str().unwrap())).await;
            holds(&serde_json::json!({ "claims": [case.claim] }), &page.unwrap().json().unwrap(), &of);
        }
    }
}

#[tokio::test]
async fn keys_keep_their_form() {
    for entry in entries() {
        for case in cases(&entry).iter().filter(|case| case.has_its_id_from_the_caller()) {
            let now = stored_now(case).await;
            for name in ["PK", "SK"] {
                assert_eq!(case.item[name], now[name], "released/{}, {}: {name}", entry.version, case.name);
            }
        }
    }
}

#[tokio::test]
async fn attributes_keep_their_names_and_their_forms() {
    for entry in entries() {
        for case in cases(&entry).iter().filter(|case| !case.minted) {
            let (mut old, now) = (case.item.clone(), stored_now(case).await);
            // These have tests of their own.
            for name in ["PK", "SK", "requestHash", "lastWrite"] {
                old.as_object_mut().unwrap().remove(name).unwrap();
            }
            holds(&old, &now, &format!("released/{}, {}", entry.version, case.name));
        }
    }
}

#[tokio::test]
async fn a_request_has_the_hash_it_had() {
    for entry in entries() {
        for case in cases(&entry).iter().filter(|case| !case.minted) {
            let now = stored_now(case).await;
            let of = format!("released/{}, {}: requestHash", entry.version, case.name);
            assert_eq!(case.item["requestHash"], now["requestHash"], "{of}");
        }
    }
}

#[tokio::test]
async fn last_write_keeps_its_form() {
    for entry in entries() {
        for case in cases(&entry).iter().filter(|case| !case.minted) {
            let now = stored_now(case).await;
            let of = format!("released/{}, {}: lastWrite", entry.version, case.name);
            assert_eq!(case.item["lastWrite"], now["lastWrite"], "{of}");
        }
    }
}

#[tokio::test]
async fn a_repeated_create_is_recognised_however_late() {
    for entry in entries() {
        let cases = cases(&entry);
        let world = world(&cases).await;
        for case in cases.iter().filter(|case| case.has_its_id_from_the_caller()) {
            let of = format!("released/{}, {}", entry.version, case.name);
            let answer = world.send(&case.writes[0].bytes()).await.unwrap();
            assert_eq!(answer.status(), 200, "{of}: {}", String::from_utf8_lossy(&answer.bytes));
            holds(&case.claim, &answer.json().unwrap(), &of);
            // And another request under its key is still another one.
            let mut other = case.writes[0].clone();
            other.body["description"] = "another".into();
            let answer = world.send(&other.bytes()).await.unwrap();
            is_problem(&answer, 409, "idempotency_key_reused", &of);
            assert_eq!(world.stored(&case.item).await.unwrap().as_ref(), Some(&case.item), "{of}: nothing was written");
        }
    }
}

#[tokio::test]
async fn a_repeated_update_is_recognised() {
    let mut repeated = 0;
    for entry in entries() {
        let cases = cases(&entry);
        let world = world(&cases).await;
        for case in &cases {
            let Some(last) = case.writes[1..].last().filter(|write| write.key().is_some()) else { continue };
            let of = format!("released/{}, {}", entry.version, case.name);
            let answer = world.send(&last.bytes()).await.unwrap();
            assert_eq!(answer.status(), 200, "{of}: {}", String::from_utf8_lossy(&answer.bytes));
            holds(&case.claim, &answer.json().unwrap(), &of);
            assert_eq!(world.stored(&case.item).await.unwrap().as_ref(), Some(&case.item), "{of}: nothing was written");
            repeated += 1;
        }
    }
    assert!(repeated > 0);
}

#[tokio::test]
async fn a_stored_claim_can_be_changed_and_deleted() {
    for entry in entries() {
        let cases = cases(&entry);
        let world = world(&cases).await;
        for case in &cases {
            let of = format!("released/{}, {}", entry.version, case.name);
            let mut body = Value::Object(serde_json::Map::new());
            for name in ["policyType", "claimAmount", "description", "status"] {
                body[name] = case.claim[name].clone();
            }
            let version = case.claim["version"].as_u64().unwrap();
            let update = Write {
                at: case.writes[0].at,
                method: "PUT".to_owned(),
                target: format!("/{}{}", claims_local::LocalApi::STAGE, case.target()),
                headers: vec![
                    ("content-type".to_owned(), "application/json".to_owned()),
                    ("if-match".to_owned(), format!("\"{version}\"")),
                ],
                body,
            };
            let answer = world.send(&update.bytes()).await.unwrap();
            assert_eq!(answer.status(), 200, "{of}: {}", String::from_utf8_lossy(&answer.bytes));
            assert_eq!(answer.json().unwrap()["version"], version + 1, "{of}");
            let mut delete = Write { method: "DELETE".to_owned(), body: Value::Null, ..update };
            delete.headers = vec![("if-match".to_owned(), format!("\"{}\"", version + 1))];
            assert_eq!(world.send(&delete.bytes()).await.unwrap().status(), 204, "{of}");
            assert_eq!(world.get(&case.target()).await.unwrap().status(), 404, "{of}");
        }
    }
}

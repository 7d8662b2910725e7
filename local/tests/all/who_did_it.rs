//! Who did it: what every write stores of its maker, anew each time.

use aws_sdk_dynamodb::types::AttributeValue;
use claims_client::{
    IdempotencyKey,
    types::{ClaimStatus, Operation},
};
use claims_server::{Api, Store};
use serde_json::{Map, Value, json};

use crate::common::{
    Api as Running, CREATE, body,
    event::{create_event, embedded_store, with},
    path_of,
};

const ARN: &str = "arn:aws:sts::123456789012:assumed-role/claims-worker/i-0abc";

/// A call of `operation` on the claim with this id, as the gateway of the tutorial's member sends it.
fn event(operation: Operation, id: &str) -> Value {
    let mut event = create_event();
    event["multiValueHeaders"]["Idempotency-Key"] = json!([id]);
    event["httpMethod"] = operation.method().into();
    if operation.path().contains('{') {
        event["pathParameters"] = json!({ "claimId": id });
    }
    event
}

fn signed(event: Value) -> Value {
    with(event, "/requestContext/identity/userArn", ARN.into())
}

fn on_behalf_of(mut event: Value, who: &[&str]) -> Value {
    event["multiValueHeaders"]["X-ON-BEHALF-OF"] = json!(who);
    event
}

/// As Lambda hands it over: the event's bytes.
async fn invoke(api: &Api, operation: Operation, event: Value) -> (u64, Value) {
    let answer = api.answer(operation, event.to_string().as_bytes(), None).await;
    let answer: Value = serde_json::from_str(&answer.json).unwrap();
    let body = answer["body"].as_str().map_or(Value::Null, |text| serde_json::from_str(text).unwrap());
    (answer["statusCode"].as_u64().unwrap(), body)
}

/// The attributes of the item that say who wrote it, as JSON.
async fn writer(store: &Store, id: &str) -> Value {
    let key = [("PK", "MEMBER#123".to_owned()), ("SK", format!("CLAIM#{id}"))];
    let key = key.map(|(name, value)| (name.to_owned(), AttributeValue::S(value)));
    let found = store.client().get_item().table_name(store.table()).set_key(Some(key.into())).send().await.unwrap();
    let item = found.item.unwrap();
    let own = item.iter().filter(|(name, _)| name.starts_with("write") || *name == "version");
    own.map(|(name, value)| (name.clone(), plain(value))).collect::<Map<_, _>>().into()
}

fn plain(value: &AttributeValue) -> Value {
    match value {
        AttributeValue::S(text) | AttributeValue::N(text) => text.as_str().into(),
        AttributeValue::M(map) => map.iter().map(|(name, value)| (name.clone(), plain(value))).collect(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn every_write_stores_its_maker_and_inherits_none() {
    let store = embedded_store().await;
    let api = Api::new(store.clone());
    let id = IdempotencyKey::mint().to_string();
    let network = json!({"kind": "network", "vpceId": "vpce-0123456789abcdef0", "sourceIp": "10.0.1.230"});
    let request_id = "11111111-2222-3333-4444-555555555555";

    let create = on_behalf_of(signed(event(Operation::CreateClaim, &id)), &["adjuster-7"]);
    let (status, created) = invoke(&api, Operation::CreateClaim, create.clone()).await;
    assert_eq!(status, 201, "{created}");
    let by_create = json!({
        "version": "1", "writeVersion": "1", "writeOperation": "createClaim", "writeRequestId": request_id,
        "writeActor": {"kind": "iam", "arn": ARN}, "writeOnBehalfOf": "adjuster-7",
    });
    assert_eq!(writer(&store, &id).await, by_create);
    // It is no part of what the create asks for: somebody else's repeat is the same create, and leaves the maker as it is.
    let again = with(event(Operation::CreateClaim, &id), "/requestContext/requestId", json!("another"));
    assert_eq!(invoke(&api, Operation::CreateClaim, again).await, (200, created.clone()));
    assert_eq!(writer(&store, &id).await, by_create);

    // Without a request id and for nobody: neither is inherited.
    let update = with(event(Operation::UpdateClaim, &id), "/requestContext/requestId", Value::Null);
    let (status, updated) = invoke(&api, Operation::UpdateClaim, update).await;
    assert_eq!(status, 200, "{updated}");
    let by_update =
        json!({"version": "2", "writeVersion": "2", "writeOperation": "updateClaim", "writeActor": network});
    assert_eq!(writer(&store, &id).await, by_update);

    for claim in [&created, &updated, &invoke(&api, Operation::GetClaim, event(Operation::GetClaim, &id)).await.1] {
        assert!(
            claim["claimId"].is_string() && !claim.to_string().contains("write"),
            "a claim does not show it: {claim}"
        );
        assert!(!claim.to_string().contains("adjuster"), "{claim}");
    }

    let delete = on_behalf_of(signed(event(Operation::DeleteClaim, &id)), &["adjuster-8"]);
    assert_eq!(invoke(&api, Operation::DeleteClaim, delete).await.0, 204);
    let by_delete = json!({
        "version": "3", "writeVersion": "3", "writeOperation": "deleteClaim", "writeRequestId": request_id,
        "writeActor": {"kind": "iam", "arn": ARN}, "writeOnBehalfOf": "adjuster-8",
    });
    assert_eq!(writer(&store, &id).await, by_delete);
    // A tombstone's own, which an erasure need not wonder about and takes.
    let member = "123".parse().unwrap();
    let erased = store.erase(&member, true).await.unwrap();
    assert_eq!((erased.tombstones, erased.unknown.len(), erased.left), (1, 0, 0));
}

#[tokio::test]
async fn a_delete_for_nobody_leaves_nobody() {
    let store = embedded_store().await;
    let api = Api::new(store.clone());
    let id = IdempotencyKey::mint().to_string();
    let create = on_behalf_of(event(Operation::CreateClaim, &id), &["adjuster-7"]);
    assert_eq!(invoke(&api, Operation::CreateClaim, create).await.0, 201);
    assert_eq!(invoke(&api, Operation::DeleteClaim, event(Operation::DeleteClaim, &id)).await.0, 204);
    let left = writer(&store, &id).await;
    assert!(left["writeOnBehalfOf"].is_null() && left["writeOperation"] == "deleteClaim", "{left}");
}

#[tokio::test]
async fn for_whom_is_an_id_once_or_nothing_in_every_operation() {
    let store = embedded_store().await;
    let api = Api::new(store.clone());
    let id = IdempotencyKey::mint().to_string();
    assert_eq!(invoke(&api, Operation::CreateClaim, event(Operation::CreateClaim, &id)).await.0, 201);
    let before = writer(&store, &id).await;
    let long = "a".repeat(65);
    for &operation in Operation::ALL {
        for (who, code) in [
            (&["Ann Smith"][..], "invalid_format"),
            (&[""], "invalid_format"),
            (&[&long], "invalid_format"),
            (&["ädjuster"], "invalid_format"),
            (&["a", "a"], "duplicate"),
        ] {
            let event = on_behalf_of(event(operation, &id), who);
            let (status, problem) = invoke(&api, operation, event).await;
            assert_eq!(
                (status, &problem["code"]),
                (400, &json!("validation_failed")),
                "{operation} {who:?}: {problem}"
            );
            let error = &problem["errors"][0];
            assert_eq!((&error["field"], &error["code"]), (&json!("X-On-Behalf-Of"), &json!(code)), "{problem}");
            assert!(!problem.to_string().contains("Smith"), "{problem}");
        }
    }
    assert_eq!(writer(&store, &id).await, before, "nothing was written");
    let most = "a".repeat(64);
    for who in ["-", "_", most.as_str(), "Adjuster-7"] {
        for &operation in Operation::ALL {
            let status = invoke(&api, operation, on_behalf_of(event(operation, &id), &[who])).await.0;
            // The deleted one is found by nobody after the first round.
            assert_ne!(status, 400, "{operation} {who}");
        }
    }
}

/// Over the wire, where the caller's own word about who it is counts for nothing.
#[tokio::test]
async fn who_is_calling_is_not_the_callers_to_say() {
    let api = Running::start().await;
    let own_words = [("x-on-behalf-of", "adjuster-7"), ("x-amzn-vpce-id", "vpce-mine"), ("x-forwarded-for", "1.2.3.4")];
    assert_eq!(api.json("POST", CREATE, &own_words, &body()).await.status, 201);
    let claim = api.claim("m", ClaimStatus::Pending).await;
    assert_eq!(api.send("GET", &path_of(&claim), &[("x-on-behalf-of", "a b")], "").await.status, 400);
}

//! A member's erasure, played through: claims, tombstones, what other releases left; nobody else's.

use aws_sdk_dynamodb::types::AttributeValue;
use claims_api_types::Operation;
use claims_server::{Api, Erased, Store};
use serde_json::{Value, json};

use crate::common::event::{create_event, embedded_store, invoke, with};

fn of(member: &str, method: &str, id: Option<&str>, key: &str) -> Value {
    let query = json!({"memberId": [member], "policyId": ["p"], "memberName": ["John Doe"]});
    let event = with(create_event(), "/multiValueQueryStringParameters", query);
    let event = with(event, "/httpMethod", json!(method));
    let path = id.map_or(Value::Null, |id| json!({ "claimId": id }));
    let event = with(event, "/pathParameters", path);
    with(event, "/multiValueHeaders", json!({"content-type": ["application/json"], "idempotency-key": [key]}))
}

fn new_key() -> String {
    claims_client::IdempotencyKey::mint().to_string()
}

async fn create(api: &Api, member: &str, key: &str) -> u64 {
    invoke(api, Operation::CreateClaim, of(member, "POST", None, key)).await.0
}

async fn delete(api: &Api, member: &str, id: &str) -> u64 {
    invoke(api, Operation::DeleteClaim, of(member, "DELETE", Some(id), &new_key())).await.0
}

/// What a later release, or somebody else, adds to an item.
async fn add_attribute(store: &Store, member: &str, id: &str) {
    let key = [("PK", format!("MEMBER#{member}")), ("SK", format!("CLAIM#{id}"))];
    let key = key.map(|(name, value)| (name.to_owned(), AttributeValue::S(value)));
    let call = store.client().update_item().table_name(store.table()).set_key(Some(key.into()));
    let call = call
        .update_expression("SET reviewer = :who")
        .expression_attribute_values(":who", AttributeValue::S("Ann".to_owned()));
    call.send().await.unwrap();
}

#[tokio::test]
async fn all_of_one_member_goes_and_nothing_of_another() {
    let store = embedded_store().await;
    let api = Api::new(store.clone());
    let keys: Vec<_> = (0..60).map(|_| new_key()).collect();
    for key in &keys {
        // One member's id may be the start of another's.
        for member in ["m", "m1"] {
            assert_eq!(create(&api, member, key).await, 201);
        }
    }
    add_attribute(&store, "m", &keys[0]).await;
    add_attribute(&store, "m", &keys[1]).await;
    for key in &keys[..20] {
        assert_eq!(delete(&api, "m", key).await, 204);
    }
    // The delete has left the attribute, which it does not know.
    let expected = Erased { claims: 40, tombstones: 20, unknown: ["reviewer".to_owned()].into(), left: 0 };
    let member = "m".parse().unwrap();
    assert_eq!(store.erase(&member, false).await.unwrap(), expected, "what it would do");
    assert_eq!(create(&api, "m", &keys[0]).await, 409, "nothing was done");

    assert_eq!(store.erase(&member, true).await.unwrap(), expected);
    assert_eq!(store.erase(&member, true).await.unwrap(), Erased::default(), "there is nothing left");
    let other = store.erase(&"m1".parse().unwrap(), false).await.unwrap();
    assert_eq!((other.claims, other.tombstones), (60, 0), "another member's");
    // What it means: the keys are free again, of what was deleted as well.
    assert_eq!(create(&api, "m", &keys[0]).await, 201);
}

//! A later optional field of an update, which exists in this test only: absent means unchanged, and `null` clears it.
#![allow(clippy::unwrap_used)]

use aws_sdk_dynamodb::{
    Client,
    config::{Credentials, Region},
};
use claims_api_types::{
    Claim, PolicyType, Version,
    validate::{Body, Findings},
};
use private_api_lambda::dynamodb::{self, Roots};
use serde::Serialize;
use serde_json::json;
use tokio::net::TcpListener;

use super::*;

/// Tomorrow's body.
#[derive(Serialize)]
struct Later {
    #[serde(flatten)]
    request: UpdateClaimRequest,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<Option<String>>,
}

impl Later {
    /// Tomorrow's reading: a text, or `null`, or nothing.
    fn read(request: &UpdateClaimRequest, body: &str) -> Self {
        let mut findings = Findings::new();
        let mut body = Body::read(&mut findings, body.as_bytes()).unwrap();
        let note = body.optional(&mut findings, "note", "must be a JSON string or null", |value| {
            serde_json::from_str::<Option<String>>(value.get()).ok().map(Ok)
        });
        assert!(findings.is_empty());
        Self { request: request.clone(), note }
    }
}

async fn store() -> Store {
    let database = dynoxide::Database::memory().unwrap();
    let table = json!({
        "TableName": "claimsTable", "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": [{"AttributeName": "PK", "KeyType": "HASH"}, {"AttributeName": "SK", "KeyType": "RANGE"}],
        "AttributeDefinitions": [
            {"AttributeName": "PK", "AttributeType": "S"}, {"AttributeName": "SK", "AttributeType": "S"}
        ]
    });
    database.create_table(serde_json::from_value(table).unwrap()).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let config = dynamodb::config()
        .endpoint_url(format!("http://{}", listener.local_addr().unwrap()))
        .http_client(dynamodb::https(&Roots::Amazon).unwrap())
        .region(Region::from_static("local"))
        .credentials_provider(Credentials::new("local", "local", None, None, "test"));
    tokio::spawn(dynoxide::server::serve_on(listener, database));
    Store::new(Client::from_conf(config.build()), "claimsTable")
}

async fn note(store: &Store, claim: &Claim) -> Option<String> {
    let key = item::key(&claim.member_id, claim.claim_id);
    let found = store.client().get_item().table_name(store.table()).set_key(Some(key)).send().await.unwrap();
    found.item().unwrap().get("note").map(|note| note.as_s().unwrap().clone())
}

#[tokio::test]
async fn absent_means_unchanged_and_null_clears() {
    let (store, now) = (store().await, Timestamp::now());
    let claim = Claim {
        claim_id: IdempotencyKey::mint().into(),
        member_id: "m".parse().unwrap(),
        policy_id: "p".parse().unwrap(),
        member_name: "John".parse().unwrap(),
        policy_type: PolicyType::Health,
        claim_amount: "500".parse().unwrap(),
        description: "".parse().unwrap(),
        status: ClaimStatus::Pending,
        created_at: now,
        updated_at: now,
        version: Version::FIRST,
    };
    store.create(claim.clone(), &Writer::for_test()).await.unwrap();
    let update = |status| Update {
        member_id: claim.member_id.clone(),
        claim_id: claim.claim_id,
        request: UpdateClaimRequest { status, ..claim.to_update() },
        if_match: None,
        key: IdempotencyKey::mint(),
        writer: Writer::for_test(),
        now,
    };
    let say = async |update: &Update, body: &str| {
        store.change(update, Changes::of(&Later::read(&update.request, body)).unwrap()).await
    };
    let first = update(ClaimStatus::InReview);
    say(&first, r#"{"note": "call back"}"#).await.unwrap();
    assert_eq!(note(&store, &claim).await.as_deref(), Some("call back"));
    // Its repeat is known by what it said of the field too, and another text under its key is another update.
    assert_eq!(say(&first, r#"{"note": "call back"}"#).await.unwrap().version.get(), 2);
    for other in [r#"{"note": "do not"}"#, r#"{"note": null}"#] {
        let refused = say(&first, other).await.unwrap_err();
        assert_eq!(refused.problem.code, ProblemCode::IdempotencyKeyReused);
    }
    // Absent, and today's update, which has no such field.
    say(&update(ClaimStatus::InReview), "{}").await.unwrap();
    store.update(&update(ClaimStatus::Approved)).await.unwrap();
    assert_eq!(note(&store, &claim).await.as_deref(), Some("call back"), "unchanged");
    // In a closed claim it may not change, and it may be left out or said again.
    for other in [r#"{"note": "do not"}"#, r#"{"note": null}"#] {
        let refused = say(&update(ClaimStatus::Approved), other).await.unwrap_err();
        assert_eq!(refused.problem.code, ProblemCode::InvalidTransition);
    }
    say(&update(ClaimStatus::Approved), r#"{"note": "call back"}"#).await.unwrap();

    let open = Claim { claim_id: IdempotencyKey::mint().into(), ..claim.clone() };
    store.create(open.clone(), &Writer::for_test()).await.unwrap();
    let clear = Update { claim_id: open.claim_id, ..update(ClaimStatus::Pending) };
    say(&clear, r#"{"note": "x"}"#).await.unwrap();
    let clear = Update { claim_id: open.claim_id, ..update(ClaimStatus::Pending) };
    for _ in 0..2 {
        assert_eq!(say(&clear, r#"{"note": null}"#).await.unwrap().version.get(), 3);
        assert_eq!(note(&store, &open).await, None, "cleared");
    }
}

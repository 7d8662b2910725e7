//! A deleted claim between a lost answer and the SDK's own repeat.
//!
//! What a tombstone is for a call that is not repeated: `deletes.rs` and `released/tests/all/next.rs`.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};

use crate::common::event::{create_event, invoke, with};
use aws_sdk_dynamodb::{
    Client,
    config::{Credentials, Region, retry::RetryConfig},
};
use aws_smithy_runtime_api::{
    client::{
        http::{
            HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
            SharedHttpConnector,
        },
        orchestrator::{HttpRequest, HttpResponse},
        result::ConnectorError,
        runtime_components::RuntimeComponents,
    },
    http::StatusCode,
};
use aws_smithy_types::body::SdkBody;
use claims_client::types::{IdempotencyKey, Operation};
use claims_server::{Api, Store};
use serde_json::{Value, json};

/// What DynamoDB does with one attempt.
#[derive(Clone, Copy, Debug)]
enum Attempt {
    /// Nobody knows: there is no answer.
    Lost,
    /// Not done.
    Throttled,
    /// Refused: there is a tombstone.
    Deleted,
    /// Refused: there is the tombstone of the delete that is asked for.
    DeletedByThis,
}

const ANOTHER_DELETE: &str = "deleteClaim:0190f8f4-0d3c-7c3a-9d53-6f1f2f7a9b11:";

fn tombstone(last_write: &str) -> Value {
    json!({
        "PK": {"S": "MEMBER#123"}, "SK": {"S": "CLAIM#0190f8f4-0d3c-7c3a-9d53-6f1f2f7a9b10"},
        "version": {"N": "2"}, "deletedAt": {"S": "2026-11-22T16:00:00.123Z"}, "lastWrite": {"S": last_write},
    })
}

/// A DynamoDB that answers as it is told, attempt by attempt.
#[derive(Clone, Debug)]
struct Scripted(Arc<Mutex<VecDeque<Attempt>>>);

impl HttpClient for Scripted {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Scripted {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let refused = |kind: &str, item: Value| {
            let body =
                json!({"__type": format!("com.amazonaws.dynamodb.v20120810#{kind}"), "message": "", "Item": item});
            Ok(HttpResponse::new(StatusCode::try_from(400).unwrap(), SdkBody::from(body.to_string())))
        };
        HttpConnectorFuture::ready(match self.0.lock().unwrap().pop_front().unwrap() {
            Attempt::Lost => Err(ConnectorError::io("no answer".into())),
            Attempt::Throttled => refused("ThrottlingException", Value::Null),
            Attempt::Deleted => refused("ConditionalCheckFailedException", tombstone(ANOTHER_DELETE)),
            Attempt::DeletedByThis => {
                let asked: Value = serde_json::from_slice(request.body().bytes().unwrap()).unwrap();
                let last_write = asked["ExpressionAttributeValues"][":lastWrite"]["S"].as_str().unwrap();
                refused("ConditionalCheckFailedException", tombstone(last_write))
            }
        })
    }
}

async fn answer(operation: Operation, event: Value, attempts: &[Attempt]) -> (u64, Value) {
    let scripted = Scripted(Arc::new(Mutex::new(attempts.iter().copied().collect())));
    let config = claims_server::dynamodb::config()
        .http_client(SharedHttpClient::new(scripted.clone()))
        .endpoint_url("http://dynamodb.invalid")
        .region(Region::from_static("local"))
        .credentials_provider(Credentials::new("local", "local", None, None, "test"))
        .retry_config(RetryConfig::standard().with_max_attempts(3).with_initial_backoff(Duration::from_millis(1)));
    let api = Api::new(Store::new(Client::from_conf(config.build()), "claimsTable"));
    let answer = invoke(&api, operation, event).await;
    assert!(scripted.0.lock().unwrap().is_empty(), "{operation}: every attempt was made");
    answer
}

fn create(key: Option<IdempotencyKey>) -> Value {
    match key {
        Some(key) => with(create_event(), "/multiValueHeaders", {
            json!({"content-type": ["application/json"], "idempotency-key": [key.to_string()]})
        }),
        None => create_event(),
    }
}

fn of_a_claim(method: &str, body: &Value) -> Value {
    let event = with(create_event(), "/httpMethod", json!(method));
    let event = with(event, "/pathParameters", json!({"claimId": "0190f8f4-0d3c-7c3a-9d53-6f1f2f7a9b10"}));
    with(event, "/body", json!(body.to_string()))
}

#[tokio::test]
async fn a_create_whose_claim_was_deleted_before_its_repeat_says_what_it_knows() {
    use Attempt::{Deleted, Lost, Throttled};
    // Only this call knows a key that it has minted: the claim was created.
    let (status, claim) = answer(Operation::CreateClaim, create(None), &[Lost, Deleted]).await;
    assert_eq!((status, &claim["status"], &claim["version"]), (201, &json!("pending"), &json!(1)), "{claim}");
    // A caller's key: its claim was filed, by this call or before it, and it was deleted.
    for attempts in [&[Deleted][..], &[Throttled, Deleted], &[Lost, Deleted]] {
        let (status, problem) = answer(Operation::CreateClaim, create(Some(IdempotencyKey::mint())), attempts).await;
        assert_eq!((status, &problem["code"]), (409, &json!("claim_deleted")), "{attempts:?}: {problem}");
    }
}

#[tokio::test]
async fn an_update_whose_claim_was_deleted_before_its_repeat_may_have_happened() {
    use Attempt::{Deleted, Lost, Throttled};
    let update = json!({"policyType": "Health", "claimAmount": 1, "description": "", "status": "in_review"});
    for (attempts, status) in [(&[Lost, Deleted][..], 503), (&[Throttled, Deleted], 404), (&[Deleted], 404)] {
        let (is, problem) = answer(Operation::UpdateClaim, of_a_claim("PUT", &update), attempts).await;
        assert_eq!(is, status, "{attempts:?}: {problem}");
    }
}

#[tokio::test]
async fn a_delete_that_repeats_itself_knows_its_own_tombstone() {
    use Attempt::{Deleted, DeletedByThis, Lost, Throttled};
    for (attempts, status) in [
        (&[Lost, DeletedByThis][..], 204),
        (&[DeletedByThis], 204),
        // Another's: none of this call's attempts has deleted anything.
        (&[Lost, Deleted], 404),
        (&[Throttled, Deleted], 404),
        (&[Deleted], 404),
    ] {
        let (is, problem) = answer(Operation::DeleteClaim, of_a_claim("DELETE", &Value::Null), attempts).await;
        assert_eq!(is, status, "{attempts:?}: {problem}");
    }
}

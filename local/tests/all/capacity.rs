//! What DynamoDB bills: one call per operation, and its capacity units by the size of the claim alone.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use crate::common::event::{create_event, embedded_store, invoke};
use aws_sdk_dynamodb::{
    Client,
    config::{
        ConfigBag, Intercept, RuntimeComponents,
        interceptors::{BeforeDeserializationInterceptorContextRef, BeforeTransmitInterceptorContextMut},
    },
    error::BoxError,
    types::AttributeValue,
};
use aws_smithy_types::body::SdkBody;
use claims_api_types::Operation;
use claims_server::{Api, Store};
use serde_json::{Value, json};

/// What each call that went to DynamoDB was billed, in capacity units.
#[derive(Clone, Debug, Default)]
struct Bill(Arc<Mutex<Vec<f64>>>);

impl Intercept for Bill {
    fn name(&self) -> &'static str {
        "Bill"
    }

    /// Asks for what the product does not: the figures cost nothing, but also serve nobody at run time.
    fn modify_before_transmit(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let mut request: Value = serde_json::from_slice(context.request().body().bytes().unwrap())?;
        request["ReturnConsumedCapacity"] = json!("TOTAL");
        *context.request_mut().body_mut() = SdkBody::from(request.to_string());
        Ok(())
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let answer: Value = serde_json::from_slice(context.response().body().bytes().unwrap())?;
        self.0.lock().unwrap().push(answer["ConsumedCapacity"]["CapacityUnits"].as_f64().unwrap_or(f64::NAN));
        Ok(())
    }
}

/// An API whose calls to DynamoDB are billed.
struct Billed {
    api: Api,
    client: Client,
    bill: Bill,
}

impl Billed {
    async fn start() -> Self {
        let store = embedded_store().await;
        let bill = Bill::default();
        let config = store.client().config().to_builder().interceptor(bill.clone()).build();
        let api = Api::new(Store::new(Client::from_conf(config), store.table()));
        Self { api, client: store.client().clone(), bill }
    }

    /// The answer's body and what its only call to DynamoDB was billed.
    async fn call(&self, operation: Operation, path: Value, query: Value, body: Value) -> (Value, f64) {
        let mut event = create_event();
        event["queryStringParameters"] = query;
        event["multiValueQueryStringParameters"] = Value::Null;
        event["pathParameters"] = path;
        event["body"] = if body.is_null() { Value::Null } else { json!(body.to_string()) };
        let (status, body) = invoke(&self.api, operation, event).await;
        assert!(status < 300, "{operation}: {body}");
        let bill = std::mem::take(&mut *self.bill.0.lock().unwrap());
        let [units] = bill[..] else { panic!("{operation} made {} calls to DynamoDB", bill.len()) };
        (body, units)
    }

    async fn create(&self, claim: &NewClaim) -> (String, f64) {
        let query = json!({"memberId": claim.member, "policyId": claim.policy, "memberName": claim.name});
        let (created, units) = self.call(Operation::CreateClaim, Value::Null, query, claim.body("")).await;
        (created["claimId"].as_str().unwrap().to_owned(), units)
    }

    /// Bytes of the claim as DynamoDB counts them.
    async fn size(&self, member: &str, id: &str) -> usize {
        let key = [("PK", format!("MEMBER#{member}")), ("SK", format!("CLAIM#{id}"))];
        let key: HashMap<_, _> = key.map(|(name, value)| (name.to_owned(), AttributeValue::S(value))).into();
        let found = self.client.get_item().table_name("claimsTable").set_key(Some(key)).send().await.unwrap();
        size(found.item().unwrap())
    }
}

/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html>: names and strings by
/// their UTF-8 bytes, a number by one byte for every two significant digits and one more.
fn size(item: &HashMap<String, AttributeValue>) -> usize {
    let value = |value: &AttributeValue| match value {
        AttributeValue::S(text) => text.len(),
        AttributeValue::N(number) => {
            let digits: String = number.chars().filter(char::is_ascii_digit).collect();
            digits.trim_start_matches('0').trim_end_matches('0').len().div_ceil(2) + 1
        }
        other => panic!("not what a claim is made of: {other:?}"),
    };
    item.iter().map(|(name, v)| name.len() + value(v)).sum()
}

struct NewClaim {
    member: String,
    policy: String,
    name: String,
    amount: f64,
    description: String,
}

impl NewClaim {
    /// One of ordinary size.
    fn reference() -> Self {
        Self {
            member: "123".to_owned(),
            policy: "123".to_owned(),
            name: "John Doe".to_owned(),
            amount: 500.25,
            description: "snow accident".to_owned(),
        }
    }

    /// Every field as large as the contract lets it be.
    fn largest() -> Self {
        Self {
            member: "m".repeat(64),
            policy: "p".repeat(64),
            name: "\u{1d573}".repeat(128),
            amount: 999_999_999.99,
            description: "\u{1f3e5}".repeat(2000),
        }
    }

    fn body(&self, status: &str) -> Value {
        // The longest of them.
        let mut body = json!({"policyType": "Disability", "claimAmount": self.amount, "description": self.description});
        if !status.is_empty() {
            body["status"] = json!(status);
        }
        body
    }
}

/// Units of each operation for this claim, in a table where the member has `others` claims of the same size already.
async fn units(claim: &NewClaim, others: usize) -> [f64; 5] {
    let billed = Billed::start().await;
    for _ in 0..others {
        billed.create(claim).await;
    }
    let member = json!({"memberId": claim.member});
    let (id, create) = billed.create(claim).await;
    let path = json!({"claimId": id});
    let size_created = billed.size(&claim.member, &id).await;
    let (_, get) = billed.call(Operation::GetClaim, path.clone(), member.clone(), Value::Null).await;
    let list = json!({"memberId": claim.member, "limit": "25"});
    let (page, list) = billed.call(Operation::ListClaims, Value::Null, list, Value::Null).await;
    let listed = page["claims"].as_array().unwrap().len();
    assert_eq!(listed, (others + 1).min(25));
    let (_, update) = billed.call(Operation::UpdateClaim, path.clone(), member.clone(), claim.body("in_review")).await;
    let size_updated = billed.size(&claim.member, &id).await;
    let (_, delete) = billed.call(Operation::DeleteClaim, path, member, Value::Null).await;

    let (kib, four_kib) = (|bytes: usize| bytes.div_ceil(1024) as f64, |bytes: usize| bytes.div_ceil(4096) as f64);
    assert_eq!(create, kib(size_created), "create: 1 WCU per started KB");
    assert_eq!(
        update,
        kib(size_created.max(size_updated)),
        "update: 1 WCU per started KB of the larger of old and new"
    );
    assert_eq!(delete, kib(size_updated), "delete: 1 WCU per started KB of what it removed");
    assert_eq!(get, four_kib(size_created), "get: 1 RCU per started 4 KB, as a consistent read");
    assert_eq!(list, four_kib(listed * size_created), "list: 1 RCU per started 4 KB of the whole page");
    [create, list, get, update, delete]
}

#[tokio::test]
async fn one_call_per_operation_billed_by_the_claims_size_alone() {
    for claim in [NewClaim::reference(), NewClaim::largest()] {
        let full_page = units(&claim, 24).await;
        let many = units(&claim, 300).await;
        assert_eq!(full_page, many, "24 or 300 other claims of this member, or in this table, cost nothing");
    }
}

/// US East (N. Virginia), on demand, in US dollars per million: see README.
const WRITE: f64 = 0.625;
const READ: f64 = 0.125;
const REST_API: f64 = 3.50;
const LAMBDA_REQUEST: f64 = 0.20;
/// arm64, the deployment's 256 MB, and the 10 ms that a warm call is taken to last, at 13.3334 $ a million GB-seconds.
const LAMBDA_TIME: f64 = 0.25 * 0.010 * 13.3334;

#[tokio::test]
async fn the_readmes_cost_table_is_computed_from_these() {
    let (reference, largest) = (units(&NewClaim::reference(), 24).await, units(&NewClaim::largest(), 24).await);
    let readme = include_str!("../../../README.md");
    let mut missing = Vec::new();
    for (index, name) in ["create", "list, 25 claims", "get", "update", "delete"].into_iter().enumerate() {
        let (unit, price) = if matches!(index, 1 | 2) { ("RCU", READ) } else { ("WCU", WRITE) };
        let all = |units: f64| REST_API + LAMBDA_REQUEST + LAMBDA_TIME + units * price;
        let (small, large) = (reference[index], largest[index]);
        let row = format!(
            "| {name} | {small} {unit} | {:.3} $ | {:.2} $ | {large} {unit} | {:.3} $ | {:.2} $ |",
            small * price,
            all(small),
            large * price,
            all(large)
        );
        if !readme.contains(&row) {
            missing.push(row);
        }
    }
    assert!(missing.is_empty(), "README.md should have these rows:\n{}", missing.join("\n"));
}

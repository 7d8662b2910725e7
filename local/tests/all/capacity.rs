//! What DynamoDB bills: one call per operation, and its capacity units by the size of the claim alone. A list makes more calls only
//! where its page would be empty by accident.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use crate::common::{
    dice::longer,
    event::{create_event, embedded_store, invoke},
};
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
        let (body, bill) = self.calls(operation, path, query, body).await;
        let [units] = bill[..] else { panic!("{operation} made {} calls to DynamoDB", bill.len()) };
        (body, units)
    }

    /// The answer's body and what each call to DynamoDB was billed.
    async fn calls(&self, operation: Operation, path: Value, query: Value, body: Value) -> (Value, Vec<f64>) {
        let mut event = create_event();
        event["queryStringParameters"] = query;
        event["multiValueQueryStringParameters"] = Value::Null;
        event["pathParameters"] = path;
        event["body"] = if body.is_null() { Value::Null } else { json!(body.to_string()) };
        let (status, body) = invoke(&self.api, operation, event).await;
        assert!(status < 300, "{operation}: {body}");
        (body, std::mem::take(&mut *self.bill.0.lock().unwrap()))
    }

    async fn delete(&self, member: &str, id: &str) {
        let (path, member) = (json!({ "claimId": id }), json!({ "memberId": member }));
        self.call(Operation::DeleteClaim, path, member, Value::Null).await;
    }

    /// A tombstone as a delete leaves it, older than all claims; without the delete, of which thousands take long.
    async fn bury(&self, member: &str, number: u64) {
        let id = uuid::Builder::from_unix_timestamp_millis(1_700_000_000_000 + number, &[7; 10]).into_uuid();
        let text = |value: String| AttributeValue::S(value);
        let item = [
            ("PK", text(format!("MEMBER#{member}"))),
            ("SK", text(format!("CLAIM#{id}"))),
            ("version", AttributeValue::N("2".to_owned())),
            ("deletedAt", text("2026-11-22T16:00:00.123Z".to_owned())),
            ("lastWrite", text(format!("deleteClaim:{id}:"))),
        ];
        let item = item.map(|(name, value)| (name.to_owned(), value));
        self.client.put_item().table_name("claimsTable").set_item(Some(item.into())).send().await.unwrap();
    }

    /// A page, its number of claims, and what it was billed.
    async fn page(&self, member: &str, limit: u32, token: Option<&str>) -> (Value, usize, Vec<f64>) {
        let mut query = json!({"memberId": member, "limit": limit.to_string()});
        if let Some(token) = token {
            query["nextToken"] = json!(token);
        }
        let (page, bill) = self.calls(Operation::ListClaims, Value::Null, query, Value::Null).await;
        let claims = page["claims"].as_array().unwrap().len();
        (page, claims, bill)
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

/// What a deleted claim costs for ever: its bytes and the hundred that DynamoDB adds to each item.
#[tokio::test]
async fn a_tombstone_is_small_however_large_the_claim_was() {
    let billed = Billed::start().await;
    for (claim, most) in [(NewClaim::reference(), 300), (NewClaim::largest(), 400)] {
        let (id, _) = billed.create(&claim).await;
        billed.delete(&claim.member, &id).await;
        let size = billed.size(&claim.member, &id).await + 100;
        assert!(size <= most, "{size} bytes");
    }
}

#[tokio::test]
async fn a_page_is_not_empty_by_accident_and_a_page_with_anything_in_it_is_one_call() {
    let billed = Billed::start().await;
    let claim = NewClaim::reference();
    let mut ids = Vec::new();
    for _ in 0..60 {
        ids.push(billed.create(&claim).await.0);
    }
    // Newest first: some tombstones, a claim, many tombstones, the rest.
    for id in ids[20..60].iter().rev().filter(|id| **id != ids[55]) {
        billed.delete(&claim.member, id).await;
    }
    let (page, claims, bill) = billed.page(&claim.member, 10, None).await;
    assert_eq!((claims, bill.len(), page["nextToken"].as_str()), (1, 1, Some(&*ids[50])), "the last item read");
    let (page, claims, bill) = billed.page(&claim.member, 10, Some(&ids[50])).await;
    assert_eq!((claims, bill.len(), page["nextToken"].as_str()), (10, 2, Some(&*ids[10])), "cut: the last claim");
    let (page, claims, bill) = billed.page(&claim.member, 10, Some(&ids[10])).await;
    assert_eq!((claims, bill.len(), page["nextToken"].as_str()), (10, 1, Some(&*ids[0])), "a full page of one call");
    let (page, claims, bill) = billed.page(&claim.member, 10, Some(&ids[0])).await;
    assert_eq!((claims, bill.len(), page["nextToken"].as_str()), (0, 1, None));
    let (_, claims, bill) = billed.page("nobody", 10, None).await;
    assert_eq!((claims, bill.len()), (0, 1));
}

/// 10,000 with `CLAIMS_TEST_LONGER`.
#[tokio::test]
async fn a_list_over_thousands_of_tombstones_comes_to_its_end() {
    let billed = Billed::start().await;
    let claim = NewClaim { member: "busy".to_owned(), ..NewClaim::reference() };
    let tombstones = if longer() > 1 { 10_000 } else { 1_500 };
    for number in 0..tombstones {
        billed.bury(&claim.member, number).await;
    }
    for limit in [1, 25, 100] {
        let (mut token, mut pages): (Option<String>, u64) = (None, 0);
        loop {
            let (page, claims, bill) = billed.page(&claim.member, limit, token.as_deref()).await;
            assert!(bill.len() <= 4 && claims == 0, "{} calls", bill.len());
            pages += 1;
            match page["nextToken"].as_str() {
                Some(next) => token = Some(next.to_owned()),
                None => break,
            }
        }
        // Its four calls read a thousand times the limit, or as much as fits a megabyte.
        assert!(pages <= 1 + tombstones / (u64::from(limit) * 1000).min(4000), "{pages} pages at limit {limit}");
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
            "| {name} | {small} {unit} | ${:.3} | ${:.2} | {large} {unit} | ${:.3} | ${:.2} |",
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

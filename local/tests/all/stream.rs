//! The recorder behind a stream that does what streams may do: shards that split, batches that fail half-way and come again, records
//! twice, and a recorder that is killed between two of them, under faults of its database. The records are those that the engine
//! kept; what the double does with them is what AWS documents, and no recording of AWS.
//! <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.Lambda.html>

use std::collections::{BTreeMap, VecDeque};

use aws_sdk_dynamodb::types::AttributeValue;
use claims_client::{
    IdempotencyKey,
    types::{ClaimId, HistoryEntry, MemberId, Operation},
};
use claims_local::definition;
use claims_server::{Api, History, Recorder, Store};
use private_api_storage::{Fault, Place, Storage, Stream, Table};
use serde_json::{Value, json};

use crate::common::{
    dice::{Dice, longer, seed},
    event::{create_event, with},
};

/// The claims' table and the history's, and the stream between them.
struct World {
    storage: Storage,
    stream: Stream,
    table: Table,
    api: Api,
    recorder: Recorder,
}

impl World {
    async fn start() -> Self {
        let (table, sdk) = (definition().table, definition().sdk);
        let storage = Storage::open(&Place::Memory, &table, sdk, "test").await.unwrap();
        let beside = Table { name: "history".to_owned(), ..table.clone() };
        let stream = storage.stream(&table, &beside).await.unwrap().unwrap();
        let history = History::new(storage.client().clone(), "history");
        let api = Api::new(Store::new(storage.client().clone(), &table.name)).with_history(history.clone());
        Self { storage, stream, table, api, recorder: Recorder::new(history, 0) }
    }

    async fn call(
        &self,
        operation: Operation,
        member: &str,
        id: &str,
        body: Option<&Value>,
        key: &str,
    ) -> (u64, Value) {
        let mut event = with(create_event(), "/httpMethod", operation.method().into());
        let query = json!({"memberId": [member], "policyId": ["p"], "memberName": ["Marker Name"], "limit": ["100"]});
        event["multiValueQueryStringParameters"] = query;
        event["multiValueHeaders"]["Idempotency-Key"] = json!([key]);
        event["body"] = body.map_or(Value::Null, |body| body.to_string().into());
        if operation.path().contains('{') {
            event["pathParameters"] = json!({ "claimId": id });
        }
        let answer = self.api.answer(operation, event.to_string().as_bytes(), None).await;
        let answer: Value = serde_json::from_str(&answer.json).unwrap();
        let body = answer["body"].as_str().map_or(Value::Null, |text| serde_json::from_str(text).unwrap());
        (answer["statusCode"].as_u64().unwrap(), body)
    }

    async fn create(&self, member: &str) -> String {
        let id = IdempotencyKey::mint().to_string();
        let (status, answer) = self.call(Operation::CreateClaim, member, &id, Some(&body(1, "pending")), &id).await;
        assert_eq!(status, 201, "{answer}");
        id
    }

    async fn update(&self, member: &str, id: &str, cents: u64, status: &str) -> (u64, Value) {
        let key = IdempotencyKey::mint().to_string();
        self.call(Operation::UpdateClaim, member, id, Some(&body(cents, status)), &key).await
    }

    /// An update as 0.2.0 makes it: it knows nothing of who, and leaves what it does not know.
    async fn update_by_an_older_release(&self, member: &str, id: &str) {
        let key = [("PK", format!("MEMBER#{member}")), ("SK", format!("CLAIM#{id}"))];
        let key = key.map(|(name, value)| (name.to_owned(), AttributeValue::S(value)));
        let call = self.storage.client().update_item().table_name(&self.table.name).set_key(Some(key.into()));
        let call = call.update_expression("SET #version = #version + :one, updatedAt = :now, lastWrite = :write");
        let call = call
            .expression_attribute_names("#version", "version")
            .expression_attribute_values(":one", AttributeValue::N("1".to_owned()))
            .expression_attribute_values(":now", AttributeValue::S("2026-11-25T12:00:00.000Z".to_owned()))
            .expression_attribute_values(
                ":write",
                AttributeValue::S(format!("updateClaim:{}:", IdempotencyKey::mint())),
            );
        call.send().await.unwrap();
    }

    /// What the stream holds, taken out of it.
    async fn records(&self) -> Vec<Value> {
        let mut all = Vec::new();
        while let Some(batch) = self.stream.next(1000).await.unwrap() {
            all.extend(batch.event["Records"].as_array().unwrap().iter().cloned());
            self.stream.take(&batch, &json!({"batchItemFailures": []})).await.unwrap();
        }
        all
    }

    /// The number of the first record that was not done, if there is one.
    async fn record(&self, records: &[Value]) -> Option<String> {
        let answer = self.recorder.record(json!({ "Records": records }).to_string().as_bytes(), None).await;
        let answer: Value = serde_json::from_str(&answer.json).unwrap();
        answer["batchItemFailures"].get(0).map(|failed| failed["itemIdentifier"].as_str().unwrap().to_owned())
    }

    async fn history(&self, member: &str, id: &str) -> (u64, Vec<HistoryEntry>) {
        let (mut entries, mut token) = (Vec::new(), None);
        loop {
            let mut event = with(create_event(), "/httpMethod", "GET".into());
            event["multiValueQueryStringParameters"] = json!({"memberId": [member], "limit": ["100"]});
            if let Some(token) = &token {
                event["multiValueQueryStringParameters"]["nextToken"] = json!([token]);
            }
            event["pathParameters"] = json!({ "claimId": id });
            let answer = self.api.answer(Operation::ListClaimHistory, event.to_string().as_bytes(), None).await;
            let answer: Value = serde_json::from_str(&answer.json).unwrap();
            let body: Value = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
            if answer["statusCode"] == 404 {
                return (0, Vec::new());
            }
            let from = body["historyFrom"].as_u64().unwrap();
            entries.extend(serde_json::from_value::<Vec<HistoryEntry>>(body["entries"].clone()).unwrap());
            token = body["nextToken"].as_str().map(str::to_owned);
            if token.is_none() {
                return (from, entries);
            }
        }
    }
}

fn body(cents: u64, status: &str) -> Value {
    let amount = cents as f64 / 100.0;
    json!({"policyType": "Health", "claimAmount": amount, "description": format!("Marker of {cents}"), "status": status})
}

/// The stream between the table and the recorder: two shards, each of which ends and has two children.
struct Shards {
    /// Those that may be read, oldest record first; and those that wait until their parent has been.
    open: Vec<VecDeque<Value>>,
    children: Vec<[VecDeque<Value>; 2]>,
}

impl Shards {
    /// A partition is always in one shard of a generation.
    fn of(records: Vec<Value>) -> Self {
        let mut shards =
            Self { open: vec![VecDeque::new(); 2], children: vec![Default::default(), Default::default()] };
        let half = records.len() / 2;
        for (at, record) in records.into_iter().enumerate() {
            let partition = record["dynamodb"]["Keys"]["PK"]["S"].as_str().unwrap();
            let hash = partition.bytes().fold(7_usize, |hash, byte| hash.wrapping_mul(31) + usize::from(byte));
            if at < half {
                shards.open[hash % 2].push_back(record);
            } else {
                shards.children[hash % 2][hash / 2 % 2].push_back(record);
            }
        }
        shards
    }

    /// A shard that has ended gives way to its children, and is not read again.
    fn split(&mut self, at: usize) {
        self.open.swap_remove(at);
        if at < self.children.len() {
            self.open.extend(self.children.swap_remove(at));
        }
    }
}

/// A write: operation, amount in cents, whether it is known who.
type Accepted = (&'static str, u64, bool);

#[tokio::test]
async fn every_accepted_write_is_in_its_claims_history_once_in_order_whatever_the_stream_and_the_database_do() {
    let writes = 500 * longer();
    let mut dice = Dice(seed());
    let world = World::start().await;
    let mut accepted: BTreeMap<(String, String), Vec<Accepted>> = BTreeMap::new();
    let mut done = 0;
    let mut records = Vec::new();
    while done < writes {
        // Taken as they come: the engine looks through what is left.
        records.extend(world.records().await);
        let member = format!("m{}", dice.roll(20));
        let claims: Vec<_> = accepted.keys().filter(|(whose, _)| *whose == member).cloned().collect();
        if claims.len() < 5 {
            let id = world.create(&member).await;
            accepted.insert((member, id), vec![("createClaim", 1, true)]);
            done += 1;
            continue;
        }
        let which = dice.pick(&claims).clone();
        let written = accepted.get_mut(&which).unwrap();
        let cents = written.last().unwrap().1 + 1;
        match dice.roll(20) {
            0 => {
                let key = IdempotencyKey::mint().to_string();
                if world.call(Operation::DeleteClaim, &which.0, &which.1, None, &key).await.0 == 204 {
                    written.push(("deleteClaim", cents - 1, true));
                    done += 1;
                    // Deleted again under its key: no write, and no entry.
                    assert_eq!(world.call(Operation::DeleteClaim, &which.0, &which.1, None, &key).await.0, 204);
                }
            }
            // A rollback in between.
            1 if written.last().unwrap().0 != "deleteClaim" => {
                world.update_by_an_older_release(&which.0, &which.1).await;
                written.push(("updateClaim", cents - 1, false));
                done += 1;
            }
            // Refused, and so no entry.
            2 => assert!(world.update(&which.0, &which.1, cents, "paid").await.0 >= 404),
            _ => {
                if world.update(&which.0, &which.1, cents, "pending").await.0 == 200 {
                    written.push(("updateClaim", cents, true));
                    done += 1;
                }
            }
        }
    }

    records.extend(world.records().await);
    let mut shards = Shards::of(records);
    let mut failed = 0_u64;
    while !shards.open.is_empty() {
        let at = dice.roll(shards.open.len() as u64) as usize;
        let shard = &mut shards.open[at];
        if shard.is_empty() {
            shards.split(at);
            continue;
        }
        let batch: Vec<_> = shard.iter().take(1 + dice.roll(10) as usize).cloned().collect();
        // About every fifth call; three one behind the other are more than the SDK tries.
        for _ in 0..if dice.chance(40) { 1 + dice.roll(4) } else { 0 } {
            world.storage.faults().push(*dice.pick(&[Fault::AnswerLost, Fault::Throttled, Fault::Down]));
        }
        if dice.chance(10) {
            // Killed between two records: nobody answers, and all of it comes again.
            world.record(&batch[..dice.roll(batch.len() as u64) as usize]).await;
            world.storage.faults().clear();
            continue;
        }
        let first_failed = world.record(&batch).await;
        world.storage.faults().clear();
        let kept = match &first_failed {
            Some(number) => batch.iter().position(|record| record["dynamodb"]["SequenceNumber"] == **number).unwrap(),
            // Done, and delivered once more.
            None if dice.chance(10) => 0,
            None => batch.len(),
        };
        failed += u64::from(first_failed.is_some());
        shard.drain(..kept);
    }
    assert!(failed > 0, "the faults have hit: {writes} writes");

    for ((member, id), written) in &accepted {
        let (from, entries) = world.history(member, id).await;
        assert_eq!(from, 1, "seed {}", seed());
        let versions: Vec<_> = entries.iter().map(|entry| entry.version.get()).collect();
        assert_eq!(versions, (1..=written.len() as u64).collect::<Vec<_>>(), "seed {}", seed());
        let mut before = 0;
        for (entry, (operation, cents, is_known)) in entries.iter().zip(written) {
            assert_eq!(entry.operation.as_str(), *operation);
            let is_said = serde_json::to_value(&entry.actor).unwrap()["kind"] != "unknown";
            assert_eq!((is_said, entry.request_id.is_some()), (*is_known, *is_known), "who");
            let amount = entry.changes.iter().find(|change| change.field == "claimAmount");
            let amount = amount.map(|change| (change.from.clone(), change.to.clone()));
            let value = |cents: u64| (cents > 0).then(|| json!(body(cents, "")["claimAmount"].as_f64().unwrap()));
            let float = |value: Option<Value>| value.and_then(|value| value.as_f64());
            let gone = *operation == "deleteClaim";
            let expected = (before != *cents || gone).then(|| (value(before), if gone { None } else { value(*cents) }));
            let floats = |pair: Option<(Option<Value>, Option<Value>)>| pair.map(|(from, to)| (float(from), float(to)));
            assert_eq!(floats(amount), floats(expected));
            before = *cents;
        }
    }
    eprintln!(
        "{writes} writes of {} claims: every history whole, in order and equal; {failed} batches failed",
        accepted.len()
    );
}

#[tokio::test]
async fn a_record_that_comes_again_is_one_entry_and_another_write_under_its_version_is_kept_beside() {
    let world = World::start().await;
    let id = world.create("m").await;
    world.update("m", &id, 5, "pending").await;
    let records = world.records().await;
    for _ in 0..3 {
        assert_eq!(world.record(&records).await, None);
    }
    assert_eq!(world.history("m", &id).await.1.len(), 2);
    // A table restored to a time before version 2, and written again: other writes under its version.
    let mut other = records[1].clone();
    for (write, at) in
        [("updateClaim:other:", "2026-11-26T00:00:00.000Z"), ("updateClaim:third:", "2026-11-27T00:00:00.000Z")]
    {
        other["dynamodb"]["NewImage"]["lastWrite"]["S"] = write.into();
        other["dynamodb"]["NewImage"]["updatedAt"]["S"] = at.into();
        for _ in 0..2 {
            assert_eq!(world.record(&[other.clone()]).await, None);
        }
    }
    let (_, entries) = world.history("m", &id).await;
    let versions: Vec<_> = entries.iter().map(|entry| entry.version.get()).collect();
    assert_eq!(versions, [1, 2, 2, 2]);
    // A page may end between them.
    let mut event = with(create_event(), "/httpMethod", "GET".into());
    event["pathParameters"] = json!({ "claimId": id });
    let (mut seen, mut token) = (Vec::new(), None::<String>);
    loop {
        event["multiValueQueryStringParameters"] = json!({"memberId": ["m"], "limit": ["1"]});
        if let Some(token) = &token {
            event["multiValueQueryStringParameters"]["nextToken"] = json!([token]);
        }
        let answer = world.api.answer(Operation::ListClaimHistory, event.to_string().as_bytes(), None).await;
        let answer: Value = serde_json::from_str(&answer.json).unwrap();
        let page: Value = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
        seen.extend(serde_json::from_value::<Vec<HistoryEntry>>(page["entries"].clone()).unwrap());
        token = page["nextToken"].as_str().map(str::to_owned);
        if token.is_none() {
            break;
        }
    }
    assert_eq!(seen, entries);
}

#[tokio::test]
async fn a_claim_older_than_the_history_begins_where_the_history_does() {
    let world = World::start().await;
    let id = world.create("m").await;
    for cents in 2..5 {
        world.update("m", &id, cents, "pending").await;
    }
    let records = world.records().await;
    assert_eq!(world.history("m", &id).await, (0, Vec::new()), "not written since: not found");
    world.record(&records[2..]).await;
    let (from, entries) = world.history("m", &id).await;
    assert_eq!((from, entries.len()), (3, 2));
}

#[tokio::test]
async fn an_erasure_writes_no_history_and_takes_what_there_is() {
    let world = World::start().await;
    let ids = [world.create("m").await, world.create("m").await, world.create("m1").await];
    let key = IdempotencyKey::mint().to_string();
    assert_eq!(world.call(Operation::DeleteClaim, "m", &ids[0], None, &key).await.0, 204);
    assert_eq!(world.record(&world.records().await).await, None);
    let member: MemberId = "m".parse().unwrap();
    let (store, history) = (
        Store::new(world.storage.client().clone(), &world.table.name),
        History::new(world.storage.client().clone(), "history"),
    );
    assert_eq!(history.erase(&member, false).await.unwrap(), (3, 0), "what it would do");
    store.erase(&member, true).await.unwrap();
    assert_eq!(history.erase(&member, true).await.unwrap(), (3, 0));
    // What the erasure itself leaves in the stream.
    let records = world.records().await;
    assert_eq!(records.len(), 2);
    assert_eq!(world.record(&records).await, None);
    for id in &ids[..2] {
        assert_eq!(world.history("m", id).await.1, []);
        assert!(id.parse::<ClaimId>().is_ok());
    }
    assert_eq!(world.history("m1", &ids[2]).await.1.len(), 1, "another member's");
}

#[tokio::test]
async fn what_can_never_be_recorded_holds_its_shard_and_what_is_no_claim_is_passed_by() {
    let world = World::start().await;
    let id = world.create("m").await;
    let records = world.records().await;
    let number = records[0]["dynamodb"]["SequenceNumber"].as_str().unwrap().to_owned();
    for (name, wrong) in [
        ("version", json!({"S": "1"})),
        ("lastWrite", Value::Null),
        ("updatedAt", json!({"S": "Marker"})),
        ("writeActor", json!({"M": {"kind": {"N": "1"}}})),
    ] {
        let mut record = records[0].clone();
        let image = record["dynamodb"]["NewImage"].as_object_mut().unwrap();
        image.remove(name);
        if !wrong.is_null() {
            image.insert(name.to_owned(), wrong);
        }
        assert_eq!(world.record(&[record, records[0].clone()]).await, Some(number.clone()), "{name}");
        assert_eq!(world.history("m", &id).await.1.len(), 0, "{name}: nothing overtakes it");
    }
    let mut foreign = records[0].clone();
    foreign["dynamodb"]["Keys"]["SK"]["S"] = "NOTE#1".into();
    assert_eq!(world.record(&[foreign, records[0].clone()]).await, None);
    assert_eq!(world.history("m", &id).await.1.len(), 1);
}

//! Functions of an earlier release and of this one over one table, as in the minutes of a deployment and after a roll-back.
//!
//! The earlier one is its calls to DynamoDB, byte for byte what it said; this one is the server. Whoever of the two makes a
//! step, the other finds afterwards what it would have found after its own.
//!
//! Two limits, both about what this release leaves of a deleted claim:
//! - 0.1.0 does not know tombstones, so that beside it this release makes no delete, as in a deployment, whose `deleteClaim` is
//!   the last to go (`next::what_0_1_0_does_to_a_tombstone` shows why).
//! - 0.2.0 is answered tombstones by DynamoDB and takes them for absent claims: they are left out of what it finds.

use claims_released::{
    call::Call,
    entry::Entry,
    forms::{self, Step},
    world::World,
};
use serde_json::{Value, json};

use crate::support::{answers, entries, holds};

/// Makes every step, each by the earlier release or by this one.
async fn run(entry: &Entry, steps: &[Step], is_new: impl Fn(usize) -> bool, mix: &str) {
    let world = World::start().await.unwrap();
    for (number, step) in steps.iter().enumerate() {
        let of = format!("released/{}, {mix}, {}", entry.version, step.name);
        world.at(step.at);
        // What this build mints, the earlier one's recorded answers cannot know.
        let tells_it_apart = entry.version != "0.1.0" || !is_delete(step);
        if is_new(number) && !step.minted && tells_it_apart {
            let (request, recorded) = forms::exchange(entry, step).unwrap();
            answers(&recorded, &world.send(&request.bytes).await.unwrap(), &format!("{of}, by this release"));
        } else {
            for call in &step.dynamodb {
                let (status, answer) = world.dynamodb(&call.operation, &call.request).await.unwrap();
                assert_eq!(status, call.status, "{of}, by the earlier release: {answer}");
                holds(&call.answer, &without_tombstones(answer), &format!("{of}, by the earlier release"));
            }
        }
    }
}

fn is_delete(step: &Step) -> bool {
    matches!(step.call, Call::DeleteClaim { .. })
}

/// An answer of DynamoDB as 0.2.0 takes it.
fn without_tombstones(mut answer: Value) -> Value {
    let is_tombstone = |item: &Value| item.get("deletedAt").is_some();
    if answer.get("Item").is_some_and(is_tombstone) {
        answer.as_object_mut().unwrap().remove("Item");
    }
    if let Some(items) = answer.get_mut("Items").and_then(Value::as_array_mut) {
        let all = items.len();
        items.retain(|item| !is_tombstone(item));
        let left_out = all - items.len();
        for count in ["Count", "ScannedCount"] {
            answer[count] = json!(answer[count].as_u64().unwrap() - left_out as u64);
        }
    }
    answer
}

fn steps(entry: &Entry) -> Vec<Step> {
    let steps: Vec<Step> = entry.json(forms::CALLS).unwrap();
    let steps: Vec<_> = steps.into_iter().filter(|s| s.faults.is_empty() && !s.dynamodb.is_empty()).collect();
    assert!(steps.len() > 30);
    steps
}

/// Where one release may hand over to the other: at the start, and after each write. Between two reads it makes no difference.
fn handovers(steps: &[Step]) -> Vec<usize> {
    let wrote = |step: &Step| {
        let is_write = |operation: &str| ["PutItem", "UpdateItem", "DeleteItem"].contains(&operation);
        step.dynamodb.iter().any(|call| call.status == 200 && is_write(&call.operation))
    };
    let after = steps.iter().enumerate().filter(|(_, step)| wrote(step)).map(|(number, _)| number + 1);
    let handovers: Vec<_> = std::iter::once(0).chain(after).collect();
    assert!(handovers.len() > 10);
    handovers
}

#[tokio::test]
async fn an_earlier_function_and_this_one_take_turns_over_one_table() {
    for entry in entries() {
        let steps = steps(&entry);
        run(&entry, &steps, |_| false, "the earlier one alone").await;
        run(&entry, &steps, |number| number % 2 == 0, "in turn").await;
        run(&entry, &steps, |number| number % 2 == 1, "in turn, the earlier one first").await;
    }
}

#[tokio::test]
async fn this_function_goes_on_where_an_earlier_one_stopped() {
    for entry in entries() {
        let steps = steps(&entry);
        for first in handovers(&steps) {
            run(&entry, &steps, |number| number >= first, &format!("deployed at step {first}")).await;
        }
    }
}

#[tokio::test]
async fn an_earlier_function_goes_on_where_this_one_stopped() {
    for entry in entries() {
        let steps = steps(&entry);
        for first in handovers(&steps) {
            run(&entry, &steps, |number| number < first, &format!("rolled back at step {first}")).await;
        }
    }
}

//! Functions of an earlier release and of this one over one table, as in the minutes of a deployment and after a roll-back.
//!
//! The earlier one is its calls to DynamoDB, byte for byte what it said; this one is the server. Whoever of the two makes a
//! step, the other finds afterwards what it would have found after its own.

use claims_released::{
    entry::Entry,
    forms::{self, Step},
    world::World,
};

use crate::support::{answers, entries, holds};

/// Makes every step, each by the earlier release or by this one.
async fn run(entry: &Entry, steps: &[Step], is_new: impl Fn(usize) -> bool, mix: &str) {
    let world = World::start().await.unwrap();
    for (number, step) in steps.iter().enumerate() {
        let of = format!("released/{}, {mix}, {}", entry.version, step.name);
        world.at(step.at);
        // What this build mints, the earlier one's recorded answers cannot know.
        if is_new(number) && !step.minted {
            let (request, recorded) = forms::exchange(entry, step).unwrap();
            answers(&recorded, &world.send(&request.bytes).await.unwrap(), &format!("{of}, by this release"));
        } else {
            for call in &step.dynamodb {
                let (status, answer) = world.dynamodb(&call.operation, &call.request).await.unwrap();
                assert_eq!(status, call.status, "{of}, by the earlier release: {answer}");
                holds(&call.answer, &answer, &format!("{of}, by the earlier release"));
            }
        }
    }
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

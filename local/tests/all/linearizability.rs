//! Concurrent calls on one claim, with faults: there is always an order in which they could have happened one by one.

mod checker;

use std::time::Duration;

use crate::common::{
    dice::{Dice, longer, seed},
    linear::{Action, Event, Outcome, Repeats, State, is_linearizable},
    recorder::{Caller, Ticks},
};
use claims_client::{ClaimsClient, Endpoint, RetryPolicy, types::*};
use claims_local::{Fault, LocalApi};
use futures_util::future::join_all;

/// 2100 with faults.
/// No attempt takes longer than its call.
const MAX_CALL: Duration = Duration::from_secs(60);
const HISTORIES: u64 = 2400;
const LANES: u64 = 10;
const CALLERS: usize = 4;
/// Short, so that a delayed request is often given up and repeated, and applied after all.
const ATTEMPT: Duration = Duration::from_millis(100);

/// What the histories had in them.
#[derive(Default)]
struct Tally {
    events: usize,
    unknown: usize,
    repeated: usize,
    concurrent: usize,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_history_of_a_claim_has_an_order() {
    let seed = seed();
    // Each lane has an API of its own: faults hit whoever comes next.
    let lanes = (0..LANES).map(|lane| tokio::spawn(run(seed, (lane..HISTORIES * longer()).step_by(LANES as usize))));
    let mut all = Tally::default();
    for tally in join_all(lanes).await {
        let tally = tally.unwrap();
        all.events += tally.events;
        all.unknown += tally.unknown;
        all.repeated += tally.repeated;
        all.concurrent += tally.concurrent;
    }
    let Tally { events, unknown, repeated, concurrent } = all;
    eprintln!("{events} calls: {unknown} of unknown outcome, {repeated} repeated, {concurrent} concurrent");
    assert!(unknown * 100 > events && repeated * 100 > events && concurrent * 4 > events, "nothing was tested");
}

async fn run(seed: u64, numbers: impl Iterator<Item = u64>) -> Tally {
    let mut tally = Tally::default();
    let local = LocalApi::start().await.unwrap();
    let ticks = Ticks::default();
    let policy = RetryPolicy::default().with_budget(u32::MAX);
    let client = |attempt| {
        let endpoint = Endpoint::url(local.url());
        ClaimsClient::builder().endpoint(endpoint).retry(policy.clone()).attempt_timeout(attempt).timeout(MAX_CALL)
    };
    let callers = |attempt, faults| (0..CALLERS).map(|_| Caller::new(client(attempt), &ticks, faults)).collect();
    let faulty: Vec<_> = callers(ATTEMPT, true);
    let faultless: Vec<_> = callers(Duration::from_secs(60), false);
    for number in numbers {
        let mut dice = Dice(seed.wrapping_mul(1_000_003) ^ number);
        // Without faults nothing is admitted that is not exactly once.
        let faults = number % 8 != 0;
        let callers = if faults { &faulty } else { &faultless };
        let history = history(&local, callers, faults, number, &mut dice).await;
        assert!(
            is_linearizable(State::Never, &history),
            "CLAIMS_TEST_SEED={seed}, history {number} has no order: {history:#?}"
        );
        tally.events += history.len();
        tally.unknown += history.iter().filter(|event| event.outcome == Outcome::Unknown).count();
        tally.repeated += history.iter().filter(|event| event.repeats == Repeats::Later).count();
        let overlap = |a: &Event, b: &Event| a.from < b.to && b.from < a.to && a.from != b.from;
        tally.concurrent += history.iter().filter(|a| history.iter().any(|b| overlap(a, b))).count();
    }
    tally
}

/// A claim's whole life, with a look at what is left of it.
async fn history(local: &LocalApi, callers: &[Caller], faults: bool, number: u64, dice: &mut Dice) -> Vec<Event> {
    let member: MemberId = format!("member-{number}").parse().unwrap();
    let key = IdempotencyKey::mint();
    let present = 3 + usize::from(dice.chance(50));
    let calls = callers.iter().take(present).enumerate().map(|(who, caller)| {
        let mut dice = Dice(dice.roll(u64::MAX));
        let member = &member;
        async move {
            let mut events = Vec::new();
            let mut version = 1;
            for turn in 0..2 + dice.roll(3) {
                if faults && dice.chance(40) {
                    local.inject(match dice.roll(4) {
                        0 => Fault::Delay(Duration::from_millis(50 + dice.roll(100))),
                        _ => dice.fault(),
                    });
                }
                let cents = i64::try_from(1000 * (who as u64 + 1) + turn).unwrap();
                let action = action(&mut dice, who == 0 && turn == 0, cents, version);
                let recorded = caller.call(member, key, action, None).await;
                if let Some(event) = recorded.event {
                    if let Outcome::Seen(view) = event.outcome {
                        version = view.version;
                    }
                    events.push(event);
                }
            }
            events
        }
    });
    let mut events: Vec<_> = join_all(calls).await.into_iter().flatten().collect();
    local.clear_faults();
    events.extend(callers[0].call(&member, key, Action::Get, None).await.event);
    events
}

fn action(dice: &mut Dice, first: bool, cents: i64, version: u64) -> Action {
    let if_match = dice.chance(60).then_some(version);
    match dice.roll(10) {
        // Every create of the key is the same request.
        _ if first => Action::Create { cents: 100 },
        0 | 1 => Action::Create { cents: 100 },
        2..=4 => Action::Get,
        5..=7 => Action::Update { cents, if_match },
        _ => Action::Delete { if_match },
    }
}

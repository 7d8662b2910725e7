//! Many callers, every operation, one fault in five at each seam: what was acknowledged holds, and the run ends.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use claims_client::{RetryPolicy, types::*};
use futures_util::{TryStreamExt, future::join_all};

use crate::common::{
    dice::{Dice, longer, seed},
    linear::{Action, Event, Outcome, Repeats, State, View, is_linearizable},
    proxy::{
        Plan, Proxy,
        WireFault::{self, *},
    },
    recorder::{Caller, Ticks},
    world::{self, Limits, World},
};

const CALLS: u64 = 10_000;
const CALLERS: u64 = 50;
/// So many callers share one member's claims.
const GROUP: u64 = 5;
/// A group begins with a new member after so many claims, so that lists stay short.
const CLAIMS: usize = 20;

const LIMITS: Limits = Limits {
    storage_attempt: Duration::from_secs(2),
    storage_call: Duration::from_secs(8),
    attempt: Duration::from_secs(4),
    call: Duration::from_secs(20),
    impatient: false,
};
const ATTEMPTS: u32 = 4;
/// Of a call in a hurry, only an attempt or only the whole is limited: the other limit would be missed by more than `SLACK`.
const SHORT: Duration = Duration::from_millis(200);
const NO_LIMIT: Duration = Duration::from_secs(60);
/// What a deadline may be missed by: this is no test of speed.
const SLACK: Duration = Duration::from_secs(10);

const GATEWAY: &str = "Content-Type: application/json\r\n";
const DYNAMODB: &str = "Content-Type: application/x-amz-json-1.0\r\n";
const QUICK: [WireFault; 8] = [ResetBefore, CloseBefore, ResetAfter, Pieces, Truncated, TooLong, TooShort, Garbage];
/// Silence costs a whole time limit: rare.
static FRONT: [WireFault; 41] = mix([
    Answer(429, "Retry-After: 1\r\nContent-Type: application/json\r\n", r#"{"message":"Too Many Requests"}"#),
    Answer(500, GATEWAY, r#"{"message":"Internal server error"}"#),
    Answer(503, GATEWAY, r#"{"message":"Service Unavailable"}"#),
    Answer(504, GATEWAY, r#"{"message":"Endpoint request timed out"}"#),
]);
static BACK: [WireFault; 41] = mix([
    Answer(400, DYNAMODB, r#"{"__type":"com.amazonaws.dynamodb.v20120810#ThrottlingException"}"#),
    Answer(400, DYNAMODB, r#"{"__type":"com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException"}"#),
    Answer(500, DYNAMODB, r#"{"__type":"com.amazonaws.dynamodb.v20120810#InternalServerError"}"#),
    Answer(400, DYNAMODB, r#"{"__type":"com.amazonaws.dynamodb.v20120810#ExpiredTokenException"}"#),
]);

/// What calls in a hurry meet: silence is cheap for them.
static HURRIED: [WireFault; 4] = [Silent, SilentAfter, ResetAfter, FRONT[0]];

const fn mix(answers: [WireFault; 4]) -> [WireFault; 41] {
    let mut all = [Silent; 41];
    let mut n = 0;
    while n < 39 {
        all[n] = if n % 3 == 0 { answers[n / 3 % 4] } else { QUICK[n % 8] };
        n += 1;
    }
    all[39] = SilentAfter;
    all
}

/// What callers of a group know of each other's claims.
#[derive(Default)]
struct Group {
    epoch: usize,
    keys: Vec<(MemberId, IdempotencyKey)>,
}

type Histories = HashMap<ClaimId, (MemberId, Vec<Event>)>;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_doubled_or_overwritten_while_one_call_in_five_goes_wrong() {
    let seed = seed();
    let whole = Duration::from_secs(600 * longer());
    let ended = tokio::time::timeout(whole, run(seed)).await;
    assert!(ended.is_ok(), "CLAIMS_TEST_SEED={seed}: it hangs");
}

async fn run(seed: u64) {
    let world = World::start(LIMITS, &world::http()).await;
    let ticks = Ticks::default();
    let groups: Vec<_> = (0..CALLERS / GROUP).map(|_| Arc::new(Mutex::new(Group::default()))).collect();
    world.front.plan(Plan::Random(Dice(seed ^ 1), 20, &FRONT));
    world.back.plan(Plan::Random(Dice(seed ^ 2), 20, &BACK));
    // No outage ends a silence here.
    let calm = world.front.beside();
    calm.plan(Plan::Random(Dice(seed ^ 4), 20, &HURRIED));
    let outages = tokio::spawn(outages(world.front.clone(), world.back.clone(), Dice(seed ^ 3)));
    let callers = (0..CALLERS).map(|n| {
        let policy = RetryPolicy::default().with_max_attempts(ATTEMPTS).with_budget(u32::MAX);
        let clients = [
            world.builder(),
            world.builder_through(&calm).attempt_timeout(SHORT).timeout(NO_LIMIT),
            world.builder_through(&calm).attempt_timeout(LIMITS.call),
        ];
        let callers = clients.map(|client| Caller::new(client.retry(policy.clone()), &ticks, true));
        let group = groups[usize::try_from(n / GROUP).unwrap()].clone();
        tokio::spawn(calls(callers, group, n, Dice(seed.wrapping_mul(31) + n)))
    });
    let mut histories = Histories::new();
    let (mut failed, mut unknown) = (0, 0);
    for caller in join_all(callers).await {
        for (member, id, event) in caller.unwrap() {
            failed += usize::from(event.is_none());
            let history = histories.entry(id).or_insert_with(|| (member, Vec::new()));
            history.1.extend(event);
            unknown += event.iter().filter(|event| event.outcome == Outcome::Unknown).count();
        }
    }
    outages.abort();
    let faults = (world.front.faults(), world.back.faults());
    world.front.plan(Plan::Pass);
    world.back.plan(Plan::Pass);
    eprintln!("{} claims, {failed} calls failed, {unknown} of unknown outcome, faults {faults:?}", histories.len());
    assert!(faults.0 > 1000 && faults.1 > 1000 && unknown > 0, "nothing was tested");
    assert!(calm.silences() > 100, "no limit ended a silence");
    settle(&world, &ticks, &mut histories, seed).await;
    for (id, (_, history)) in histories {
        assert!(is_linearizable(State::Never, &history), "CLAIMS_TEST_SEED={seed}: {id} has no order: {history:#?}");
    }
}

/// Now and then nothing listens, for a moment.
async fn outages(front: Proxy, back: Proxy, mut dice: Dice) {
    loop {
        tokio::time::sleep(Duration::from_millis(300 + dice.roll(500))).await;
        let proxy = if dice.chance(50) { &front } else { &back };
        proxy.refuse().await;
        tokio::time::sleep(Duration::from_millis(dice.roll(20))).await;
        proxy.heal();
    }
}

/// One caller's share, one call after the other.
async fn calls(
    [caller, short_attempts, short_calls]: [Caller; 3],
    group: Arc<Mutex<Group>>,
    n: u64,
    mut dice: Dice,
) -> Vec<(MemberId, ClaimId, Option<Event>)> {
    let mut recorded = Vec::new();
    let mut versions: HashMap<ClaimId, u64> = HashMap::new();
    for turn in 0..CALLS * longer() / CALLERS {
        let (member, key, is_new) = {
            let mut group = group.lock().unwrap();
            let is_new = group.keys.is_empty() || dice.chance(15);
            if is_new {
                if group.keys.len() == CLAIMS {
                    group.keys.clear();
                    group.epoch += 1;
                }
                let member = format!("member-{}-{}", n / GROUP, group.epoch).parse().unwrap();
                group.keys.push((member, IdempotencyKey::mint()));
            }
            // The newest few, so that callers meet.
            let last = group.keys.len() - 1;
            let at = if is_new { last } else { last - last.min(usize::try_from(dice.roll(4)).unwrap()) };
            let (member, key) = &group.keys[at];
            (member.clone(), *key, is_new)
        };
        let id = ClaimId::from(key);
        let seen = versions.get(&id).copied().unwrap_or(1);
        let cents = i64::try_from(1_000 + n * 1_000_000 + turn).unwrap();
        let if_match = dice.chance(70).then_some(seen);
        let action = match dice.roll(100) {
            _ if is_new => Action::Create { cents: 500 },
            0..10 => {
                recorded.extend(list(&caller, &group, &member).await);
                continue;
            }
            10..45 => Action::Get,
            45..50 => Action::Create { cents: 500 },
            50..90 => Action::Update { cents, if_match },
            _ => Action::Delete { if_match },
        };
        let hurry = Duration::from_millis(20 + dice.roll(200));
        let (caller, timeout, limit) = match dice.roll(10) {
            0 => (&short_attempts, None, Some(SHORT * ATTEMPTS)),
            1 => (&short_calls, Some(hurry), Some(hurry)),
            _ => (&caller, None, None),
        };
        let call = caller.call(&member, key, action, timeout).await;
        let late = limit.is_some_and(|limit| call.took > limit + SLACK);
        assert!(!late, "a call took {:?} of {limit:?}: {:?}", call.took, call.error);
        if let Some(Event { outcome: Outcome::Seen(view), .. }) = call.event {
            versions.insert(id, view.version);
        }
        recorded.push((member, id, call.event));
    }
    recorded
}

/// A list is a read of every claim that it shows, or should show.
async fn list(caller: &Caller, group: &Mutex<Group>, member: &MemberId) -> Vec<(MemberId, ClaimId, Option<Event>)> {
    let keys = group.lock().unwrap().keys.clone();
    let known = keys.iter().filter(|(of, _)| of == member).map(|(_, key)| ClaimId::from(*key)).collect();
    let (from, page, to) = caller.list(member).await;
    // A list that failed says nothing.
    page.map_or_else(Vec::new, |page| reads(member, known, from, page.claims, to))
}

fn reads(
    member: &MemberId,
    known: Vec<ClaimId>,
    from: u64,
    claims: Vec<Claim>,
    to: u64,
) -> Vec<(MemberId, ClaimId, Option<Event>)> {
    let read = |outcome| Some(Event { from, to, action: Action::Get, outcome, repeats: Repeats::Never });
    let seen = |claim: &Claim| View { version: claim.version.get(), cents: claim.claim_amount.cents() };
    let found: HashMap<_, _> = claims.iter().map(|claim| (claim.claim_id, Outcome::Seen(seen(claim)))).collect();
    assert_eq!(found.len(), claims.len(), "a claim is listed twice");
    let absent = known.into_iter().filter(|id| !found.contains_key(id)).map(|id| (id, Outcome::Absent));
    let all: Vec<_> = absent.chain(found.clone()).collect();
    all.into_iter().map(|(id, outcome)| (member.clone(), id, read(outcome))).collect()
}

/// Looks at what is left, through no fault: each claim as its history says, and no claim of nobody's.
async fn settle(world: &World, ticks: &Ticks, histories: &mut Histories, seed: u64) {
    let mut members: HashMap<MemberId, Vec<ClaimId>> = HashMap::new();
    for (id, (member, _)) in &*histories {
        members.entry(member.clone()).or_default().push(*id);
    }
    for (member, known) in members {
        let from = ticks.next();
        let claims: Vec<Claim> = world.truth.list_claims(&member).into_stream().try_collect().await.unwrap();
        for (_, id, event) in reads(&member, known, from, claims, ticks.next()) {
            let history = histories.get_mut(&id);
            assert!(history.is_some(), "CLAIMS_TEST_SEED={seed}: nobody has created {id}");
            history.unwrap().1.extend(event);
        }
    }
}

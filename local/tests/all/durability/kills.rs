//! `kill -9` at random moments.

use std::{collections::HashMap, path::Path, process::Stdio, sync::Arc, time::Duration};

use claims_client::{ClaimsClient, Endpoint, RetryPolicy, types::*};
use futures_util::{TryStreamExt, future::join_all};
use tokio::sync::Semaphore;

use crate::common::{
    dice::{Dice, longer, seed},
    linear::{Action, Event, Outcome, Repeats, State, View, is_linearizable},
    new_claim,
    recorder::{Caller, Ticks},
    running::{Running, command},
};

const RUNS: u64 = 50;
/// So many kills are survived by one file.
const KILLS: u64 = 10;
const CALLERS: u64 = 4;

// Two tests, so that they run beside each other.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_kills_lose_nothing_that_was_acknowledged() {
    survive(seed()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_other_kills_lose_nothing_either() {
    survive(seed() + 1).await;
}

/// The calls on every claim of one file.
type Histories = HashMap<(MemberId, ClaimId), Vec<Event>>;

async fn survive(seed: u64) {
    let mut dice = Dice(seed);
    let ticks = Ticks::default();
    let (mut acknowledged, mut cut) = (0, 0);
    for batch in 0..RUNS * longer() / KILLS {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("claims.db");
        let mut histories = Histories::new();
        for run in 0..KILLS {
            let say = format!("CLAIMS_TEST_SEED={seed}, file {batch}, run {run}");
            if dice.chance(30) {
                kill_while_it_starts(&file, &mut dice);
            }
            load_and_kill(&file, run, &ticks, &mut dice, &mut histories).await;
            compare(&file, &ticks, &mut histories, &say).await;
        }
        let events = || histories.values().flatten();
        acknowledged +=
            events().filter(|event| event.action != Action::Get && event.outcome != Outcome::Unknown).count();
        cut += events().filter(|event| event.outcome == Outcome::Unknown).count();
    }
    eprintln!("{acknowledged} writes acknowledged, {cut} cut short");
    assert!(acknowledged > 400 && cut > 20, "nothing was tested: {acknowledged} writes, {cut} cut short");
}

#[tokio::test]
async fn a_kill_while_the_file_is_made_leaves_nothing_that_is_in_the_way() {
    let mut dice = Dice(seed());
    // How long a start takes here, so that the kills fall within it.
    let folder = tempfile::tempdir().unwrap();
    let begun = std::time::Instant::now();
    drop(Running::start(&arguments(&folder.path().join("claims.db"))));
    let start = u64::try_from(begun.elapsed().as_micros()).unwrap();
    for run in 0..25 * longer() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("claims.db");
        let mut child = command(&arguments(&file)).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        tokio::time::sleep(Duration::from_micros(start / 4 + dice.roll(start))).await;
        child.kill().unwrap();
        child.wait().unwrap();
        let mut running = Running::start(&arguments(&file));
        let created = running.client().create_claim(new_claim("m")).without_retry().await;
        running.child.kill().unwrap();
        assert!(created.is_ok(), "CLAIMS_TEST_SEED={}, run {run}: {}", seed(), running.log());
        let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|f| f.unwrap().file_name()).collect();
        assert!(!left.iter().any(|name| name.to_string_lossy().contains("unfinished")), "{left:?}");
    }
}

fn arguments(file: &Path) -> [&str; 4] {
    ["--port", "0", "--data", file.to_str().unwrap()]
}

fn kill_while_it_starts(file: &Path, dice: &mut Dice) {
    let mut child = command(&arguments(file)).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(dice.roll(150)));
    child.kill().unwrap();
    child.wait().unwrap();
}

async fn load_and_kill(file: &Path, run: u64, ticks: &Ticks, dice: &mut Dice, histories: &mut Histories) {
    let mut running = Running::start(&arguments(file));
    let done = Arc::new(Semaphore::new(0));
    let callers = (0..CALLERS).map(|n| {
        let builder = ClaimsClient::builder().endpoint(Endpoint::url(running.url())).retry(RetryPolicy::never());
        let caller = Caller::new(builder, ticks, false);
        let member: MemberId = format!("member-{run}-{n}").parse().unwrap();
        tokio::spawn(load(caller, member, Dice(dice.roll(u64::MAX)), done.clone()))
    });
    let callers: Vec<_> = callers.collect();
    // As many writes on a slow machine as on a fast one; then at any point of the next ones.
    let enough = 1 + u32::try_from(dice.roll(40)).unwrap();
    while done.available_permits() < enough as usize {
        if callers.iter().all(tokio::task::JoinHandle::is_finished) {
            running.child.kill().unwrap();
            panic!("it serves no more writes: {}", running.log());
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    tokio::time::sleep(Duration::from_micros(dice.roll(10_000))).await;
    running.child.kill().unwrap();
    for caller in join_all(callers).await {
        for (member, id, event) in caller.unwrap() {
            histories.entry((member, id)).or_default().push(event);
        }
    }
}

/// Creates, updates and deletes until the program is gone.
async fn load(
    caller: Caller,
    member: MemberId,
    mut dice: Dice,
    done: Arc<Semaphore>,
) -> Vec<(MemberId, ClaimId, Event)> {
    let mut events = Vec::new();
    let mut key = IdempotencyKey::mint();
    let mut action = Action::Create { cents: 100 };
    for cents in 1000.. {
        let call = caller.call(&member, key, action, None).await;
        events.extend(call.event.map(|event| (member.clone(), ClaimId::from(key), event)));
        match call.error {
            None => done.add_permits(1),
            // It has deleted that claim itself.
            Some(error) if error.is_not_found() => {}
            Some(_) => break,
        }
        action = match dice.roll(10) {
            0..5 => {
                key = IdempotencyKey::mint();
                Action::Create { cents: 100 }
            }
            5..9 => Action::Update { cents, if_match: None },
            _ => Action::Delete { if_match: None },
        };
    }
    events
}

/// Opens the file again and looks at every claim that it has ever had.
async fn compare(file: &Path, ticks: &Ticks, histories: &mut Histories, say: &str) {
    let running = Running::start(&arguments(file));
    let client = running.client();
    let members: Vec<_> = histories.keys().map(|(member, _)| member.clone()).collect();
    let from = ticks.next();
    let mut stored = HashMap::new();
    for member in members.into_iter().collect::<std::collections::BTreeSet<_>>() {
        let claims: Vec<Claim> =
            client.list_claims(&member).limit(PageLimit::MAX).into_stream().try_collect().await.unwrap();
        stored.extend(claims.into_iter().map(|claim| ((claim.member_id.clone(), claim.claim_id), claim)));
    }
    running.kill();
    let to = ticks.next();
    for (which, history) in histories.iter_mut() {
        let outcome = stored.remove(which).map_or(Outcome::Absent, |claim| {
            Outcome::Seen(View { version: claim.version.get(), cents: claim.claim_amount.cents() })
        });
        // What was cut short has happened by now, or never will: a second look must see the same.
        history.push(Event { from, to, action: Action::Get, outcome, repeats: Repeats::Never });
        assert!(is_linearizable(State::Never, history), "{say}: {} has no order: {history:#?}", which.1);
        let looks: Vec<_> =
            history.iter().filter(|event| event.action == Action::Get).map(|look| look.outcome).collect();
        assert!(
            looks.iter().all(|look| look == &looks[0]),
            "{say}: {} has changed in a file at rest: {looks:?}",
            which.1
        );
    }
    assert!(stored.is_empty(), "{say}: {} claims that nobody has created", stored.len());
}

//! The checker itself: what it must accept, and what it must not.

use crate::common::{
    dice::{Dice, seed},
    linear::{
        Action::{self, *},
        Event,
        Outcome::{self, *},
        Repeats::{self, *},
        State, View, apply, is_linearizable,
    },
    recorder,
};

fn at(from: u64, to: u64, action: Action, outcome: Outcome) -> Event {
    Event { from, to, action, outcome, repeats: Never }
}

fn seen(version: u64, cents: i64) -> Outcome {
    Seen(View { version, cents })
}

const CREATE: Action = Create { cents: 100 };

fn update(cents: i64, if_match: Option<u64>) -> Action {
    Update { cents, if_match }
}

fn repeated(event: Event, repeats: Repeats) -> Event {
    Event { repeats, ..event }
}

/// As it is recorded when it took two attempts, beside faults.
fn twice(event: Event) -> Event {
    repeated(event, recorder::repeats(event.action, 2, true))
}

#[test]
fn it_accepts_what_the_contract_admits() {
    let delete = Delete { if_match: None };
    let histories = [
        (
            "one after the other",
            vec![
                at(0, 1, CREATE, seen(1, 100)),
                at(2, 3, update(7, Some(1)), seen(2, 7)),
                at(4, 5, Get, seen(2, 7)),
                at(6, 7, update(8, Some(1)), Mismatch),
                at(8, 9, delete, Gone),
                at(10, 11, Get, Absent),
            ],
        ),
        (
            "a read beside a write sees either state",
            vec![
                at(0, 1, CREATE, seen(1, 100)),
                at(2, 9, update(7, None), seen(2, 7)),
                at(3, 4, Get, seen(1, 100)),
                at(5, 6, Get, seen(2, 7)),
            ],
        ),
        (
            "an unknown update happens late",
            vec![
                at(0, 1, CREATE, seen(1, 100)),
                at(2, 3, update(7, None), Unknown),
                at(4, 5, Get, seen(1, 100)),
                at(6, 7, Get, seen(2, 7)),
            ],
        ),
        ("an unknown create never happens", vec![at(0, 1, CREATE, Unknown), at(2, 3, Get, Absent)]),
        (
            "a create of a deleted claim's key is refused",
            vec![
                at(0, 1, CREATE, seen(1, 100)),
                at(2, 3, delete, Gone),
                at(4, 5, CREATE, Deleted),
                at(6, 7, Get, Absent),
            ],
        ),
        (
            "a create finds deleted what an attempt of its own has made",
            vec![
                repeated(at(0, 9, CREATE, Deleted), Within),
                at(1, 2, Get, seen(1, 100)),
                at(3, 4, delete, Gone),
                at(5, 6, Get, Absent),
            ],
        ),
        (
            "a repeated create answers the claim as it is today",
            vec![repeated(at(0, 9, CREATE, seen(2, 7)), Within), at(1, 2, update(7, None), seen(2, 7))],
        ),
        (
            "the server's SDK repeats an update while it runs",
            vec![
                at(0, 1, CREATE, seen(1, 100)),
                twice(at(2, 9, update(7, None), seen(4, 7))),
                at(3, 4, update(8, None), seen(3, 8)),
            ],
        ),
        (
            "a repeated delete finds nothing",
            vec![at(0, 1, CREATE, seen(1, 100)), repeated(at(2, 9, delete, Gone), Later), at(3, 4, Get, Absent)],
        ),
    ];
    for (name, history) in histories {
        assert!(is_linearizable(State::Never, &history), "{name}");
    }
}

#[test]
fn it_rejects_what_must_never_happen() {
    let delete = Delete { if_match: None };
    let created = at(0, 1, CREATE, seen(1, 100));
    let histories = [
        ("an acknowledged create is lost", vec![created, at(2, 3, Get, Absent)]),
        ("a stale read", vec![created, at(2, 3, update(7, None), seen(2, 7)), at(4, 5, Get, seen(1, 100))]),
        (
            "a lost update",
            vec![created, at(2, 8, update(7, Some(1)), seen(2, 7)), at(3, 9, update(8, Some(1)), seen(2, 8))],
        ),
        (
            "an update that is over overwrites a later one",
            vec![
                created,
                twice(at(2, 3, update(7, None), seen(2, 7))),
                at(4, 5, update(8, None), seen(3, 8)),
                at(6, 7, Get, seen(4, 7)),
            ],
        ),
        (
            "an unfinished create makes the claim anew",
            vec![
                repeated(at(0, 9, CREATE, seen(1, 100)), Within),
                at(1, 2, Get, seen(1, 100)),
                at(3, 4, delete, Gone),
                at(5, 6, Get, seen(1, 100)),
            ],
        ),
        (
            "a forgotten attempt of a repeated create, too",
            vec![
                repeated(at(0, 1, CREATE, seen(1, 100)), Later),
                at(3, 4, delete, Gone),
                at(5, 6, Get, Absent),
                at(7, 8, Get, seen(1, 100)),
            ],
        ),
        (
            "a create after a delete makes a second claim",
            vec![created, at(2, 3, delete, Gone), at(4, 5, CREATE, seen(1, 100))],
        ),
        ("a create is refused for a delete that never was", vec![created, at(2, 3, CREATE, Deleted)]),
        (
            "a delete that the server's SDK repeats takes another's for its own",
            vec![created, at(2, 8, delete, Gone), repeated(at(3, 9, delete, Gone), Within)],
        ),
        ("an update counted twice", vec![created, at(2, 3, update(7, None), seen(3, 7))]),
        (
            "an unknown conditional update counted twice",
            vec![created, repeated(at(2, 3, update(7, Some(1)), Unknown), Later), at(4, 5, Get, seen(3, 7))],
        ),
        (
            "a refused update that was done",
            vec![created, repeated(at(2, 3, update(7, Some(1)), Mismatch), Later), at(4, 5, Get, seen(2, 7))],
        ),
        ("a refusal without a reason", vec![created, at(2, 3, update(7, Some(1)), Mismatch)]),
        (
            "time goes back",
            vec![
                created,
                at(2, 9, update(7, None), seen(2, 7)),
                at(3, 4, Get, seen(2, 7)),
                at(5, 6, Get, seen(1, 100)),
            ],
        ),
        ("a deleted claim comes back", vec![created, at(2, 3, delete, Gone), at(4, 5, Get, seen(1, 100))]),
        ("two deletes of one claim", vec![created, at(2, 8, delete, Gone), at(3, 9, delete, Gone)]),
        ("a claim of nobody", vec![at(0, 1, Get, seen(1, 100))]),
        (
            "an unknown delete undone",
            vec![created, at(2, 3, delete, Unknown), at(4, 5, Get, Absent), at(6, 7, Get, seen(1, 100))],
        ),
        (
            "an unknown update before it was called",
            vec![created, at(2, 3, Get, seen(2, 7)), at(4, 5, update(7, None), Unknown)],
        ),
    ];
    for (name, history) in histories {
        assert!(!is_linearizable(State::Never, &history), "{name}");
    }
}

/// Tries every order, with up to so many surplus applications in it.
fn by_hand(state: State, history: &[Event], left: &[usize], surplus: u32) -> bool {
    let unknown = |n: &usize| history[*n].outcome == Unknown;
    let begun = |event: Event| left.iter().all(|other| unknown(other) || event.from < history[*other].to);
    left.iter().all(unknown)
        || (0..history.len()).filter(|n| begun(history[*n])).any(|n| {
            let (event, is_left) = (history[n], left.contains(&n));
            let (next, outcome) = apply(event.action, state);
            let is_seen = event.outcome == Unknown
                || event.outcome == outcome
                || (event.outcome, outcome) == (Gone, Absent) && event.repeats == Later;
            let may_again = match event.outcome {
                Absent | Mismatch => false,
                _ => event.repeats == Later || event.repeats == Within && is_left,
            };
            let rest: Vec<_> = left.iter().copied().filter(|other| *other != n).collect();
            is_left && is_seen && by_hand(next, history, &rest, surplus)
                || may_again && surplus > 0 && next != state && by_hand(next, history, left, surplus - 1)
        })
}

#[test]
fn it_agrees_with_trying_every_order() {
    let mut dice = Dice(seed());
    let (mut accepted, mut by_surplus) = (0, 0);
    for round in 0..20_000 {
        // Operations that happen one after the other, some of them again, of which some outcomes are then forged.
        let mut state = State::Never;
        let mut history: Vec<Event> = Vec::new();
        let repeats = if round % 2 == 0 { [Never; 3] } else { [Within, Later, Later] };
        for n in 0..6 {
            let if_match = dice.chance(30).then(|| 1 + dice.roll(3));
            let action = match dice.roll(10) {
                _ if n == 0 => CREATE,
                0 | 1 => CREATE,
                2..5 => Get,
                5..8 => update(1000 + n, if_match),
                _ => Delete { if_match },
            };
            let (next, outcome) = apply(action, state);
            state = next;
            let forged = [Unknown, Absent, Gone, Deleted, seen(1 + dice.roll(3), 100)];
            let outcome = if dice.chance(10) { *dice.pick(&forged) } else { outcome };
            let point = 100 + 10 * n.unsigned_abs();
            let event = at(point - dice.roll(15), point + 1 + dice.roll(15), action, outcome);
            history.push(repeated(event, *dice.pick(&repeats)));
            let runs = |event: &Event| event.repeats == Later || event.repeats == Within && event.to > point + 10;
            let changes = |event: &&Event| runs(event) && apply(event.action, state).0 != state;
            let again: Vec<_> = history.iter().filter(changes).collect();
            if !again.is_empty() && dice.chance(50) {
                state = apply(dice.pick(&again).action, state).0;
            }
        }
        let left: Vec<_> = (0..history.len()).collect();
        let is_good = is_linearizable(State::Never, &history);
        // What is good may need more surplus, to come to the versions that were seen.
        let found = (0..=if is_good { 12 } else { 3 }).find(|surplus| by_hand(State::Never, &history, &left, *surplus));
        assert_eq!(is_good, found.is_some(), "round {round}: {history:#?}");
        accepted += u32::from(is_good);
        by_surplus += u32::from(found > Some(0));
    }
    assert!((2_000..18_000).contains(&accepted), "{accepted} of 20000 are good: too few of one kind");
    assert!(by_surplus > 200, "{by_surplus} of 20000 are good by a repeat alone: too few");
}

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
            "a conditional update's forgotten attempt meets its version again",
            vec![
                at(0, 1, CREATE, seen(1, 100)),
                twice(at(2, 3, update(7, Some(1)), seen(2, 7))),
                at(4, 5, delete, Gone),
                at(6, 7, CREATE, seen(1, 100)),
                at(8, 9, Get, seen(2, 7)),
            ],
        ),
        (
            "a repeated delete finds nothing",
            vec![at(0, 1, CREATE, seen(1, 100)), repeated(at(2, 9, delete, Gone), Later), at(3, 4, Get, Absent)],
        ),
    ];
    for (name, history) in histories {
        assert!(is_linearizable(None, &history), "{name}");
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
        assert!(!is_linearizable(None, &history), "{name}");
    }
}

/// Tries every order.
fn by_hand(state: State, history: &[Event], left: &[usize]) -> bool {
    left.iter().all(|n| history[*n].outcome == Unknown)
        || left.iter().any(|n| {
            let event = history[*n];
            let first = left.iter().all(|other| history[*other].outcome == Unknown || event.from < history[*other].to);
            let (next, outcome) = apply(event.action, state);
            let rest: Vec<_> = left.iter().copied().filter(|other| other != n).collect();
            first && (event.outcome == Unknown || event.outcome == outcome) && by_hand(next, history, &rest)
        })
}

#[test]
fn it_agrees_with_trying_every_order() {
    let mut dice = Dice(seed());
    let mut accepted = 0;
    for round in 0..20_000 {
        // Operations that happen one after the other, of which some outcomes are then forged.
        let mut state = None;
        let history: Vec<_> = (0..6)
            .map(|n: u64| {
                let if_match = dice.chance(50).then(|| 1 + dice.roll(3));
                let cents = 1000 + i64::try_from(n).unwrap();
                let action = match dice.roll(5) {
                    0 | 1 => CREATE,
                    2 => Get,
                    3 => update(cents, if_match),
                    _ => Delete { if_match },
                };
                let (next, outcome) = apply(action, state);
                state = next;
                let forged = [outcome, outcome, outcome, Unknown, Absent, seen(1 + dice.roll(3), 100)];
                let point = n * 10;
                at(point.saturating_sub(dice.roll(25)), point + 1 + dice.roll(25), action, *dice.pick(&forged))
            })
            .collect();
        let left: Vec<_> = (0..history.len()).collect();
        let expected = by_hand(None, &history, &left);
        assert_eq!(is_linearizable(None, &history), expected, "round {round}: {history:#?}");
        accepted += u32::from(expected);
    }
    assert!((2_000..18_000).contains(&accepted), "{accepted} of 20000 are good: too few of one kind");
}

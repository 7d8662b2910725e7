//! Whether the history of one claim could have happened one operation after the other.
//!
//! Wing and Gong's search ("Testing and verifying concurrent objects", 1993) with a memo of what has been tried: take any
//! operation that no other one certainly precedes, apply it to the claim, compare its outcome, go on with the rest. The
//! claim is what the contract says of it, and what it admits besides:
//! - An operation whose outcome is unknown may have happened once it was called, at any time, or never.
//! - A call that was sent more than once may happen more than once, the surplus also after its end. A delete that the client
//!   has repeated may find nothing and has succeeded.
//! - A certain refusal has changed nothing; but a create that finds its claim deleted may have made it, by an earlier attempt.
//!
//! No create makes a claim that has been deleted. The one exception is not in the model: a delete by a function older than
//! contract 1.1 leaves nothing behind, and the key is free again.

use std::collections::HashSet;

/// What one can see of a claim. Each update writes an amount of its own, so that it is known again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct View {
    pub version: u64,
    pub cents: i64,
}

/// What there is of the claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    Never,
    There(View),
    Deleted,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    Create { cents: i64 },
    Get,
    Update { cents: i64, if_match: Option<u64> },
    Delete { if_match: Option<u64> },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Success, with the claim as it was answered.
    Seen(View),
    /// A delete's success.
    Gone,
    /// 404.
    Absent,
    /// A create's 409: its claim was deleted.
    Deleted,
    /// 412.
    Mismatch,
    Unknown,
}

/// How often a call may have been applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeats {
    Never,
    /// The server's SDK may have repeated it while it ran.
    Within,
    /// The client has repeated it: an earlier attempt may be applied even after its end.
    Later,
}

/// One call, from its beginning to its end on one clock. Calls that certainly did nothing are left out.
#[derive(Clone, Copy, Debug)]
pub struct Event {
    pub from: u64,
    pub to: u64,
    pub action: Action,
    pub outcome: Outcome,
    pub repeats: Repeats,
}

impl Event {
    /// When the call was over; an unknown outcome may still happen.
    fn end(&self) -> u64 {
        if self.outcome == Outcome::Unknown { u64::MAX } else { self.to }
    }

    fn allows(&self, outcome: Outcome) -> bool {
        let found_nothing = self.outcome == Outcome::Gone && outcome == Outcome::Absent;
        self.outcome == Outcome::Unknown || self.outcome == outcome || found_nothing && self.repeats == Repeats::Later
    }

    /// Whether it may be applied without ending.
    fn may_repeat(&self, ended: bool) -> bool {
        let refused = matches!(self.outcome, Outcome::Absent | Outcome::Mismatch);
        !refused && (self.repeats == Repeats::Later || self.repeats == Repeats::Within && !ended)
    }
}

/// The contract for one claim: what an action makes of it, and answers.
pub fn apply(action: Action, state: State) -> (State, Outcome) {
    let view = match (action, state) {
        (Action::Create { cents }, State::Never) => {
            let new = View { version: 1, cents };
            return (State::There(new), Outcome::Seen(new));
        }
        (Action::Create { .. }, State::Deleted) => return (state, Outcome::Deleted),
        (_, State::Never | State::Deleted) => return (state, Outcome::Absent),
        (_, State::There(view)) => view,
    };
    match action {
        Action::Create { .. } | Action::Get => (state, Outcome::Seen(view)),
        Action::Update { if_match: Some(wanted), .. } | Action::Delete { if_match: Some(wanted) }
            if wanted != view.version =>
        {
            (state, Outcome::Mismatch)
        }
        Action::Update { cents, .. } => {
            // Recognised by its `lastWrite`: it had happened already.
            let new = if view.cents == cents { view } else { View { version: view.version + 1, cents } };
            (State::There(new), Outcome::Seen(new))
        }
        Action::Delete { .. } => (State::Deleted, Outcome::Gone),
    }
}

/// Whether `history` is one that a claim which begins as `state` may have.
pub fn is_linearizable(state: State, history: &[Event]) -> bool {
    assert!(history.len() <= 128, "too long a history: {}", history.len());
    let seen = |event: &Event| match (event.outcome, event.action) {
        (Outcome::Seen(view), _) => view.version,
        (_, Action::Update { if_match: Some(version), .. } | Action::Delete { if_match: Some(version) }) => version,
        _ => 0,
    };
    let mut search = Search {
        history,
        // Nobody can tell versions apart that nobody has seen.
        highest: history.iter().map(seen).max().unwrap_or(0) + 1,
        tried: HashSet::new(),
    };
    search.from(0, state)
}

struct Search<'a> {
    history: &'a [Event],
    highest: u64,
    tried: HashSet<(u128, State)>,
}

impl Search<'_> {
    /// Whether the calls that are not in `ended` can follow when the claim is `state`.
    fn from(&mut self, ended: u128, state: State) -> bool {
        let is_ended = |n: usize| ended >> n & 1 == 1;
        let left = || self.history.iter().enumerate().filter(|(n, _)| !is_ended(*n)).map(|(_, event)| event);
        if left().all(|event| event.outcome == Outcome::Unknown) {
            return true;
        }
        if !self.tried.insert((ended, state)) {
            return false;
        }
        // Whatever begins after another call's end comes after it.
        let horizon = left().map(Event::end).min().unwrap_or(u64::MAX);
        for (n, event) in self.history.iter().enumerate().filter(|(_, event)| event.from < horizon) {
            let (mut next, outcome) = apply(event.action, state);
            if let State::There(view) = &mut next {
                view.version = view.version.min(self.highest);
            }
            if !is_ended(n) && event.allows(outcome) && self.from(ended | 1 << n, next) {
                return true;
            }
            if event.may_repeat(is_ended(n)) && next != state && self.from(ended, next) {
                return true;
            }
        }
        false
    }
}

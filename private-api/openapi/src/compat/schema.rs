//! Schemas, by direction: what an old request may be, a new service must take; what a new answer may be, an old consumer must
//! have been told.
//!
//! Both are one question, whether all that the *narrow* side allows is allowed by the *wide* side: for a request the old
//! contract is narrow, for an answer the new one. Words beside a `$ref` and in `allOf` apply together.

mod alternatives;
mod fields;
mod kinds;
mod numbers;
mod parts;
mod pattern;
mod plain;
mod values;
mod words;

use std::collections::{BTreeSet, HashSet};

use serde_json::Value;

use super::{Documents, Report};
use kinds::Kinds;
use parts::{Parts, Schema};

/// Which way the value travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    /// In a request's body.
    Request,
    /// In a parameter that may be left out: text, which has no null.
    Parameter,
    /// In a parameter that is always there.
    RequiredParameter,
    /// In an answer.
    Response,
}

impl Direction {
    fn is_request(self) -> bool {
        self != Self::Response
    }
}

/// Names and schemas of what the caller says in the same request.
#[derive(Clone, Debug, Default)]
pub(super) struct Own(pub(super) BTreeSet<(String, String)>);

/// Compares the `schema` of two holders: media types, parameters, headers.
pub(super) fn compare(
    at: &str,
    documents: Documents<'_>,
    old: &Value,
    new: &Value,
    direction: Direction,
    own: &Own,
    report: &mut Report,
) {
    static ANY: Value = Value::Bool(true);
    let schema = |holder| Value::get(holder, "schema").unwrap_or(&ANY);
    let mut comparison =
        Comparison { documents, direction, own, report, seen: Seen::default(), steps: 0, gave_up: false, trial: None };
    let (old, new) = (Schema::of(documents.old, schema(old)), Schema::of(documents.new, schema(new)));
    let optional = direction != Direction::RequiredParameter;
    comparison.both(&Place { at: at.to_owned(), own: false, optional }, &old, &new);
}

/// Whether no list and no object is among the values.
pub(super) fn is_plain(document: &Value, schema: &Value) -> bool {
    !parts::kinds_anywhere(document, schema).intersects(Kinds::ARRAY | Kinds::OBJECT)
}

/// Where the comparison is.
#[derive(Clone, Debug)]
struct Place {
    at: String,
    /// Whether this is the caller's own value, come back.
    own: bool,
    /// Whether it may be left out: then a default means something.
    optional: bool,
}

impl Place {
    fn below(&self, step: &str) -> Self {
        Self { at: format!("{}{step}", self.at), own: false, optional: false }
    }
}

/// More steps than any sane pair of schemas takes.
const MOST_STEPS: usize = 50_000;
/// A name for each level: no stack grows beyond it.
const DEEPEST: usize = 120;

/// Pairs that were or are being compared: what is asked again, inside a circle, holds if everything else does.
#[derive(Default)]
struct Seen {
    pairs: HashSet<(parts::Key, parts::Key, bool)>,
    order: Vec<(parts::Key, parts::Key, bool)>,
}

impl Seen {
    fn insert(&mut self, pair: (parts::Key, parts::Key, bool)) -> bool {
        let new = self.pairs.insert(pair.clone());
        if new {
            self.order.push(pair);
        }
        new
    }

    /// What was taken for granted since then is granted no longer.
    fn forget_since(&mut self, then: usize) {
        for pair in self.order.drain(then..) {
            self.pairs.remove(&pair);
        }
    }
}

/// One comparison of two schemas.
struct Comparison<'a, 'c> {
    documents: Documents<'a>,
    direction: Direction,
    own: &'c Own,
    report: &'c mut Report,
    seen: Seen,
    steps: usize,
    gave_up: bool,
    /// Inside an attempt nothing is reported; it counts what would be.
    trial: Option<usize>,
}

impl<'a> Comparison<'a, '_> {
    /// Compares the same place of the old and the new schema.
    fn both(&mut self, place: &Place, old: &Schema<'a>, new: &Schema<'a>) {
        if self.direction.is_request() {
            self.implies(place, old, new, 0);
        } else {
            self.implies(place, new, old, 0);
        }
    }

    fn add(&mut self, at: &str, what: impl Into<String>) {
        match &mut self.trial {
            Some(failures) => *failures += 1,
            None => self.report.add(at, what),
        }
    }

    fn allow(&mut self, at: &str, rule: &'static str) {
        if self.trial.is_none() {
            self.report.allow(at, rule);
        }
    }

    /// By direction: what a rule that is tighter on the wide side does to a request, what one that is gone does to an answer.
    fn narrower(&mut self, at: &str, keyword: &str) {
        let what = if self.direction.is_request() {
            format!("{keyword} now refuses what was accepted")
        } else {
            format!("{keyword} now allows what was never answered")
        };
        self.add(at, what);
    }

    /// Old and new of a pair that is narrow and wide.
    fn by_age<T>(&self, narrow: T, wide: T) -> (T, T) {
        if self.direction.is_request() { (narrow, wide) } else { (wide, narrow) }
    }

    /// Whether an attempt finds nothing, without a word. What it compared is remembered only if it is to be.
    fn attempt(&mut self, remember: bool, attempt: impl FnOnce(&mut Self)) -> bool {
        let (outer, then) = (self.trial.replace(0), self.seen.order.len());
        attempt(self);
        let failures = self.trial.take().unwrap_or_default();
        self.trial = outer;
        if failures > 0 || !remember {
            self.seen.forget_since(then);
        }
        failures == 0
    }

    /// Attempts, and if that succeeds outside of another attempt, does it for real: rules that let something pass are named then.
    fn if_it_holds(&mut self, work: impl Fn(&mut Self)) -> bool {
        if self.trial.is_some() {
            return self.attempt(true, work);
        }
        let holds = self.attempt(false, &work);
        if holds {
            work(self);
        }
        holds
    }

    /// Reports whatever the narrow schema allows and the wide one does not.
    fn implies(&mut self, place: &Place, narrow: &Schema<'a>, wide: &Schema<'a>, depth: usize) {
        self.steps += 1;
        if self.steps > MOST_STEPS || depth > DEEPEST {
            if !self.gave_up {
                self.report.add(&place.at, "has too many alternatives or levels to compare: nobody knows what changed");
            }
            self.gave_up = true;
            self.add(&place.at, "is not compared");
            return;
        }
        if self.trial.is_some_and(|failures| failures > 0) {
            return;
        }
        if !self.seen.insert((narrow.key(), wide.key(), place.own)) {
            return;
        }
        let (Some(mut from), to) = (narrow.parts(), wide.parts()) else { return };
        let Some(to) = to else {
            if !from.kinds.is_empty() {
                self.narrower(&place.at, "the schema");
            }
            return;
        };
        if matches!(self.direction, Direction::Parameter | Direction::RequiredParameter) {
            from.kinds = from.kinds.without(Kinds::NULL);
        }
        if from.kinds.is_empty() {
            return;
        }
        if narrow.is_whole() && wide.is_whole() {
            self.said(place, &from, &to);
        }
        // First without the narrow side's alternatives: what they add is often not needed.
        if from.alternatives.is_empty() {
            self.all(place, narrow, &from, &to, depth);
        } else if !self.if_it_holds(|c| c.all(place, narrow, &from, &to, depth)) {
            self.split(place, narrow, wide, &from, depth);
        }
    }

    /// Every rule of the wide side.
    fn all(&mut self, place: &Place, narrow: &Schema<'a>, from: &Parts<'a>, to: &Parts<'a>, depth: usize) {
        if !to.kinds_said.contains(from.kinds) {
            self.narrower(&place.at, "type");
        }
        let shared = from.kinds.and(to.kinds_said);
        self.values(place, from, to);
        if from.values.is_none() {
            self.numbers(place, from, to, shared);
            if shared.intersects(Kinds::STRING) {
                self.texts(place, from, to);
            }
        }
        if shared.intersects(Kinds::ARRAY) {
            self.items(place, from, to, depth);
        }
        if shared.intersects(Kinds::OBJECT) {
            self.fields(place, from, to, depth);
        }
        self.opaque(place, from, to);
        self.alternatives(place, narrow, from, to, depth);
    }
}

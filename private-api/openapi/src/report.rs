//! What a reading has to say: what was left out, what was refused, each with its place and its rule.

use std::{collections::BTreeMap, fmt};

use serde_json::Value;

use crate::rules::Rule;

/// Something known that the made document does not have, or has otherwise.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Note {
    /// Where it stands in the source, a JSON pointer.
    pub at: String,
    /// Why.
    pub rule: &'static Rule,
}

/// Something that cannot be kept and may not be left out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Refusal {
    /// Where it stands in the source, a JSON pointer.
    pub at: String,
    /// Why, and what to write instead.
    pub rule: &'static Rule,
    /// What is wrong there.
    pub what: String,
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} [{}]", self.at, self.rule.id)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Rule { id, fact, instead, source } = self.rule;
        let Self { at, what, .. } = self;
        write!(f, "{at}: {what} [{id}]\n    why: {fact}\n    instead: {instead}\n    source: {source}")
    }
}

/// A made document and what it lost.
#[derive(Clone, Debug)]
pub struct Made {
    /// The document.
    pub document: Value,
    /// What the source says and the document does not, in the order of the places.
    pub notes: Vec<Note>,
}

/// No document: everything that stands in its way, at once.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{} {} in the way:\n{}", .refusals.len(), if .refusals.len() == 1 { "thing is" } else { "things are" }, lines(.refusals))]
pub struct Refused {
    /// What is in the way, in the order of the places. Never empty.
    pub refusals: Vec<Refusal>,
    /// What would have been left out.
    pub notes: Vec<Note>,
}

fn lines(refusals: &[Refusal]) -> String {
    refusals.iter().map(|refusal| format!("  {refusal}\n")).collect()
}

/// Notes by rule: each rule once, with its fact and its places.
pub fn grouped(notes: &[Note]) -> String {
    let mut by_rule: BTreeMap<&Rule, Vec<&str>> = BTreeMap::new();
    for note in notes {
        by_rule.entry(note.rule).or_default().push(&note.at);
    }
    let group = |(rule, places): (&Rule, Vec<&str>)| {
        let places: String = places.iter().map(|at| format!("    {at}\n")).collect();
        format!("{} ({}): {} {}\n{places}", rule.id, rule.source, rule.fact, rule.instead)
    };
    by_rule.into_iter().map(group).collect()
}

//! Would a consumer of the blessed contract survive this one?
//!
//! What narrows a request or widens an answer is breaking, and so is everything that goes away. A keyword that the
//! comparison does not know counts as breaking when it changes: better a loud false alarm than a silent break.

mod operation;
mod schema;

use std::fmt;

use serde_json::Value;

/// A change that can break an existing consumer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breaking {
    /// Where, in words of the contract.
    pub at: String,
    /// What changed.
    pub what: String,
}

impl fmt::Display for Breaking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.at, self.what)
    }
}

/// Every breaking change from one 3.1 document to another.
#[must_use]
pub fn breaking_changes(blessed: &Value, current: &Value) -> Vec<Breaking> {
    let mut report = Report::default();
    operation::compare_all(&Pair::roots(blessed, current), &mut report);
    report.0
}

/// Whether the current contract may replace the blessed one: nothing breaks, or the major version says that it does.
///
/// # Errors
/// All breaking changes, and what to do about them.
pub fn may_replace(blessed: &Value, current: &Value) -> Result<(), String> {
    let (old, new) = (major(blessed), major(current));
    let breaking = breaking_changes(blessed, current);
    if old.is_none() || new.is_none() || new < old {
        return Err("info.version must be a semantic version and never go back".to_owned());
    }
    if breaking.is_empty() || new > old {
        return Ok(());
    }
    let list: String = breaking.iter().map(|b| format!("  {b}\n")).collect();
    Err(format!(
        "the contract would break its consumers:\n{list}Take the change back, or raise the major version in \
         CONTRACT_VERSION (api-types/src/openapi.rs)."
    ))
}

fn major(document: &Value) -> Option<u64> {
    document["info"]["version"].as_str()?.split('.').next()?.parse().ok()
}

#[derive(Default)]
struct Report(Vec<Breaking>);

impl Report {
    fn add(&mut self, at: &str, what: impl Into<String>) {
        self.0.push(Breaking { at: at.to_owned(), what: what.into() });
    }
}

/// The same place in both documents.
#[derive(Clone, Copy)]
struct Pair<'a> {
    old_document: &'a Value,
    new_document: &'a Value,
    old: &'a Value,
    new: &'a Value,
}

impl<'a> Pair<'a> {
    fn roots(old: &'a Value, new: &'a Value) -> Self {
        Self { old_document: old, new_document: new, old, new }
    }

    fn with(&self, old: &'a Value, new: &'a Value) -> Self {
        Self { old: resolved(self.old_document, old), new: resolved(self.new_document, new), ..*self }
    }

    /// A member, `Null` where there is none.
    fn get(&self, key: &str) -> Self {
        self.with(&self.old[key], &self.new[key])
    }

    /// The members that the old side has; `Null` for those that the new side lost.
    fn members(&self) -> impl Iterator<Item = (&'a str, Self)> {
        let pair = *self;
        self.old.as_object().into_iter().flatten().map(move |(key, old)| (key.as_str(), pair.with(old, &pair.new[key])))
    }

    /// The names that only the new side has.
    fn added(&self) -> impl Iterator<Item = (&'a str, &'a Value)> {
        let (old, document) = (self.old, self.new_document);
        let new = self.new.as_object().into_iter().flatten();
        new.filter(move |(key, _)| old.get(key).is_none()).map(move |(key, v)| (key.as_str(), resolved(document, v)))
    }
}

/// Follows references. One that leads nowhere is `Null`, as if it were not there.
fn resolved<'a>(document: &'a Value, mut value: &'a Value) -> &'a Value {
    for _ in 0..16 {
        let Some(target) = value.get("$ref").and_then(Value::as_str) else { break };
        value = target.strip_prefix('#').and_then(|pointer| document.pointer(pointer)).unwrap_or(&Value::Null);
    }
    value
}

/// The texts of an array.
fn words(value: &Value) -> Vec<&str> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

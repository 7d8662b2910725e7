//! Whether a consumer of an older contract survives a newer one.
//!
//! What narrows a request or widens an answer is breaking, and so is everything that goes away. A word that the comparison does
//! not know counts as breaking when it changes: better a loud false alarm than a silent break. Where something breaks by the
//! letter and is let pass, a rule with a name says why ([`ALLOWING`]).

mod answer;
mod operation;
mod parameter;
mod schema;
mod security;
mod server;
mod version;

use std::{collections::BTreeSet, fmt};

use serde_json::Value;

/// A change that can break an existing consumer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
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

/// A change that breaks by the letter, and the rule that lets it pass.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Allowed {
    /// Where, in words of the contract.
    pub at: String,
    /// The rule's name, one of [`ALLOWING`].
    pub rule: &'static str,
}

/// The rules that let something pass, each with its reason.
pub const ALLOWING: &[(&str, &str)] = &[
    (NEW_FIELD, "a request may name a new optional field: nobody who keeps to the old contract sends one of that name"),
    (
        WIDTH_HINT,
        "int32, int64, float and double say how wide a number is to generators; one that the limits fit changes nothing on the wire",
    ),
    (
        OWN_VALUE,
        "an answer may hold a longer or larger value where it repeats what the same request has to say: its caller sent it",
    ),
    (NEW_STATUS, "a new status of errors is an error like all others; a new status of success is not let pass"),
    (NOT_MODIFIED, "a 304 without content is for a caller who asks with If-None-Match, which it did not do before"),
];
const NEW_FIELD: &str = "new-field";
const WIDTH_HINT: &str = "width-hint";
const OWN_VALUE: &str = "own-value";
const NEW_STATUS: &str = "new-error-status";
const NOT_MODIFIED: &str = "not-modified";

/// What a comparison found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// What breaks consumers, in order of the places.
    pub breaking: Vec<Breaking>,
    /// What was let pass, and by which rule.
    pub allowed: Vec<Allowed>,
}

/// Compares two documents.
#[must_use]
pub fn compare(old: &Value, new: &Value) -> Comparison {
    let mut report = Report::default();
    operation::compare_all(Documents { old, new }, &mut report);
    Comparison { breaking: report.breaking.into_iter().collect(), allowed: report.allowed.into_iter().collect() }
}

/// Every breaking change from one document to another.
#[must_use]
pub fn breaking_changes(old: &Value, new: &Value) -> Vec<Breaking> {
    compare(old, new).breaking
}

/// Whether the new contract may replace the old one: its version does not go back, and nothing breaks or the version says so.
///
/// # Errors
/// All breaking changes, and what to do about them.
pub fn may_replace(old: &Value, new: &Value) -> Result<(), String> {
    let may_break = version::may_break(old, new)?;
    let breaking = breaking_changes(old, new);
    if breaking.is_empty() || may_break { Ok(()) } else { Err(refusal(&breaking)) }
}

fn refusal(breaking: &[Breaking]) -> String {
    let list: String = breaking.iter().map(|b| format!("  {b}\n")).collect();
    format!(
        "the contract would break its consumers:\n{list}Take the change back, or raise info.version to the next major \
         version (before 1.0.0: the next minor)."
    )
}

/// A break that is wanted: it is let pass once, and said.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exception {
    /// The place, as the comparison says it.
    pub at: String,
    /// What changes there, as the comparison says it.
    pub what: String,
    /// Why it may.
    pub why: String,
}

/// As [`may_replace`], with exceptions. Gives what to say out loud: each exception that was used and each rule that let something
/// pass.
///
/// # Errors
/// All other breaking changes; an exception without a reason, or one that lets nothing pass.
pub fn may_replace_except(old: &Value, new: &Value, exceptions: &[Exception]) -> Result<Vec<String>, String> {
    let may_break = version::may_break(old, new)?;
    let found = compare(old, new);
    if let Some(empty) = exceptions.iter().find(|e| e.why.trim().is_empty()) {
        return Err(format!("the exception for {} says no reason: write it into `why`", empty.at));
    }
    let is_for = |e: &Exception, b: &Breaking| e.at == b.at && e.what == b.what;
    if let Some(unused) = exceptions.iter().find(|e| !found.breaking.iter().any(|b| is_for(e, b))) {
        return Err(format!(
            "the exception for {}: {} lets nothing pass: take it out, or copy place and words from the comparison",
            unused.at, unused.what
        ));
    }
    let rest: Vec<Breaking> = found.breaking.into_iter().filter(|b| !exceptions.iter().any(|e| is_for(e, b))).collect();
    if !rest.is_empty() && !may_break {
        return Err(refusal(&rest));
    }
    let excepted = exceptions.iter().map(|e| format!("excepted: {}: {} ({})", e.at, e.what, e.why));
    let passed = found.allowed.iter().map(|a| format!("let pass by {}: {}", a.rule, a.at));
    let broken = rest.iter().map(|b| format!("breaks, as the version says: {b}"));
    Ok(excepted.chain(passed).chain(broken).collect())
}

#[derive(Default)]
struct Report {
    breaking: BTreeSet<Breaking>,
    allowed: BTreeSet<Allowed>,
}

impl Report {
    fn add(&mut self, at: &str, what: impl Into<String>) {
        self.breaking.insert(Breaking { at: at.to_owned(), what: what.into() });
    }

    fn allow(&mut self, at: &str, rule: &'static str) {
        self.allowed.insert(Allowed { at: at.to_owned(), rule });
    }
}

/// Both documents, in which references are followed.
#[derive(Clone, Copy)]
struct Documents<'a> {
    old: &'a Value,
    new: &'a Value,
}

/// The same place in both documents, references followed.
#[derive(Clone, Copy)]
struct Pair<'a> {
    documents: Documents<'a>,
    old: &'a Value,
    new: &'a Value,
}

impl<'a> Documents<'a> {
    fn pair(self, old: &'a Value, new: &'a Value) -> Pair<'a> {
        Pair { documents: self, old: resolved(self.old, old), new: resolved(self.new, new) }
    }
}

impl<'a> Pair<'a> {
    /// A member, `Null` where there is none.
    fn get(&self, key: &str) -> Self {
        self.documents.pair(&self.old[key], &self.new[key])
    }

    /// The members that the old side has; `Null` for those that the new side lost.
    fn members(&self) -> impl Iterator<Item = (&'a str, Self)> + use<'a> {
        let pair = *self;
        let old = self.old.as_object().into_iter().flatten();
        old.map(move |(key, old)| (key.as_str(), pair.documents.pair(old, &pair.new[key])))
    }

    /// The names that only the new side has.
    fn added(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let old = self.old;
        let new = self.new.as_object().into_iter().flatten();
        new.map(|(key, _)| key.as_str()).filter(move |key| old.get(key).is_none())
    }
}

/// Follows references. One that leads nowhere is `Null`, as if it were not there.
fn resolved<'a>(document: &'a Value, mut value: &'a Value) -> &'a Value {
    for _ in 0..16 {
        let Some(target) = value.get("$ref").and_then(Value::as_str) else { break };
        value = crate::node::find(document, target).unwrap_or(&Value::Null);
    }
    value
}

/// The texts of an array.
fn words(value: &Value) -> Vec<&str> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

/// Whether two values are the same, references followed, words for people aside.
fn same(documents: Documents<'_>, old: &Value, new: &Value) -> bool {
    same_below(documents, old, new, &mut BTreeSet::new())
}

type Compared = BTreeSet<(*const Value, *const Value)>;

fn same_below(documents: Documents<'_>, old: &Value, new: &Value, compared: &mut Compared) -> bool {
    // What is being compared is the same unless something below differs.
    if !compared.insert((std::ptr::from_ref(old), std::ptr::from_ref(new))) {
        return true;
    }
    let (old, new) = (meant(documents.old, old), meant(documents.new, new));
    match (old, new) {
        (Value::Object(a), Value::Object(b)) => {
            let keys: BTreeSet<&String> = a.keys().chain(b.keys()).filter(|key| !is_word(key)).collect();
            keys.into_iter().all(|key| match (a.get(key), b.get(key)) {
                (Some(Value::String(x)), Some(Value::String(y))) if key == "$ref" => {
                    let find = |document, target| crate::node::find(document, target).unwrap_or(&Value::Null);
                    same_below(documents, find(documents.old, x), find(documents.new, y), compared)
                }
                (Some(x), Some(y)) => same_below(documents, x, y, compared),
                _ => false,
            })
        }
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(x, y)| same_below(documents, x, y, compared))
        }
        _ => old == new,
    }
}

/// What a reference names, if nothing but words stands beside it.
fn meant<'a>(document: &'a Value, mut value: &'a Value) -> &'a Value {
    for _ in 0..16 {
        let Some(fields) = value.as_object() else { break };
        let Some(target) = fields.get("$ref").and_then(Value::as_str) else { break };
        if !fields.keys().all(|key| key == "$ref" || is_word(key)) {
            break;
        }
        value = crate::node::find(document, target).unwrap_or(&Value::Null);
    }
    value
}

/// Words for people, and extensions that no client reads.
fn is_word(key: &str) -> bool {
    const WORDS: [&str; 9] =
        ["description", "title", "summary", "example", "examples", "externalDocs", "deprecated", "$comment", "tags"];
    WORDS.contains(&key) || key.starts_with("x-") && !key.starts_with("x-amazon-")
}

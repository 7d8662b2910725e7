//! A document while it is read: every node knows its place, and what no rule has looked at is found at the end.

use std::{
    cell::RefCell,
    collections::{BTreeSet, HashSet},
};

use serde_json::{Map, Value};

use crate::{
    report::{Note, Refusal},
    rules::{self, Rule},
};

/// The rules by which a made document accepts more than its source.
static LOSSES: [&Rule; 3] = [&rules::NOT_IN_3_0, &rules::ONE_OF_LOOSENED, &rules::NOT_LOOSENED];

/// One reading of one document: what was looked at, and what there is to say about it.
pub(crate) struct Reading<'a> {
    document: &'a Value,
    seen: RefCell<HashSet<*const Value>>,
    notes: RefCell<BTreeSet<Note>>,
    refusals: RefCell<BTreeSet<Refusal>>,
}

impl<'a> Reading<'a> {
    pub(crate) fn new(document: &'a Value) -> Self {
        Self { document, seen: RefCell::default(), notes: RefCell::default(), refusals: RefCell::default() }
    }

    pub(crate) fn root(&self) -> Node<'a, '_> {
        Node { reading: self, value: self.document, at: "#".to_owned() }
    }

    /// How many constraints have been left out so far.
    pub(crate) fn lost(&self) -> usize {
        let notes = self.notes.borrow();
        notes.iter().filter(|note| LOSSES.iter().any(|rule| std::ptr::eq(*rule, note.rule))).count()
    }

    /// What was noted and refused. Whatever no rule has looked at is refused here: nothing passes unseen.
    pub(crate) fn finish(self) -> (Vec<Note>, Vec<Refusal>) {
        self.root().guard();
        (self.notes.into_inner().into_iter().collect(), self.refusals.into_inner().into_iter().collect())
    }
}

/// A node of the document and where it stands.
#[derive(Clone)]
pub(crate) struct Node<'a, 'r> {
    reading: &'r Reading<'a>,
    pub(crate) value: &'a Value,
    /// A JSON pointer as a fragment: `#/paths/~1a`.
    pub(crate) at: String,
}

impl<'a, 'r> Node<'a, 'r> {
    pub(crate) fn reading(&self) -> &'r Reading<'a> {
        self.reading
    }

    fn child(&self, key: &str, value: &'a Value) -> Self {
        let at = format!("{}/{}", self.at, key.replace('~', "~0").replace('/', "~1"));
        Self { reading: self.reading, value, at }
    }

    /// A member, not yet looked at.
    pub(crate) fn get(&self, key: &str) -> Option<Self> {
        self.value.get(key).map(|value| self.child(key, value))
    }

    /// The members by name, whatever order the map has. The node itself counts as looked at, its members do not.
    pub(crate) fn fields(&self) -> Vec<(&'a str, Self)> {
        self.look();
        let Some(fields) = self.value.as_object() else {
            self.refuse(&rules::MALFORMED, "must be an object");
            return Vec::new();
        };
        let mut fields: Vec<_> = fields.iter().map(|(key, value)| (key.as_str(), self.child(key, value))).collect();
        fields.sort_by_key(|(key, _)| *key);
        fields
    }

    pub(crate) fn items(&self) -> Vec<Self> {
        self.look();
        let Some(items) = self.value.as_array() else {
            self.refuse(&rules::MALFORMED, "must be an array");
            return Vec::new();
        };
        items.iter().enumerate().map(|(i, item)| self.child(&i.to_string(), item)).collect()
    }

    pub(crate) fn text(&self) -> &'a str {
        self.look();
        self.value.as_str().unwrap_or_else(|| {
            self.refuse(&rules::MALFORMED, "must be a string");
            ""
        })
    }

    pub(crate) fn is_extension(key: &str) -> bool {
        key.starts_with("x-")
    }

    fn look(&self) {
        self.reading.seen.borrow_mut().insert(self.value);
    }

    pub(crate) fn is_seen(&self) -> bool {
        self.reading.seen.borrow().contains(&std::ptr::from_ref(self.value))
    }

    /// Kept as it is, with all below it.
    pub(crate) fn whole(&self) -> Value {
        self.look_through();
        self.value.clone()
    }

    fn look_through(&self) {
        let mut open = vec![self.value];
        let mut seen = self.reading.seen.borrow_mut();
        while let Some(value) = open.pop() {
            seen.insert(value);
            match value {
                Value::Object(fields) => open.extend(fields.values()),
                Value::Array(items) => open.extend(items),
                _ => {}
            }
        }
    }

    /// Known and left out or changed, and said.
    pub(crate) fn note(&self, rule: &'static Rule) {
        self.look_through();
        self.reading.notes.borrow_mut().insert(Note { at: self.at.clone(), rule });
    }

    /// A note about a node whose members have rules of their own.
    pub(crate) fn remark(&self, rule: &'static Rule) {
        self.look();
        self.reading.notes.borrow_mut().insert(Note { at: self.at.clone(), rule });
    }

    /// Refused, with all below it.
    pub(crate) fn refuse(&self, rule: &'static Rule, what: impl Into<String>) {
        self.look_through();
        self.object_to(rule, what);
    }

    /// Refused as it stands; its members may be refused for reasons of their own.
    pub(crate) fn object_to(&self, rule: &'static Rule, what: impl Into<String>) {
        self.look();
        self.reading.refusals.borrow_mut().insert(Refusal { at: self.at.clone(), rule, what: what.into() });
    }

    /// Follows `$ref`, if the node is one, to the node that it names, in this document. A refusal where there is none.
    pub(crate) fn resolved(&self) -> Option<Self> {
        let mut node = self.clone();
        let mut passed = HashSet::new();
        while let Some(reference) = node.get("$ref") {
            node.look();
            if !passed.insert(std::ptr::from_ref(node.value)) {
                self.object_to(&rules::REFERENCE, "the reference never ends: it leads to itself");
                return None;
            }
            node = reference.target()?;
        }
        Some(node)
    }

    /// As [`resolved`](Self::resolved), where whatever stands beside a reference is ignored, or is words.
    pub(crate) fn dereferenced(&self) -> Option<Self> {
        let resolved = self.resolved()?;
        let mut node = self.clone();
        while let Some(reference) = node.get("$ref") {
            for (_, word) in node.fields().into_iter().filter(|(key, _)| *key != "$ref") {
                word.note(&rules::IGNORED_BESIDE_REFERENCE);
            }
            node = reference.target()?;
        }
        Some(resolved)
    }

    /// The node that a reference's text names.
    pub(crate) fn target(&self) -> Option<Self> {
        let target = self.text();
        match find(self.reading.document, target) {
            Some(value) => Some(Self { reading: self.reading, value, at: pointer_text(target) }),
            None if target.starts_with('#') => {
                self.object_to(&rules::REFERENCE, format!("the reference {target} leads nowhere"));
                None
            }
            None => {
                self.object_to(
                    &rules::EXTERNAL_REFERENCE,
                    format!("the reference {target} leads out of this document"),
                );
                None
            }
        }
    }

    /// Refuses the topmost nodes that nobody has looked at.
    fn guard(&self) {
        if !self.is_seen() {
            return self.refuse(&rules::NO_RULE, "nothing here knows this");
        }
        match self.value {
            Value::Object(fields) => fields.iter().for_each(|(key, value)| self.child(key, value).guard()),
            Value::Array(items) => {
                items.iter().enumerate().for_each(|(i, value)| self.child(&i.to_string(), value).guard());
            }
            _ => {}
        }
    }
}

/// The value that a `#…` reference names: a JSON pointer (RFC 6901), percent-encoded as a fragment (its section 6).
pub(crate) fn find<'a>(document: &'a Value, reference: &str) -> Option<&'a Value> {
    document.pointer(&percent_decoded(reference.strip_prefix('#')?))
}

fn pointer_text(reference: &str) -> String {
    percent_decoded(reference)
}

/// `%7B` → `{`. What is no escape stays as it is.
fn percent_decoded(text: &str) -> String {
    let hex = |b: u8| char::from(b).to_digit(16);
    let bytes = text.as_bytes();
    let (mut decoded, mut i) = (Vec::with_capacity(bytes.len()), 0);
    while i < bytes.len() {
        let escape = match bytes[i..] {
            [b'%', high, low, ..] => hex(high).zip(hex(low)).and_then(|(h, l)| u8::try_from(h * 16 + l).ok()),
            _ => None,
        };
        decoded.push(escape.unwrap_or(bytes[i]));
        i += if escape.is_some() { 3 } else { 1 };
    }
    String::from_utf8(decoded).unwrap_or_else(|_| text.to_owned())
}

/// The last step of a pointer, unescaped: the name of a component.
pub(crate) fn last_name(pointer: &str) -> String {
    pointer.rsplit('/').next().unwrap_or_default().replace("~1", "/").replace("~0", "~")
}

/// Puts a value into a map where there is one.
pub(crate) fn put(map: &mut Map<String, Value>, key: &str, value: Option<Value>) {
    if let Some(value) = value {
        map.insert(key.to_owned(), value);
    }
}

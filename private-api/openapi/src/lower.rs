//! OpenAPI 3.1 → the part of 3.0.3 that API Gateway imports without loss or surprise.
//!
//! Every keyword of every node is either kept, changed or left out by a rule with a name, and the rule says which fact
//! about the gateway it stands for. What no rule knows fails with its place; nothing is passed through unseen.

mod document;
mod operation;
mod schema;

use serde_json::{Map, Value};

pub use document::lower;

/// A construct that the import document cannot hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{at}: {why}")]
pub struct LowerError {
    /// Where it stands in the 3.1 document, a JSON pointer.
    pub at: String,
    /// What is wrong with it.
    pub why: String,
}

/// A node of the 3.1 document and where it stands.
#[derive(Clone)]
struct Node<'a> {
    document: &'a Value,
    value: &'a Value,
    at: String,
}

impl<'a> Node<'a> {
    fn root(document: &'a Value) -> Self {
        Self { document, value: document, at: String::from("#") }
    }

    fn fail<T>(&self, why: impl Into<String>) -> Result<T, LowerError> {
        Err(LowerError { at: self.at.clone(), why: why.into() })
    }

    fn unknown<T>(&self) -> Result<T, LowerError> {
        self.fail("the lowering has no rule for this: add one, with the fact about API Gateway that it stands for")
    }

    fn child(&self, key: &str, value: &'a Value) -> Self {
        let at = format!("{}/{}", self.at, key.replace('~', "~0").replace('/', "~1"));
        Self { document: self.document, value, at }
    }

    fn get(&self, key: &str) -> Option<Self> {
        self.value.get(key).map(|value| self.child(key, value))
    }

    fn object(&self) -> Result<&'a Map<String, Value>, LowerError> {
        self.value.as_object().map_or_else(|| self.fail("must be an object"), Ok)
    }

    fn fields(&self) -> Result<impl Iterator<Item = (&'a str, Self)>, LowerError> {
        let parent = self.clone();
        Ok(self.object()?.iter().map(move |(key, value)| (key.as_str(), parent.child(key, value))))
    }

    fn items(&self) -> Result<impl Iterator<Item = Self>, LowerError> {
        let parent = self.clone();
        match self.value.as_array() {
            Some(items) => Ok(items.iter().enumerate().map(move |(i, item)| parent.child(&i.to_string(), item))),
            None => self.fail("must be an array"),
        }
    }

    fn text(&self) -> Result<&'a str, LowerError> {
        self.value.as_str().map_or_else(|| self.fail("must be a string"), Ok)
    }

    /// Follows `$ref`, if the node is one, to the node it names. Only places in this document.
    fn resolved(&self) -> Result<Self, LowerError> {
        let mut node = self.clone();
        // A chain longer than any sane document's is a circle.
        for _ in 0..16 {
            let Some(target) = node.value.get("$ref") else { return Ok(node) };
            let target = node.child("$ref", target).text()?;
            let Some(value) = target.strip_prefix('#').and_then(|pointer| self.document.pointer(pointer)) else {
                return node.fail(format!("the reference {target} leads nowhere"));
            };
            node = Self { document: self.document, value, at: target.to_owned() };
        }
        self.fail("the reference never ends")
    }
}

#[cfg(test)]
mod tests;

//! OpenAPI 3.1 → a full 3.0.3 for tools that know no 3.1: bodies, answers, examples and all.
//!
//! What 3.0 cannot say is left out with a note where that loosens the document, and refused where it would be wrong.

mod schema;
mod shape;

use serde_json::{Map, Value, json};

use crate::{
    node::{Node, Reading},
    report::{Made, Refused},
    rules,
};
use shape::{Kind, Step};

/// Makes a 3.0.3 document of a 3.1 document. One of 3.0 stays as it is.
///
/// # Errors
/// Everything that 3.0 cannot say and that may not be left out, each with its place.
pub fn down(document: &Value) -> Result<Made, Refused> {
    let version = document["openapi"].as_str().unwrap_or_default();
    if version.starts_with("3.0.") {
        return Ok(Made { document: document.clone(), notes: Vec::new() });
    }
    let reading = Reading::new(document);
    let root = reading.root();
    let mut made = converted(&root, Kind::Root);
    if version.starts_with("3.1.") {
        made["openapi"] = "3.0.3".into();
    } else {
        root.object_to(&rules::VERSION, format!("the document is of version {version:?}"));
    }
    if root.value.get("paths").is_none() {
        root.remark(&rules::SAYS_MORE);
        made["paths"] = json!({});
    }
    let (notes, refusals) = reading.finish();
    if refusals.is_empty() { Ok(Made { document: made, notes }) } else { Err(Refused { refusals, notes }) }
}

/// A node of a kind, and all below it.
fn converted(node: &Node<'_, '_>, kind: Kind) -> Value {
    match kind {
        Kind::Schema => return schema::converted(node),
        // A callback may be a reference; no entry of any map is called so.
        Kind::MapOf(Kind::PathItem) if node.value.get("$ref").is_some_and(Value::is_string) => return node.whole(),
        Kind::MapOf(inner) => {
            return node.fields().into_iter().map(|(key, node)| (key.to_owned(), entry(key, &node, *inner))).collect();
        }
        Kind::ListOf(inner) => return node.items().iter().map(|node| converted(node, *inner)).collect(),
        Kind::PathItem if node.value.get("$ref").is_some() => return path_item(node),
        _ => {}
    }
    if let Some(reference) = node.get("$ref").filter(|_| kind.may_be_a_reference()) {
        return only_the_reference(node, &reference);
    }
    let mut made = Map::new();
    for (key, word) in node.fields() {
        match kind.step(key) {
            Step::Keep if key == "example" || key.starts_with("x-") || kind == Kind::Same => {
                made.insert(key.to_owned(), word.whole());
            }
            Step::Keep => drop(without_nulls(word.whole()).map(|kept| made.insert(key.to_owned(), kept))),
            Step::Go(inner) => drop(made.insert(key.to_owned(), converted(&word, inner))),
            Step::Leave(rule) => word.note(rule),
            Step::Refuse => word.refuse(&rules::NO_FORM_IN_3_0, format!("{key:?} has no form in 3.0")),
            Step::Unknown => {}
        }
    }
    completed(node, kind, &mut made);
    Value::Object(made)
}

/// Some generators write null for a word that is not there.
fn without_nulls(value: Value) -> Option<Value> {
    match value {
        Value::Null => None,
        Value::Array(items) => Some(items.into_iter().filter_map(without_nulls).collect()),
        Value::Object(fields) => {
            Some(fields.into_iter().filter_map(|(key, value)| Some((key, without_nulls(value)?))).collect())
        }
        plain => Some(plain),
    }
}

/// Extensions stand beside the entries of some maps.
fn entry(key: &str, node: &Node<'_, '_>, kind: Kind) -> Value {
    if Node::is_extension(key) && kind.has_extensions_beside() { node.whole() } else { converted(node, kind) }
}

/// 3.0 ignores what stands beside a reference.
fn only_the_reference(node: &Node<'_, '_>, reference: &Node<'_, '_>) -> Value {
    for (_, word) in node.fields().into_iter().filter(|(key, _)| *key != "$ref") {
        word.note(&rules::WORDS_NOT_IN_3_0);
    }
    json!({"$ref": reference.text()})
}

/// 3.0 has no components of this kind: the item is written out where it is used.
fn path_item(node: &Node<'_, '_>) -> Value {
    let Some(named) = node.resolved() else { return Value::Null };
    let mut made = converted(&named, Kind::PathItem);
    for (key, word) in node.fields().into_iter().filter(|(key, _)| *key != "$ref") {
        if made.get(key).is_some() {
            word.refuse(&rules::REFERENCE, "stands here and in what the reference names: which one?");
        }
        match Kind::PathItem.step(key) {
            Step::Go(inner) => made[key] = converted(&word, inner),
            Step::Keep => made[key] = word.whole(),
            _ => {}
        }
    }
    made
}

/// What 3.0 asks for and 3.1 does not, or says otherwise.
fn completed(node: &Node<'_, '_>, kind: Kind, made: &mut Map<String, Value>) {
    match kind {
        Kind::Operation if !made.contains_key("responses") => {
            node.remark(&rules::SAYS_MORE);
            made.insert("responses".into(), json!({"default": {"description": "Not documented."}}));
        }
        Kind::Response if !made.contains_key("description") => {
            node.remark(&rules::SAYS_MORE);
            made.insert("description".into(), "".into());
        }
        Kind::License => {
            if let Some(identifier) = made.remove("identifier").as_ref().and_then(Value::as_str) {
                let one = identifier.bytes().all(|b| b.is_ascii_alphanumeric() || b".-+".contains(&b));
                if one && !made.contains_key("url") {
                    made.insert("url".into(), format!("https://spdx.org/licenses/{identifier}.html").into());
                } else {
                    node.remark(&rules::WORDS_NOT_IN_3_0);
                }
            }
        }
        Kind::SecurityScheme if made.get("type").is_some_and(|t| t == "mutualTLS") => {
            node.object_to(&rules::NO_FORM_IN_3_0, "a client's certificate is no security scheme in 3.0");
        }
        Kind::Contents => {
            // 3.1 leaves a body of bytes without a schema.
            for (media_type, content) in made.iter_mut() {
                let binary = ["octet-stream", "image/", "audio/", "video/", "pdf", "zip"];
                if binary.iter().any(|b| media_type.contains(b)) && content.as_object().is_some_and(Map::is_empty) {
                    content["schema"] = json!({"type": "string", "format": "binary"});
                }
            }
        }
        _ => {}
    }
}

//! Schemas of request models: JSON Schema 2020-12 → the part of draft-04 that API Gateway's models know.
//!
//! A model may be looser than the contract, never tighter: the function checks again.

use std::collections::BTreeSet;

use serde_json::{Map, Number, Value};

use super::{
    body,
    limits::{End, tighter},
    root,
};
use crate::{
    node::Node,
    rules::{self, Rule},
};

/// A model's size is bounded (400 kB at the gateway), and so is the work of writing references out.
const MOST_NODES: usize = 10_000;
const DEEPEST: usize = 100;

pub(super) fn model(source: &Node<'_, '_>) -> Value {
    let mut walk = Walk { open: vec![(source.clone(), None)], nodes: 0 };
    let made = schema(source, &mut walk);
    if walk.nodes > MOST_NODES {
        source.object_to(&rules::MODEL_SIZE, "written out, this model is too large");
        return body::any();
    }
    made
}

/// Where the walk is: the schemas that are being written out, each with the reference that led to it.
struct Walk<'a, 'r> {
    open: Vec<(Node<'a, 'r>, Option<Node<'a, 'r>>)>,
    nodes: usize,
}

/// A schema while its parts (named, in a composition of one, beside either) are put together.
#[derive(Default)]
struct Parts<'a, 'r> {
    kept: Map<String, Value>,
    exclusive: Vec<(End, Node<'a, 'r>, Number)>,
    read_only: BTreeSet<String>,
    formats: Vec<Node<'a, 'r>>,
}

fn schema<'a, 'r>(node: &Node<'a, 'r>, walk: &mut Walk<'a, 'r>) -> Value {
    Value::Object(finished(parts(node, walk)))
}

fn parts<'a, 'r>(node: &Node<'a, 'r>, walk: &mut Walk<'a, 'r>) -> Parts<'a, 'r> {
    walk.nodes += 1;
    if walk.nodes > MOST_NODES {
        return Parts::default();
    }
    match node.value {
        Value::Bool(true) => {
            node.whole();
            return Parts::default();
        }
        Value::Bool(false) => {
            node.refuse(&rules::FALSE_SCHEMA, "a schema that nothing matches");
            return Parts::default();
        }
        _ => {}
    }
    if walk.open.len() > DEEPEST {
        node.object_to(&rules::MODEL_SIZE, "the model is nested too deeply");
        return Parts::default();
    }
    if let Some(reference) = node.get("$ref") {
        beside_reference(node);
        let mut named = referenced(&reference, walk);
        // The words beside a reference say what the field is; those of the named schema only what the type is.
        for (key, word) in node.fields() {
            if matches!(key, "description" | "title") {
                named.kept.insert(key.to_owned(), word.text().into());
            }
        }
        return named;
    }
    let mut parts = own(node, walk);
    for key in ["oneOf", "anyOf", "allOf"] {
        let Some(composition) = node.get(key) else { continue };
        if let Some(only) = only_branch(key, &composition) {
            let inner = self::parts(&only, walk);
            merge(&mut parts, inner, node);
        }
    }
    parts
}

/// Whatever is no annotation is a second constraint beside a `$ref`: applied in 3.1, ignored in 3.0.
pub(super) fn beside_reference(node: &Node<'_, '_>) {
    if node.value.get("$ref").is_none() {
        return;
    }
    let root = node.reading().root();
    let ignored = root.value["openapi"].as_str().is_some_and(|version| version.starts_with("3.0."));
    for (key, word) in node.fields() {
        match key {
            "$ref" => {}
            _ if ignored => word.note(&rules::IGNORED_BESIDE_REFERENCE),
            "description" | "title" => drop(word.text()),
            "summary" => word.note(&rules::BODY_WORD),
            key if Node::is_extension(key) => word.note(&rules::VENDOR_WORD),
            key => match dropped(key) {
                Some(rule) => word.note(rule),
                None => word.refuse(&rules::BESIDE_REFERENCE, format!("{key:?} beside a reference")),
            },
        }
    }
}

fn referenced<'a, 'r>(reference: &Node<'a, 'r>, walk: &mut Walk<'a, 'r>) -> Parts<'a, 'r> {
    let Some(target) = reference.target() else { return Parts::default() };
    if let Some(first) = walk.open.iter().position(|(open, _)| std::ptr::eq(open.value, target.value)) {
        let circle: Vec<&str> = walk.open[first..].iter().map(|(open, _)| open.at.as_str()).collect();
        let circle = format!("a schema that contains itself: {} → {}", circle.join(" → "), target.at);
        let steps = walk.open[first + 1..].iter().filter_map(|(_, step)| step.as_ref());
        for step in steps.chain([reference]) {
            step.refuse(&rules::RECURSIVE_MODEL, circle.clone());
        }
        return Parts::default();
    }
    walk.open.push((target.clone(), Some(reference.clone())));
    let named = parts(&target, walk);
    walk.open.pop();
    named
}

/// The branch that a composition comes to, if it comes to one.
fn only_branch<'a, 'r>(key: &str, composition: &Node<'a, 'r>) -> Option<Node<'a, 'r>> {
    let is_null = |branch: &Node<'_, '_>| branch.value.get("type").is_some_and(|t| t == "null");
    let (null, mut other): (Vec<_>, Vec<_>) = composition.items().into_iter().partition(is_null);
    match (key, null.len(), other.len()) {
        (_, 0, 1) => {}
        // How utoipa says "optional": the gateway has no null, and absent fields are never null.
        ("oneOf" | "anyOf", 1, 1) => {
            composition.remark(&rules::NULL);
            null.iter().for_each(|branch| drop(branch.whole()));
        }
        _ => {
            composition.refuse(&rules::COMPOSITION, format!("{key} of {}", null.len() + other.len()));
            return None;
        }
    }
    other.pop()
}

/// The node's own words, without references and compositions.
fn own<'a, 'r>(node: &Node<'a, 'r>, walk: &mut Walk<'a, 'r>) -> Parts<'a, 'r> {
    let mut parts = Parts::default();
    for (key, word) in node.fields() {
        match key {
            "type" => one_type(&word, &mut parts.kept),
            "properties" => properties(&word, walk, &mut parts),
            "items" if node.value.get("prefixItems").is_some() || word.value == false => word.note(&rules::DRAFT_04),
            "items" => {
                let items = schema(&word, walk);
                parts.kept.insert(key.to_owned(), items);
            }
            "required" => {
                let names: Vec<Value> = word.items().iter().map(|name| name.text().into()).collect();
                // An empty list is an invalid draft-04 schema and an invalid model.
                if !names.is_empty() {
                    parts.kept.insert(key.to_owned(), names.into());
                }
            }
            "enum" => values(&word, &mut parts.kept),
            "const" => constant(&word, &mut parts.kept),
            "additionalProperties" => other_fields(node, &word, &mut parts.kept),
            "minimum" | "maximum" if exclusive_in_3_0(node, key) => {
                let end = if key == "minimum" { End::Lower } else { End::Upper };
                exclusive(end, &word, &mut parts);
            }
            "exclusiveMinimum" | "exclusiveMaximum" if word.value.is_boolean() => drop(word.whole()),
            "exclusiveMinimum" => exclusive(End::Lower, &word, &mut parts),
            "exclusiveMaximum" => exclusive(End::Upper, &word, &mut parts),
            "format" => {
                parts.kept.insert(key.to_owned(), word.text().into());
                parts.formats.push(word);
            }
            "minimum" | "maximum" | "multipleOf" | "minLength" | "maxLength" | "pattern" | "uniqueItems"
            | "minProperties" | "maxProperties" => {
                parts.kept.insert(key.to_owned(), word.whole());
            }
            "description" | "title" => {
                parts.kept.insert(key.to_owned(), word.text().into());
            }
            "nullable" => word.note(&rules::NULL),
            "oneOf" | "anyOf" | "allOf" => {}
            key if Node::is_extension(key) && !key.starts_with("x-amazon-apigateway-") => {
                word.note(&rules::VENDOR_WORD);
            }
            key => match dropped(key) {
                Some(rule) => word.note(rule),
                None => root::extension(key, &word, &mut parts.kept, &super::Options::default()),
            },
        }
    }
    parts
}

/// Known words that a model is better without: their absence only loosens it.
fn dropped(key: &str) -> Option<&'static Rule> {
    match key {
        "readOnly" => Some(&rules::READ_ONLY),
        "example" | "examples" | "default" | "discriminator" | "writeOnly" | "deprecated" | "externalDocs" | "xml"
        // Not checked by the gateway: a limit that nobody keeps is no limit.
        | "minItems" | "maxItems" => Some(&rules::NOT_IN_MODELS),
        "$comment" | "$schema" | "$defs" | "$anchor" | "contentEncoding" | "contentMediaType" | "contentSchema"
        | "prefixItems" | "contains" | "minContains" | "maxContains" | "patternProperties" | "propertyNames"
        | "dependentRequired" | "dependentSchemas" | "unevaluatedProperties" | "unevaluatedItems" | "if" | "then"
        | "else" | "not" => Some(&rules::DRAFT_04),
        _ => None,
    }
}

/// A model's field has one type. Null is none: that is said, for an explicit null is refused.
fn one_type(node: &Node<'_, '_>, kept: &mut Map<String, Value>) {
    let types: Vec<&str> = match node.value {
        Value::Array(_) => node.items().iter().map(Node::text).collect(),
        _ => vec![node.text()],
    };
    let known: Vec<&str> = types.iter().copied().filter(|t| *t != "null").collect();
    match known[..] {
        [one @ ("object" | "array" | "string" | "number" | "integer" | "boolean")] => {
            if types.len() > known.len() {
                node.note(&rules::NULL);
            }
            kept.insert("type".into(), one.into());
        }
        [] => node.refuse(&rules::NOTHING_LEFT, "the type is null"),
        _ => node.refuse(&rules::ONE_TYPE, format!("the type is {}", node.value)),
    }
}

fn properties<'a, 'r>(node: &Node<'a, 'r>, walk: &mut Walk<'a, 'r>, parts: &mut Parts<'a, 'r>) {
    let mut lowered = Map::new();
    for (name, property) in node.fields() {
        // Not there: refused where other fields are, allowed where they are.
        if property.value == false {
            property.note(&rules::DRAFT_04);
            continue;
        }
        if is_read_only(&property) {
            parts.read_only.insert(name.to_owned());
        }
        lowered.insert(name.to_owned(), schema(&property, walk));
    }
    parts.kept.insert("properties".into(), Value::Object(lowered));
}

fn is_read_only(property: &Node<'_, '_>) -> bool {
    let says = |node: &Node<'_, '_>| node.value.get("readOnly").is_some_and(|r| r == true);
    says(property) || property.value.get("$ref").is_some() && property.resolved().is_some_and(|named| says(&named))
}

/// Null among the values would be refused by the gateway all the same.
fn values(node: &Node<'_, '_>, kept: &mut Map<String, Value>) {
    let all: Vec<Value> = node.items().iter().map(Node::whole).collect();
    let values: Vec<Value> = all.iter().filter(|value| !value.is_null()).cloned().collect();
    if values.is_empty() {
        return node.refuse(&rules::NOTHING_LEFT, "an enumeration without a value but null");
    }
    if values.len() < all.len() {
        node.note(&rules::NULL);
    }
    kept.insert("enum".into(), values.into());
}

/// Draft-04 has no `const`.
fn constant(node: &Node<'_, '_>, kept: &mut Map<String, Value>) {
    if node.value.is_null() {
        node.refuse(&rules::NOTHING_LEFT, "the one value is null");
    } else {
        kept.insert("enum".into(), vec![node.whole()].into());
    }
}

/// Whether other fields are allowed is yes or no. Fields by pattern would be others without their pattern.
fn other_fields(schema: &Node<'_, '_>, node: &Node<'_, '_>, kept: &mut Map<String, Value>) {
    if node.value.is_boolean() && schema.value.get("patternProperties").is_none() {
        kept.insert("additionalProperties".into(), node.whole());
    } else {
        node.note(&rules::NOT_IN_MODELS);
    }
}

/// In 3.0 `exclusiveMinimum: true` says what `minimum` is.
fn exclusive_in_3_0(node: &Node<'_, '_>, key: &str) -> bool {
    let flag = if key == "minimum" { "exclusiveMinimum" } else { "exclusiveMaximum" };
    node.value.get(flag).is_some_and(|flag| flag == true)
}

fn exclusive<'a, 'r>(end: End, node: &Node<'a, 'r>, parts: &mut Parts<'a, 'r>) {
    match node.whole() {
        Value::Number(limit) => parts.exclusive.push((end, node.clone(), limit)),
        _ => node.refuse(&rules::MALFORMED, "a limit must be a number"),
    }
}

/// Adds what a branch says to what stands beside it: both apply.
fn merge<'a, 'r>(outer: &mut Parts<'a, 'r>, inner: Parts<'a, 'r>, node: &Node<'_, '_>) {
    outer.exclusive.extend(inner.exclusive);
    outer.read_only.extend(inner.read_only);
    outer.formats.extend(inner.formats);
    if let Err(why) = merge_words(&mut outer.kept, inner.kept) {
        node.object_to(&rules::COMPOSITION, why);
    }
}

fn merge_words(outer: &mut Map<String, Value>, inner: Map<String, Value>) -> Result<(), String> {
    let objects = [&*outer, &inner].map(|m| m.contains_key("properties") || m.contains_key("additionalProperties"));
    if objects == [true, true] {
        return Err("fields stand here and in the one branch".to_owned());
    }
    for (key, theirs) in inner {
        let Some(ours) = outer.get(&key).cloned() else {
            outer.insert(key, theirs);
            continue;
        };
        let both = match key.as_str() {
            // Outer words say what the field is.
            "description" | "title" => ours,
            "minimum" | "minLength" | "minProperties" => tighter(End::Lower, &ours, &theirs),
            "maximum" | "maxLength" | "maxProperties" => tighter(End::Upper, &ours, &theirs),
            "required" => {
                let mut names = ours.as_array().cloned().unwrap_or_default();
                names.extend(
                    theirs.as_array().into_iter().flatten().filter(|n| !names.contains(n)).cloned().collect::<Vec<_>>(),
                );
                names.into()
            }
            "enum" => {
                let allowed = theirs.as_array().cloned().unwrap_or_default();
                let common: Vec<Value> =
                    ours.as_array().into_iter().flatten().filter(|v| allowed.contains(v)).cloned().collect();
                if common.is_empty() {
                    return Err("no value is allowed both here and in the one branch".to_owned());
                }
                common.into()
            }
            "type" if ours == "number" && theirs == "integer" => theirs,
            "type" if ours == "integer" && theirs == "number" => ours,
            _ if ours == theirs => ours,
            _ => return Err(format!("{key:?} stands here and in the one branch, and differs")),
        };
        outer.insert(key, both);
    }
    Ok(())
}

/// Everything that depends on the type, which by now is known.
fn finished(parts: Parts<'_, '_>) -> Map<String, Value> {
    let Parts { mut kept, exclusive, read_only, formats } = parts;
    let is = |kept: &Map<String, Value>, kind: &str| kept.get("type").is_some_and(|t| t == kind);
    for (end, node, limit) in exclusive {
        let whole = if is(&kept, "integer") { end.next_whole(&limit) } else { None };
        if whole.is_none() {
            node.note(&rules::EXCLUSIVE);
        }
        let key = if end == End::Lower { "minimum" } else { "maximum" };
        let limit = Value::Number(whole.unwrap_or(limit));
        let both = kept.get(key).map_or_else(|| limit.clone(), |ours| tighter(end, ours, &limit));
        kept.insert(key.to_owned(), both);
    }
    let numeric = is(&kept, "integer") || is(&kept, "number");
    for node in formats {
        if numeric || ["int32", "int64", "float", "double", "decimal"].contains(&node.text()) {
            node.note(&rules::NUMBER_FORMAT);
            kept.remove("format");
        }
    }
    if let Some(Value::Array(names)) = kept.get_mut("required") {
        names.retain(|name| !name.as_str().is_some_and(|name| read_only.contains(name)));
        if names.is_empty() {
            kept.remove("required");
        }
    }
    kept
}

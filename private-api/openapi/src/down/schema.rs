//! Schemas: JSON Schema 2020-12 → the Schema Object of 3.0.3.

use serde_json::{Map, Value, json};

use crate::{
    lower::limits::End,
    node::Node,
    rules::{self, Rule},
};

/// A schema, and all below it. Nothing is written out: a circle of references stays one.
pub(super) fn converted(node: &Node<'_, '_>) -> Value {
    match node.value {
        Value::Bool(true) => return none_of(node, json!({})),
        Value::Bool(false) => return none_of(node, json!({"not": {}})),
        _ => {}
    }
    let mut made = Map::new();
    for (key, word) in node.fields() {
        match key {
            // Told apart by what stands beside it, below.
            "$ref" => {}
            "type" | "const" | "exclusiveMinimum" | "exclusiveMaximum" | "contentEncoding" | "contentMediaType" => {}
            "properties" => drop(made.insert(key.into(), fields(&word))),
            "items" if node.value.get("prefixItems").is_some() => word.note(&rules::NOT_IN_3_0),
            "items" => drop(made.insert(key.into(), converted(&word))),
            "not" => negated(&word, &mut made),
            "anyOf" | "allOf" => drop(made.insert(key.into(), branches(&word))),
            "oneOf" => one_of(&word, &mut made),
            "additionalProperties" if node.value.get("patternProperties").is_some() => word.note(&rules::NOT_IN_3_0),
            "additionalProperties" if word.value.is_boolean() => drop(made.insert(key.into(), word.whole())),
            "additionalProperties" => drop(made.insert(key.into(), converted(&word))),
            "examples" => example(node, &word, &mut made),
            "required" if word.value.as_array().is_some_and(Vec::is_empty) => drop(word.whole()),
            "enum" if word.value.as_array().is_some_and(Vec::is_empty) => {
                made.insert("not".into(), none_of(&word, json!({})));
            }
            "title" | "description" | "default" | "format" | "minimum" | "maximum" | "multipleOf" | "minLength"
            | "maxLength" | "pattern" | "minItems" | "maxItems" | "uniqueItems" | "minProperties" | "maxProperties"
            | "required" | "enum" | "readOnly" | "writeOnly" | "deprecated" | "externalDocs" | "xml" | "example"
            | "discriminator" => drop(made.insert(key.into(), word.whole())),
            key if Node::is_extension(key) => drop(made.insert(key.into(), word.whole())),
            key => left(key, &word),
        }
    }
    values(node, &mut made);
    limits(node, &mut made);
    contents(node, &mut made);
    types(node, &mut made);
    reference(node, made)
}

fn none_of(node: &Node<'_, '_>, value: Value) -> Value {
    node.whole();
    value
}

/// Words that 3.0 does not have: constraints (the document says less), or no constraints at all.
fn left(key: &str, word: &Node<'_, '_>) {
    let rule: &'static Rule = match key {
        "patternProperties"
        | "propertyNames"
        | "dependentRequired"
        | "dependentSchemas"
        | "prefixItems"
        | "contains"
        | "minContains"
        | "maxContains"
        | "unevaluatedProperties"
        | "unevaluatedItems"
        | "if"
        | "then"
        | "else" => &rules::NOT_IN_3_0,
        "$comment" | "$schema" | "$anchor" | "$defs" | "contentSchema" => &rules::WORDS_NOT_IN_3_0,
        "$id" | "$dynamicRef" | "$dynamicAnchor" | "$vocabulary" => {
            return word.refuse(&rules::NO_FORM_IN_3_0, format!("{key:?} changes what references mean"));
        }
        // Not known: the guard says so.
        _ => return,
    };
    word.note(rule);
}

fn fields(node: &Node<'_, '_>) -> Value {
    node.fields().into_iter().map(|(name, field)| (name.to_owned(), converted(&field))).collect()
}

fn branches(node: &Node<'_, '_>) -> Value {
    node.items().iter().map(converted).collect()
}

/// How many constraints have been lost below so far. What loosens a branch may tighten what stands around it.
fn lost(node: &Node<'_, '_>) -> usize {
    node.reading().lost()
}

/// A branch that lost a constraint may match beside another, and "exactly one" would refuse what the source accepts.
fn one_of(node: &Node<'_, '_>, made: &mut Map<String, Value>) {
    let before = lost(node);
    let kept = branches(node);
    // A named branch may lose one somewhere else in the document.
    if lost(node) == before && !names_what_loses(node) {
        made.insert("oneOf".into(), kept);
        return;
    }
    node.remark(&rules::ONE_OF_LOOSENED);
    match made.remove("anyOf") {
        None => drop(made.insert("anyOf".into(), kept)),
        Some(any) => drop(made.insert("allOf".into(), json!([{"anyOf": any}, {"anyOf": kept}]))),
    }
}

fn negated(node: &Node<'_, '_>, made: &mut Map<String, Value>) {
    let before = lost(node);
    let kept = converted(node);
    if lost(node) == before && !names_what_loses(node) {
        made.insert("not".into(), kept);
    } else {
        node.remark(&rules::NOT_LOOSENED);
    }
}

/// Whether a reference below leads to a schema with a constraint that 3.0 does not have.
fn names_what_loses(node: &Node<'_, '_>) -> bool {
    const LOSING: [&str; 15] = [
        "patternProperties",
        "propertyNames",
        "dependentRequired",
        "dependentSchemas",
        "prefixItems",
        "contains",
        "minContains",
        "maxContains",
        "unevaluatedProperties",
        "unevaluatedItems",
        "if",
        "then",
        "else",
        "contentEncoding",
        "contentMediaType",
    ];
    let document = node.reading().root().value;
    let (mut open, mut seen) = (vec![node.value], std::collections::HashSet::new());
    while let Some(value) = open.pop() {
        if !seen.insert(std::ptr::from_ref(value)) {
            continue;
        }
        match value {
            Value::Object(fields) => {
                if fields.keys().any(|key| LOSING.contains(&key.as_str())) {
                    return true;
                }
                let named = fields.get("$ref").and_then(Value::as_str);
                open.extend(named.and_then(|target| crate::node::find(document, target)));
                open.extend(fields.values());
            }
            Value::Array(items) => open.extend(items),
            _ => {}
        }
    }
    false
}

fn example(schema: &Node<'_, '_>, node: &Node<'_, '_>, made: &mut Map<String, Value>) {
    let examples = node.items();
    examples.iter().for_each(|e| drop(e.whole()));
    if examples.len() > 1 {
        node.note(&rules::WORDS_NOT_IN_3_0);
    }
    if let Some(first) = examples.first().filter(|_| schema.value.get("example").is_none()) {
        made.insert("example".into(), first.whole());
    }
}

fn values(node: &Node<'_, '_>, made: &mut Map<String, Value>) {
    let Some(constant) = node.get("const") else { return };
    let value = constant.whole();
    match made.get("enum").and_then(Value::as_array).map(|values| values.contains(&value)) {
        None | Some(true) => drop(made.insert("enum".into(), json!([value]))),
        Some(false) => drop(made.insert("not".into(), json!({}))),
    }
}

/// Draft-04's way: the limit and a flag. Both limits apply in 3.1.
fn limits(node: &Node<'_, '_>, made: &mut Map<String, Value>) {
    for (key, inclusive, end) in
        [("exclusiveMinimum", "minimum", End::Lower), ("exclusiveMaximum", "maximum", End::Upper)]
    {
        let Some(exclusive) = node.get(key) else { continue };
        let Value::Number(limit) = exclusive.whole() else {
            exclusive.refuse(&rules::MALFORMED, "must be a number in 3.1");
            continue;
        };
        if !made.get(inclusive).is_some_and(|other| matches!(other, Value::Number(o) if end.is_tighter(o, &limit))) {
            made.insert(inclusive.into(), Value::Number(limit));
            made.insert(key.into(), true.into());
        }
    }
}

/// Bytes in text: 3.0 says it by a format.
fn contents(node: &Node<'_, '_>, made: &mut Map<String, Value>) {
    let (encoding, media_type) = (node.get("contentEncoding"), node.get("contentMediaType"));
    let base64 = encoding.as_ref().is_some_and(|e| e.value == "base64");
    let binary = encoding.is_none() && media_type.as_ref().is_some_and(|m| m.value == "application/octet-stream");
    for word in encoding.iter().chain(&media_type) {
        if made.contains_key("format") || !(base64 || binary) {
            word.note(&rules::WORDS_NOT_IN_3_0);
        } else {
            word.whole();
        }
    }
    if (base64 || binary) && !made.contains_key("format") {
        made.insert("format".into(), if base64 { "byte" } else { "binary" }.into());
    }
}

/// One type and `nullable`; null alone is the one value null; several types are several schemas.
fn types(node: &Node<'_, '_>, made: &mut Map<String, Value>) {
    let Some(word) = node.get("type") else { return };
    let all: Vec<&str> = match word.value {
        Value::Array(_) => word.items().iter().map(Node::text).collect(),
        _ => vec![word.text()],
    };
    let (nullable, others) = (all.contains(&"null"), all.iter().copied().filter(|t| *t != "null").collect::<Vec<_>>());
    let with_null = |mut schema: Value| {
        if nullable {
            schema["nullable"] = true.into();
        }
        schema
    };
    match others[..] {
        [] => {
            // A null-only schema with other values listed has nothing left.
            let null_is_listed = made.get("enum").and_then(Value::as_array).is_none_or(|v| v.contains(&Value::Null));
            made.insert("enum".into(), json!([null]));
            made.insert("nullable".into(), true.into());
            if !null_is_listed {
                made.insert("not".into(), json!({}));
            }
        }
        [one] => {
            made.insert("type".into(), one.into());
            if nullable {
                made.insert("nullable".into(), true.into());
            }
            if one == "array" {
                // 3.0 asks for it.
                made.entry("items").or_insert_with(|| json!({}));
            }
        }
        _ => {
            let kind = |t: &&str| match *t {
                "array" => with_null(json!({"type": "array", "items": {}})),
                t => with_null(json!({"type": t})),
            };
            and_also(made, json!({"anyOf": others.iter().map(kind).collect::<Vec<_>>()}));
        }
    }
}

/// Adds a schema that applies as well.
fn and_also(made: &mut Map<String, Value>, schema: Value) {
    match made.get_mut("allOf").and_then(Value::as_array_mut) {
        Some(all) => all.push(schema),
        None => drop(made.insert("allOf".into(), json!([schema]))),
    }
}

/// 3.0 ignores what stands beside a reference: the reference moves into an `allOf` of its own.
fn reference(node: &Node<'_, '_>, mut made: Map<String, Value>) -> Value {
    let Some(reference) = node.get("$ref") else { return Value::Object(made) };
    let target = reference.text();
    // A file of its own may be of either version: nobody looks into it here.
    let component = target.strip_prefix("#/components/schemas/").is_some_and(|name| !name.contains("/$defs/"));
    if target.starts_with('#') {
        if !component {
            reference.refuse(&rules::NO_FORM_IN_3_0, format!("{target} is no component"));
        }
        drop(reference.target());
    }
    if made.is_empty() {
        return json!({"$ref": target});
    }
    and_also(&mut made, json!({"$ref": target}));
    Value::Object(made)
}

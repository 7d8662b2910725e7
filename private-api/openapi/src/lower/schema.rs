//! The rules for request models: JSON schema 2020-12 → the part of draft-04 that API Gateway's models know.

use serde_json::{Map, Value};

use super::{LowerError, Node};

/// Models of requests are objects: anything else is refused or not checked by the import.
pub(super) fn model(node: &Node<'_>) -> Result<Value, LowerError> {
    let lowered = schema(node)?;
    if lowered["type"] == "object" { Ok(lowered) } else { node.fail("a request model must be an object") }
}

fn schema(node: &Node<'_>) -> Result<Value, LowerError> {
    let node = inlined_reference(node)?;
    if let Some(node) = without_null_branch(&node)? {
        return schema(&node);
    }
    let mut kept = Map::new();
    for (key, node) in node.fields()? {
        match key {
            "type" => one_type(&node, &mut kept)?,
            "properties" => properties(&node, &mut kept)?,
            "items" => {
                kept.insert(key.to_owned(), schema(&node)?);
            }
            "required" => never_empty(key, &node, &mut kept)?,
            "enum" => values(&node, &mut kept)?,
            "const" => const_as_enum(&node, &mut kept),
            "additionalProperties" => only_a_boolean(&node, &mut kept)?,
            "exclusiveMinimum" => inclusive_limit(&node, "minimum", 1, &mut kept)?,
            "exclusiveMaximum" => inclusive_limit(&node, "maximum", -1, &mut kept)?,
            "format" => format(&node, &mut kept)?,
            "minimum" | "maximum" | "multipleOf" | "minLength" | "maxLength" | "pattern" | "uniqueItems" => {
                kept.insert(key.to_owned(), node.value.clone());
            }
            "description" | "title" => {
                kept.insert(key.to_owned(), node.text()?.into());
            }
            key if unsupported_by_models(key) => {}
            // Not checked by the gateway: a limit that nobody keeps is no limit.
            "minItems" | "maxItems" => {}
            _ => return node.unknown(),
        }
    }
    Ok(Value::Object(kept))
}

/// Composition may not refer within the document, and a model that stands alone needs no others: references are
/// replaced by what they name. Words beside the reference win.
fn inlined_reference<'a>(node: &Node<'a>) -> Result<Node<'a>, LowerError> {
    if node.value.get("$ref").is_some() {
        for (key, node) in node.fields()? {
            // Anything else beside a reference would be a second constraint, and is lost in 3.0.
            if !matches!(key, "$ref" | "description" | "summary") {
                return node.unknown();
            }
        }
    }
    node.resolved()
}

/// `oneOf: [$ref, {type: null}]` is how utoipa says "optional": `nullable` is silently dropped by the import and absent
/// fields are never null, so the other branch is the schema. Every other composition is unknown.
fn without_null_branch<'a>(node: &Node<'a>) -> Result<Option<Node<'a>>, LowerError> {
    for key in ["oneOf", "anyOf", "allOf"] {
        let Some(composition) = node.get(key) else { continue };
        let is_null = |branch: &Node<'_>| branch.value.get("type").is_some_and(|t| t == "null");
        let (null, mut other): (Vec<_>, Vec<_>) = composition.items()?.partition(is_null);
        return match (key, null.len(), other.len()) {
            ("oneOf" | "anyOf", 1, 1) => Ok(other.pop()),
            _ => composition.fail("models know no composition: write the schema out"),
        };
    }
    Ok(None)
}

/// A model's field has one type; null is no value of the contract's.
fn one_type(node: &Node<'_>, kept: &mut Map<String, Value>) -> Result<(), LowerError> {
    let types: Vec<&str> = match node.value {
        Value::Array(_) => node.items()?.map(|t| t.text()).collect::<Result<_, _>>()?,
        _ => vec![node.text()?],
    };
    match types.iter().filter(|t| **t != "null").collect::<Vec<_>>()[..] {
        [one @ (&"object" | &"array" | &"string" | &"number" | &"integer" | &"boolean")] => {
            kept.insert("type".into(), (*one).into());
            Ok(())
        }
        _ => node.unknown(),
    }
}

fn properties(node: &Node<'_>, kept: &mut Map<String, Value>) -> Result<(), LowerError> {
    let mut lowered = Map::new();
    for (name, node) in node.fields()? {
        let mut property = schema(&node)?;
        // The words beside a reference say what the field is; those of the named schema only what the type is.
        if let Some(description) = node.value.get("description") {
            property["description"] = description.clone();
        }
        lowered.insert(name.to_owned(), property);
    }
    kept.insert("properties".into(), Value::Object(lowered));
    Ok(())
}

/// An empty `required` is an invalid draft-04 schema and an invalid model.
fn never_empty(key: &str, node: &Node<'_>, kept: &mut Map<String, Value>) -> Result<(), LowerError> {
    if node.items()?.next().is_some() {
        kept.insert(key.to_owned(), node.value.clone());
    }
    Ok(())
}

/// Null among the values would be refused by the gateway all the same.
fn values(node: &Node<'_>, kept: &mut Map<String, Value>) -> Result<(), LowerError> {
    let values: Vec<Value> = node.items()?.filter(|v| !v.value.is_null()).map(|v| v.value.clone()).collect();
    if values.is_empty() {
        return node.fail("an enumeration needs a value");
    }
    kept.insert("enum".into(), values.into());
    Ok(())
}

/// Draft-04 has no `const`.
fn const_as_enum(node: &Node<'_>, kept: &mut Map<String, Value>) {
    kept.insert("enum".into(), vec![node.value.clone()].into());
}

/// Whether other fields are allowed is yes or no; a schema for them would be a composition by another name.
fn only_a_boolean(node: &Node<'_>, kept: &mut Map<String, Value>) -> Result<(), LowerError> {
    if !node.value.is_boolean() {
        return node.unknown();
    }
    kept.insert("additionalProperties".into(), node.value.clone());
    Ok(())
}

/// Draft-04 wants a boolean `exclusiveMinimum` and models ignore it: for whole numbers the next one is the limit. There
/// is no next one for other numbers.
fn inclusive_limit(node: &Node<'_>, key: &str, step: i64, kept: &mut Map<String, Value>) -> Result<(), LowerError> {
    match node.value.as_i64().and_then(|limit| limit.checked_add(step)) {
        Some(limit) => {
            kept.insert(key.into(), limit.into());
            Ok(())
        }
        None => node.fail("an exclusive limit can only be lowered for whole numbers"),
    }
}

/// Models do not know the integer formats; the others are hints that they ignore.
fn format(node: &Node<'_>, kept: &mut Map<String, Value>) -> Result<(), LowerError> {
    match node.text()? {
        "int32" | "int64" | "float" | "double" => {}
        other => {
            kept.insert("format".into(), other.into());
        }
    }
    Ok(())
}

/// Models do not support these.
fn unsupported_by_models(key: &str) -> bool {
    matches!(key, "example" | "examples" | "default" | "discriminator" | "readOnly" | "writeOnly" | "deprecated")
}

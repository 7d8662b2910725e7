//! Parameters: the gateway keeps name, place, presence, type and description.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::operation::Place;
use crate::{
    node::{Node, put},
    rules,
};

/// The parameters themselves, where references stand for them.
pub(super) fn resolved<'a, 'r>(nodes: Vec<Node<'a, 'r>>) -> Vec<Node<'a, 'r>> {
    nodes.iter().filter_map(Node::dereferenced).collect()
}

/// An operation's parameters. Those of the path stand in every operation: importers (moto among them) trip over them at the
/// path. An operation's own of the same name and place wins, as OpenAPI says.
pub(super) fn list(node: &Node<'_, '_>, place: &Place<'_>, shared: &[Node<'_, '_>]) -> Vec<Value> {
    let own = resolved(node.get("parameters").map(|p| p.items()).unwrap_or_default());
    let mut known = BTreeSet::new();
    for parameter in &own {
        if !known.insert(identity(parameter)) {
            parameter.object_to(&rules::PARAMETER_TWICE, "stands twice in this operation");
        }
    }
    let inherited = shared.iter().filter(|parameter| !known.contains(&identity(parameter)));
    let all: Vec<_> = inherited.chain(&own).cloned().collect();
    // Overridden everywhere or not, it has been looked at.
    shared.iter().for_each(|parameter| drop(lowered(parameter)));
    let kept: Vec<Value> = all.iter().filter_map(lowered).collect();
    variables(node, place, &all);
    kept
}

/// Header names are the same in any letters.
fn identity(node: &Node<'_, '_>) -> (String, String) {
    let text = |key: &str| node.value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (name, place) = (text("name"), text("in"));
    if place == "header" { (name.to_ascii_lowercase(), place) } else { (name, place) }
}

/// Every variable of the path is a parameter, and every path parameter is a variable.
fn variables(node: &Node<'_, '_>, place: &Place<'_>, all: &[Node<'_, '_>]) {
    let in_path: Vec<_> = all.iter().filter(|p| p.value.get("in").is_some_and(|place| place == "path")).collect();
    for variable in place.variables {
        if !in_path.iter().any(|p| p.value.get("name").is_some_and(|name| name == variable)) {
            node.object_to(
                &rules::PATH_PARAMETER,
                format!("{} has {{{variable}}}, and no parameter says so", place.path),
            );
        }
    }
    for parameter in in_path {
        let name = parameter.value.get("name").and_then(Value::as_str).unwrap_or_default();
        if !place.variables.contains(&name) {
            parameter.object_to(&rules::PATH_PARAMETER, format!("{} has no {{{name}}}", place.path));
        }
        if parameter.value.get("required") != Some(&Value::Bool(true)) {
            parameter.object_to(&rules::PATH_PARAMETER, "a parameter of the path must be required");
        }
    }
}

fn lowered(node: &Node<'_, '_>) -> Option<Value> {
    let mut kept = Map::new();
    let mut elsewhere = false;
    for (key, node) in node.fields() {
        match key {
            "name" => {
                let name = node.text();
                if !name_is_taken(name) {
                    // At the parameter, whose name is its identity.
                    node.object_to(&rules::PARAMETER_NAME, format!("the name {name:?}"));
                }
                kept.insert(key.to_owned(), name.into());
            }
            "description" => put(&mut kept, key, Some(node.text().into())),
            "in" => match node.text() {
                place @ ("path" | "query" | "header") => put(&mut kept, key, Some(place.into())),
                "cookie" => elsewhere = true,
                other => node.object_to(&rules::MALFORMED, format!("no parameter stands in {other:?}")),
            },
            "required" => put(&mut kept, key, Some(node.whole())),
            "schema" => put(&mut kept, key, Some(kind(&node))),
            "content" => {
                node.note(&rules::PARAMETER_TYPE);
                kept.insert("schema".into(), json!({"type": "string"}));
            }
            "style" if node.value == "deepObject" => {
                node.refuse(&rules::PARAMETER_NAME, "`deepObject` sends names with brackets");
            }
            "style" | "explode" | "allowReserved" | "allowEmptyValue" | "deprecated" | "example" | "examples" => {
                node.note(&rules::PARAMETER_WORD);
            }
            key if Node::is_extension(key) => node.note(&rules::VENDOR_WORD),
            _ => {}
        }
    }
    let name = kept.get("name").and_then(Value::as_str).unwrap_or_default().to_ascii_lowercase();
    let in_header = kept.get("in").is_some_and(|place| place == "header");
    if elsewhere || in_header && ["accept", "content-type", "authorization"].contains(&name.as_str()) {
        node.remark(&rules::PARAMETER_PLACE);
        return None;
    }
    if in_header && kept.get("required").is_some_and(|required| required == true) {
        node.remark(&rules::HEADER_REQUIRED);
        kept.insert("required".into(), false.into());
    }
    kept.entry("schema").or_insert_with(|| json!({"type": "string"}));
    Some(Value::Object(kept))
}

fn name_is_taken(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b":._$-".contains(&b))
}

/// The one plain type of a parameter's schema: text where there is none, or where there are several.
fn kind(schema: &Node<'_, '_>) -> Value {
    let mut types = BTreeSet::new();
    if !types_of(schema, &mut types, 0) {
        schema.remark(&rules::PARAMETER_TYPE);
        return json!({"type": "string"});
    }
    types.remove("null");
    match types.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [one @ ("string" | "integer" | "number" | "boolean")] => json!({"type": one}),
        ["integer", "number"] => json!({"type": "number"}),
        ["array"] => json!({"type": "array", "items": {"type": "string"}}),
        _ => {
            schema.remark(&rules::PARAMETER_TYPE);
            json!({"type": "string"})
        }
    }
}

/// Collects the types that a schema allows, through references and compositions. `false`: any type.
fn types_of(schema: &Node<'_, '_>, types: &mut BTreeSet<String>, depth: usize) -> bool {
    if !schema.value.is_object() || depth > 16 {
        schema.whole();
        return false;
    }
    let mut said = false;
    for (key, node) in schema.fields() {
        match key {
            "$ref" => {
                said |= node.target().is_some_and(|target| types_of(&target, types, depth + 1));
            }
            "type" if node.value.is_array() => {
                types.extend(node.items().iter().map(|t| t.text().to_owned()));
                said = true;
            }
            "type" => {
                types.insert(node.text().to_owned());
                said = true;
            }
            "oneOf" | "anyOf" => {
                let branches = node.items();
                said |= branches.iter().fold(!branches.is_empty(), |all, b| types_of(b, types, depth + 1) && all);
            }
            "allOf" => {
                for branch in node.items() {
                    said |= types_of(&branch, types, depth + 1);
                }
            }
            "const" | "enum" => {
                node.note(&rules::PARAMETER_WORD);
                let values = if key == "const" { vec![node.value] } else { array(node.value) };
                if schema.value.get("type").is_none() {
                    types.extend(values.into_iter().map(type_of));
                    said = true;
                }
            }
            key if Node::is_extension(key) => node.note(&rules::VENDOR_WORD),
            _ => node.note(&rules::PARAMETER_WORD),
        }
    }
    said
}

fn array(value: &Value) -> Vec<&Value> {
    value.as_array().into_iter().flatten().collect()
}

fn type_of(value: &Value) -> String {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(n) if n.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
    .to_owned()
}

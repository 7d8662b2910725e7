//! Operations and their answers.

use serde_json::{Map, Value, json};

use super::{Lowering, body, parameter, root, template};
use crate::{
    node::{Node, put},
    rules,
};

/// Which operation it is.
pub(super) struct Place<'p> {
    pub(super) path: &'p str,
    pub(super) method: &'p str,
    pub(super) id: Option<&'p str>,
    pub(super) variables: &'p [&'p str],
}

pub(super) fn lowered(
    node: &Node<'_, '_>,
    place: &Place<'_>,
    shared: &[Node<'_, '_>],
    lowering: &mut Lowering<'_>,
) -> Value {
    let mut kept = Map::new();
    for (key, node) in node.fields() {
        match key {
            "operationId" => {
                operation_id(&node, place, lowering);
                kept.insert(key.to_owned(), node.text().into());
            }
            "summary" | "description" => put(&mut kept, key, Some(node.text().into())),
            "tags" => put(&mut kept, key, Some(node.items().iter().map(Node::text).collect())),
            "requestBody" => put(&mut kept, key, body::lowered(&node, place, lowering)),
            "responses" => put(&mut kept, key, Some(answers(&node, lowering))),
            "callbacks" => node.refuse(&rules::OUTGOING, "callbacks"),
            "servers" => node.note(&rules::SERVERS),
            "deprecated" | "externalDocs" => node.note(&rules::OPERATION_WORD),
            "parameters" | "security" => {}
            _ => root::extension(key, &node, &mut kept, lowering.options),
        }
    }
    if lowering.options.template && node.value.get("operationId").is_none() {
        node.object_to(&rules::OPERATION_ID_MISSING, format!("{} {} has no operationId", place.method, place.path));
    }
    // 3.0 asks for answers, and for at least one.
    kept.entry("responses").or_insert_with(|| json!({"200": {"description": "Not documented."}}));
    let parameters = parameter::list(node, place, shared);
    put(&mut kept, "parameters", (!parameters.is_empty()).then_some(parameters.into()));
    let asked = lowering.security.of_operation(node, lowering.options);
    for (key, value) in asked {
        // The author's own word wins.
        kept.entry(key).or_insert(value);
    }
    Value::Object(kept)
}

fn operation_id(node: &Node<'_, '_>, place: &Place<'_>, lowering: &mut Lowering<'_>) {
    let id = node.text();
    if lowering.options.template && !template::is_variable_name(id) {
        node.object_to(&rules::OPERATION_ID_NAME, format!("${{{id}_invoke_arn}} is an expression, not a variable"));
    }
    let here = format!("{} {}", place.method.to_ascii_uppercase(), place.path);
    if let Some(other) = lowering.ids.insert(id.to_owned(), here) {
        node.object_to(&rules::OPERATION_ID_TWICE, format!("{id:?} is the id of {other}, too"));
    }
}

/// Status and description: a proxy integration passes through what the function says.
fn answers(node: &Node<'_, '_>, lowering: &Lowering<'_>) -> Value {
    let mut kept = Map::new();
    let mut unnamed = None;
    for (status, node) in node.fields() {
        if Node::is_extension(status) {
            root::extension(status, &node, &mut kept, lowering.options);
            continue;
        }
        let named = status.len() == 3 && status.bytes().all(|b| b.is_ascii_digit());
        let Some(answer) = answer(&node) else { continue };
        if named {
            kept.insert(status.to_owned(), answer);
        } else {
            node.remark(&rules::STATUS);
            unnamed = unnamed.or(Some(answer));
        }
    }
    if kept.is_empty() {
        let answer = unnamed.unwrap_or_else(|| json!({"description": "Not documented."}));
        kept.insert("200".to_owned(), answer);
    }
    Value::Object(kept)
}

fn answer(node: &Node<'_, '_>) -> Option<Value> {
    let answer = node.dereferenced()?;
    let mut kept = Map::new();
    for (key, node) in answer.fields() {
        match key {
            "description" => put(&mut kept, key, Some(node.text().into())),
            "headers" | "content" | "links" | "summary" => node.note(&rules::ANSWER),
            key if Node::is_extension(key) => node.note(&rules::VENDOR_WORD),
            _ => {}
        }
    }
    kept.entry("description").or_insert_with(|| "".into());
    Some(Value::Object(kept))
}

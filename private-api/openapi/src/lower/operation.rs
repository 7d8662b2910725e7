//! The rules for operations, their parameters, bodies and answers.

use serde_json::{Map, Value, json};

use super::{LowerError, Node, document::Models};

pub(super) fn lowered(node: &Node<'_>, shared: &[Node<'_>], models: &mut Models) -> Result<Value, LowerError> {
    let mut kept = Map::new();
    for (key, node) in node.fields()? {
        match key {
            "operationId" | "summary" | "description" => {
                kept.insert(key.to_owned(), node.text()?.into());
            }
            "tags" => {
                kept.insert(key.to_owned(), node.value.clone());
            }
            "parameters" => {}
            "requestBody" => {
                kept.insert(key.to_owned(), request_body(&node, models)?);
            }
            "responses" => {
                kept.insert(key.to_owned(), responses(&node)?);
            }
            _ => return node.unknown(),
        }
    }
    let parameters = parameters(node, shared)?;
    if !parameters.is_empty() {
        kept.insert("parameters".into(), parameters.into());
    }
    Ok(Value::Object(kept))
}

/// Path-level parameters stand in every operation: importers (moto among them) trip over them at the path. An
/// operation's own parameter of the same name and place wins, as OpenAPI says.
fn parameters(node: &Node<'_>, shared: &[Node<'_>]) -> Result<Vec<Value>, LowerError> {
    let own: Vec<Node<'_>> = match node.get("parameters") {
        Some(parameters) => parameters.items()?.collect(),
        None => Vec::new(),
    };
    let identity = |node: &Node<'_>| (node.value["name"].clone(), node.value["in"].clone());
    let overridden: Vec<_> = own.iter().map(identity).collect();
    let inherited = shared.iter().filter(|node| !overridden.contains(&identity(node)));
    inherited.chain(&own).map(parameter).collect()
}

/// The import keeps name, place, required, type and description, and nothing else: pattern, enum and limits are the
/// server's to check.
fn parameter(node: &Node<'_>) -> Result<Value, LowerError> {
    let mut kept = Map::new();
    for (key, node) in node.fields()? {
        match key {
            "name" | "description" => {
                kept.insert(key.to_owned(), node.text()?.into());
            }
            "in" => match node.text()? {
                place @ ("path" | "query" | "header") => {
                    kept.insert(key.to_owned(), place.into());
                }
                _ => return node.unknown(),
            },
            "required" => {
                kept.insert(key.to_owned(), node.value.clone());
            }
            "schema" => {
                kept.insert(key.to_owned(), json!({"type": parameter_type(&node)?}));
            }
            _ => return node.unknown(),
        }
    }
    header_never_required(&mut kept);
    Ok(Value::Object(kept))
}

fn parameter_type<'a>(schema: &Node<'a>) -> Result<&'a str, LowerError> {
    let schema = schema.resolved()?;
    match schema.get("type") {
        Some(node) => match node.text()? {
            plain @ ("string" | "integer" | "number" | "boolean") => Ok(plain),
            _ => node.unknown(),
        },
        None => schema.fail("a parameter needs one plain type"),
    }
}

/// The gateway matches header names by case, and hyper sends them in lower case: a required `If-Match` would be refused.
fn header_never_required(parameter: &mut Map<String, Value>) {
    if parameter.get("in").is_some_and(|place| place == "header") {
        parameter.insert("required".into(), false.into());
    }
}

fn request_body(node: &Node<'_>, models: &mut Models) -> Result<Value, LowerError> {
    let mut kept = Map::new();
    for (key, node) in node.fields()? {
        match key {
            "required" => {
                kept.insert(key.to_owned(), node.value.clone());
            }
            "description" => {
                kept.insert(key.to_owned(), node.text()?.into());
            }
            "content" => {
                let mut content = Map::new();
                for (media_type, node) in node.fields()? {
                    content.insert(media_type.to_owned(), media_type_model(&node, models)?);
                }
                kept.insert(key.to_owned(), Value::Object(content));
            }
            _ => return node.unknown(),
        }
    }
    Ok(Value::Object(kept))
}

fn media_type_model(node: &Node<'_>, models: &mut Models) -> Result<Value, LowerError> {
    let mut kept = Map::new();
    for (key, node) in node.fields()? {
        match key {
            "schema" => {
                kept.insert(key.to_owned(), models.add(&node)?);
            }
            // The gateway has no place for examples.
            "example" | "examples" => {}
            _ => return node.unknown(),
        }
    }
    Ok(Value::Object(kept))
}

/// Answers keep their status and description: a proxy integration passes through what the function says, and a response
/// model would have to be an object without composition or null.
fn responses(node: &Node<'_>) -> Result<Value, LowerError> {
    let mut kept = Map::new();
    for (status, node) in node.fields()? {
        let response = node.resolved()?;
        let mut lowered = Map::new();
        for (key, node) in response.fields()? {
            match key {
                "description" => {
                    lowered.insert(key.to_owned(), node.text()?.into());
                }
                "headers" | "content" | "links" | "x-problem-codes" => {}
                _ => return node.unknown(),
            }
        }
        kept.insert(status.to_owned(), Value::Object(lowered));
    }
    Ok(Value::Object(kept))
}

//! The rules for the document and its paths.

use serde_json::{Map, Value, json};

use super::{LowerError, Node, operation, schema};

/// Lowers a 3.1 document to 3.0.3. The same input gives the same output.
///
/// # Errors
/// The first construct that no rule knows, with its place.
pub fn lower(document: &Value) -> Result<Value, LowerError> {
    let root = Node::root(document);
    let mut models = Models::default();
    let mut lowered = Map::new();
    for (key, node) in root.fields()? {
        match key {
            "openapi" => version(&node, &mut lowered)?,
            "info" => info(&node, &mut lowered)?,
            "paths" => paths(&node, &mut lowered, &mut models)?,
            "components" => components(&node)?,
            "tags" => tag_names(&node, &mut lowered)?,
            // The gateway's address is the deployment's; `servers` would set a base path or an endpoint policy.
            "servers" => {}
            // Ignored at the root by the import; the operation's authorization type says it (gateway.rs).
            "security" => {}
            _ => return node.unknown(),
        }
    }
    lowered.insert("components".into(), json!({"schemas": models.0}));
    Ok(Value::Object(lowered))
}

/// The request models that operations name, lowered.
#[derive(Default)]
pub(super) struct Models(Map<String, Value>);

impl Models {
    /// Adds the model that a request body refers to and returns the reference.
    pub(super) fn add(&mut self, reference: &Node<'_>) -> Result<Value, LowerError> {
        let Some(name) = reference
            .value
            .get("$ref")
            .and_then(Value::as_str)
            .and_then(|target| target.strip_prefix("#/components/schemas/"))
        else {
            return reference.fail("a request body must refer to a named schema: the gateway keeps only named models");
        };
        alphanumeric_name(reference, name)?;
        self.0.insert(name.to_owned(), schema::model(&reference.resolved()?)?);
        Ok(json!({"$ref": format!("#/components/schemas/{name}")}))
    }
}

/// Model names are alphanumeric only.
fn alphanumeric_name(node: &Node<'_>, name: &str) -> Result<(), LowerError> {
    if !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric()) {
        Ok(())
    } else {
        node.fail(format!("the model name {name:?} is not alphanumeric"))
    }
}

/// 3.1 is refused by the import; 3.0.3 is taken.
fn version(node: &Node<'_>, lowered: &mut Map<String, Value>) -> Result<(), LowerError> {
    if !node.text()?.starts_with("3.1.") {
        return node.fail("only 3.1 is lowered");
    }
    lowered.insert("openapi".into(), "3.0.3".into());
    Ok(())
}

/// Title, version and description mean the same. 3.0 has no `summary` and no SPDX `identifier` of a licence.
fn info(node: &Node<'_>, lowered: &mut Map<String, Value>) -> Result<(), LowerError> {
    let mut kept = Map::new();
    for (key, node) in node.fields()? {
        match key {
            "title" | "version" | "description" => {
                kept.insert(key.to_owned(), node.text()?.into());
            }
            "summary" | "license" => {}
            _ => return node.unknown(),
        }
    }
    lowered.insert("info".into(), Value::Object(kept));
    Ok(())
}

/// Tags stay: the gateway ignores them, and the document stays readable.
fn tag_names(node: &Node<'_>, lowered: &mut Map<String, Value>) -> Result<(), LowerError> {
    for tag in node.items()? {
        for (key, node) in tag.fields()? {
            if !matches!(key, "name" | "description") {
                return node.unknown();
            }
        }
    }
    lowered.insert("tags".into(), node.value.clone());
    Ok(())
}

/// Components stay only where an operation uses them as a request model; the rest is checked to be of a known kind.
fn components(node: &Node<'_>) -> Result<(), LowerError> {
    for (key, node) in node.fields()? {
        match key {
            // Taken by the operations: request models by name, responses for their description.
            "schemas" | "responses" => {}
            // Headers are left out with the responses' contents, parameters and schemes are the operations' own.
            "headers" | "securitySchemes" => {}
            _ => return node.unknown(),
        }
    }
    Ok(())
}

fn paths(node: &Node<'_>, lowered: &mut Map<String, Value>, models: &mut Models) -> Result<(), LowerError> {
    let mut kept = Map::new();
    for (path, item) in node.fields()? {
        if !path.starts_with('/') {
            return item.unknown();
        }
        kept.insert(path.to_owned(), path_item(&item, models)?);
    }
    lowered.insert("paths".into(), Value::Object(kept));
    Ok(())
}

fn path_item(item: &Node<'_>, models: &mut Models) -> Result<Value, LowerError> {
    let shared = match item.get("parameters") {
        Some(parameters) => parameters.items()?.collect(),
        None => Vec::new(),
    };
    let mut kept = Map::new();
    for (key, node) in item.fields()? {
        match key {
            "get" | "put" | "post" | "delete" | "patch" | "head" | "options" => {
                kept.insert(key.to_owned(), operation::lowered(&node, &shared, models)?);
            }
            // Moved into each operation: see `operation::parameters`.
            "parameters" => {}
            _ => return node.unknown(),
        }
    }
    Ok(Value::Object(kept))
}

//! The document itself: its information, tags and components.

use serde_json::{Map, Value, json};

use super::{Lowering, Options, body::Models, paths, security::Security, template};
use crate::{
    node::{Node, put},
    rules,
};

pub(super) fn lowered(root: &Node<'_, '_>, options: &Options) -> Value {
    let mut lowered = Map::new();
    let mut lowering = Lowering {
        options,
        models: Models::new(root.get("components").and_then(|c| c.get("schemas")).as_ref()),
        security: Security::new(root),
        ids: std::collections::BTreeMap::new(),
    };
    for (key, node) in root.fields() {
        match key {
            "openapi" => version(&node, &mut lowered),
            "info" => put(&mut lowered, key, Some(info(&node))),
            "paths" => put(&mut lowered, key, Some(paths::lowered(&node, &mut lowering))),
            "tags" => put(&mut lowered, key, Some(tags(&node))),
            "servers" => node.note(&rules::SERVERS),
            "externalDocs" | "jsonSchemaDialect" => node.note(&rules::INFORMATION),
            "webhooks" => node.refuse(&rules::OUTGOING, "webhooks"),
            _ => extension(key, &node, &mut lowered, options),
        }
    }
    for key in ["openapi", "info", "paths"] {
        if root.value.get(key).is_none() {
            root.object_to(&rules::MALFORMED, format!("the document has no {key:?}"));
        }
    }
    lowering.security.root_is_read(root);
    if let Some(components) = root.get("components") {
        leave_unused(&components);
    }
    let mut components = Map::new();
    let (models, schemes) = (lowering.models.into_made(), lowering.security.into_made());
    for (key, made) in [("schemas", models), ("securitySchemes", schemes)] {
        put(&mut components, key, (!made.is_empty()).then_some(Value::Object(made)));
    }
    put(&mut lowered, "components", (!components.is_empty()).then_some(Value::Object(components)));
    Value::Object(lowered)
}

/// 3.1 is refused by the import; 3.0.3 is taken.
fn version(node: &Node<'_, '_>, lowered: &mut Map<String, Value>) {
    if !node.text().starts_with("3.0.") && !node.text().starts_with("3.1.") {
        node.refuse(&rules::VERSION, format!("the document is of version {}", node.value));
    }
    lowered.insert("openapi".into(), "3.0.3".into());
}

fn info(node: &Node<'_, '_>) -> Value {
    let mut kept = Map::new();
    for key in ["title", "version"] {
        if node.value.get(key).is_none() {
            node.object_to(&rules::MALFORMED, format!("has no {key:?}"));
        }
    }
    for (key, node) in node.fields() {
        match key {
            "title" | "version" | "description" => {
                kept.insert(key.to_owned(), node.text().into());
            }
            "summary" | "license" | "contact" | "termsOfService" => node.note(&rules::INFORMATION),
            key if Node::is_extension(key) => node.note(&rules::VENDOR_WORD),
            _ => {}
        }
    }
    Value::Object(kept)
}

/// Tags stay: the gateway ignores them, and the document stays readable.
fn tags(node: &Node<'_, '_>) -> Value {
    let tag = |tag: Node<'_, '_>| {
        let mut kept = Map::new();
        for (key, node) in tag.fields() {
            match key {
                "name" | "description" => put(&mut kept, key, Some(node.text().into())),
                "externalDocs" => node.note(&rules::INFORMATION),
                key if Node::is_extension(key) => node.note(&rules::VENDOR_WORD),
                _ => {}
            }
        }
        Value::Object(kept)
    };
    node.items().into_iter().map(tag).collect()
}

/// Who writes the gateway's own words means them; other extensions are not for it.
pub(super) fn extension(key: &str, node: &Node<'_, '_>, kept: &mut Map<String, Value>, options: &Options) {
    if key.starts_with("x-amazon-apigateway-") {
        if options.template && template::has_variable(node.value) {
            node.note(&rules::TEMPLATE_VARIABLE);
        }
        kept.insert(key.to_owned(), node.whole());
    } else if Node::is_extension(key) {
        node.note(&rules::VENDOR_WORD);
    }
}

/// Components work where they are used; the others are left out.
fn leave_unused(components: &Node<'_, '_>) {
    const KINDS: [&str; 10] = [
        "schemas",
        "responses",
        "parameters",
        "examples",
        "requestBodies",
        "headers",
        "securitySchemes",
        "links",
        "callbacks",
        "pathItems",
    ];
    for (kind, entries) in components.fields() {
        if Node::is_extension(kind) {
            entries.note(&rules::VENDOR_WORD);
        } else if KINDS.contains(&kind) {
            for (_, entry) in entries.fields().into_iter().filter(|(_, entry)| !entry.is_seen()) {
                entry.note(&rules::UNUSED_COMPONENT);
            }
        }
    }
}

/// A clone that the caller may change: `{"$ref": …}` to a component.
pub(super) fn reference(kind: &str, name: &str) -> Value {
    json!({"$ref": format!("#/components/{kind}/{name}")})
}

//! Request bodies: each JSON body a model with a name, unless models are not wanted.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::{Lowering, operation::Place, root, schema};
use crate::{
    node::{Node, last_name, put},
    rules,
};

/// The models that operations name.
pub(super) struct Models {
    made: Map<String, Value>,
    /// Where a model comes from, and its name.
    names: BTreeMap<String, String>,
    /// Names that are somebody's own.
    taken: BTreeSet<String>,
}

impl Models {
    /// Every component with an alphanumeric name keeps that name.
    pub(super) fn new(schemas: Option<&Node<'_, '_>>) -> Self {
        let names = schemas.and_then(|s| s.value.as_object()).into_iter().flat_map(Map::keys);
        let taken = names.filter(|name| alphanumeric(name) == **name).cloned().collect();
        Self { made: Map::new(), names: BTreeMap::new(), taken }
    }

    pub(super) fn into_made(self) -> Map<String, Value> {
        self.made
    }

    /// A reference to the model of this schema. `fallback` names it where it has no name of its own.
    fn of(&mut self, node: &Node<'_, '_>, fallback: &str) -> Option<Value> {
        schema::beside_reference(node);
        let named = node.value.get("$ref").and_then(Value::as_str);
        let wanted = named.map_or_else(|| fallback.to_owned(), last_name);
        let source = match node.get("$ref") {
            Some(reference) => reference.target()?,
            None => node.clone(),
        };
        let name = if let Some(name) = self.names.get(&source.at) {
            name.clone()
        } else {
            let name = self.free(&source, &wanted, named.is_some_and(|n| n.starts_with("#/components/schemas/")));
            self.names.insert(source.at.clone(), name.clone());
            let model = schema::model(&source);
            self.made.insert(name.clone(), model);
            name
        };
        Some(root::reference("schemas", &name))
    }

    /// `Page_Item` → `PageItem`, or `PageItem2` where that is another's name.
    fn free(&mut self, source: &Node<'_, '_>, wanted: &str, own: bool) -> String {
        let plain = alphanumeric(wanted);
        if own && plain == wanted {
            return plain;
        }
        if own {
            source.remark(&rules::MODEL_NAME);
        }
        let plain = if plain.is_empty() { "Model".to_owned() } else { plain };
        let candidates = std::iter::once(plain.clone()).chain((2_u32..).map(|n| format!("{plain}{n}")));
        let name = candidates.into_iter().find(|name| !self.taken.contains(name)).unwrap_or(plain);
        self.taken.insert(name.clone());
        name
    }
}

/// The letters and digits of a name; a letter after anything else becomes a capital one.
fn alphanumeric(name: &str) -> String {
    let mut capital = false;
    let mut plain = String::with_capacity(name.len());
    for c in name.chars() {
        match c {
            c if c.is_ascii_alphanumeric() => plain.push(if capital { c.to_ascii_uppercase() } else { c }),
            _ => {}
        }
        capital = !c.is_ascii_alphanumeric();
    }
    plain
}

pub(super) fn lowered(node: &Node<'_, '_>, place: &Place<'_>, lowering: &mut Lowering<'_>) -> Option<Value> {
    if !lowering.options.models {
        node.note(&rules::NO_MODELS);
        return None;
    }
    let body = node.dereferenced()?;
    let mut kept = Map::new();
    for (key, node) in body.fields() {
        match key {
            "required" => put(&mut kept, key, Some(node.whole())),
            "description" => put(&mut kept, key, Some(node.text().into())),
            "content" => put(&mut kept, key, contents(&node, place, &mut lowering.models)),
            _ => root::extension(key, &node, &mut kept, lowering.options),
        }
    }
    kept.contains_key("content").then_some(Value::Object(kept))
}

/// What becomes of each media type. `None` where none of them has a model.
fn contents(node: &Node<'_, '_>, place: &Place<'_>, models: &mut Models) -> Option<Value> {
    let mut content = Map::new();
    for (media_type, node) in node.fields() {
        if is_json(media_type) {
            let mut kept = Map::new();
            for (key, node) in node.fields() {
                match key {
                    "schema" => put(&mut kept, key, models.of(&node, &made_name(place))),
                    "example" | "examples" | "encoding" => node.note(&rules::BODY_WORD),
                    key if Node::is_extension(key) => node.note(&rules::VENDOR_WORD),
                    _ => {}
                }
            }
            content.insert(media_type.to_owned(), Value::Object(kept));
        } else {
            node.note(&rules::BODY_TYPE);
        }
    }
    (!content.is_empty()).then_some(Value::Object(content))
}

/// `application/json`, `application/merge-patch+json`, with or without parameters.
fn is_json(media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence.ends_with("/json") || essence.ends_with("+json")
}

/// `createItem` → `CreateItemBody`; without an id, of method and path.
fn made_name(place: &Place<'_>) -> String {
    let words = alphanumeric(&format!("-{}-{}-body", place.method, place.path));
    place.id.map_or(words, |id| alphanumeric(&format!("-{id}-body")))
}

/// A model that takes any object: what stands where nothing can be made.
pub(super) fn any() -> Value {
    json!({"type": "object"})
}

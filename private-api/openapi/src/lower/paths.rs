//! Paths: what segments the gateway takes, and which paths can stand beside each other.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::{Lowering, operation, parameter, root};
use crate::{node::Node, rules};

const METHODS: [&str; 7] = ["get", "put", "post", "delete", "patch", "head", "options"];

pub(super) fn lowered(node: &Node<'_, '_>, lowering: &mut Lowering<'_>) -> Value {
    let mut kept = Map::new();
    let mut tree = Tree::default();
    for (path, item) in node.fields() {
        if path.starts_with('/') {
            if ["/ping", "/sping"].contains(&path) {
                item.remark(&rules::RESERVED_PATH);
            }
            if let Some(variables) = variables(path, &item) {
                tree.add(path, &item);
                kept.insert(path.to_owned(), path_item(path, &item, &variables, lowering));
            }
        } else if Node::is_extension(path) {
            root::extension(path, &item, &mut kept, lowering.options);
        } else {
            item.refuse(&rules::MALFORMED, format!("the path {path:?} does not start with a slash"));
        }
    }
    Value::Object(kept)
}

/// The names of a path's variables. A refusal where a segment is of letters that the gateway does not take.
fn variables<'p>(path: &'p str, item: &Node<'_, '_>) -> Option<Vec<&'p str>> {
    let mut names = Vec::new();
    let mut segments = path.split('/').skip(1).peekable();
    while let Some(segment) = segments.next() {
        let last = segments.peek().is_none();
        let allowed =
            |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-:,".contains(&b));
        match segment.strip_prefix('{').and_then(|inner| inner.strip_suffix('}')) {
            Some(name) if allowed(name.strip_suffix('+').filter(|_| last).unwrap_or(name)) => {
                names.push(name.strip_suffix('+').unwrap_or(name));
            }
            // The root itself.
            None if segment.is_empty() && path == "/" => {}
            None if allowed(segment) => {}
            _ => {
                item.refuse(&rules::PATH_SYNTAX, format!("{path} has the segment {segment:?}"));
                return None;
            }
        }
    }
    if names.iter().collect::<BTreeSet<_>>().len() < names.len() {
        item.refuse(&rules::PATH_PARAMETER, format!("{path} has one variable twice"));
        return None;
    }
    Some(names)
}

/// The resources so far: under each place at most one variable.
#[derive(Default)]
struct Tree {
    /// The variable segment below a place, and the path that brought it. A place is a path without its variables' names.
    variables: BTreeMap<String, (String, String)>,
}

impl Tree {
    fn add(&mut self, path: &str, item: &Node<'_, '_>) {
        let mut place = String::new();
        for segment in path.split('/').skip(1) {
            if segment.starts_with('{') {
                let known = self.variables.entry(place.clone());
                let (variable, first) = known.or_insert_with(|| (segment.to_owned(), path.to_owned()));
                if variable != segment {
                    item.object_to(
                        &rules::SIBLING_VARIABLES,
                        format!("{segment} stands where {first} has the variable {variable}"),
                    );
                    return;
                }
                place.push_str("/{}");
            } else {
                place.push('/');
                place.push_str(segment);
            }
        }
    }
}

fn path_item(path: &str, item: &Node<'_, '_>, variables: &[&str], lowering: &mut Lowering<'_>) -> Value {
    let mut kept = Map::new();
    let mut nodes = vec![item.clone()];
    if let Some(reference) = item.get("$ref") {
        reference.text();
        let Some(named) = item.resolved() else { return Value::Null };
        for (key, _) in named.fields().into_iter().filter(|(key, _)| item.value.get(key).is_some()) {
            item.object_to(
                &rules::REFERENCE,
                format!("{key:?} stands here and in what the reference names: which one?"),
            );
        }
        nodes.push(named);
    }
    let shared: Vec<_> = nodes.iter().filter_map(|node| node.get("parameters")).flat_map(|p| p.items()).collect();
    let shared = parameter::resolved(shared);
    for (key, node) in nodes.iter().flat_map(Node::fields) {
        match key {
            key if METHODS.contains(&key) => {
                let id = node.value.get("operationId").and_then(Value::as_str);
                let at = operation::Place { path, method: key, id, variables };
                kept.insert(key.to_owned(), operation::lowered(&node, &at, &shared, lowering));
            }
            "trace" | "query" | "additionalOperations" => {
                node.refuse(&rules::METHOD, format!("{} has the method {key}", path));
            }
            "parameters" | "$ref" => {}
            "summary" | "description" => node.note(&rules::OPERATION_WORD),
            "servers" => node.note(&rules::SERVERS),
            _ => root::extension(key, &node, &mut kept, lowering.options),
        }
    }
    Value::Object(kept)
}

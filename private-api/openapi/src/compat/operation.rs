//! Paths, operations and request bodies.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{
    Documents, Pair, Report, answer, parameter, resolved, same,
    schema::{self, Direction, Own},
    security, server, words,
};

const METHODS: [&str; 8] = ["get", "put", "post", "delete", "patch", "head", "options", "trace"];

pub(super) fn compare_all(documents: Documents<'_>, report: &mut Report) {
    let root = documents.pair(documents.old, documents.new);
    server::compare("servers", &root.old["servers"], &root.new["servers"], report);
    for key in ["webhooks", "jsonSchemaDialect"] {
        if !same(documents, &root.old[key], &root.new[key]) {
            report.add(key, "has changed, and nobody knows what that means to consumers");
        }
    }
    let (old, new) = (paths(documents.old), paths(documents.new));
    for (path, names, item) in &old {
        let found = new.iter().find(|(_, same, _)| same == names);
        let item = documents.pair(item, found.map_or(&Value::Null, |(_, _, item)| *item));
        let renamed = found.filter(|(now, _, _)| now != path).map(|(now, _, _)| (*path, *now));
        for method in METHODS.into_iter().filter(|method| item.old.get(method).is_some()) {
            let at = format!("{} {path}", method.to_ascii_uppercase());
            if item.new.get(method).is_none() {
                report.add(&at, "the operation is gone");
            } else {
                operation(&at, &item, &item.get(method), renamed, report);
            }
        }
    }
}

/// The paths, each with what it is on the wire: the names of its variables do not travel.
fn paths(document: &Value) -> Vec<(&str, String, &Value)> {
    let wire = |path: &str| {
        let segment = |s: &str| if s.starts_with('{') && s.ends_with('}') { "{}".to_owned() } else { s.to_owned() };
        path.split('/').map(segment).collect::<Vec<_>>().join("/")
    };
    let paths = document["paths"].as_object().into_iter().flatten();
    paths.map(|(path, item)| (path.as_str(), wire(path), item)).collect()
}

fn operation(at: &str, item: &Pair<'_>, operation: &Pair<'_>, renamed: Option<(&str, &str)>, report: &mut Report) {
    let (old, new) = (operation.old, operation.new);
    if old.get("operationId").is_some() && old["operationId"] != new["operationId"] {
        report.add(at, "the operationId names the method of generated clients and has changed");
    }
    if words(&old["tags"]).first() != words(&new["tags"]).first() {
        report.add(at, "the first tag names the class of generated clients and has changed");
    }
    security::compare(at, operation.documents, old, new, report);
    for (servers, now) in [(&item.old["servers"], &item.new["servers"]), (&old["servers"], &new["servers"])] {
        server::compare(at, servers, now, report);
        let others = |value: &Value| value.as_array().is_some_and(|list| !list.is_empty());
        if !others(servers) && others(now) {
            report.add(at, "has servers of its own now, instead of the document's");
        }
    }
    known_words(at, operation, report);
    let own = own_values(item, operation);
    parameter::compare(at, item, operation, renamed, report);
    request_body(at, &operation.get("requestBody"), report);
    answer::compare(at, &operation.get("responses"), &own, report);
}

/// Whatever else an operation says.
fn known_words(at: &str, operation: &Pair<'_>, report: &mut Report) {
    const KNOWN: [&str; 11] = [
        "operationId",
        "tags",
        "security",
        "servers",
        "parameters",
        "requestBody",
        "responses",
        "summary",
        "description",
        "deprecated",
        "externalDocs",
    ];
    let keys = |value: &Value| value.as_object().into_iter().flatten().map(|(key, _)| key.clone()).collect::<Vec<_>>();
    let all: BTreeSet<String> = keys(operation.old).into_iter().chain(keys(operation.new)).collect();
    for key in all.iter().filter(|key| !KNOWN.contains(&key.as_str()) && !key.starts_with("x-")) {
        if !same(operation.documents, &operation.old[key], &operation.new[key]) {
            report.add(at, format!("{key} has changed, and nobody knows what that means to consumers"));
        }
    }
}

fn request_body(at: &str, body: &Pair<'_>, report: &mut Report) {
    let at = format!("{at}, request body");
    if body.new["required"] == true && body.old["required"] != true {
        report.add(&at, "is now required");
    }
    if !body.old.is_null() && body.new.is_null() {
        report.add(&at, "is gone");
        return;
    }
    for (media_type, content) in body.get("content").members() {
        let at = format!("{at}, {media_type}");
        if content.new.is_null() {
            report.add(&at, "is gone");
            continue;
        }
        if !same(content.documents, &content.old["encoding"], &content.new["encoding"]) {
            report.add(&at, "encoding has changed: another wire");
        }
        schema::compare(&at, content.documents, content.old, content.new, Direction::Request, &Own::default(), report);
    }
}

/// What the caller has to say in every request of the operation: required parameters and required fields of its body, by name
/// and by the schema that they refer to, in both documents.
fn own_values(item: &Pair<'_>, operation: &Pair<'_>) -> Own {
    let said = |document: &Value, item: &Value, operation: &Value| {
        let mut said = BTreeSet::new();
        for (name, parameter) in parameter::all(document, item, operation) {
            if parameter["required"] == true
                && let Some(target) = parameter["schema"]["$ref"].as_str()
            {
                said.insert((name.name, target.to_owned()));
            }
        }
        let body = resolved(document, &operation["requestBody"]);
        for (_, content) in body["content"].as_object().into_iter().flatten().filter(|_| body["required"] == true) {
            let schema = resolved(document, &content["schema"]);
            for name in words(&schema["required"]) {
                if let Some(target) = schema["properties"][name]["$ref"].as_str() {
                    said.insert((name.to_owned(), target.to_owned()));
                }
            }
        }
        said
    };
    let old = said(operation.documents.old, item.old, operation.old);
    let new = said(operation.documents.new, item.new, operation.new);
    Own(old.intersection(&new).cloned().collect())
}

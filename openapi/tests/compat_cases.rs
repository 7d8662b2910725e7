//! `cases/compat-edits.json`: edits of the contract, and what the compatibility check must say about each.
#![allow(missing_docs, clippy::unwrap_used)]

use claims_openapi::compat::{breaking_changes, may_replace};
use serde_json::{Value, json};

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// One step of RFC 6902, as far as the cases go.
fn apply(document: &mut Value, step: &Value) {
    let pointer = step["path"].as_str().unwrap();
    let value = match step["op"].as_str().unwrap() {
        "remove" => {
            take(document, pointer);
            return;
        }
        "move" => take(document, step["from"].as_str().unwrap()),
        "add" | "replace" => step["value"].clone(),
        other => panic!("no such operation here: {other}"),
    };
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    match document.pointer_mut(parent).unwrap_or_else(|| panic!("no {parent}")) {
        Value::Array(items) if key == "-" => items.push(value),
        Value::Array(items) if step["op"] == "replace" => items[key.parse::<usize>().unwrap()] = value,
        Value::Array(items) => items.insert(key.parse().unwrap(), value),
        fields => fields[key.replace("~1", "/").replace("~0", "~")] = value,
    }
}

fn take(document: &mut Value, pointer: &str) -> Value {
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    match document.pointer_mut(parent).unwrap_or_else(|| panic!("no {parent}")) {
        Value::Array(items) => items.remove(key.parse().unwrap()),
        fields => fields.as_object_mut().unwrap().remove(&key.replace("~1", "/").replace("~0", "~")).unwrap(),
    }
}

fn patched(mut document: Value, patch: &Value) -> Value {
    patch.as_array().into_iter().flatten().for_each(|step| apply(&mut document, step));
    document
}

fn cases() -> (Value, Value) {
    (json(include_str!("cases/contract-1.0.0.json")), json(include_str!("cases/compat-edits.json")))
}

#[test]
fn every_edit_is_judged_as_it_should_be() {
    let (base, file) = cases();
    let edits = file["edits"].as_array().unwrap();
    let mut wrong = Vec::new();
    for edit in edits {
        let old = patched(base.clone(), &edit["given"]);
        let new = patched(old.clone(), &edit["patch"]);
        assert_ne!(old, new, "{} changes nothing", edit["id"]);
        let breaking: Vec<String> = breaking_changes(&old, &new).iter().map(ToString::to_string).collect();
        if breaking.is_empty() != (edit["expected"] == "harmless") {
            wrong.push(format!("{} is {}, for {}: {breaking:#?}", edit["id"], edit["expected"], edit["why"]));
        }
    }
    assert!(wrong.is_empty(), "{} of {} are wrong:\n{}", wrong.len(), edits.len(), wrong.join("\n"));
    assert!(edits.len() >= 48);
}

#[test]
fn versions_go_on_and_say_what_breaks() {
    let (base, file) = cases();
    let versioned = |version: &Value| {
        let mut document = base.clone();
        document["info"]["version"] = version.clone();
        document
    };
    for case in file["versions"].as_array().unwrap() {
        let old = versioned(&case["from"]);
        let mut new = versioned(&case["to"]);
        match case["change"].as_str().unwrap() {
            "breaking" => drop(take(&mut new, "/components/schemas/Claim/properties/description")),
            "harmless" => new["info"]["description"] = json!("Other words."),
            _ => {}
        }
        assert_eq!(may_replace(&old, &new).is_ok(), case["expected"] == "accepted", "{case}");
    }
}

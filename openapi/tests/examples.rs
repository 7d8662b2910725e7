//! Every example in the contract is valid against the schema it stands beside.
#![allow(missing_docs, clippy::unwrap_used)]

use claims_api_types::openapi::document;
use serde_json::Value;

/// Every schema with an example of it: schemas with `examples`, and media types and headers with `schema` and `examples`.
fn examples(node: &Value, at: String, found: &mut Vec<(String, Value, Value)>) {
    match node {
        Value::Object(fields) => {
            match (fields.get("examples"), fields.get("schema")) {
                (Some(Value::Array(values)), None) => {
                    found.extend(values.iter().map(|value| (at.clone(), node.clone(), value.clone())));
                }
                (Some(Value::Object(named)), Some(schema)) => {
                    let values =
                        named.iter().map(|(name, e)| (format!("{at}/{name}"), schema.clone(), e["value"].clone()));
                    found.extend(values);
                }
                _ => {}
            }
            for (key, child) in fields {
                examples(child, format!("{at}/{key}"), found);
            }
        }
        Value::Array(items) => {
            for (i, child) in items.iter().enumerate() {
                examples(child, format!("{at}/{i}"), found);
            }
        }
        _ => {}
    }
}

#[test]
fn every_example_is_valid_against_its_own_schema() {
    let document = document();
    let mut found = Vec::new();
    examples(&document, "#".to_owned(), &mut found);
    assert!(found.len() > 40, "only {} examples are seen", found.len());
    for (at, mut schema, example) in found {
        schema["components"] = document["components"].clone();
        let validator = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
        if let Err(error) = validator.validate(&example) {
            panic!("{at}: {error}");
        }
    }
}

#[test]
fn every_body_has_an_example() {
    let document = document();
    let mut bodies = 0;
    for item in document["paths"].as_object().unwrap().values() {
        for operation in item.as_object().unwrap().values().filter(|o| o.is_object()) {
            let answers = operation["responses"].as_object().unwrap().values();
            for body in answers.chain(operation.get("requestBody")) {
                for content in body["content"].as_object().into_iter().flatten().map(|(_, content)| content) {
                    assert!(content["examples"].as_object().is_some_and(|e| !e.is_empty()), "{content}");
                    bodies += 1;
                }
            }
        }
    }
    assert!(bodies > 5);
}

//! Every document of the corpus lowers, or is refused for the reasons that are written beside it; what was made keeps the gateway's
//! rules, and a file of it waits for the foreign tools (`cargo xtask openapi corpus`).

use std::{fs, path::PathBuf};

use private_api_openapi::{
    down::down,
    lower::{Options, lower},
    render::render,
};
use serde_json::Value;

use crate::{corpus, gateway_rules};

/// Where the foreign tools look.
fn folder() -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("corpus");
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn refusals(document: &Value, options: &Options) -> Result<Value, Vec<(String, &'static str)>> {
    match lower(document, options) {
        Ok(made) => Ok(made.document),
        Err(why) => Err(why.refusals.iter().map(|r| (r.at.clone(), r.rule.id)).collect()),
    }
}

/// The document without what is refused: the rest of it still lowers.
pub fn without(document: &Value, refused: &[(&str, &str)]) -> Value {
    let mut document = document.clone();
    for (i, (at, rule)) in refused.iter().enumerate() {
        let pointer = at.trim_start_matches('#');
        if rule.starts_with("operation-id-") {
            let operation = pointer.trim_end_matches("/operationId");
            document.pointer_mut(operation).unwrap()["operationId"] = format!("renamed{i}").into();
            continue;
        }
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        let key = key.replace("~1", "/").replace("~0", "~");
        match document.pointer_mut(parent).unwrap() {
            Value::Object(fields) if *rule == "parameter-name" => drop(fields.insert(key, "plain".into())),
            Value::Object(fields) => drop(fields.remove(&key)),
            other => panic!("{at}: {other}"),
        }
    }
    document
}

#[test]
fn every_document_lowers_or_each_refusal_is_right() {
    for api in corpus::all() {
        for models in [true, false] {
            let options = api.options(models);
            let expected: Vec<_> = api.refused(models).iter().map(|(at, rule)| ((*at).to_owned(), *rule)).collect();
            let lowered = match refusals(&api.document, &options) {
                Ok(lowered) => {
                    assert!(expected.is_empty(), "{} (models: {models}) lowers: {lowered:#}", api.name);
                    lowered
                }
                Err(found) => {
                    assert_eq!(found, expected, "{} (models: {models})", api.name);
                    // Nothing else stands in its way.
                    refusals(&without(&api.document, api.refused(models)), &options)
                        .unwrap_or_else(|why| panic!("{}: {why:?}", api.name))
                }
            };
            let broken = gateway_rules::broken(&lowered);
            assert!(broken.is_empty(), "{} (models: {models}): {broken:#?}", api.name);
            let name = format!("{}-{}.json", api.name, if models { "models" } else { "plain" });
            fs::write(folder().join(name), render(&lowered)).unwrap();
        }
    }
}

#[test]
fn a_document_of_3_0_lowers_as_its_source_does() {
    for api in corpus::all() {
        let full = down(&api.document).unwrap_or_else(|why| panic!("{}: {why}", api.name)).document;
        fs::write(folder().join(format!("{}-full.json", api.name)), render(&full)).unwrap();
        let options = api.options(false);
        let (of_3_1, of_3_0) = (refusals(&api.document, &options), refusals(&full, &options));
        assert_eq!(of_3_1, of_3_0, "{}", api.name);
    }
}

#[test]
fn the_order_of_keys_changes_nothing() {
    for api in corpus::all() {
        let text = api.document.to_string();
        let mut turned: Value = serde_json::from_str(&text).unwrap();
        turn(&mut turned);
        let options = api.options(true);
        let made = |document: &Value| refusals(document, &options).map(|made| render(&made));
        assert_eq!(made(&api.document), made(&turned), "{}", api.name);
    }
}

/// The keys of all objects in the other order, where the map keeps an order.
fn turn(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            let turned: Vec<_> = std::mem::take(fields).into_iter().collect();
            fields.extend(turned.into_iter().rev());
            fields.values_mut().for_each(turn);
        }
        Value::Array(items) => items.iter_mut().for_each(turn),
        _ => {}
    }
}

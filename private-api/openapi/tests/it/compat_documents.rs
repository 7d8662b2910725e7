//! The compatibility check of documents: every rule of a list edits every place of the corpus where it has something to do, and the
//! check says what the rule's name promises.

use std::collections::BTreeMap;

use private_api_openapi::compat::{ALLOWING, Exception, breaking_changes, compare, may_replace, may_replace_except};
use private_api_openapi::down::down;
use serde_json::{Value, json};

use crate::corpus;

/// Edits an operation (and its document): `false` where there is nothing to do.
type Edit = fn(&mut Value) -> bool;

/// Name, whether it breaks, and the edit of one operation.
const OPERATIONS: &[(&str, bool, Edit)] = &[
    ("operation-id-changes", true, |o| o.get("operationId").is_some() && put(o, "operationId", json!("another"))),
    ("operation-id-added", false, |o| o.get("operationId").is_none() && put(o, "operationId", json!("another"))),
    ("first-tag-changes", true, |o| put(o, "tags", json!(["another"]))),
    ("second-tag-added", false, |o| {
        o["tags"].as_array_mut().is_some_and(|t| {
            t.push(json!("more"));
            true
        })
    }),
    ("words-change", false, |o| {
        put(o, "summary", json!("Other words.")) && put(o, "description", json!("Other words."))
    }),
    ("deprecated", false, |o| put(o, "deprecated", json!(true))),
    ("extension-added", false, |o| put(o, "x-any", json!(1))),
    ("credential-asked", true, |o| put(o, "security", json!([{"another": []}]))),
    ("credential-asked-beside-the-others", true, |o| {
        let had = o["security"].as_array().cloned().unwrap_or_default();
        let both = |one: &Value| {
            let mut one = one.clone();
            one["another"] = json!([]);
            one
        };
        !had.is_empty() && put(o, "security", had.iter().map(both).collect())
    }),
    ("credential-no-longer-asked", false, |o| put(o, "security", json!([]))),
    ("credential-as-another-alternative", false, |o| {
        o["security"].as_array_mut().is_some_and(|s| {
            s.push(json!({"another": []}));
            true
        })
    }),
    ("alternatives-in-another-order", false, |o| {
        o["security"].as_array_mut().is_some_and(|s| {
            s.reverse();
            s.len() > 1
        })
    }),
    ("more-scopes", true, |o| {
        o["security"].as_array_mut().is_some_and(|s| {
            s.iter_mut().any(|r| {
                r.as_object_mut().is_some_and(|r| {
                    r.values_mut().for_each(|scopes| *scopes = json!(["more"]));
                    !r.is_empty()
                })
            }) && !s.contains(&json!({}))
        })
    }),
    ("parameter-added-optional", false, |o| {
        parameter(o, json!({"name": "new", "in": "query", "schema": {"type": "string"}}))
    }),
    ("parameter-added-required", true, |o| {
        parameter(o, json!({"name": "new", "in": "query", "required": true, "schema": {"type": "string"}}))
    }),
    ("parameter-removed", true, |o| {
        parameters(o).is_some_and(|p| p.last().is_some_and(|p| p["name"] != "Accept") && p.pop().is_some())
    }),
    ("accept-is-no-parameter", false, |o| {
        parameters(o).is_some_and(|p| p.last().is_some_and(|p| p["name"] == "Accept") && p.pop().is_some())
    }),
    ("parameter-becomes-required", true, |o| first(o, |p| p["required"] != true && put(p, "required", json!(true)))),
    ("parameter-becomes-optional", false, |o| {
        first(o, |p| p["in"] != "path" && p["required"] == true && put(p, "required", json!(false)))
    }),
    ("parameter-in-another-place", true, |o| first(o, |p| p["in"] == "query" && put(p, "in", json!("header")))),
    ("parameter-of-another-style", true, |o| first(o, |p| p["in"] == "path" && put(p, "style", json!("label")))),
    ("parameter-of-the-default-style", false, |o| {
        first(o, |p| p["in"] == "path" && put(p, "style", json!("simple")) && put(p, "explode", json!(false)))
    }),
    ("parameter-as-content", true, |o| {
        first(o, |p| {
            let schema = p["schema"].take();
            p.as_object_mut().unwrap().remove("schema");
            put(p, "content", json!({"application/json": {"schema": schema}}))
        })
    }),
    ("parameter-of-a-list-explodes-otherwise", true, |o| {
        first(o, |p| p["schema"]["type"] == "array" && p["explode"] == false && put(p, "explode", json!(true)))
    }),
    ("parameter-gets-a-default", true, |o| {
        first(o, |p| {
            p["required"] != true
                && p["schema"].get("default").is_none()
                && put(&mut p["schema"], "default", json!("d"))
        })
    }),
    ("header-parameter-in-other-letters", false, |o| {
        first(o, |p| {
            p["in"] == "header" && {
                let name = p["name"].as_str().unwrap().to_ascii_uppercase();
                put(p, "name", json!(name))
            }
        })
    }),
    ("parameters-in-another-order", false, |o| {
        parameters(o).is_some_and(|p| {
            p.reverse();
            p.len() > 1
        })
    }),
    ("body-added-required", true, |o| {
        o.get("requestBody").is_none() && put(o, "requestBody", json!({"required": true, "content": {}}))
    }),
    ("body-added-optional", false, |o| {
        o.get("requestBody").is_none() && put(o, "requestBody", json!({"content": {"application/json": {}}}))
    }),
    ("body-removed", true, |o| o.as_object_mut().unwrap().remove("requestBody").is_some()),
    ("body-becomes-optional", false, |o| {
        o["requestBody"]["required"] == true && put(&mut o["requestBody"], "required", json!(false))
    }),
    ("body-takes-another-media-type", false, |o| {
        o.get("requestBody").is_some() && put(&mut o["requestBody"]["content"], "application/cbor", json!({}))
    }),
    ("body-media-type-removed", true, |o| {
        o["requestBody"]["content"].as_object_mut().is_some_and(|c| {
            let had = !c.is_empty();
            c.clear();
            had
        })
    }),
    ("body-encoding-changes", true, |o| {
        o["requestBody"]["content"].get("multipart/form-data").is_some()
            && put(
                &mut o["requestBody"]["content"]["multipart/form-data"],
                "encoding",
                json!({"file": {"contentType": "image/png"}}),
            )
    }),
    ("status-removed", true, |o| {
        o["responses"].as_object_mut().is_some_and(|r| {
            let had = !r.is_empty();
            r.clear();
            had
        })
    }),
    ("error-added", false, |o| put(&mut o["responses"], "418", json!({"description": "No."}))),
    ("success-added", true, |o| put(&mut o["responses"], "207", json!({"description": "Some."}))),
    ("redirect-added", true, |o| put(&mut o["responses"], "303", json!({"description": "There."}))),
    ("answer-gains-a-media-type", true, |o| answer(o, |a| put_content(a, "application/cbor"))),
    ("answer-loses-its-media-types", true, |o| answer(o, |a| a.as_object_mut().unwrap().remove("content").is_some())),
    ("answer-gains-a-header", false, |o| answer(o, |a| put_header(a, json!({"schema": {"type": "string"}})))),
    ("answer-loses-a-header", true, |o| answer(o, |a| a.as_object_mut().unwrap().remove("headers").is_some())),
    ("answer-loses-a-link", true, |o| answer(o, |a| a.as_object_mut().unwrap().remove("links").is_some())),
    ("answer-words-change", false, |o| answer(o, |a| put(a, "description", json!("Other words.")))),
    ("callback-added", true, |o| put(o, "callbacks", json!({"done": {}}))),
    ("servers-of-its-own", true, |o| put(o, "servers", json!([{"url": "https://elsewhere.example.com"}]))),
];

/// Edits of a document as such.
const DOCUMENTS: &[(&str, bool, Edit)] = &[
    ("information-changes", false, |d| {
        put(&mut d["info"], "title", json!("Another")) && put(&mut d["info"], "summary", json!("More"))
    }),
    ("path-added", false, |d| {
        put(&mut d["paths"], "/another", json!({"get": {"operationId": "new", "responses": {}}}))
    }),
    ("path-removed", true, |d| {
        d["paths"].as_object_mut().is_some_and(|p| p.keys().next().cloned().is_some_and(|key| p.remove(&key).is_some()))
    }),
    ("unused-component-added", false, |d| put(&mut d["components"]["schemas"], "Unused", json!({"type": "null"}))),
    ("server-added", false, |d| {
        d["servers"].as_array_mut().is_some_and(|s| {
            s.push(json!({"url": "https://more.example.com"}));
            true
        })
    }),
    ("servers-in-another-order", false, |d| {
        d["servers"].as_array_mut().is_some_and(|s| {
            s.reverse();
            s.len() > 1
        })
    }),
    ("server-removed", true, |d| d["servers"].as_array_mut().is_some_and(|s| s.pop().is_some())),
    ("scheme-changes", true, |d| schemes(d, |s| put(s, "type", json!("http")) && put(s, "scheme", json!("digest")))),
    ("scheme-words-change", false, |d| schemes(d, |s| put(s, "description", json!("Other words.")))),
    ("token-url-changes", true, |d| {
        d["components"]["securitySchemes"].get("OAuth2").is_some()
            && put(
                &mut d["components"]["securitySchemes"]["OAuth2"]["flows"]["authorizationCode"],
                "tokenUrl",
                json!("https://other.example.com"),
            )
    }),
    ("flow-added", false, |d| {
        d["components"]["securitySchemes"].get("OAuth2").is_some()
            && put(
                &mut d["components"]["securitySchemes"]["OAuth2"]["flows"],
                "clientCredentials",
                json!({"tokenUrl": "https://example.com", "scopes": {}}),
            )
    }),
    ("webhook-added", true, |d| put(d, "webhooks", json!({"done": {}}))),
    ("variable-of-a-path-renamed", true, |d| rename_variable(d)),
];

fn put(value: &mut Value, key: &str, member: Value) -> bool {
    if value.is_null() {
        return false;
    }
    value.as_object_mut().is_some_and(|fields| fields.insert(key.to_owned(), member.clone()) != Some(member))
}

fn parameters(operation: &mut Value) -> Option<&mut Vec<Value>> {
    operation.get_mut("parameters")?.as_array_mut()
}

fn parameter(operation: &mut Value, parameter: Value) -> bool {
    match parameters(operation) {
        Some(parameters) => parameters.push(parameter),
        None => drop(put(operation, "parameters", json!([parameter]))),
    }
    true
}

/// The first parameter for which the edit has something to do.
fn first(operation: &mut Value, edit: fn(&mut Value) -> bool) -> bool {
    parameters(operation).is_some_and(|parameters| {
        let ignored = |p: &Value| p["name"] == "Accept";
        parameters.iter_mut().filter(|p| !ignored(p)).any(|p| {
            let before = p.clone();
            edit(p) || {
                *p = before;
                false
            }
        })
    })
}

fn answer(operation: &mut Value, edit: fn(&mut Value) -> bool) -> bool {
    operation["responses"].as_object_mut().is_some_and(|answers| answers.values_mut().any(edit))
}

fn put_content(answer: &mut Value, media_type: &str) -> bool {
    if answer.get("content").is_none() {
        put(answer, "content", json!({}));
    }
    put(&mut answer["content"], media_type, json!({}))
}

fn put_header(answer: &mut Value, header: Value) -> bool {
    if answer.get("headers").is_none() {
        put(answer, "headers", json!({}));
    }
    put(&mut answer["headers"], "x-new", header)
}

/// Schemes that an operation asks for.
fn schemes(document: &mut Value, edit: fn(&mut Value) -> bool) -> bool {
    let asked = document["paths"].to_string() + &document["security"].to_string();
    document["components"]["securitySchemes"].as_object_mut().is_some_and(|schemes| {
        schemes.iter_mut().filter(|(name, _)| asked.contains(&format!("\"{name}\":["))).any(|(_, scheme)| edit(scheme))
    })
}

fn rename_variable(document: &mut Value) -> bool {
    let paths = document["paths"].as_object_mut().unwrap();
    let Some(path) = paths.keys().find(|path| path.contains("{id}") && !path.contains(".json")).cloned() else {
        return false;
    };
    let mut item = paths.remove(&path).unwrap();
    for operation in item.as_object_mut().unwrap().values_mut() {
        parameters(operation)
            .into_iter()
            .flatten()
            .filter(|p| p["name"] == "id")
            .for_each(|p| p["name"] = "key".into());
    }
    paths.insert(path.replace("{id}", "{key}"), item);
    true
}

fn operations(document: &Value) -> Vec<String> {
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        let path = path.replace('~', "~0").replace('/', "~1");
        found.extend(item.as_object().unwrap().keys().map(|method| format!("/paths/{path}/{method}")));
    }
    found
}

#[test]
fn every_rule_does_what_its_name_says_at_every_place_of_the_corpus() {
    let mut figures: BTreeMap<&str, usize> = BTreeMap::new();
    let mut wrong = Vec::new();
    for api in corpus::all() {
        let places = operations(&api.document);
        let of_operations = OPERATIONS.iter().flat_map(|rule| places.iter().map(move |place| (rule, place.as_str())));
        for ((name, breaks, edit), place) in of_operations.chain(DOCUMENTS.iter().map(|rule| (rule, ""))) {
            let mut new = api.document.clone();
            if !edit(new.pointer_mut(place).unwrap()) {
                continue;
            }
            *figures.entry(name).or_default() += 1;
            let breaking = breaking_changes(&api.document, &new);
            if breaking.is_empty() == *breaks {
                wrong.push(format!("{name} of {} at {place}: {breaking:?}", api.name));
            }
            // The same of the same documents as 3.0.3, which has no webhooks.
            if let (Ok(old), Ok(new)) = (down(&api.document), down(&new))
                && *name != "webhook-added"
            {
                let breaking = breaking_changes(&old.document, &new.document);
                if breaking.is_empty() == *breaks {
                    wrong.push(format!("{name} of {} as 3.0 at {place}: {breaking:?}", api.name));
                }
            }
        }
    }
    figures.iter().for_each(|(rule, edits)| eprintln!("{rule:<40} {edits:>4} edits"));
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    let unused: Vec<_> =
        OPERATIONS.iter().chain(DOCUMENTS).filter(|(name, _, _)| !figures.contains_key(name)).map(|r| r.0).collect();
    assert!(unused.is_empty(), "never used: {unused:?}");
}

#[test]
fn no_document_breaks_itself_or_its_own_3_0_form_in_another_order() {
    for api in corpus::all() {
        assert_eq!(breaking_changes(&api.document, &api.document), [], "{}", api.name);
        let full = down(&api.document).unwrap().document;
        assert_eq!(breaking_changes(&full, &full), [], "{}", api.name);
    }
}

/// A document with a caller's own value, its name on the way in and out.
fn own_value(limit: u64, pattern: &str, parameter: &str, required: bool) -> Value {
    json!({
        "openapi": "3.1.0", "info": {"title": "T", "version": "1.0.0"},
        "paths": {"/orders": {"get": {
            "operationId": "list",
            "parameters": [{"name": parameter, "in": "query", "required": required, "schema": {"$ref": "#/components/schemas/CustomerId"}}],
            "responses": {"200": {"description": "All", "content": {"application/json": {"schema": {"type": "array", "items": {"type": "object", "properties": {
                "customerId": {"$ref": "#/components/schemas/CustomerId"}, "referrer": {"type": "string"},
            }}}}}}},
        }}},
        "components": {"schemas": {"CustomerId": {"type": "string", "minLength": 1, "maxLength": limit, "pattern": pattern}}},
    })
}

#[test]
fn a_limit_of_the_callers_own_value_may_grow_and_no_other() {
    let old = own_value(64, "^[a-z]{1,64}$", "customerId", true);
    let found = compare(&old, &own_value(128, "^[a-z]{1,128}$", "customerId", true));
    assert_eq!(found.breaking, []);
    assert!(
        found
            .allowed
            .iter()
            .all(|a| a.rule == "own-value" && a.at == "GET /orders, answer 200, application/json[].customerId"),
        "{found:?}"
    );
    // Smaller: the request refuses it.
    assert!(!breaking_changes(&old, &own_value(32, "^[a-z]{1,64}$", "customerId", true)).is_empty());
    // Another pattern is another value.
    assert!(!breaking_changes(&old, &own_value(128, "^[a-z-]{1,128}$", "customerId", true)).is_empty());
    // Another name, or a value that the request need not say: the answer may hold somebody else's.
    for (name, required) in [("other", true), ("customerId", false)] {
        let (old, new) = (own_value(64, "^[a-z]+$", name, required), own_value(128, "^[a-z]+$", name, required));
        assert!(!breaking_changes(&old, &new).is_empty(), "{name} {required}");
    }
}

#[test]
fn an_exception_lets_one_break_pass_with_a_reason_and_says_so() {
    let old = own_value(64, "^[a-z]+$", "customerId", true);
    let mut new = old.clone();
    new["paths"]["/orders"]["get"]["operationId"] = "listOrders".into();
    let broken = breaking_changes(&old, &new).remove(0);
    let exception = |why: &str| Exception { at: broken.at.clone(), what: broken.what.clone(), why: why.to_owned() };
    assert!(may_replace(&old, &new).is_err());
    let said = may_replace_except(&old, &new, &[exception("nobody generates clients yet")]).unwrap();
    assert!(said[0].contains("nobody generates clients yet") && said[0].contains("GET /orders"), "{said:?}");
    assert!(may_replace_except(&old, &new, &[exception(" ")]).unwrap_err().contains("no reason"));
    assert!(may_replace_except(&old, &old, &[exception("why")]).unwrap_err().contains("lets nothing pass"));
}

#[test]
fn every_rule_that_lets_something_pass_has_a_reason() {
    assert!(ALLOWING.iter().all(|(name, why)| !name.contains(' ') && why.len() > 40));
}

#[test]
fn a_schema_that_nests_without_end_is_said_and_not_run_into() {
    // Each component one step deeper: no circle, and deeper than any stack should go.
    let mut schemas = json!({"S5000": {"type": "string"}});
    for i in 0..5_000 {
        schemas[format!("S{i}")] =
            json!({"type": "object", "properties": {"next": {"$ref": format!("#/components/schemas/S{}", i + 1)}}});
    }
    schemas["Root"] = json!({"$ref": "#/components/schemas/S0"});
    let old = crate::compat_schemas::document(schemas);
    let mut new = old.clone();
    new["components"]["schemas"]["S5000"]["maxLength"] = 1.into();
    assert!(!breaking_changes(&old, &new).is_empty(), "a break that is out of reach is not silence");
    // Doubled at every step: no circle, and more places than can be visited.
    let mut schemas = json!({"S60": {"type": "string"}});
    for i in 0..60 {
        let next = json!({"$ref": format!("#/components/schemas/S{}", i + 1)});
        schemas[format!("S{i}")] = json!({"type": "object", "properties": {"a": next, "b": next}});
    }
    schemas["Root"] = json!({"$ref": "#/components/schemas/S0"});
    let wide = crate::compat_schemas::document(schemas);
    assert_eq!(breaking_changes(&wide, &wide), []);
    let refused =
        private_api_openapi::lower::lower(&wide, &private_api_openapi::lower::Options::default()).unwrap_err();
    assert!(refused.refusals.iter().all(|r| r.rule.id == "model-size"), "{refused}");
}

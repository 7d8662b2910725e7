//! What becomes of single words, and that none is passed over.

use std::collections::BTreeSet;

use private_api_openapi::{
    down::down,
    lower::{Authorization, Options, lower},
    report::{Made, Note, Refused},
    rules,
};
use serde_json::{Value, json};

use crate::corpus;

/// A document with one operation, edited.
fn with(edit: impl FnOnce(&mut Value)) -> Value {
    let mut document = json!({
        "openapi": "3.1.0", "info": {"title": "T", "version": "1"},
        "paths": {"/a": {"post": {"operationId": "a", "responses": {"204": {"description": "Done."}}}}},
        "components": {"schemas": {"Other": {"type": "string", "description": "of the type"}}},
    });
    edit(&mut document);
    document
}

fn operation(edit: impl FnOnce(&mut Value)) -> Result<Made, Refused> {
    lower(&with(|d| edit(&mut d["paths"]["/a"]["post"])), &Options::default())
}

/// The lowered form of a schema, seen as the field `f` of a request model.
fn field(schema: Value) -> Result<(Value, Vec<Note>), Refused> {
    let body = json!({"content": {"application/json": {"schema": {"type": "object", "properties": {"f": schema}}}}});
    let made = operation(|o| o["requestBody"] = body)?;
    Ok((made.document["components"]["schemas"]["ABody"]["properties"]["f"].clone(), made.notes))
}

fn rules_of(refused: &Refused) -> Vec<&'static str> {
    refused.refusals.iter().map(|r| r.rule.id).collect()
}

#[test]
fn schemas_become_what_models_know() {
    for (source, made) in [
        (json!({"type": "string", "enum": ["a", null]}), json!({"type": "string", "enum": ["a"]})),
        (json!({"const": "a", "type": "string"}), json!({"type": "string", "enum": ["a"]})),
        (json!({"type": "object", "required": []}), json!({"type": "object"})),
        (
            json!({"type": "integer", "exclusiveMinimum": 0, "exclusiveMaximum": 10}),
            json!({"type": "integer", "minimum": 1, "maximum": 9}),
        ),
        (json!({"type": "integer", "exclusiveMinimum": 2.5}), json!({"type": "integer", "minimum": 3})),
        (json!({"type": "integer", "exclusiveMaximum": -2.5}), json!({"type": "integer", "maximum": -3})),
        (
            json!({"type": "integer", "exclusiveMinimum": 9_007_199_254_740_993_u64}),
            json!({"type": "integer", "minimum": 9_007_199_254_740_994_u64}),
        ),
        (json!({"type": ["integer", "null"], "exclusiveMinimum": 0}), json!({"type": "integer", "minimum": 1})),
        (json!({"exclusiveMinimum": 0}), json!({"minimum": 0})),
        (json!({"type": "number", "exclusiveMaximum": 1, "maximum": 5}), json!({"type": "number", "maximum": 1})),
        // Beside a composition of one the type is known, too.
        (json!({"allOf": [{"type": "integer"}], "exclusiveMinimum": 0}), json!({"type": "integer", "minimum": 1})),
        (
            json!({"anyOf": [{"type": "null"}, {"type": "integer", "minimum": 3}], "minimum": 1}),
            json!({"type": "integer", "minimum": 3}),
        ),
        (json!({"$ref": "#/components/schemas/Other"}), json!({"type": "string", "description": "of the type"})),
        (
            json!({"$ref": "#/components/schemas/Other", "description": "d", "default": "x"}),
            json!({"type": "string", "description": "d"}),
        ),
        (json!({"type": "string", "format": "date-time"}), json!({"type": "string", "format": "date-time"})),
        (json!({"type": "string", "format": "int64"}), json!({"type": "string"})),
        (
            json!({"type": "array", "items": {"type": "string", "default": ""}, "minItems": 1}),
            json!({"type": "array", "items": {"type": "string"}}),
        ),
        (json!({"type": "array", "prefixItems": [{"type": "string"}], "items": false}), json!({"type": "array"})),
        // Without its patterns a closed object would refuse what they allow.
        (
            json!({"type": "object", "patternProperties": {"^x": {}}, "additionalProperties": false}),
            json!({"type": "object"}),
        ),
        (
            json!({"type": "object", "properties": {"gone": false}, "additionalProperties": false}),
            json!({"type": "object", "properties": {}, "additionalProperties": false}),
        ),
        (json!({"type": "integer", "minimum": 0, "exclusiveMinimum": true}), json!({"type": "integer", "minimum": 1})),
        (
            json!({"type": "string", "nullable": true, "readOnly": true, "x-any": 1, "not": {"const": "a"}}),
            json!({"type": "string"}),
        ),
        (json!(true), json!({})),
    ] {
        let (found, _) = field(source.clone()).unwrap_or_else(|why| panic!("{source}: {why}"));
        assert_eq!(found, made, "{source}");
    }
}

#[test]
fn schemas_that_no_model_can_say_are_refused() {
    for (source, rule) in [
        (json!({"oneOf": [{"type": "string"}, {"type": "number"}]}), "composition"),
        (json!({"anyOf": [{"type": "null"}]}), "composition"),
        (json!({"allOf": [{"type": "object"}, {"type": "object"}]}), "composition"),
        (json!({"allOf": [{"maxLength": 3, "pattern": "a"}], "pattern": "b"}), "composition"),
        (json!({"type": ["string", "number"]}), "one-type"),
        (json!({"type": "null"}), "nothing-left"),
        (json!({"enum": [null]}), "nothing-left"),
        (json!({"allOf": [false]}), "false-schema"),
        (json!({"$ref": "#/components/schemas/Other", "maxLength": 3}), "beside-reference"),
        (json!({"$ref": "#/components/schemas/Nobody"}), "reference"),
        (json!({"$ref": "other.json#/x"}), "external-reference"),
        (json!({"type": "string", "tpye": "x"}), "no-rule"),
        (json!({"$dynamicRef": "#x"}), "no-rule"),
    ] {
        let why = field(source.clone()).map(|made| made.0).unwrap_err();
        assert_eq!(rules_of(&why), [rule], "{source}");
        assert!(
            why.refusals[0]
                .at
                .starts_with("#/paths/~1a/post/requestBody/content/application~1json/schema/properties/f"),
            "{why}"
        );
    }
}

#[test]
fn references_are_percent_encoded_pointers() {
    let document = with(|d| {
        d["components"]["parameters"]["a/b {c}"] = json!({"name": "q", "in": "query", "schema": {"type": "string"}});
        d["paths"]["/a"]["post"]["parameters"] = json!([{"$ref": "#/components/parameters/a~1b%20%7Bc%7D"}]);
    });
    let made = lower(&document, &Options::default()).unwrap();
    assert_eq!(made.document["paths"]["/a"]["post"]["parameters"][0]["name"], "q");
}

#[test]
fn parameters_keep_only_what_the_import_keeps() {
    let lowered = |parameters: Value| {
        operation(|o| o["parameters"] = parameters).map(|m| m.document["paths"]["/a"]["post"]["parameters"].clone())
    };
    let kept = lowered(json!([
        {"name": "n", "in": "query", "schema": {"type": "integer", "minimum": 1, "default": 25}},
        {"name": "If-Match", "in": "header", "required": true, "schema": {"type": "string", "pattern": "x"}},
        {"name": "c", "in": "cookie", "schema": {"type": "string"}},
        {"name": "Authorization", "in": "header", "schema": {"type": "string"}},
        {"name": "l", "in": "query", "schema": {"type": ["array", "null"], "items": {"type": "integer"}}},
        {"name": "several", "in": "query", "schema": {"type": ["integer", "string"]}},
        {"name": "e", "in": "query", "schema": {"enum": [1, 2]}},
        {"name": "j", "in": "query", "content": {"application/json": {}}},
    ]));
    assert_eq!(
        kept.unwrap(),
        json!([
            {"name": "n", "in": "query", "schema": {"type": "integer"}},
            {"name": "If-Match", "in": "header", "required": false, "schema": {"type": "string"}},
            {"name": "l", "in": "query", "schema": {"type": "array", "items": {"type": "string"}}},
            {"name": "several", "in": "query", "schema": {"type": "string"}},
            {"name": "e", "in": "query", "schema": {"type": "integer"}},
            {"name": "j", "in": "query", "schema": {"type": "string"}},
        ])
    );
    for (parameter, rule) in [
        (json!({"name": "f", "in": "query", "style": "deepObject", "schema": {"type": "object"}}), "parameter-name"),
        (json!({"name": "ä", "in": "query", "schema": {"type": "string"}}), "parameter-name"),
        (json!({"name": "x", "in": "path", "required": true, "schema": {"type": "string"}}), "path-parameter"),
        (json!({"name": "x", "in": "body", "schema": {"type": "string"}}), "malformed"),
    ] {
        assert_eq!(rules_of(&lowered(json!([parameter])).unwrap_err()), [rule], "{parameter}");
    }
    let twice = json!({"name": "q", "in": "query", "schema": {"type": "string"}});
    assert_eq!(rules_of(&lowered(json!([twice, twice])).unwrap_err()), ["parameter-twice"]);
}

#[test]
fn parameters_of_a_path_move_into_its_operations_and_the_operations_own_win() {
    let document = with(|d| {
        d["paths"]["/a"]["parameters"] = json!([
            {"name": "n", "in": "query", "description": "of the path", "schema": {"type": "string"}},
            {"name": "m", "in": "query", "schema": {"type": "string"}},
        ]);
        d["paths"]["/a"]["post"]["parameters"] =
            json!([{"name": "n", "in": "query", "description": "own", "schema": {"type": "integer"}}]);
    });
    let made = lower(&document, &Options::default()).unwrap().document;
    let parameters = made["paths"]["/a"]["post"]["parameters"].as_array().unwrap();
    assert_eq!(
        parameters.iter().map(|p| (&p["name"], &p["description"])).collect::<Vec<_>>(),
        [(&json!("m"), &Value::Null), (&json!("n"), &json!("own"))]
    );
    assert!(made["paths"]["/a"].get("parameters").is_none());
}

#[test]
fn paths_are_of_the_gateways_letters_and_no_two_are_in_each_others_way() {
    let refused = |paths: &[&str]| {
        let document = with(|d| {
            for (i, path) in paths.iter().enumerate() {
                let names = path
                    .split('/')
                    .filter_map(|s| s.strip_prefix('{')?.strip_suffix('}'))
                    .map(|s| s.trim_end_matches('+'));
                let parameters: Value = names
                    .map(|n| json!({"name": n, "in": "path", "required": true, "schema": {"type": "string"}}))
                    .collect();
                d["paths"][path] = json!({"get": {"operationId": format!("o{i}"), "parameters": parameters, "responses": {"204": {"description": "d"}}}});
            }
        });
        lower(&document, &Options::default()).map_or_else(|why| rules_of(&why), |_| Vec::new())
    };
    for right in [
        &["/"][..],
        &["/b/{x}", "/b/{x}/c", "/b/list"],
        &["/v1/files/{path+}"],
        &["/a_b.c-d:e,f"],
        &["/{x}", "/{x}/{y}"],
    ] {
        assert_eq!(refused(right), Vec::<&str>::new(), "{right:?}");
    }
    for wrong in [
        "/b/",
        "/b//c",
        "/b/{x}.json",
        "/b/v{x}",
        "/b/{x}{y}",
        "/b/{x+}/c",
        "/b/ä",
        "/b/a b",
        "/b/*",
        "/b/{}",
        "/b/a~b",
        "/{x}/{x}",
    ] {
        assert!(
            matches!(refused(&[wrong])[..], ["path-segment" | "path-parameter"]),
            "{wrong}: {:?}",
            refused(&[wrong])
        );
    }
    for wrong in
        [&["/b/{x}", "/b/{y}"][..], &["/b/{x}/c", "/b/{y}/d"], &["/b/{x}", "/b/{x+}"], &["/{a}/b", "/{c}/d/{e}"]]
    {
        assert_eq!(refused(wrong), ["sibling-variables"], "{wrong:?}");
    }
}

#[test]
fn a_path_may_be_a_reference() {
    let document = with(|d| {
        let mut item = d["paths"]["/a"].take();
        item["summary"] = "s".into();
        d["components"]["pathItems"]["A"] = item;
        d["paths"]["/a"] = json!({"$ref": "#/components/pathItems/A", "parameters": [{"name": "q", "in": "query", "schema": {"type": "string"}}]});
    });
    let made = lower(&document, &Options::default()).unwrap().document;
    assert_eq!(made["paths"]["/a"]["post"]["operationId"], "a");
    assert_eq!(made["paths"]["/a"]["post"]["parameters"][0]["name"], "q");
}

#[test]
fn security_is_what_checks_it() {
    let schemes = json!({
        "bearer": {"type": "http", "scheme": "bearer"},
        "other": {"type": "http", "scheme": "basic"},
        "sigv4": {"type": "apiKey", "in": "header", "name": "Authorization", "x-amazon-apigateway-authtype": "awsSigv4"},
        "key": {"type": "apiKey", "in": "header", "name": "x-api-key"},
        "lambda": {"type": "apiKey", "in": "header", "name": "Authorization", "x-amazon-apigateway-authorizer": {"type": "token"}},
        "wrong": {"type": "http", "scheme": "bearer", "x-amazon-apigateway-authorizer": {"type": "token"}},
    });
    let document = |at_root: bool, security: Value| {
        with(|d| {
            d["components"]["securitySchemes"] = schemes.clone();
            let holder = if at_root { d } else { &mut d["paths"]["/a"]["post"] };
            holder["security"] = security;
        })
    };
    let mut options = Options::default();
    options.authorization.insert("other".to_owned(), Authorization::None);
    let iam = Some(json!({"type": "AWS_IAM"}));
    for (security, auth, kept) in [
        (json!([{"sigv4": []}]), iam.clone(), None),
        (json!([{"key": []}]), None, Some(json!([{"key": []}]))),
        (json!([{"sigv4": [], "key": []}]), iam, Some(json!([{"key": []}]))),
        (json!([{"lambda": ["read"]}]), None, Some(json!([{"lambda": ["read"]}]))),
        (json!([{}, {"bearer": []}]), None, None),
        (json!([{"other": []}]), None, None),
        (json!([]), None, None),
    ] {
        for at_root in [false, true] {
            let made =
                lower(&document(at_root, security.clone()), &options).unwrap_or_else(|why| panic!("{security}: {why}"));
            let operation = &made.document["paths"]["/a"]["post"];
            assert_eq!(operation.get("x-amazon-apigateway-auth"), auth.as_ref(), "{security}");
            assert_eq!(operation.get("security"), kept.as_ref(), "{security}");
            assert!(made.document.get("security").is_none());
            let open = auth.is_none() && kept.is_none() && security != json!([]);
            let place = if at_root { "#/security" } else { "#/paths/~1a/post/security" };
            assert_eq!(
                made.notes.iter().any(|n| n.at == place),
                open,
                "{security}: who leaves a door open hears of it"
            );
        }
    }
    for (security, rule) in [
        (json!([{"bearer": []}]), "security"),
        (json!([{"sigv4": []}, {"key": []}]), "security-choice"),
        (json!([{"sigv4": [], "lambda": []}]), "security-choice"),
        (json!([{"wrong": []}]), "scheme-type"),
        (json!([{"nobody": []}]), "malformed"),
    ] {
        for (at_root, place) in [(false, "#/paths/~1a/post/security"), (true, "#/security")] {
            let why = lower(&document(at_root, security.clone()), &options).unwrap_err();
            assert_eq!((rules_of(&why)[..].to_vec(), why.refusals[0].at.as_str()), (vec![rule], place), "{security}");
        }
    }
}

#[test]
fn a_template_escapes_what_terraform_would_read_and_keeps_what_the_gateway_means() {
    let mut options = Options::default();
    options.template = true;
    let document = with(|d| {
        d["paths"]["/a"]["post"]["summary"] = "${a} %{b} $${c} $d {e}".into();
        d["paths"]["/a"]["post"]["x-amazon-apigateway-integration"] =
            json!({"uri": "${fn_arn}", "connectionId": "${stageVariables.link}", "note": "%{if}"});
        d["paths"]["/a"]["post"]["requestBody"] = json!({"content": {"application/json": {"schema": {"type": "object", "properties": {"${p}": {"pattern": "^a${2}"}}}}}});
    });
    let made = lower(&document, &options).unwrap();
    let operation = &made.document["paths"]["/a"]["post"];
    // Terraform takes one sign away before each brace.
    assert_eq!(operation["summary"], "$${a} %%{b} $$${c} $d {e}");
    assert_eq!(
        operation["x-amazon-apigateway-integration"],
        json!({"uri": "${fn_arn}", "connectionId": "$${stageVariables.link}", "note": "%%{if}"})
    );
    assert_eq!(made.document["components"]["schemas"]["ABody"]["properties"], json!({"$${p}": {"pattern": "^a$${2}"}}));
    assert!(made.notes.iter().any(|n| n.rule.id == "template-variable"));
}

#[test]
fn names_of_models_do_not_meet() {
    let body = |target: &str| json!({"content": {"application/json": {"schema": {"$ref": format!("#/components/schemas/{target}")}}}});
    let document = with(|d| {
        for (i, name) in ["Page_Item", "PageItem", "Page.Item", "Ä"].into_iter().enumerate() {
            d["components"]["schemas"][name] = json!({"type": "object", "title": name});
            d["paths"][format!("/p{i}")] =
                json!({"put": {"operationId": format!("p{i}"), "requestBody": body(name), "responses": {}}});
        }
    });
    let made = lower(&document, &Options::default()).unwrap().document;
    let mut titles = BTreeSet::new();
    for i in 0..4 {
        let target =
            made["paths"][format!("/p{i}")]["put"]["requestBody"]["content"]["application/json"]["schema"]["$ref"]
                .as_str()
                .unwrap();
        titles.insert((
            target.rsplit('/').next().unwrap().to_owned(),
            made.pointer(&target[1..]).unwrap()["title"].as_str().unwrap().to_owned(),
        ));
    }
    let pairs = [("Model", "Ä"), ("PageItem", "PageItem"), ("PageItem2", "Page_Item"), ("PageItem3", "Page.Item")];
    assert_eq!(titles, pairs.map(|(a, b)| (a.to_owned(), b.to_owned())).into());
}

/// Every object of a document, as pointers.
fn objects(value: &Value, at: &str, found: &mut Vec<String>) {
    let escaped = |key: &str| key.replace('~', "~0").replace('/', "~1");
    match value {
        Value::Object(fields) => {
            found.push(at.to_owned());
            fields.iter().for_each(|(key, value)| objects(value, &format!("{at}/{}", escaped(key)), found));
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(i, value)| objects(value, &format!("{at}/{i}"), found))
        }
        _ => {}
    }
}

#[test]
fn a_word_that_nobody_knows_is_nowhere_passed_over() {
    const WORD: &str = "unheardOf";
    let (mut places, mut refused) = (0, 0);
    for api in corpus::all() {
        for models in [true, false] {
            // Without what is refused anyway: whatever is refused then is the word.
            let clean = crate::corpus_lowering::without(&api.document, api.refused(models));
            let mut all = Vec::new();
            objects(&clean, "", &mut all);
            for at in all {
                let mut document = clean.clone();
                document.pointer_mut(&at).unwrap()[WORD] = json!({});
                let here = format!("#{at}/{WORD}");
                for outcome in [lower(&document, &api.options(models)), down(&document)] {
                    places += 1;
                    let above = |place: &str| here == place || here.starts_with(&format!("{place}/"));
                    // Refused, noted (itself or all of which it is a part), or there.
                    let seen = match outcome {
                        Ok(Made { document, notes }) => {
                            notes.iter().any(|n| above(&n.at)) || document.to_string().contains(WORD)
                        }
                        Err(Refused { refusals, .. }) => {
                            refused += 1;
                            refusals.iter().any(|r| above(&r.at) || r.what.contains(WORD))
                        }
                    };
                    assert!(seen, "{} passes over {here}", api.name);
                }
            }
        }
    }
    eprintln!("{places} words at their places, {refused} refused");
    assert!(places > 2_000 && refused > 800);
}

#[test]
fn every_rule_says_its_fact_its_way_out_and_its_source_and_some_rule_of_each_is_used() {
    let mut ids = BTreeSet::new();
    for rule in rules::ALL {
        assert!(ids.insert(rule.id), "{} is the name of two rules", rule.id);
        assert!(rule.fact.len() > 20 && rule.instead.len() > 10 && rule.source.len() > 5, "{rule:?}");
    }
}

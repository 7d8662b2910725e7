//! A full 3.0.3: what it accepts, what it leaves out, what it refuses.

use jsonschema::{Draft, Validator};
use private_api_openapi::{down::down, report::Refused};
use serde_json::{Value, json};

use crate::{
    compat_schemas::document,
    corpus,
    schemas::{Rng, components, schema, value, whole},
};

/// A Schema Object of 3.0 as the draft-04 schema that it stands for: `nullable` adds null to the type beside it.
fn draft_04(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(draft_04).collect(),
        Value::Object(fields) => {
            let mut made: Value = fields
                .iter()
                .filter(|(key, _)| *key != "nullable")
                .map(|(key, value)| {
                    let value = if matches!(key.as_str(), "enum" | "example" | "default") {
                        value.clone()
                    } else {
                        draft_04(value)
                    };
                    (key.clone(), value)
                })
                .collect();
            if fields.get("nullable") == Some(&json!(true)) && fields.contains_key("type") {
                made["type"] = json!([fields["type"], "null"]);
            }
            made
        }
        plain => plain.clone(),
    }
}

fn validator(document: &Value, draft: Draft) -> Validator {
    // Draft-04 sees nothing beside a reference; the components are found through it.
    let schema = json!({"$ref": "#/components/schemas/Root", "components": document["components"]});
    jsonschema::options().with_draft(draft).build(&schema).unwrap_or_else(|why| panic!("{why}: {schema}"))
}

/// Words that 3.0 does not have, put where they matter.
fn with_new_words(rng: &mut Rng, schema: &mut Value) {
    let mut all = Vec::new();
    crate::schemas::places(schema, "", &mut all);
    let place = rng.pick(&all).clone();
    let Some(fields) = schema.pointer_mut(&place).and_then(Value::as_object_mut) else { return };
    let (key, value) = rng
        .pick(&[
            ("patternProperties", json!({"^p": {"type": "string"}})),
            ("propertyNames", json!({"maxLength": 1})),
            ("prefixItems", json!([{"type": "string"}])),
            ("contains", json!({"type": "string"})),
            ("dependentRequired", json!({"p": ["q"]})),
            ("if", json!({"type": "string"})),
            ("const", json!("a")),
            ("const", json!(null)),
            ("type", json!(["string", "integer", "null"])),
            ("exclusiveMinimum", json!(2)),
            ("not", json!({"type": "object", "patternProperties": {"^p": {"type": "integer"}}})),
            ("not", json!({"const": 1})),
            ("items", json!(true)),
        ])
        .clone();
    fields.insert(key.to_owned(), value);
}

#[test]
fn a_made_up_schema_accepts_what_its_source_does_and_no_more_unless_a_note_says_so() {
    let (mut exact, mut loosened, mut refused) = (0, 0, 0);
    for seed in 0..800 {
        let rng = &mut Rng(seed);
        let mut schemas = components();
        schemas["Root"] = schema(rng, 3);
        for _ in 0..rng.below(3) {
            with_new_words(rng, &mut schemas["Root"]);
        }
        let source = document(schemas);
        let Ok(made) = down(&source) else { panic!("{seed}: {source}") };
        let losses = ["not-in-3.0", "one-of-loosened", "not-dropped"];
        let is_exact = !made.notes.iter().any(|note| losses.contains(&note.rule.id));
        let root = &source["components"]["schemas"]["Root"];
        let (before, after) =
            (validator(&source, Draft::Draft202012), validator(&draft_04(&made.document), Draft::Draft4));
        for _ in 0..40 {
            let value = whole(value(rng, root, &source, 6));
            let (was, is) = (before.is_valid(&value), after.is_valid(&value));
            assert!(is || !was, "{seed}: tighter: {value}\n{root}\n{}", made.document["components"]["schemas"]["Root"]);
            assert!(
                was || !is || !is_exact,
                "{seed}: looser: {value}\n{root}\n{}",
                made.document["components"]["schemas"]["Root"]
            );
            refused += usize::from(!was);
        }
        if is_exact { exact += 1 } else { loosened += 1 }
    }
    eprintln!("{exact} exact, {loosened} with a note; {refused} values that the source refuses");
    assert!(exact > 300 && loosened > 50 && refused > 1_000, "{exact} {loosened} {refused}");
}

/// The 3.0 form of one schema.
fn field(schema: Value) -> Value {
    let mut schemas = components();
    schemas["Root"] = schema;
    down(&document(schemas)).unwrap().document["components"]["schemas"]["Root"].clone()
}

#[test]
fn words_of_3_1_become_those_of_3_0() {
    for (source, made) in [
        (json!({"type": ["string", "null"]}), json!({"type": "string", "nullable": true})),
        (json!({"type": "null"}), json!({"enum": [null], "nullable": true})),
        (
            json!({"type": ["string", "integer"]}),
            json!({"allOf": [{"anyOf": [{"type": "string"}, {"type": "integer"}]}]}),
        ),
        (json!({"const": 1}), json!({"enum": [1]})),
        (
            json!({"type": "integer", "exclusiveMinimum": 0}),
            json!({"type": "integer", "minimum": 0, "exclusiveMinimum": true}),
        ),
        (json!({"minimum": 10, "exclusiveMinimum": 0}), json!({"minimum": 10})),
        (json!({"minimum": 0, "exclusiveMinimum": 5}), json!({"minimum": 5, "exclusiveMinimum": true})),
        (json!({"examples": [1, 2]}), json!({"example": 1})),
        (json!({"$ref": "#/components/schemas/Name"}), json!({"$ref": "#/components/schemas/Name"})),
        (
            json!({"$ref": "#/components/schemas/Name", "description": "d"}),
            json!({"description": "d", "allOf": [{"$ref": "#/components/schemas/Name"}]}),
        ),
        (json!({"type": "string", "contentEncoding": "base64"}), json!({"type": "string", "format": "byte"})),
        (
            json!({"type": "string", "contentMediaType": "application/octet-stream"}),
            json!({"type": "string", "format": "binary"}),
        ),
        (json!({"type": "array"}), json!({"type": "array", "items": {}})),
        (json!({"properties": {"a": true, "b": false}}), json!({"properties": {"a": {}, "b": {"not": {}}}})),
        (json!({"required": []}), json!({})),
        (json!({"type": "array", "prefixItems": [true], "items": false}), json!({"type": "array", "items": {}})),
        (json!({"patternProperties": {}, "additionalProperties": false}), json!({})),
    ] {
        assert_eq!(field(source.clone()), made, "{source}");
    }
}

#[test]
fn what_3_0_has_no_form_for_is_refused_with_its_place() {
    let refused = |edit: fn(&mut Value)| {
        let mut source = document(json!({"Root": {"type": "string"}}));
        edit(&mut source);
        let Refused { refusals, .. } = down(&source).unwrap_err();
        refusals.into_iter().map(|r| r.at).collect::<Vec<_>>()
    };
    assert_eq!(
        refused(|d| d["components"]["schemas"]["Root"]["$dynamicRef"] = "#x".into()),
        ["#/components/schemas/Root/$dynamicRef"]
    );
    assert_eq!(
        refused(|d| d["components"]["schemas"]["Root"]["tpye"] = "x".into()),
        ["#/components/schemas/Root/tpye"]
    );
    assert_eq!(refused(|d| d["openapi"] = "3.2.0".into()), ["#"]);
    assert_eq!(
        refused(|d| d["components"]["securitySchemes"] = json!({"m": {"type": "mutualTLS"}})),
        ["#/components/securitySchemes/m"]
    );
    assert_eq!(
        refused(|d| d["components"]["schemas"]["Root"] =
            json!({"$defs": {"a": {}}, "$ref": "#/components/schemas/Root/$defs/a"})),
        ["#/components/schemas/Root/$ref"]
    );
}

#[test]
fn words_that_do_nothing_are_left_out_with_a_note() {
    let mut source = document(json!({"Root": {"$comment": "c"}}));
    source["info"]["summary"] = "s".into();
    source["info"]["license"] = json!({"name": "MIT", "identifier": "MIT"});
    source["webhooks"] = json!({});
    source["components"]["pathItems"] = json!({"P": {"get": {"operationId": "p"}}});
    source["paths"]["/p"] = json!({"$ref": "#/components/pathItems/P"});
    let made = down(&source).unwrap();
    let notes: Vec<_> = made.notes.iter().map(|n| n.at.as_str()).collect();
    for at in [
        "#/components/schemas/Root/$comment",
        "#/info/summary",
        "#/webhooks",
        "#/components/pathItems",
        "#/components/pathItems/P/get",
    ] {
        assert!(notes.contains(&at), "{at}: {notes:?}");
    }
    assert_eq!(
        made.document["paths"]["/p"]["get"]["responses"],
        json!({"default": {"description": "Not documented."}})
    );
    assert_eq!(made.document["info"]["license"], json!({"name": "MIT", "url": "https://spdx.org/licenses/MIT.html"}));
}

#[test]
fn a_document_of_3_0_stays_as_it_is() {
    for api in corpus::all() {
        let full = down(&api.document).unwrap().document;
        assert_eq!(down(&full).unwrap().document, full, "{}", api.name);
    }
}

//! One test per rule; the whole document is covered by `tests/`.
#![allow(clippy::unwrap_used)]

use serde_json::{Value, json};

use super::{LowerError, lower};

/// A document with one operation that takes this body schema, beside these named schemas.
fn with_body(schema: Value, others: Value) -> Value {
    let mut schemas = others;
    schemas["Body"] = schema;
    json!({
        "openapi": "3.1.0",
        "info": {"title": "T", "version": "1", "summary": "s", "license": {"name": "x"}},
        "servers": [{"url": "http://localhost"}],
        "security": [{}],
        "paths": {"/a": {"post": {
            "operationId": "a",
            "requestBody": {"content": {"application/json": {
                "schema": {"$ref": "#/components/schemas/Body"}, "example": {}, "examples": {},
            }}},
            "responses": {"204": {"description": "Done."}},
        }}},
        "components": {"schemas": schemas, "headers": {}, "securitySchemes": {}, "responses": {
            "Gone": {"description": "Gone.", "content": {}, "headers": {}, "links": {}, "x-problem-codes": []},
        }},
    })
}

/// The lowered form of a schema, seen as the field `f` of a request model.
fn field(schema: Value) -> Result<Value, LowerError> {
    let others = json!({"Other": {"type": "string", "description": "of the type"}});
    let document = with_body(json!({"type": "object", "properties": {"f": schema}}), others);
    Ok(lower(&document)?["components"]["schemas"]["Body"]["properties"]["f"].clone())
}

/// A document whose one operation has these parts.
fn with_operation(parameters_of_path: Value, operation: Value) -> Value {
    let mut document = with_body(json!({"type": "object"}), json!({}));
    document["paths"] = json!({"/a": {"parameters": parameters_of_path, "get": operation}});
    document
}

fn lowered_get(parameters_of_path: Value, operation: Value) -> Result<Value, LowerError> {
    Ok(lower(&with_operation(parameters_of_path, operation))?["paths"]["/a"]["get"].clone())
}

#[test]
fn only_3_1_becomes_3_0_3() {
    let mut document = with_body(json!({"type": "object"}), json!({}));
    assert_eq!(lower(&document).unwrap()["openapi"], "3.0.3");
    document["openapi"] = "3.2.0".into();
    assert_eq!(lower(&document).unwrap_err().at, "#/openapi");
}

#[test]
fn what_the_import_ignores_at_the_root_is_left_out() {
    let lowered = lower(&with_body(json!({"type": "object"}), json!({}))).unwrap();
    assert_eq!(lowered["info"], json!({"title": "T", "version": "1"}));
    for gone in ["servers", "security"] {
        assert!(lowered.get(gone).is_none(), "{gone}");
    }
    assert_eq!(lowered["components"], json!({"schemas": {"Body": {"type": "object"}}}), "only models that are used");
}

#[test]
fn null_is_absence() {
    assert_eq!(field(json!({"type": ["string", "null"]})).unwrap(), json!({"type": "string"}));
    assert_eq!(
        field(json!({"type": "string", "enum": ["a", null]})).unwrap(),
        json!({"type": "string", "enum": ["a"]})
    );
    let optional = json!({"oneOf": [{"type": "null"}, {"$ref": "#/components/schemas/Other"}], "description": "d"});
    assert_eq!(field(optional).unwrap(), json!({"type": "string", "description": "d"}));
    assert_eq!(field(json!({"type": "null"})).unwrap_err().at, "#/components/schemas/Body/properties/f/type");
    assert!(field(json!({"type": ["string", "number"]})).is_err(), "two types are no type");
}

#[test]
fn composition_is_refused_with_its_place() {
    for key in ["oneOf", "anyOf", "allOf"] {
        let error = field(json!({key: [{"type": "string"}, {"type": "number"}]})).unwrap_err();
        assert_eq!(error.at, format!("#/components/schemas/Body/properties/f/{key}"));
    }
}

#[test]
fn references_are_replaced_and_the_words_beside_them_win() {
    let plain = field(json!({"$ref": "#/components/schemas/Other"})).unwrap();
    assert_eq!(plain, json!({"type": "string", "description": "of the type"}));
    let described = field(json!({"$ref": "#/components/schemas/Other", "description": "of the field"})).unwrap();
    assert_eq!(described, json!({"type": "string", "description": "of the field"}));
    for bad in [
        json!({"$ref": "#/components/schemas/Nobody"}),
        json!({"$ref": "other.json#/x"}),
        json!({"$ref": "#/components/schemas/Body/properties/f"}),
        json!({"$ref": "#/components/schemas/Other", "maxLength": 3}),
    ] {
        assert!(field(bad.clone()).is_err(), "{bad}");
    }
}

#[test]
fn models_lose_what_they_do_not_support() {
    let rich = json!({
        "type": "integer", "format": "int64", "example": 1, "examples": [1], "default": 1, "readOnly": true,
        "writeOnly": false, "deprecated": true, "minimum": 1,
    });
    assert_eq!(field(rich).unwrap(), json!({"type": "integer", "minimum": 1}));
    let list = json!({"type": "array", "items": {"type": "string", "default": ""}, "minItems": 1, "maxItems": 2});
    assert_eq!(field(list).unwrap(), json!({"type": "array", "items": {"type": "string"}}));
}

#[test]
fn limits_are_those_of_draft_04() {
    let exclusive = json!({"type": "integer", "exclusiveMinimum": 0, "exclusiveMaximum": 10});
    assert_eq!(field(exclusive).unwrap(), json!({"type": "integer", "minimum": 1, "maximum": 9}));
    assert!(field(json!({"type": "number", "exclusiveMinimum": 0.5})).is_err());
    assert_eq!(field(json!({"const": "a", "type": "string"})).unwrap(), json!({"type": "string", "enum": ["a"]}));
    assert_eq!(field(json!({"type": "object", "required": []})).unwrap(), json!({"type": "object"}));
}

#[test]
fn what_no_rule_knows_fails_with_its_place() {
    for (schema, key) in [
        (json!({"type": "string", "contentEncoding": "base64"}), "contentEncoding"),
        (json!({"type": "object", "patternProperties": {}}), "patternProperties"),
        (json!({"type": "object", "additionalProperties": {"type": "string"}}), "additionalProperties"),
        (json!({"type": "string", "nullable": true}), "nullable"),
        (json!({"type": "string", "x-anything": 1}), "x-anything"),
    ] {
        assert_eq!(field(schema).unwrap_err().at, format!("#/components/schemas/Body/properties/f/{key}"));
    }
    for (key, at) in [("webhooks", "#/webhooks"), ("x-y", "#/x-y")] {
        let mut document = with_body(json!({"type": "object"}), json!({}));
        document[key] = json!({});
        assert_eq!(lower(&document).unwrap_err().at, at);
    }
    let error = lowered_get(json!([]), json!({"responses": {}, "callbacks": {}})).unwrap_err();
    assert_eq!(error.at, "#/paths/~1a/get/callbacks");
    assert!(error.to_string().contains("no rule"), "{error}");
}

#[test]
fn request_models_are_named_objects_with_alphanumeric_names() {
    assert!(lower(&with_body(json!({"type": "array", "items": {"type": "string"}}), json!({}))).is_err());
    let mut document = with_body(json!({"type": "object"}), json!({"Page_Order": {"type": "object"}}));
    let schema = &mut document["paths"]["/a"]["post"]["requestBody"]["content"]["application/json"]["schema"];
    *schema = json!({"$ref": "#/components/schemas/Page_Order"});
    assert!(lower(&document).unwrap_err().why.contains("not alphanumeric"));
    let schema = &mut document["paths"]["/a"]["post"]["requestBody"]["content"]["application/json"]["schema"];
    *schema = json!({"type": "object"});
    assert!(lower(&document).unwrap_err().why.contains("named schema"));
}

#[test]
fn path_level_parameters_move_into_the_operations() {
    let shared = json!([
        {"name": "id", "in": "path", "required": true, "schema": {"type": "string"}},
        {"name": "n", "in": "query", "description": "of the path", "schema": {"type": "string"}},
    ]);
    let own = json!([{"name": "n", "in": "query", "description": "own", "schema": {"type": "integer"}}]);
    let lowered = lowered_get(shared, json!({"parameters": own, "responses": {}})).unwrap();
    assert_eq!(
        lowered["parameters"],
        json!([
            {"name": "id", "in": "path", "required": true, "schema": {"type": "string"}},
            {"name": "n", "in": "query", "description": "own", "schema": {"type": "integer"}},
        ])
    );
}

#[test]
fn parameters_keep_only_what_the_import_keeps() {
    let parameters = json!([
        {"name": "n", "in": "query", "schema": {"type": "integer", "minimum": 1, "default": 25}},
        {"name": "If-Match", "in": "header", "required": true, "schema": {"type": "string", "pattern": "x"}},
    ]);
    let lowered = lowered_get(json!([]), json!({"parameters": parameters, "responses": {}})).unwrap();
    assert_eq!(
        lowered["parameters"],
        json!([
            {"name": "n", "in": "query", "schema": {"type": "integer"}},
            {"name": "If-Match", "in": "header", "required": false, "schema": {"type": "string"}},
        ])
    );
    let cookie = json!([{"name": "c", "in": "cookie", "schema": {"type": "string"}}]);
    assert_eq!(
        lowered_get(json!([]), json!({"parameters": cookie})).unwrap_err().at,
        "#/paths/~1a/get/parameters/0/in"
    );
}

#[test]
fn answers_keep_status_and_description() {
    let responses = json!({
        "200": {"description": "Fine.", "content": {"application/json": {"schema": {"anyOf": []}}}},
        "410": {"$ref": "#/components/responses/Gone"},
    });
    assert_eq!(
        lowered_get(json!([]), json!({"responses": responses})).unwrap()["responses"],
        json!({"200": {"description": "Fine."}, "410": {"description": "Gone."}})
    );
}

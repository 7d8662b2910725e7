//! Edits of a schema, each by a rule with a name and a known effect.

use serde_json::{Value, json};

use crate::schemas::{Rng, schema};

/// What an edit does to the set of valid values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Fewer values, or as many.
    Narrows,
    /// More values, or as many.
    Widens,
    /// The same values.
    Same,
    /// Nothing is known, or the rule of the check is stricter than the values.
    Any,
}

/// Edits the node in place; `false` where the rule has nothing to do. The document is for new components.
type Edit = fn(&mut Rng, &mut Value, &mut Value) -> bool;

use Effect::{Any, Narrows, Same, Widens};

pub const EDITS: &[(&str, Effect, Edit)] = &[
    ("max-length-less", Narrows, |_, s, _| change(s, "maxLength", |n| n - 1)),
    ("max-length-more", Widens, |_, s, _| change(s, "maxLength", |n| n + 1)),
    ("max-length-added", Narrows, |_, s, _| of_type(s, "string") && add(s, "maxLength", json!(2))),
    ("max-length-removed", Widens, |_, s, _| remove(s, "maxLength")),
    ("min-length-more", Narrows, |_, s, _| change(s, "minLength", |n| n + 1)),
    ("min-length-removed", Widens, |_, s, _| remove(s, "minLength")),
    ("pattern-added", Narrows, |_, s, _| of_type(s, "string") && add(s, "pattern", json!("b"))),
    ("pattern-removed", Widens, |_, s, _| remove(s, "pattern")),
    ("pattern-counts-wider", Widens, |_, s, _| {
        s["pattern"] == "^[a-z]{1,3}$" && set(s, "pattern", json!("^[a-z]{1,4}$"))
    }),
    ("enum-value-removed", Narrows, |_, s, _| {
        s["enum"].as_array_mut().is_some_and(|v| v.len() > 1 && v.pop().is_some())
    }),
    ("enum-value-added", Widens, |_, s, _| push(s, "enum", json!("z"))),
    ("enum-removed", Widens, |_, s, _| remove(s, "enum")),
    ("type-removed-from-list", Narrows, |_, s, _| {
        s["type"].as_array_mut().is_some_and(|t| t.len() > 1 && t.pop().is_some())
    }),
    ("null-added", Widens, |_, s, _| {
        s["type"].is_string() && s["type"] != "null" && s.get("enum").is_none() && {
            let kind = s["type"].clone();
            set(s, "type", json!([kind, "null"]))
        }
    }),
    ("number-becomes-integer", Narrows, |_, s, _| of_type(s, "number") && set(s, "type", json!("integer"))),
    ("integer-becomes-number", Widens, |_, s, _| of_type(s, "integer") && set(s, "type", json!("number"))),
    ("minimum-more", Narrows, |_, s, _| change(s, "minimum", |n| n + 1)),
    ("minimum-less", Widens, |_, s, _| change(s, "minimum", |n| n - 1)),
    ("maximum-less", Narrows, |_, s, _| change(s, "maximum", |n| n - 1)),
    ("maximum-removed", Widens, |_, s, _| remove(s, "maximum")),
    ("minimum-becomes-exclusive", Narrows, |_, s, _| rename(s, "minimum", "exclusiveMinimum")),
    ("exclusive-minimum-becomes-inclusive", Widens, |_, s, _| rename(s, "exclusiveMinimum", "minimum")),
    ("exclusive-maximum-removed", Widens, |_, s, _| remove(s, "exclusiveMaximum")),
    ("multiple-of-added", Narrows, |_, s, _| {
        (of_type(s, "number") || of_type(s, "integer")) && add(s, "multipleOf", json!(2))
    }),
    ("multiple-of-removed", Widens, |_, s, _| remove(s, "multipleOf")),
    ("multiple-of-finer", Widens, |_, s, _| s["multipleOf"] == 2.0 && set(s, "multipleOf", json!(1))),
    ("field-becomes-required", Narrows, |rng, s, _| {
        let names: Vec<String> = s["properties"].as_object().into_iter().flatten().map(|(n, _)| n.clone()).collect();
        !names.is_empty() && push(s, "required", json!(rng.pick(&names)))
    }),
    ("field-becomes-optional", Widens, |_, s, _| s["required"].as_array_mut().is_some_and(|r| r.pop().is_some())),
    ("other-fields-refused", Narrows, |_, s, _| of_type(s, "object") && add(s, "additionalProperties", json!(false))),
    ("other-fields-allowed", Widens, |_, s, _| s["additionalProperties"] == false && remove(s, "additionalProperties")),
    ("other-fields-get-a-schema", Narrows, |_, s, _| {
        of_type(s, "object")
            && s.get("unevaluatedProperties").is_none()
            && add(s, "additionalProperties", json!({"type": "string"}))
    }),
    ("other-fields-lose-their-schema", Widens, |_, s, _| {
        s["additionalProperties"].is_object() && set(s, "additionalProperties", json!(true))
    }),
    ("field-added", Any, |rng, s, _| {
        of_type(s, "object") && s["properties"].get("s").is_none() && {
            s["properties"]["s"] = schema(rng, 1);
            true
        }
    }),
    ("field-removed", Any, |_, s, _| s["properties"].as_object_mut().is_some_and(|p| p.remove("p").is_some())),
    ("max-items-less", Narrows, |_, s, _| change(s, "maxItems", |n| n - 1)),
    ("max-items-removed", Widens, |_, s, _| remove(s, "maxItems")),
    ("min-items-added", Narrows, |_, s, _| of_type(s, "array") && add(s, "minItems", json!(1))),
    ("min-items-removed", Widens, |_, s, _| remove(s, "minItems")),
    ("items-have-to-differ", Narrows, |_, s, _| of_type(s, "array") && add(s, "uniqueItems", json!(true))),
    ("items-may-be-the-same", Widens, |_, s, _| remove(s, "uniqueItems")),
    ("any-of-branch-removed", Narrows, |_, s, _| {
        s["anyOf"].as_array_mut().is_some_and(|b| b.len() > 1 && b.pop().is_some())
    }),
    ("any-of-branch-added", Widens, |rng, s, _| {
        let branch = schema(rng, 1);
        s.get("anyOf").is_some() && push(s, "anyOf", branch)
    }),
    ("one-of-branch-removed", Any, |_, s, _| {
        s["oneOf"].as_array_mut().is_some_and(|b| b.len() > 1 && b.pop().is_some())
    }),
    ("one-of-branch-added", Any, |_, s, _| push(s, "oneOf", json!({"type": "boolean"}))),
    ("one-of-becomes-any-of", Widens, |_, s, _| s.get("anyOf").is_none() && rename(s, "oneOf", "anyOf")),
    ("beside-a-reference-tighter", Narrows, |rng, s, _| {
        s.get("$ref").is_some() && {
            let (key, value) = rng
                .pick(&[
                    ("maxLength", json!(1)),
                    ("enum", json!(["a"])),
                    ("minimum", json!(3)),
                    ("required", json!(["n"])),
                ])
                .clone();
            add(s, key, value)
        }
    }),
    ("beside-a-reference-removed", Widens, |_, s, _| {
        s.get("$ref").is_some() && (remove(s, "maxLength") || remove(s, "maximum"))
    }),
    ("all-of-added", Narrows, |rng, s, _| {
        let part = schema(rng, 1);
        s.get("unevaluatedProperties").is_none() && push(s, "allOf", part)
    }),
    ("unevaluated-refused", Narrows, |_, s, _| {
        (of_type(s, "object") || s.get("allOf").is_some()) && add(s, "unevaluatedProperties", json!(false))
    }),
    ("field-names-limited", Narrows, |_, s, _| {
        of_type(s, "object") && add(s, "propertyNames", json!({"maxLength": 1}))
    }),
    ("negation-added", Narrows, |_, s, _| add(s, "not", json!({"type": "string", "maxLength": 1}))),
    ("condition-added", Any, |_, s, _| {
        add(s, "if", json!({"type": "string"})) && add(s, "then", json!({"maxLength": 1}))
    }),
    ("another-schema", Any, |rng, s, _| {
        let other = schema(rng, 2);
        std::mem::replace(s, other) != *s
    }),
    ("words-for-people", Same, |rng, s, _| {
        let (key, value) = rng
            .pick(&[
                ("description", json!("d")),
                ("title", json!("t")),
                ("examples", json!(["e"])),
                ("$comment", json!("c")),
                ("x-any", json!(1)),
                ("externalDocs", json!({"url": "https://example.com"})),
                ("deprecated", json!(true)),
            ])
            .clone();
        s.get(key).is_none() && add(s, key, value)
    }),
    ("in-an-all-of-of-one", Same, |_, s, _| wrap(s, "allOf")),
    ("in-an-any-of-of-one", Same, |_, s, _| wrap(s, "anyOf")),
    ("in-a-one-of-of-one", Same, |_, s, _| wrap(s, "oneOf")),
    ("type-in-a-list", Same, |_, s, _| {
        s["type"].is_string() && {
            let kind = s["type"].clone();
            set(s, "type", json!([kind]))
        }
    }),
    ("values-in-another-order", Same, |_, s, _| {
        s["enum"].as_array_mut().is_some_and(|v| {
            v.reverse();
            v.len() > 1
        })
    }),
    ("branches-in-another-order", Same, |_, s, _| {
        s["anyOf"].as_array_mut().is_some_and(|v| {
            v.reverse();
            v.len() > 1
        })
    }),
    ("behind-a-reference", Same, |_, s, document| {
        let moved = std::mem::replace(s, json!({"$ref": "#/components/schemas/Moved"}));
        document["components"]["schemas"]["Moved"] = moved;
        true
    }),
    ("const-as-enum", Same, |_, s, _| {
        s.as_object_mut().and_then(|o| o.remove("const")).is_some_and(|c| add(s, "enum", json!([c])))
    }),
    ("whole-limit-written-otherwise", Same, |_, s, _| {
        of_type(s, "integer")
            && s.get("exclusiveMinimum").is_none()
            && s["minimum"].as_i64().is_some_and(|n| remove(s, "minimum") && add(s, "exclusiveMinimum", json!(n - 1)))
    }),
    ("null-written-otherwise", Same, |_, s, _| {
        s["type"] == json!(["string", "null"]) && {
            let mut text = s.clone();
            text["type"] = "string".into();
            *s = json!({"anyOf": [text, {"type": "null"}]});
            true
        }
    }),
    ("limit-without-effect", Same, |_, s, _| {
        s["$ref"] == "#/components/schemas/Name" && add(s, "maxLength", json!(50))
    }),
    ("limit-as-a-float", Same, |_, s, _| s["maximum"].as_i64().is_some_and(|n| set(s, "maximum", json!(n as f64)))),
    ("width-that-fits", Same, |_, s, _| s["$ref"] == "#/components/schemas/Count" && add(s, "format", json!("int32"))),
];

fn of_type(schema: &Value, kind: &str) -> bool {
    schema["type"] == kind
}

fn add(schema: &mut Value, key: &str, value: Value) -> bool {
    schema.get(key).is_none() && set(schema, key, value)
}

fn set(schema: &mut Value, key: &str, value: Value) -> bool {
    schema.as_object_mut().is_some_and(|fields| {
        fields.insert(key.to_owned(), value);
        true
    })
}

fn remove(schema: &mut Value, key: &str) -> bool {
    schema.as_object_mut().is_some_and(|fields| fields.remove(key).is_some())
}

fn rename(schema: &mut Value, from: &str, to: &str) -> bool {
    schema.get(to).is_none()
        && schema.as_object_mut().and_then(|fields| fields.remove(from)).is_some_and(|value| set(schema, to, value))
}

fn change(schema: &mut Value, key: &str, by: fn(i64) -> i64) -> bool {
    schema.get(key).and_then(Value::as_i64).map(by).filter(|n| *n >= 0).is_some_and(|n| set(schema, key, json!(n)))
}

fn push(schema: &mut Value, key: &str, value: Value) -> bool {
    match schema.get_mut(key) {
        Some(Value::Array(items)) if !items.contains(&value) => {
            items.push(value);
            true
        }
        None if matches!(key, "required" | "allOf") => set(schema, key, json!([value])),
        _ => false,
    }
}

fn wrap(schema: &mut Value, key: &str) -> bool {
    let inner = schema.take();
    *schema = json!({key: [inner]});
    true
}

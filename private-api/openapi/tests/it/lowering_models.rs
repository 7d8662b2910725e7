//! A model is looser than the contract, never tighter: made up schemas are lowered, and values that the contract accepts are accepted
//! by the model, as draft-04. Null apart: the gateway has none, and a note says so.

use jsonschema::Draft;
use private_api_openapi::lower::{Options, lower};
use serde_json::{Value, json};

use crate::{
    compat_schemas::document,
    gateway_rules,
    schemas::{Rng, components, schema, value, whole},
};

fn has_null(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.iter().any(has_null),
        Value::Object(fields) => fields.values().any(has_null),
        _ => false,
    }
}

/// Whether the only way in is null.
fn says_null(value: &Value) -> bool {
    value.to_string().contains("null")
}

#[test]
fn what_the_contract_accepts_the_model_accepts() {
    let (mut lowered, mut compared, mut refused_by_model) = (0, 0, 0);
    for seed in 0..2_500 {
        let rng = &mut Rng(seed);
        let mut schemas = components();
        schemas["Root"] = schema(rng, 2);
        let source = document(schemas);
        let made = match lower(&source, &Options::default()) {
            Ok(made) => made,
            Err(why) => {
                // Each for a reason that only models have.
                let known = ["composition", "one-type", "nothing-left", "recursive-model", "beside-reference"];
                assert!(why.refusals.iter().all(|r| known.contains(&r.rule.id)), "{seed}: {why}");
                continue;
            }
        };
        lowered += 1;
        let broken = gateway_rules::broken(&made.document);
        assert!(broken.is_empty(), "{seed}: {broken:?}");
        let reference = made.document.pointer("/paths/~1x/post/requestBody/content/application~1json/schema/$ref");
        let model = made.document.pointer(&reference.unwrap().as_str().unwrap()[1..]).unwrap();
        let model_check = jsonschema::options().with_draft(Draft::Draft4).build(model).unwrap();
        let root = &source["components"]["schemas"]["Root"];
        let contract = jsonschema::validator_for(
            &json!({"$ref": "#/components/schemas/Root", "components": source["components"]}),
        )
        .unwrap();
        if says_null(root) {
            assert!(!made.notes.is_empty(), "{seed}: null is gone and nobody said so: {root}");
        }
        for _ in 0..30 {
            let value = whole(value(rng, root, &source, 5));
            let in_model = model_check.is_valid(&value);
            refused_by_model += usize::from(!in_model);
            if contract.is_valid(&value) && !has_null(&value) {
                compared += 1;
                assert!(in_model, "{seed}: the model refuses {value}\n{root}\n{model}");
            }
        }
    }
    eprintln!("{lowered} lowered, {compared} values accepted by both, {refused_by_model} refused by a model");
    assert!(lowered > 800 && compared > 5_000 && refused_by_model > 2_000, "{lowered} {compared} {refused_by_model}");
}

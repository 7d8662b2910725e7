//! The compatibility check of schemas proves itself: schemas are made up, edited by rules with names, and a validator looks for a
//! value that one side accepts and the other refuses. Where there is one, the check says so, or names the rule that lets it pass.
//! Where the rule cannot break a direction, the check is silent.

use std::{collections::BTreeMap, env};

use jsonschema::Validator;
use private_api_openapi::compat::{Comparison, compare};
use serde_json::{Value, json};

use crate::{
    edits::{EDITS, Effect},
    schemas::{Rng, components, places, schema, value},
};

/// The schema in both directions.
pub fn document(schemas: Value) -> Value {
    let body = json!({"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Root"}}}});
    let mut answer = body.clone();
    answer["description"] = "Done.".into();
    json!({
        "openapi": "3.1.0",
        "info": {"title": "T", "version": "1.0.0"},
        "paths": {"/x": {"post": {"operationId": "x", "requestBody": body, "responses": {"200": answer}}}},
        "components": {"schemas": schemas},
    })
}

fn validator(document: &Value) -> Validator {
    let schema = json!({"$ref": "#/components/schemas/Root", "components": document["components"]});
    jsonschema::options().build(&schema).unwrap()
}

/// An old and a new document that differ by one edit, and how it was made.
struct Pair {
    old: Value,
    new: Value,
    rule: &'static str,
    effect: Effect,
    place: String,
}

fn pair(rng: &mut Rng) -> Option<Pair> {
    let (rule, effect, edit) = rng.pick(EDITS);
    // Until the rule has something to do.
    (0..200).find_map(|_| {
        let mut schemas = components();
        schemas["Root"] = schema(rng, 3);
        let old = document(schemas);
        let mut all = Vec::new();
        places(root(&old), "/components/schemas/Root", &mut all);
        let place = rng.pick(&all).clone();
        let mut new = old.clone();
        let mut node = new.pointer(&place).unwrap().clone();
        if !edit(rng, &mut node, &mut new) {
            return None;
        }
        *new.pointer_mut(&place).unwrap() = node;
        (new != old).then_some(Pair { old, new, rule, effect: *effect, place })
    })
}

/// A value that the first accepts and the second refuses.
fn witness(first: &Validator, second: &Validator, values: &[Value]) -> Option<Value> {
    values.iter().find(|value| first.is_valid(value) && !second.is_valid(value)).cloned()
}

fn found(comparison: &Comparison, part: &str) -> Vec<String> {
    let breaking = comparison.breaking.iter().map(ToString::to_string);
    breaking.filter(|b| b.contains(part)).collect()
}

fn let_pass(comparison: &Comparison, part: &str) -> bool {
    comparison.allowed.iter().any(|allowed| allowed.at.contains(part))
}

/// Names and known values go by rules of their own, stricter than the values.
fn by_value(findings: Vec<String>) -> Vec<String> {
    findings.into_iter().filter(|f| !f.contains("the type name") && !f.contains("the value ")).collect()
}

#[derive(Default)]
struct Figures {
    edits: usize,
    witnesses: usize,
    breaking: usize,
    passed: usize,
}

#[test]
fn a_value_that_one_side_refuses_is_found_or_let_pass_by_name_and_nothing_else_is() {
    let longer: u64 = env::var("PRIVATE_API_TEST_LONGER").ok().and_then(|n| n.parse().ok()).unwrap_or(1);
    let mut figures: BTreeMap<&str, Figures> = BTreeMap::new();
    let mut wrong = Vec::new();
    for seed in 0..400 * longer {
        let rng = &mut Rng(seed);
        let Some(Pair { old, new, rule, effect, place }) = pair(rng) else { continue };
        let (before, after) = (validator(&old), validator(&new));
        let mut values = Vec::new();
        for document in [&old, &new] {
            let root = &document["components"]["schemas"]["Root"];
            values.extend((0..40).map(|_| value(rng, root, document, 6)));
        }
        let comparison = compare(&old, &new);
        let of_rule = figures.entry(rule).or_default();
        of_rule.edits += 1;
        // Exactly one of several: what narrows a branch widens the whole.
        let turned = place.contains("/oneOf/");
        for (part, witness, harmless) in [
            ("request body", witness(&before, &after, &values), [Effect::Same, Effect::Widens]),
            ("answer 200", witness(&after, &before, &values), [Effect::Same, Effect::Narrows]),
        ] {
            let findings = found(&comparison, part);
            of_rule.breaking += usize::from(!findings.is_empty());
            if let Some(value) = witness {
                of_rule.witnesses += 1;
                if findings.is_empty() {
                    of_rule.passed += usize::from(let_pass(&comparison, part));
                    if !let_pass(&comparison, part) {
                        wrong.push(format!(
                            "{seed} {rule} at {place}: {part}: not seen: {value}\n  old {}\n  new {}",
                            root(&old),
                            root(&new)
                        ));
                    }
                }
            } else if harmless.contains(&effect) && !(turned && effect != Effect::Same) {
                // What is the same is no break of any rule.
                let findings = if effect == Effect::Same { findings } else { by_value(findings) };
                if !findings.is_empty() {
                    wrong.push(format!(
                        "{seed} {rule} at {place}: {part}: false alarm: {findings:?}\n  old {}\n  new {}",
                        root(&old),
                        root(&new)
                    ));
                }
            }
        }
    }
    eprintln!("rule                                  edits  witnesses  breaking  let pass");
    for (rule, f) in &figures {
        eprintln!("{rule:<36} {:>6} {:>10} {:>9} {:>9}", f.edits, f.witnesses, f.breaking, f.passed);
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong[..wrong.len().min(8)].join("\n"));
    let witnesses: usize = figures.values().map(|f| f.witnesses).sum();
    assert!(witnesses > 150, "only {witnesses} witnesses: little is shown");
    assert_eq!(figures.len(), EDITS.len(), "a rule has made no edit");
}

fn root(document: &Value) -> &Value {
    &document["components"]["schemas"]["Root"]
}

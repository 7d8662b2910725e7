//! `cases/lowering.json`: small documents, and what the lowering must make of them.

use private_api_openapi::lower::{Options, lower};
use serde_json::Value;

/// The value at a pointer; a reference that stands there is followed.
fn at<'a>(document: &'a Value, pointer: &str) -> Option<&'a Value> {
    let value = document.pointer(pointer)?;
    match value.get("$ref").and_then(Value::as_str) {
        Some(target) => {
            let name = target.strip_prefix("#/components/schemas/").unwrap();
            assert!(name.bytes().all(|b| b.is_ascii_alphanumeric()), "the model's name {name}");
            document.pointer(&target[1..])
        }
        None => Some(value),
    }
}

fn texts<'a>(case: &'a Value, key: &str) -> Vec<&'a str> {
    case["expected"][key].as_array().into_iter().flatten().map(|t| t.as_str().unwrap()).collect()
}

/// What is wrong with the outcome of a case.
fn judge(case: &Value) -> Result<(), String> {
    let mut options = Options::default();
    options.template = case["extended"] == true;
    let refused = texts(case, "refused");
    match lower(&case["document"], &options) {
        Ok(made) if refused.is_empty() => {
            for (pointer, wanted) in case["expected"]["lowered"].as_object().unwrap() {
                let found = at(&made.document, pointer);
                let also = case["expected"]["also"].get(pointer);
                if found != Some(wanted) && (also.is_none() || found != also) {
                    return Err(format!("{pointer} is {found:?}, not {wanted}"));
                }
            }
            if let Some(there) = texts(case, "absent").into_iter().find(|p| made.document.pointer(p).is_some()) {
                return Err(format!("{there} is still there"));
            }
            match texts(case, "noted").into_iter().find(|place| !made.notes.iter().any(|note| note.at == *place)) {
                Some(place) => Err(format!("no note at {place}, only {:?}", made.notes)),
                None => Ok(()),
            }
        }
        Ok(made) => Err(format!("is not refused: {}", made.document)),
        Err(why) if refused.is_empty() => Err(why.to_string()),
        Err(why) => {
            let missing = refused.into_iter().find(|p| !why.refusals.iter().any(|r| r.at.starts_with(p)));
            missing.map_or(Ok(()), |place| Err(format!("no refusal at {place}: {why}")))
        }
    }
}

#[test]
fn every_case_is_lowered_or_refused_as_it_should_be() {
    let file: Value = serde_json::from_str(include_str!("../cases/lowering.json")).unwrap();
    let cases = file["cases"].as_array().unwrap();
    let wrong: Vec<String> =
        cases.iter().filter_map(|case| judge(case).err().map(|why| format!("{}: {why}", case["id"]))).collect();
    assert!(wrong.is_empty(), "{} of {} are wrong:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
    assert!(cases.len() >= 30);
}

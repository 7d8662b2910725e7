//! Security: whatever was enough to call an operation is enough still.

use serde_json::{Map, Value};

use super::{Documents, Report, resolved, words};

/// Compares what an operation asks for; where it says nothing, the root does.
pub(super) fn compare(at: &str, documents: Documents<'_>, old: &Value, new: &Value, report: &mut Report) {
    let old = alternatives(documents.old, old);
    let new = alternatives(documents.new, new);
    // Where nobody asks any longer, every caller is served. Where some are asked still, one who brings a credential is read by it.
    if new.iter().all(Vec::is_empty) {
        return;
    }
    for credential in &old {
        let enough = |asked: &&Vec<Scheme>| {
            asked.is_empty() == credential.is_empty() && asked.iter().all(|scheme| is_among(scheme, credential))
        };
        if !new.iter().any(|asked| enough(&asked)) {
            let names: Vec<_> = credential.iter().map(|scheme| scheme.name.as_str()).collect();
            let names = if names.is_empty() { "no credential".to_owned() } else { names.join(" with ") };
            report.add(at, format!("security: {names} is no longer enough"));
        }
    }
}

/// A scheme with what is asked of it.
struct Scheme {
    name: String,
    definition: Value,
    scopes: Vec<String>,
}

/// The alternatives, each a set of schemes that are asked at once. No `security` and an empty list ask for nothing.
fn alternatives(document: &Value, operation: &Value) -> Vec<Vec<Scheme>> {
    let security = operation.get("security").or_else(|| document.get("security"));
    let list = security.and_then(Value::as_array).filter(|list| !list.is_empty());
    let Some(list) = list else { return vec![Vec::new()] };
    let scheme = |(name, scopes): (&String, &Value)| Scheme {
        name: name.clone(),
        definition: definition(resolved(document, &document["components"]["securitySchemes"][name])),
        scopes: words(scopes).into_iter().map(str::to_owned).collect(),
    };
    list.iter().map(|one| one.as_object().into_iter().flatten().map(scheme).collect()).collect()
}

/// Whether a caller with this credential has what is asked: the same kind of scheme, whatever its name, and every scope.
fn is_among(asked: &Scheme, credential: &[Scheme]) -> bool {
    let same = |had: &Scheme| {
        (had.name == asked.name || !had.definition.is_null())
            && covers(&had.definition, &asked.definition)
            && asked.scopes.iter().all(|scope| had.scopes.contains(scope))
    };
    credential.iter().any(same)
}

/// A scheme without words: what a client does by it.
fn definition(scheme: &Value) -> Value {
    let Some(fields) = scheme.as_object() else { return Value::Null };
    let says = |key: &str| match key {
        "description" | "bearerFormat" => false,
        // Who checks is the service's business, how to sign is the caller's.
        key if key.starts_with("x-") => key == "x-amazon-apigateway-authtype",
        _ => true,
    };
    let mut kept: Map<String, Value> =
        fields.iter().filter(|(key, _)| says(key)).map(|(key, value)| (key.clone(), value.clone())).collect();
    // Schemes of HTTP and header names are the same in any letters (RFC 9110).
    let header = kept.get("in").is_some_and(|place| place == "header");
    for (key, fold) in [("scheme", true), ("name", header)] {
        if let Some(Value::String(text)) = kept.get_mut(key).filter(|_| fold) {
            *text = text.to_ascii_lowercase();
        }
    }
    Value::Object(kept)
}

/// Whether who knew the old scheme can use the new one: a flow that it knew has to be there still, with its addresses.
fn covers(old: &Value, new: &Value) -> bool {
    match (old.get("flows").and_then(Value::as_object), new.get("flows").and_then(Value::as_object)) {
        (Some(was), Some(is)) => {
            let rest = |scheme: &Value| {
                let mut rest = scheme.clone();
                rest.as_object_mut().map(|fields| fields.remove("flows"));
                rest
            };
            let address = |flow: &Value, key: &str| flow[key].clone();
            let same = |(kind, flow): (&String, &Value)| {
                is.get(kind).is_some_and(|now| {
                    ["authorizationUrl", "tokenUrl", "refreshUrl"].iter().all(|key| {
                        let had = address(flow, key);
                        // A new address to renew tokens takes nothing away.
                        had == address(now, key) || had.is_null() && *key == "refreshUrl"
                    }) && flow["scopes"]
                        .as_object()
                        .into_iter()
                        .flatten()
                        .all(|(scope, _)| now["scopes"].get(scope).is_some())
                })
            };
            rest(old) == rest(new) && was.iter().all(same)
        }
        _ => old == new,
    }
}

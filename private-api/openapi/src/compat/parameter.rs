//! Parameters: what they are called, how they travel, what they may be.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{
    Pair, Report, resolved,
    schema::{self, Direction, Own},
};

/// What a parameter is known by. Header names are the same in any letters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Name {
    pub(super) place: String,
    pub(super) name: String,
}

/// The parameters of an operation, those of its path included; its own win.
pub(super) fn all<'a>(document: &'a Value, item: &'a Value, operation: &'a Value) -> BTreeMap<Name, &'a Value> {
    let of = |node: &'a Value| node["parameters"].as_array().into_iter().flatten();
    let named = of(item).chain(of(operation)).map(|parameter| {
        let parameter = resolved(document, parameter);
        let text = |key: &str| parameter[key].as_str().unwrap_or("(unnamed)").to_owned();
        let (place, name) = (text("in"), text("name"));
        let name = if place == "header" { name.to_ascii_lowercase() } else { name };
        (Name { place, name }, parameter)
    });
    // OpenAPI: these three are described elsewhere, and ignored as parameters.
    let ignored =
        |name: &Name| name.place == "header" && ["accept", "content-type", "authorization"].contains(&&*name.name);
    named.filter(|(name, _)| !ignored(name)).collect()
}

pub(super) fn compare(
    at: &str,
    item: &Pair<'_>,
    operation: &Pair<'_>,
    renamed: Option<(&str, &str)>,
    report: &mut Report,
) {
    let documents = operation.documents;
    let old = all(documents.old, item.old, operation.old);
    let mut new = all(documents.new, item.new, operation.new);
    // The name of a path's variable is no part of the wire: it is found by where it stands.
    let mut now = BTreeMap::new();
    if let Some((old_path, new_path)) = renamed {
        for (was, is) in variables(old_path).zip(variables(new_path)) {
            let name = |name: &str| Name { place: "path".to_owned(), name: name.to_owned() };
            if was != is
                && let Some(parameter) = new.remove(&name(is))
            {
                now.insert(name(was), parameter);
                report.add(&format!("{at}, parameter {was}"), format!("is called {is} now in generated clients"));
            }
        }
    }
    new.extend(now);
    for (name, parameter) in &old {
        let at = format!("{at}, parameter {}", label(parameter));
        match new.get(name) {
            None => report.add(&at, "is gone"),
            Some(same) => one(&at, &documents.pair(parameter, same), report),
        }
    }
    for (_, parameter) in new.iter().filter(|(name, p)| p["required"] == true && !old.contains_key(name)) {
        report.add(&format!("{at}, parameter {}", label(parameter)), "is new and required");
    }
}

fn variables(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
}

fn label(parameter: &Value) -> &str {
    parameter["name"].as_str().unwrap_or("(unnamed)")
}

fn one(at: &str, pair: &Pair<'_>, report: &mut Report) {
    let required = |p: &Value| p["required"] == true;
    if required(pair.new) && !required(pair.old) {
        report.add(at, "is now required");
    }
    if wire(pair.documents.old, pair.old) != wire(pair.documents.new, pair.new) {
        report.add(at, "travels otherwise now: style, explode or content");
        return;
    }
    // Clients that know of it send signs as they are; a server takes the encoded ones in any case.
    if pair.old["allowReserved"] == true && pair.new["allowReserved"] != true {
        report.add(at, "reserved signs have to be encoded now");
    }
    // An empty value was allowed.
    if pair.old["allowEmptyValue"] == true && pair.new["allowEmptyValue"] != true {
        report.add(at, "an empty value is no longer allowed");
    }
    // Who leaves a required one out gets no answer at all: its default says nothing.
    let optional = !(required(pair.old) && required(pair.new));
    let direction = if optional { Direction::Parameter } else { Direction::RequiredParameter };
    let content = |p: &'_ Value| p["content"].as_object().and_then(|c| c.keys().next().cloned());
    match (content(pair.old), content(pair.new)) {
        (Some(media_type), Some(_)) => {
            let (old, new) = (&pair.old["content"][&media_type], &pair.new["content"][&media_type]);
            schema::compare(at, pair.documents, old, new, direction, &Own::default(), report);
        }
        _ => schema::compare(at, pair.documents, pair.old, pair.new, direction, &Own::default(), report),
    }
}

/// How the value travels, the specification's defaults filled in. `explode` matters to lists and objects alone, and a plain
/// value looks the same in the styles `form`, `spaceDelimited`, `pipeDelimited` and `simple`.
fn wire(document: &Value, parameter: &Value) -> Value {
    if let Some(content) = parameter["content"].as_object() {
        return json!({"content": content.keys().collect::<Vec<_>>()});
    }
    let place = parameter["in"].as_str().unwrap_or_default();
    let default = if matches!(place, "query" | "cookie") { "form" } else { "simple" };
    let style = parameter["style"].as_str().unwrap_or(default);
    let explode = parameter["explode"].as_bool().unwrap_or(style == "form");
    let plain = schema::is_plain(document, &parameter["schema"]);
    match style {
        "matrix" | "label" if plain => json!({"style": style}),
        "matrix" | "label" => json!({"style": style, "explode": explode}),
        _ if plain => json!({"plain": true}),
        _ => json!({"style": style, "explode": explode}),
    }
}

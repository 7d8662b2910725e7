//! The gateway's rules for an import, as a table that knows nothing of how the document was made. Each with its source.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

type Check = fn(&Value) -> Vec<String>;

const NOTES: &str = "AWS, API Gateway important notes for REST APIs";

/// Name, source, and what breaks it.
pub const RULES: &[(&str, &str, Check)] = &[
    ("3.0 is imported, 3.1 is not", "AWS, import of REST APIs", |d| one(d["openapi"] != "3.0.3", "openapi")),
    ("segments are of the gateway's letters, variables are whole", "AWS, CreateResource", segments),
    ("one variable at a place, under one name", "aws-apigateway-importer#202", siblings),
    ("names of parameters", "api-platform/api-platform#2150", parameter_names),
    ("parameters keep five words", NOTES, parameter_words),
    ("no header is required", "RFC 9110 section 5.1", required_headers),
    ("variables are declared", "OpenAPI 3.0.3, Path Templating", variables),
    ("model names are alphanumeric", NOTES, model_names),
    ("models are of draft-04's words and refer to nothing", NOTES, model_words),
    ("an empty required is no draft-04", "JSON Schema draft-04", |d| {
        models(d, |at, schema, found| {
            one(schema["required"] == Value::Array(vec![]), at).into_iter().for_each(|f| found.push(f))
        })
    }),
    ("operations have ids that are variables' names, each its own", "Terraform language, Identifiers", ids),
    ("no security at the root", "aws-apigateway-importer#204", |d| one(d.get("security").is_some(), "security")),
    ("schemes are of type apiKey", NOTES, |d| {
        entries(&d["components"]["securitySchemes"])
            .filter(|(_, s)| s["type"] != "apiKey")
            .map(|(n, _)| n.clone())
            .collect()
    }),
    ("every scheme that is asked for is there", "OpenAPI 3.0.3, Security Requirement", schemes),
    (
        "nothing but variables for Terraform outside of the gateway's words",
        "Terraform language, Strings and templates",
        signs,
    ),
    ("no servers, no webhooks, no callbacks", "AWS, basePath", |d| {
        let root = ["servers", "webhooks"].iter().filter(|k| d.get(**k).is_some()).map(|k| (*k).to_owned());
        root.chain(operations(d).filter(|(_, o)| o.get("callbacks").is_some()).map(|(at, _)| at)).collect()
    }),
    ("answers have a status and words, and nothing else", "stoplightio/spectral#475", answers),
];

/// Every rule that the document breaks, and where.
pub fn broken(document: &Value) -> Vec<String> {
    let broken = |(name, source, check): &(&str, &str, Check)| {
        check(document).into_iter().map(|at| format!("{name} ({source}): {at}")).collect::<Vec<_>>()
    };
    RULES.iter().flat_map(broken).collect()
}

fn one(broken: bool, at: &str) -> Vec<String> {
    if broken { vec![at.to_owned()] } else { Vec::new() }
}

fn entries(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn operations(document: &Value) -> impl Iterator<Item = (String, &Value)> {
    entries(&document["paths"]).flat_map(|(path, item)| {
        let methods = entries(item).filter(|(method, _)| !method.starts_with("x-"));
        methods.map(move |(method, operation)| (format!("{method} {path}"), operation))
    })
}

fn segments(document: &Value) -> Vec<String> {
    let plain = |s: &str| !s.is_empty() && s.chars().all(|c| c.is_ascii_alphanumeric() || "._-:,".contains(c));
    let valid = |path: &str| {
        path == "/"
            || path.starts_with('/')
                && path[1..].split('/').enumerate().all(|(i, s)| {
                    match s.strip_prefix('{').and_then(|s| s.strip_suffix('}')) {
                        Some(name) => {
                            plain(name.strip_suffix('+').filter(|_| i + 2 == path.split('/').count()).unwrap_or(name))
                        }
                        None => plain(s),
                    }
                })
    };
    entries(&document["paths"]).map(|(path, _)| path.clone()).filter(|path| !valid(path)).collect()
}

fn siblings(document: &Value) -> Vec<String> {
    let mut names: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for (path, _) in entries(&document["paths"]) {
        let mut place = String::new();
        for segment in path.split('/') {
            if segment.starts_with('{') {
                names.entry(place.clone()).or_default().insert(segment);
                place += "/{}";
            } else {
                place = place + "/" + segment;
            }
        }
    }
    names.into_iter().filter(|(_, names)| names.len() > 1).map(|(place, names)| format!("{place}: {names:?}")).collect()
}

fn parameters(document: &Value) -> impl Iterator<Item = (String, &Value)> {
    operations(document).flat_map(|(at, operation)| {
        operation["parameters"].as_array().into_iter().flatten().map(move |parameter| (at.clone(), parameter))
    })
}

fn parameter_names(document: &Value) -> Vec<String> {
    let valid = |name: &str| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || ":._$-".contains(c));
    parameters(document).filter(|(_, p)| !p["name"].as_str().is_some_and(valid)).map(|(at, _)| at).collect()
}

fn parameter_words(document: &Value) -> Vec<String> {
    let keeps = |p: &Value| {
        entries(p).all(|(key, _)| ["name", "in", "required", "schema", "description"].contains(&key.as_str()))
            && entries(&p["schema"]).all(|(key, _)| ["type", "items"].contains(&key.as_str()))
            && ["path", "query", "header"].contains(&p["in"].as_str().unwrap_or_default())
    };
    parameters(document).filter(|(_, p)| !keeps(p)).map(|(at, p)| format!("{at}: {p}")).collect()
}

fn required_headers(document: &Value) -> Vec<String> {
    parameters(document).filter(|(_, p)| p["in"] == "header" && p["required"] == true).map(|(at, _)| at).collect()
}

fn variables(document: &Value) -> Vec<String> {
    let missing = |(at, operation): (String, &Value)| {
        let path = at.split_once(' ').unwrap().1.to_owned();
        let declared: BTreeSet<String> = operation["parameters"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|p| p["in"] == "path" && p["required"] == true)
            .map(|p| p["name"].as_str().unwrap_or_default().to_owned())
            .collect();
        let used: BTreeSet<String> = path
            .split('/')
            .filter_map(|s| Some(s.strip_prefix('{')?.strip_suffix('}')?.trim_end_matches('+').to_owned()))
            .collect();
        (declared != used).then_some(at)
    };
    operations(document).filter_map(missing).collect()
}

fn model_names(document: &Value) -> Vec<String> {
    entries(&document["components"]["schemas"])
        .map(|(name, _)| name.clone())
        .filter(|name| name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric()))
        .collect()
}

fn models(document: &Value, mut check: impl FnMut(&str, &Value, &mut Vec<String>)) -> Vec<String> {
    let (mut found, mut open) = (Vec::new(), Vec::new());
    open.extend(entries(&document["components"]["schemas"]).map(|(name, schema)| (name.clone(), schema)));
    while let Some((at, schema)) = open.pop() {
        check(&at, schema, &mut found);
        open.extend(entries(&schema["properties"]).map(|(name, schema)| (format!("{at}.{name}"), schema)));
        open.extend(schema.get("items").map(|items| (format!("{at}[]"), items)));
    }
    found
}

fn model_words(document: &Value) -> Vec<String> {
    const WORDS: [&str; 18] = [
        "type",
        "properties",
        "items",
        "required",
        "enum",
        "additionalProperties",
        "minimum",
        "maximum",
        "multipleOf",
        "minLength",
        "maxLength",
        "pattern",
        "format",
        "uniqueItems",
        "minProperties",
        "maxProperties",
        "title",
        "description",
    ];
    models(document, |at, schema, found| {
        let fields: &Map<String, Value> = schema.as_object().unwrap();
        found.extend(fields.keys().filter(|key| !WORDS.contains(&key.as_str())).map(|key| format!("{at} has {key}")));
        let kind = schema.get("type").map(|t| t.as_str().unwrap_or("no text"));
        let numeric = matches!(kind, Some("integer" | "number"));
        let known = ["string", "integer", "number", "boolean", "object", "array"];
        found.extend(kind.filter(|kind| !known.contains(kind)).map(|kind| format!("{at} is {kind}")));
        found.extend((numeric && schema.get("format").is_some()).then(|| format!("{at} has a number's format")));
        let closed = schema.get("additionalProperties");
        found.extend(closed.filter(|c| !c.is_boolean()).map(|_| format!("{at} has a schema for other fields")));
    })
}

fn ids(document: &Value) -> Vec<String> {
    let mut known = BTreeSet::new();
    let wrong = |(at, operation): (String, &Value)| {
        let id = operation["operationId"].as_str().unwrap_or_default();
        let first = id.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        let letters = id.chars().all(|c| c.is_ascii_alphanumeric() || "_-".contains(c));
        let new = known.insert(id.to_owned());
        (!(first && letters && new)).then(|| format!("{at}: {id:?}"))
    };
    operations(document).filter_map(wrong).collect()
}

fn schemes(document: &Value) -> Vec<String> {
    let asked = operations(document).flat_map(|(at, operation)| {
        let names =
            operation["security"].as_array().into_iter().flatten().flat_map(entries).map(|(name, _)| name.clone());
        names.map(move |name| (at.clone(), name)).collect::<Vec<_>>()
    });
    asked
        .filter(|(_, name)| document["components"]["securitySchemes"].get(name).is_none())
        .map(|(at, name)| format!("{at}: {name}"))
        .collect()
}

/// Every `${` and `%{` is doubled, but in the gateway's own words.
fn signs(document: &Value) -> Vec<String> {
    fn walk(at: &str, value: &Value, found: &mut Vec<String>) {
        let single = |text: &str| {
            ["${", "%{"].iter().any(|sign| {
                text.match_indices(sign)
                    .any(|(i, _)| text[..i].chars().rev().take_while(|c| sign.starts_with(*c)).count() % 2 == 0)
            })
        };
        match value {
            Value::String(text) if single(text) => found.push(format!("{at}: {text}")),
            Value::Array(items) => items.iter().for_each(|item| walk(at, item, found)),
            Value::Object(fields) => {
                for (key, value) in fields.iter().filter(|(key, _)| !key.starts_with("x-amazon-apigateway-")) {
                    if single(key) {
                        found.push(format!("{at}: {key}"));
                    }
                    walk(&format!("{at}/{key}"), value, found);
                }
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    walk("#", document, &mut found);
    found
}

fn answers(document: &Value) -> Vec<String> {
    let status = |s: &str| s.len() == 3 && s.chars().all(|c| c.is_ascii_digit());
    let wrong = |(at, operation): (String, &Value)| {
        let answers = operation["responses"].as_object()?;
        let right = !answers.is_empty()
            && answers
                .iter()
                .all(|(s, a)| status(s) && a["description"].is_string() && a.as_object().is_some_and(|a| a.len() == 1));
        (!right).then_some(at)
    };
    operations(document).filter_map(wrong).collect()
}

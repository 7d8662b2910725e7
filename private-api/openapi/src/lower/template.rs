//! The made document as a Terraform template.

use serde_json::{Map, Value};

/// Escapes what Terraform would read as its own (`${`, `%{`) in every text and name. In the gateway's extensions `${name}` is a
/// variable that the author means Terraform to fill in; `${stageVariables.…}` and the like are the gateway's.
pub(super) fn escape(document: &mut Value) {
    walk(document, false);
}

fn walk(value: &mut Value, in_extension: bool) {
    match value {
        Value::String(text) => *text = escaped(text, in_extension),
        Value::Array(items) => items.iter_mut().for_each(|item| walk(item, in_extension)),
        Value::Object(fields) => {
            let escape = |(key, mut value): (String, Value)| {
                walk(&mut value, in_extension || key.starts_with("x-amazon-apigateway-"));
                (escaped(&key, in_extension), value)
            };
            *fields = std::mem::take(fields).into_iter().map(escape).collect::<Map<_, _>>();
        }
        _ => {}
    }
}

/// Each sign doubled: Terraform takes one away wherever a brace follows.
fn escaped(text: &str, in_extension: bool) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = ["${", "%{"].iter().filter_map(|sign| rest.find(sign)).min() {
        let (before, sign) = rest.split_at(at);
        escaped.push_str(before);
        let meant = in_extension && (variable(sign).is_some() || before.ends_with(['$', '%']));
        if !meant {
            escaped.push_str(&sign[..1]);
        }
        escaped.push_str(&sign[..2]);
        rest = &sign[2..];
    }
    escaped.push_str(rest);
    escaped
}

/// `${name}` at the start of a text.
fn variable(text: &str) -> Option<&str> {
    let name = text.strip_prefix("${")?.split_once('}')?.0;
    is_variable_name(name).then_some(name)
}

/// Whether Terraform would fill something into it.
pub(super) fn has_variable(value: &Value) -> bool {
    match value {
        Value::String(text) => {
            text.match_indices("${").any(|(at, _)| variable(&text[at..]).is_some() && !text[..at].ends_with('$'))
        }
        Value::Array(items) => items.iter().any(has_variable),
        Value::Object(fields) => fields.values().any(has_variable),
        _ => false,
    }
}

/// Letters, digits, `_` and `-`, no digit or `-` first.
pub(super) fn is_variable_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes.next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_')
        && bytes.all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
}

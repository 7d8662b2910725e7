//! Schemas, by direction: a request's may not narrow, an answer's may not widen.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Pair, Report, words};

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Direction {
    Request,
    Response,
}

pub(super) fn compare(at: &str, pair: &Pair<'_>, direction: Direction, report: &mut Report) {
    let pair = &pair.with(pair.old, pair.new);
    let keywords: BTreeSet<&String> =
        [pair.old, pair.new].into_iter().filter_map(Value::as_object).flat_map(|fields| fields.keys()).collect();
    for keyword in keywords {
        let values = pair.get(keyword);
        match keyword.as_str() {
            // Words, not rules.
            "description" | "title" | "summary" | "example" | "examples" | "deprecated" => {}
            "properties" => properties(at, &values, direction, report),
            "required" => required(at, &values, direction, report),
            "items" => compare(&format!("{at}[]"), &values, direction, report),
            "type" => sets(at, keyword, (types(values.old), types(values.new)), direction, report),
            "enum" => sets(at, keyword, (listed(values.old), listed(values.new)), direction, report),
            "x-extensible-enum" => {
                for gone in words(values.old).iter().filter(|word| !words(values.new).contains(word)) {
                    report.add(at, format!("the value {gone} is gone"));
                }
            }
            "minimum" | "minLength" | "minItems" => bound(at, keyword, &values, direction, Side::Lower, report),
            "maximum" | "maxLength" | "maxItems" => bound(at, keyword, &values, direction, Side::Upper, report),
            "additionalProperties" => {
                let open = |value: &Value| *value != Value::Bool(false);
                narrowing(at, keyword, (!open(values.old), !open(values.new)), direction, report);
            }
            "pattern" | "format" | "multipleOf" | "const" | "uniqueItems" if values.old != values.new => {
                let (had, has) = (!values.old.is_null(), !values.new.is_null());
                if had && has {
                    report.add(at, format!("{keyword} has changed"));
                } else {
                    narrowing(at, keyword, (had, has), direction, report);
                }
            }
            _ if values.old == values.new => {}
            _ => report.add(at, format!("{keyword} has changed, and nobody knows what that means to consumers")),
        }
    }
}

/// A rule that comes narrows, one that goes widens.
fn narrowing(at: &str, keyword: &str, (had, has): (bool, bool), direction: Direction, report: &mut Report) {
    match direction {
        Direction::Request if has && !had => report.add(at, format!("{keyword} now refuses what was accepted")),
        Direction::Response if had && !has => report.add(at, format!("{keyword} no longer limits what is answered")),
        _ => {}
    }
}

fn properties(at: &str, values: &Pair<'_>, direction: Direction, report: &mut Report) {
    for (name, property) in values.members() {
        let at = format!("{at}.{name}");
        if property.new.is_null() {
            report.add(&at, "is gone");
        } else {
            compare(&at, &property, direction, report);
        }
    }
}

fn required(at: &str, values: &Pair<'_>, direction: Direction, report: &mut Report) {
    let (old, new) = (words(values.old), words(values.new));
    match direction {
        Direction::Request => {
            for name in new.iter().filter(|name| !old.contains(name)) {
                report.add(&format!("{at}.{name}"), "is now required");
            }
        }
        Direction::Response => {
            for name in old.iter().filter(|name| !new.contains(name)) {
                report.add(&format!("{at}.{name}"), "is no longer always there");
            }
        }
    }
}

/// The allowed values, `None` for "any".
type Allowed = Option<BTreeSet<String>>;

fn listed(value: &Value) -> Allowed {
    value.as_array().map(|values| values.iter().map(Value::to_string).collect())
}

/// The types; every integer is a number.
fn types(value: &Value) -> Allowed {
    let mut types: BTreeSet<String> = match value {
        Value::String(one) => [one.clone()].into(),
        Value::Array(_) => words(value).into_iter().map(str::to_owned).collect(),
        _ => return None,
    };
    if types.contains("number") {
        types.insert("integer".to_owned());
    }
    Some(types)
}

fn sets(at: &str, keyword: &str, (old, new): (Allowed, Allowed), direction: Direction, report: &mut Report) {
    let covers = |wide: &Allowed, narrow: &Allowed| match (wide, narrow) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(wide), Some(narrow)) => narrow.is_subset(wide),
    };
    match direction {
        Direction::Request if !covers(&new, &old) => report.add(at, format!("{keyword} now refuses what was accepted")),
        Direction::Response if !covers(&old, &new) => {
            report.add(at, format!("{keyword} now allows what was never answered"));
        }
        _ => {}
    }
}

enum Side {
    Lower,
    Upper,
}

fn bound(at: &str, keyword: &str, values: &Pair<'_>, direction: Direction, side: Side, report: &mut Report) {
    // Without a limit, the limit is infinitely far away.
    let far = match side {
        Side::Lower => f64::NEG_INFINITY,
        Side::Upper => f64::INFINITY,
    };
    let (old, new) = (values.old.as_f64().unwrap_or(far), values.new.as_f64().unwrap_or(far));
    let tighter = match side {
        Side::Lower => new > old,
        Side::Upper => new < old,
    };
    match direction {
        Direction::Request if tighter => report.add(at, format!("{keyword} is tighter: {old} → {new}")),
        Direction::Response if !tighter && new != old => report.add(at, format!("{keyword} is wider: {old} → {new}")),
        _ => {}
    }
}

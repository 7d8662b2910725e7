//! Limits of lengths and counts, texts, and all that is compared as it stands.

use std::collections::BTreeSet;

use serde_json::{Number, Value};

use super::{
    Comparison, Place,
    kinds::Kinds,
    parts::{Parts, Schema},
    pattern,
};
use crate::{
    compat::{Documents, OWN_VALUE, same},
    lower::limits::End,
};

/// The tightest of a keyword's limits.
pub(super) fn tightest(parts: &Parts<'_>, keyword: &'static str, end: End) -> Option<Number> {
    let numbers = parts.objects.iter().filter_map(|object| object.get(keyword)).filter_map(|value| match value {
        Value::Number(number) => Some(number.clone()),
        _ => None,
    });
    numbers.reduce(|a, b| if end.is_tighter(&b, &a) { b } else { a })
}

impl<'a> Comparison<'a, '_> {
    /// A limit of the wide side that the narrow side does not keep.
    pub(super) fn limit(
        &mut self,
        place: &Place,
        keyword: &str,
        (narrow, wide): (Option<&Number>, Option<&Number>),
        end: End,
    ) {
        let Some(wide) = wide else { return };
        if narrow.is_some_and(|narrow| !end.is_tighter(wide, narrow)) {
            return;
        }
        let text = |limit: Option<&Number>| limit.map_or_else(|| "none".to_owned(), Number::to_string);
        if self.direction.is_request() {
            self.add(&place.at, format!("{keyword} is tighter: {} → {wide}", text(narrow)));
        } else if place.own {
            self.allow(&place.at, OWN_VALUE);
        } else {
            self.add(&place.at, format!("{keyword} is wider: {wide} → {}", text(narrow)));
        }
    }

    pub(super) fn counted(&mut self, place: &Place, from: &Parts<'a>, to: &Parts<'a>, keywords: [&'static str; 2]) {
        for (keyword, end) in keywords.into_iter().zip([End::Lower, End::Upper]) {
            let wide = tightest(to, keyword, end);
            // Nothing is shorter than nothing.
            let wide = wide.filter(|limit| end == End::Upper || limit.as_f64().is_none_or(|limit| limit > 0.0));
            self.limit(place, keyword, (tightest(from, keyword, end).as_ref(), wide.as_ref()), end);
        }
    }

    pub(super) fn texts(&mut self, place: &Place, from: &Parts<'a>, to: &Parts<'a>) {
        self.counted(place, from, to, ["minLength", "maxLength"]);
        let has: Vec<&str> = from.all("pattern").filter_map(Value::as_str).collect();
        for wide in to.all("pattern").filter_map(Value::as_str).filter(|wide| !has.contains(wide)) {
            if has.iter().any(|narrow| pattern::is_wider(narrow, wide)) {
                continue;
            }
            let widened = has.iter().any(|narrow| pattern::is_wider(wide, narrow));
            if place.own && widened {
                self.allow(&place.at, OWN_VALUE);
            } else if has.is_empty() {
                self.ruled(place, "pattern");
            } else {
                self.add(&place.at, "pattern has changed");
            }
        }
        // Formats of texts; the widths of numbers are elsewhere.
        let has: Vec<&Value> = from.all("format").collect();
        for format in to.all("format").filter(|format| !has.contains(format)) {
            if super::numbers::is_width(format) && !to.kinds_said.contains(Kinds::STRING) {
                continue;
            }
            if has.is_empty() { self.ruled(place, "format") } else { self.add(&place.at, "format has changed") }
        }
    }

    /// A rule that comes narrows, one that goes widens.
    fn ruled(&mut self, place: &Place, keyword: &str) {
        let what = if self.direction.is_request() {
            format!("{keyword} now refuses what was accepted")
        } else {
            format!("{keyword} no longer limits what is answered")
        };
        self.add(&place.at, what);
    }

    /// Constraints that are not looked into: the same, or nobody knows.
    pub(super) fn opaque(&mut self, place: &Place, from: &Parts<'a>, to: &Parts<'a>) {
        let shared = from.kinds.and(to.kinds_said);
        if shared.intersects(Kinds::ARRAY) {
            self.counted(place, from, to, ["minItems", "maxItems"]);
            let unique = |parts: &Parts<'a>| parts.all("uniqueItems").any(|value| value == true);
            if unique(to) && !unique(from) {
                self.ruled(place, "uniqueItems");
            }
        }
        if shared.intersects(Kinds::OBJECT) {
            self.counted(place, from, to, ["minProperties", "maxProperties"]);
        }
        let keywords = |parts: &Parts<'a>| {
            let keys = parts.objects.iter().flat_map(|object| object.keys());
            keys.filter(|key| !is_known(key)).cloned().collect::<Vec<_>>()
        };
        let all: BTreeSet<String> = keywords(from).into_iter().chain(keywords(to)).collect();
        for keyword in all {
            let kept = |these: &Parts<'a>, those: &Parts<'a>| self.has_all(&keyword, these, those);
            if ONLY_NARROWING.contains(&keyword.as_str()) {
                if !kept(to, from) {
                    self.ruled(place, &keyword);
                }
            } else if !kept(to, from) || !kept(from, to) {
                self.add(&place.at, format!("{keyword} has changed, and nobody knows what that means to consumers"));
            }
        }
        self.unevaluated(place, from, to);
    }

    /// Whether the other side says a keyword in every way in which this one does.
    fn has_all(&self, keyword: &str, these: &Parts<'a>, those: &Parts<'a>) -> bool {
        let values =
            |parts: &Parts<'a>| parts.objects.iter().filter_map(|o| o.get(keyword)).collect::<Vec<&'a Value>>();
        let others = values(those);
        values(these).into_iter().all(|value| others.iter().any(|other| self.same_value(value, other)))
    }

    fn same_value(&self, a: &'a Value, b: &'a Value) -> bool {
        // One is of either document; what is the same in one order is the same in the other.
        let turned = Documents { old: self.documents.new, new: self.documents.old };
        same(self.documents, a, b) && same(turned, a, b)
    }

    /// What is left over depends on all that a schema contains: where that is not plain, only the same is sure to allow the same.
    fn unevaluated(&mut self, place: &Place, from: &Parts<'a>, to: &Parts<'a>) {
        for closing in &to.closing {
            let contains = Schema::of(to.document, closing).parts();
            let is_plain = closing.get("unevaluatedItems").is_none()
                && closing.get("unevaluatedProperties").is_some_and(Value::is_boolean)
                && contains.is_some_and(|parts| parts.alternatives.is_empty());
            if !is_plain && !from.closing.iter().any(|other| self.same_value(other, closing)) {
                self.ruled(place, "unevaluatedProperties or unevaluatedItems");
            }
        }
    }
}

/// Each on its own takes values away, whatever stands beside it.
const ONLY_NARROWING: [&str; 4] = ["not", "propertyNames", "dependentRequired", "dependentSchemas"];

/// What other rules look at, and words for people.
fn is_known(keyword: &str) -> bool {
    const KNOWN: &[&str] = &[
        "$ref",
        "type",
        "enum",
        "const",
        "allOf",
        "anyOf",
        "oneOf",
        "nullable",
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "exclusiveMaximum",
        "multipleOf",
        "minLength",
        "maxLength",
        "pattern",
        "format",
        "items",
        "prefixItems",
        "minItems",
        "maxItems",
        "uniqueItems",
        "properties",
        "required",
        "additionalProperties",
        "minProperties",
        "maxProperties",
        "readOnly",
        "writeOnly",
        "default",
        "discriminator",
        "description",
        "title",
        "summary",
        "example",
        "examples",
        "deprecated",
        "externalDocs",
        "$comment",
        "$defs",
        "$anchor",
        "unevaluatedItems",
        "unevaluatedProperties",
        "$schema",
    ];
    KNOWN.contains(&keyword) || keyword.starts_with("x-")
}

//! Objects and lists.

use std::collections::{BTreeSet, HashSet};

use serde_json::{Map, Value};

use super::{
    Comparison, Direction, Place,
    parts::{Parts, Schema},
};
use crate::compat::NEW_FIELD;

/// The schemas that apply to a field of this name. `None` where no such field may be.
pub(super) fn field<'a>(parts: &Parts<'a>, name: &str) -> Option<Vec<&'a Value>> {
    let mut nodes = Vec::new();
    for object in &parts.objects {
        let named = object.get("properties").and_then(|properties| properties.get(name));
        // A pattern may match it: the others' schema says nothing sure about it.
        let by_pattern = object.contains_key("patternProperties");
        match named.or_else(|| object.get("additionalProperties").filter(|_| !by_pattern)) {
            Some(Value::Bool(false)) => return None,
            Some(Value::Bool(true)) | None => {}
            Some(schema) => nodes.push(schema),
        }
    }
    if parts.closing.iter().any(|closing| leaves_over(parts, closing, name)) {
        return None;
    }
    Some(nodes)
}

/// Whether a schema refuses a field because nothing in it says what the field may be. It sees what it contains, not what stands
/// beside it.
fn leaves_over(parts: &Parts<'_>, closing: &Value, name: &str) -> bool {
    if closing.get("unevaluatedProperties") != Some(&Value::Bool(false)) {
        return false;
    }
    let Some(own) = Schema::of(parts.document, closing).parts() else { return true };
    let mut named = BTreeSet::new();
    named_anywhere(&own, &mut named);
    let others =
        |o: &&Map<String, Value>| o.contains_key("additionalProperties") || o.contains_key("patternProperties");
    !named.contains(name) && !own.objects.iter().any(others)
}

pub(super) fn allows(parts: &Parts<'_>, name: &str) -> bool {
    field(parts, name).is_some()
}

pub(super) fn required<'a>(parts: &Parts<'a>) -> BTreeSet<&'a str> {
    parts.all("required").flat_map(crate::compat::words).collect()
}

/// The fields that a schema names, those of its alternatives too.
pub(super) fn named_anywhere<'a>(parts: &Parts<'a>, names: &mut BTreeSet<&'a str>) {
    let (mut open, mut visited) = (vec![parts.clone()], HashSet::new());
    while let Some(parts) = open.pop() {
        names.extend(parts.all("properties").filter_map(Value::as_object).flat_map(Map::keys).map(String::as_str));
        for alternatives in &parts.alternatives {
            if visited.insert(std::ptr::from_ref(alternatives.composition)) {
                let branches = alternatives.branches.iter();
                open.extend(branches.filter_map(|branch| Schema::of(parts.document, branch).parts()));
            }
        }
    }
}

/// What no schema names: it stands for all other fields.
const OTHER: &str = "\u{0}other";

impl<'a> Comparison<'a, '_> {
    pub(super) fn fields(&mut self, place: &Place, from: &Parts<'a>, to: &Parts<'a>, depth: usize) {
        let named = |parts: &Parts<'a>| {
            let objects = parts.all("properties").filter_map(Value::as_object);
            objects.flat_map(Map::keys).map(String::as_str).collect::<BTreeSet<&'a str>>()
        };
        let (here, there) = (named(from), named(to));
        let gone = self.gone(place, from, to);
        self.required_fields(place, from, to, &gone);
        let (old_required, new_required) = (required(from), required(to));
        for name in here.union(&there).filter(|name| !gone.contains(*name)) {
            let mut below = place.below(&format!(".{name}"));
            below.optional = !(old_required.contains(name) && new_required.contains(name));
            below.own = self.is_own(name, from, to);
            self.one(&below, name, from, to, depth);
        }
        self.others(place, from, to, depth);
    }

    /// A field that the old contract names and the new one does not, or not in this direction.
    fn gone(&mut self, place: &Place, from: &Parts<'a>, to: &Parts<'a>) -> BTreeSet<&'a str> {
        let (old, new) = self.by_age(from, to);
        let (mut had, mut has) = (BTreeSet::new(), BTreeSet::new());
        had.extend(old.all("properties").filter_map(Value::as_object).flat_map(Map::keys).map(String::as_str));
        named_anywhere(new, &mut has);
        has.extend(&new.beside);
        let travels = |c: &Self, parts: &Parts<'a>, name: &str| !c.is_for_the_other_way(parts, name);
        let gone: BTreeSet<&str> = had
            .into_iter()
            .filter(|name| travels(self, old, name) && (!has.contains(name) || !travels(self, new, name)))
            .filter(|name| allows(old, name))
            .collect();
        for name in &gone {
            self.add(&format!("{}.{name}", place.at), "is gone");
        }
        gone
    }

    /// `readOnly` fields are no part of a request, `writeOnly` ones none of an answer.
    fn is_for_the_other_way(&self, parts: &Parts<'a>, name: &str) -> bool {
        let word = if self.direction.is_request() { "readOnly" } else { "writeOnly" };
        let nodes = parts.all("properties").filter_map(|p| p.get(name)).collect();
        Schema::all_of(parts.document, nodes).parts().is_some_and(|field| field.all(word).any(|value| value == true))
    }

    fn required_fields(&mut self, place: &Place, from: &Parts<'a>, to: &Parts<'a>, gone: &BTreeSet<&'a str>) {
        let has = required(from);
        for name in required(to).into_iter().filter(|name| !has.contains(name) && !gone.contains(name)) {
            if self.is_for_the_other_way(to, name) {
                continue;
            }
            let what = if self.direction.is_request() { "is now required" } else { "is no longer always there" };
            self.add(&format!("{}.{name}", place.at), what);
        }
        // Required before, and now sent in the other direction alone: counted as gone.
    }

    fn one(&mut self, place: &Place, name: &str, from: &Parts<'a>, to: &Parts<'a>, depth: usize) {
        // What the narrow side does not allow is no concern; nor what does not travel this way.
        let Some(narrow) = field(from, name) else { return };
        if self.is_for_the_other_way(from, name) || self.is_for_the_other_way(to, name) {
            return;
        }
        let Some(wide) = field(to, name) else {
            self.narrower(&place.at, "additionalProperties");
            return;
        };
        let (narrow, wide) = (Schema::all_of(from.document, narrow), Schema::all_of(to.document, wide));
        let is_named =
            |parts: &Parts<'a>| parts.beside.contains(name) || parts.all("properties").any(|p| p.get(name).is_some());
        if self.direction.is_request() && narrow.nodes.is_empty() && !is_named(from) && is_named(to) {
            if !self.attempt(false, |c| c.implies(place, &narrow, &wide, depth + 1)) {
                self.allow(&place.at, NEW_FIELD);
            }
            return;
        }
        // Anything is allowed, or what is said stands in an alternative, which is looked at on its own.
        if !wide.nodes.is_empty() {
            self.implies(place, &narrow, &wide, depth + 1);
        }
    }

    /// All fields that neither names.
    fn others(&mut self, place: &Place, from: &Parts<'a>, to: &Parts<'a>, depth: usize) {
        match (field(from, OTHER), field(to, OTHER)) {
            (None, _) => {}
            (Some(_), None) => {
                let what = if self.direction.is_request() {
                    "additionalProperties now refuses what was accepted"
                } else {
                    "additionalProperties no longer limits what is answered"
                };
                self.add(&place.at, what);
            }
            (Some(narrow), Some(wide)) if wide.is_empty() => drop(narrow),
            (Some(narrow), Some(wide)) => {
                let (narrow, wide) = (Schema::all_of(from.document, narrow), Schema::all_of(to.document, wide));
                self.implies(&place.below(".*"), &narrow, &wide, depth + 1);
            }
        }
    }

    /// Whether an answer's field repeats what the request had to say: the same name, the same named schema in both documents.
    fn is_own(&self, name: &str, from: &Parts<'a>, to: &Parts<'a>) -> bool {
        let refers = |parts: &Parts<'a>, target: &str| {
            parts.all("properties").filter_map(|p| p.get(name)).any(|f| f["$ref"] == target)
        };
        self.direction == Direction::Response
            && self.own.0.iter().any(|(own, target)| own == name && refers(from, target) && refers(to, target))
    }

    pub(super) fn items(&mut self, place: &Place, from: &Parts<'a>, to: &Parts<'a>, depth: usize) {
        let first = |parts: &Parts<'a>| {
            parts.all("prefixItems").filter_map(Value::as_array).map(Vec::len).max().unwrap_or_default()
        };
        let named = first(from).max(first(to));
        for index in 0..=named {
            let step = if index == named { "[]".to_owned() } else { format!("[{index}]") };
            let Some(narrow) = item(from, index) else { continue };
            match item(to, index) {
                None => self.narrower(&place.at, "items"),
                Some(wide) if wide.is_empty() => {}
                Some(wide) => {
                    let (narrow, wide) = (Schema::all_of(from.document, narrow), Schema::all_of(to.document, wide));
                    self.implies(&place.below(&step), &narrow, &wide, depth + 1);
                }
            }
        }
    }
}

/// The schemas of the item at an index. `None` where none may be.
fn item<'a>(parts: &Parts<'a>, index: usize) -> Option<Vec<&'a Value>> {
    let mut nodes = Vec::new();
    for object in &parts.objects {
        let first = object.get("prefixItems").and_then(|items| items.get(index));
        match first.or_else(|| object.get("items")) {
            Some(Value::Bool(false)) => return None,
            Some(Value::Bool(true)) | None => {}
            Some(schema) => nodes.push(schema),
        }
    }
    Some(nodes)
}

//! What a schema says beside its constraints: names, defaults, known values, what tells branches apart.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{
    Comparison, Place,
    kinds::Kinds,
    parts::{Parts, Schema},
};
use crate::compat::{same, words};

impl<'a> Comparison<'a, '_> {
    pub(super) fn said(&mut self, place: &Place, from: &Parts<'a>, to: &Parts<'a>) {
        if self.trial.is_some() {
            return;
        }
        let (old, new) = self.by_age(from, to);
        let defaults = |parts: &Parts<'a>| parts.all("default").next();
        if place.optional && defaults(old) != defaults(new) {
            self.add(&place.at, "default has changed: who leaves it out gets something else");
        }
        for value in known(old).difference(&known_or_listed(new)) {
            self.add(&place.at, format!("the value {value} is gone"));
        }
        self.discriminators(place, old, new);
        self.names(place, old, new);
    }

    fn discriminators(&mut self, place: &Place, old: &Parts<'a>, new: &Parts<'a>) {
        let Some(was) = old.all("discriminator").next() else {
            if new.all("discriminator").next().is_some() && self.direction.is_request() {
                self.add(&place.at, "discriminator now tells branches apart by a field that nobody had to send");
            }
            return;
        };
        let Some(is) = new.all("discriminator").next() else {
            self.add(&place.at, "discriminator is gone");
            return;
        };
        let gone = was["mapping"].as_object().into_iter().flatten().find(|(key, target)| {
            let now = &is["mapping"][key.as_str()];
            let named =
                |document, target: &Value| target.as_str().and_then(|t| crate::node::find(document, t)).is_some();
            let both = named(self.documents.old, target) && named(self.documents.new, now);
            now.is_null() || !both && !same(self.documents, target, now)
        });
        if was["propertyName"] != is["propertyName"] || gone.is_some() {
            self.add(&place.at, "discriminator has changed");
        }
    }

    /// Type names of generated clients: what had a name has it still.
    fn names(&mut self, place: &Place, old: &Parts<'a>, new: &Parts<'a>) {
        let named = |parts: &Parts<'a>| {
            let targets = parts.all("$ref").filter_map(Value::as_str).map(str::to_owned);
            let in_branches = parts.alternatives.iter().flat_map(|a| &a.branches).filter_map(|b| b["$ref"].as_str());
            targets.chain(in_branches.map(str::to_owned)).collect::<BTreeSet<String>>()
        };
        let has = named(new);
        // The outermost name is the type's; what it refers to is its own business.
        let Some(name) = old.all("$ref").filter_map(Value::as_str).next() else { return };
        if has.contains(name) {
            return;
        }
        // A plain value written out where it was named has no type of its own in most generated clients.
        let plain = !old.kinds.intersects(Kinds::OBJECT) && old.values.is_none();
        if has.is_empty() && plain {
            return;
        }
        let name = crate::node::last_name(name);
        self.add(&place.at, format!("the type name {name} of generated clients is gone"));
    }
}

/// The values that an open text names: `x-extensible-enum`, and the listed branch beside one that takes any text.
fn known(parts: &Parts<'_>) -> BTreeSet<String> {
    let mut known: BTreeSet<String> = parts.all("x-extensible-enum").flat_map(words).map(str::to_owned).collect();
    for alternatives in parts.alternatives.iter().filter(|a| !a.one) {
        let branches: Vec<Parts<'_>> =
            alternatives.branches.iter().filter_map(|b| Schema::of(parts.document, b).parts()).collect();
        if branches.iter().any(|b| b.values.is_none() && b.kinds.contains(Kinds::STRING)) {
            let listed = branches.iter().filter_map(|b| b.values.as_ref()).flatten();
            known.extend(listed.filter_map(|value| value.as_str()).map(str::to_owned));
        }
    }
    known
}

fn known_or_listed(parts: &Parts<'_>) -> BTreeSet<String> {
    let listed = parts.values.iter().flatten().filter_map(|value| value.as_str()).map(str::to_owned);
    known(parts).into_iter().chain(listed).collect()
}

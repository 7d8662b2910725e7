//! Alternatives: `anyOf`, `oneOf`, several types, listed values.

use std::collections::BTreeSet;

use super::{
    Comparison, Place,
    kinds::Kinds,
    parts::{Alternatives, Parts, Schema, equal},
};
use crate::compat::same;

impl<'a> Comparison<'a, '_> {
    /// The narrow side has alternatives: each has to be allowed.
    pub(super) fn split(
        &mut self,
        place: &Place,
        narrow: &Schema<'a>,
        wide: &Schema<'a>,
        from: &Parts<'a>,
        depth: usize,
    ) {
        let Some(first) = from.alternatives.first() else { return };
        // What another branch names is named.
        let mut beside = narrow.beside.clone();
        super::fields::named_anywhere(from, &mut beside);
        for branch in &first.branches {
            let branch = Schema { beside: beside.clone(), ..narrow.with_branch(first.composition, branch) };
            self.implies(place, &branch, wide, depth + 1);
        }
    }

    /// The wide side has alternatives: one of them has to allow all that the narrow side allows.
    pub(super) fn alternatives(
        &mut self,
        place: &Place,
        narrow: &Schema<'a>,
        from: &Parts<'a>,
        to: &Parts<'a>,
        depth: usize,
    ) {
        for wide in &to.alternatives {
            if !self.unchanged(from, wide) && !self.allowed_by_one(place, narrow, from, to, wide, depth) {
                self.explain(place, narrow, from, to, wide, depth);
            }
        }
    }

    /// Whether the narrow side has the very same alternatives.
    fn unchanged(&self, from: &Parts<'a>, wide: &Alternatives<'a>) -> bool {
        from.alternatives.iter().any(|narrow| {
            let (old, new) = self.by_age(narrow, wide);
            narrow.one == wide.one && same(self.documents, old.composition, new.composition)
        })
    }

    fn allowed_by_one(
        &mut self,
        place: &Place,
        narrow: &Schema<'a>,
        from: &Parts<'a>,
        to: &Parts<'a>,
        wide: &Alternatives<'a>,
        depth: usize,
    ) -> bool {
        let beside = named_beside(to, wide);
        let by = |c: &mut Self, narrow: &Schema<'a>| {
            wide.branches.iter().enumerate().any(|(i, branch)| {
                let branch = Schema { is_branch: true, beside: beside.clone(), ..Schema::of(to.document, branch) };
                (!wide.one || c.apart(narrow, to, wide, i))
                    && c.if_it_holds(|c| c.implies(place, narrow, &branch, depth + 1))
            })
        };
        if by(self, narrow) {
            return true;
        }
        // Kind by kind, value by value.
        if let Some(values) = &from.values {
            return values.len() > 1
                && values.iter().all(|value| by(self, &Schema { value: Some(value), ..narrow.clone() }));
        }
        let kinds: Vec<Kinds> = from.kinds.each().collect();
        kinds.len() > 1 && kinds.iter().all(|kind| by(self, &Schema { only: kind.and(narrow.only), ..narrow.clone() }))
    }

    /// Exactly one: nothing that the narrow side allows matches another branch as well.
    fn apart(&mut self, narrow: &Schema<'a>, to: &Parts<'a>, wide: &Alternatives<'a>, chosen: usize) -> bool {
        self.steps += wide.branches.len();
        let others = wide.branches.iter().enumerate().filter(|(i, _)| *i != chosen);
        let chosen = Schema::of(to.document, wide.branches[chosen]);
        others.into_iter().all(|(_, other)| {
            let other = Schema::of(to.document, other);
            disjoint(&chosen, &other, 0) || disjoint(narrow, &other, 0)
        })
    }

    /// Says what is wrong: inside the one branch that is meant, if there is one.
    fn explain(
        &mut self,
        place: &Place,
        narrow: &Schema<'a>,
        from: &Parts<'a>,
        to: &Parts<'a>,
        wide: &Alternatives<'a>,
        depth: usize,
    ) {
        let meant: Vec<_> = wide
            .branches
            .iter()
            .map(|branch| Schema { is_branch: true, beside: named_beside(to, wide), ..Schema::of(to.document, branch) })
            .filter(|branch| branch.parts().is_some_and(|parts| parts.kinds.intersects(from.kinds)))
            .collect();
        if let [only] = &meant[..] {
            let before = self.found();
            self.implies(place, narrow, only, depth + 1);
            if self.found() > before {
                return;
            }
        }
        self.narrower(&place.at, if wide.one { "oneOf" } else { "anyOf" });
    }

    fn found(&self) -> usize {
        self.trial.unwrap_or(self.report.breaking.len())
    }
}

/// The fields that are named beside the branches of a composition.
fn named_beside<'a>(to: &Parts<'a>, composition: &Alternatives<'a>) -> BTreeSet<&'a str> {
    let mut rest = to.clone();
    rest.alternatives.retain(|other| !std::ptr::eq(other.composition, composition.composition));
    let mut named = to.beside.clone();
    super::fields::named_anywhere(&rest, &mut named);
    named
}

/// Whether no value is valid by both: other kinds, other listed values, or a required field that tells them apart.
fn disjoint(a: &Schema<'_>, b: &Schema<'_>, depth: usize) -> bool {
    let (Some(x), Some(y)) = (a.parts(), b.parts()) else { return true };
    let shared = x.kinds.and(y.kinds);
    if shared.is_empty() {
        return true;
    }
    for (parts, this, that) in [(&x, a, b), (&y, b, a)] {
        let apart = |alternatives: &Alternatives<'_>| {
            let branches = alternatives.branches.iter();
            branches
                .into_iter()
                .all(|branch| disjoint(&this.with_branch(alternatives.composition, branch), that, depth + 1))
        };
        if depth <= 1 && parts.alternatives.iter().any(apart) {
            return true;
        }
    }
    if let (Some(these), Some(those)) = (&x.values, &y.values) {
        return !these.iter().any(|value| those.iter().any(|other| equal(value, other)));
    }
    if shared != Kinds::OBJECT || depth > 3 {
        return false;
    }
    let (asked, other) = (super::fields::required(&x), super::fields::required(&y));
    let differs = |name: &&str| {
        let field = |parts: &Parts<'_>| super::fields::allows(parts, name);
        disjoint(
            &Schema::all_of(x.document, field_nodes(&x, name)),
            &Schema::all_of(y.document, field_nodes(&y, name)),
            depth + 1,
        ) || !field(&x)
            || !field(&y)
    };
    // A field that one side requires and the other does not allow, or that both require with other values.
    asked.iter().any(|name| !super::fields::allows(&y, name) || other.contains(name) && differs(name))
        || other.iter().any(|name| !super::fields::allows(&x, name))
}

fn field_nodes<'a>(parts: &Parts<'a>, name: &str) -> Vec<&'a serde_json::Value> {
    super::fields::field(parts, name).unwrap_or_default()
}

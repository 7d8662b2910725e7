//! A schema as the set of all that applies at its place: references followed, words beside them and `allOf` together.

use std::collections::{BTreeSet, HashSet};

use serde_json::{Map, Value};

use super::kinds::Kinds;

/// A schema of one document, narrowed on the way down by what was decided about its alternatives.
#[derive(Clone, Debug)]
pub(super) struct Schema<'a> {
    pub(super) document: &'a Value,
    /// All of these apply.
    pub(super) nodes: Vec<&'a Value>,
    /// Compositions of which a branch was chosen: it is among the nodes.
    pub(super) chosen: Vec<*const Value>,
    /// Only values of these kinds.
    pub(super) only: Kinds,
    /// Only this value.
    pub(super) value: Option<&'a Value>,
    /// Whether it is a branch, and says not all that is said at its place.
    pub(super) is_branch: bool,
    /// Fields that are named beside it.
    pub(super) beside: BTreeSet<&'a str>,
}

/// What a schema is recognised by.
pub(super) type Key = (Vec<*const Value>, Vec<*const Value>, Kinds, Option<*const Value>);

/// Branches of which at least one applies.
#[derive(Clone, Debug)]
pub(super) struct Alternatives<'a> {
    pub(super) composition: &'a Value,
    pub(super) branches: Vec<&'a Value>,
    /// Whether it is exactly one.
    pub(super) one: bool,
}

/// What applies.
#[derive(Clone, Debug)]
pub(super) struct Parts<'a> {
    pub(super) document: &'a Value,
    pub(super) objects: Vec<&'a Map<String, Value>>,
    /// Those that say something about whatever nothing else in them says.
    pub(super) closing: Vec<&'a Value>,
    pub(super) alternatives: Vec<Alternatives<'a>>,
    /// The kinds of its values.
    pub(super) kinds: Kinds,
    /// The kinds by `type` alone.
    pub(super) kinds_said: Kinds,
    /// All its values, where they are listed.
    pub(super) values: Option<Vec<&'a Value>>,
    /// Fields that are named beside it.
    pub(super) beside: BTreeSet<&'a str>,
}

impl<'a> Schema<'a> {
    pub(super) fn of(document: &'a Value, node: &'a Value) -> Self {
        Self::all_of(document, vec![node])
    }

    pub(super) fn all_of(document: &'a Value, nodes: Vec<&'a Value>) -> Self {
        Self {
            document,
            nodes,
            chosen: Vec::new(),
            only: Kinds::ALL,
            value: None,
            is_branch: false,
            beside: BTreeSet::new(),
        }
    }

    /// Whether nothing was decided about its alternatives.
    pub(super) fn is_whole(&self) -> bool {
        !self.is_branch && self.chosen.is_empty() && self.only == Kinds::ALL && self.value.is_none()
    }

    /// With one branch of a composition.
    pub(super) fn with_branch(&self, composition: &'a Value, branch: &'a Value) -> Self {
        let mut schema = self.clone();
        schema.chosen.push(composition);
        schema.nodes.push(branch);
        schema
    }

    pub(super) fn key(&self) -> Key {
        let sorted = |mut pointers: Vec<*const Value>| {
            pointers.sort_unstable();
            pointers.dedup();
            pointers
        };
        let nodes = self.nodes.iter().map(|node| std::ptr::from_ref(*node)).collect();
        (sorted(nodes), sorted(self.chosen.clone()), self.only, self.value.map(std::ptr::from_ref))
    }

    /// What applies. `None` where nothing can be valid.
    pub(super) fn parts(&self) -> Option<Parts<'a>> {
        let old_style = self.document["openapi"].as_str().is_some_and(|version| version.starts_with("3.0."));
        let mut parts = Parts {
            document: self.document,
            objects: Vec::new(),
            closing: Vec::new(),
            alternatives: Vec::new(),
            kinds: self.only,
            kinds_said: Kinds::ALL,
            values: self.value.map(|value| vec![value]),
            beside: self.beside.clone(),
        };
        let (mut open, mut visited) = (self.nodes.clone(), HashSet::new());
        open.reverse();
        while let Some(node) = open.pop() {
            if !visited.insert(std::ptr::from_ref(node)) {
                continue;
            }
            let object = match node {
                Value::Object(object) => object,
                Value::Bool(false) => return None,
                _ => continue,
            };
            if let Some(target) = object.get("$ref").and_then(Value::as_str) {
                open.extend(crate::node::find(self.document, target));
                // 3.0 ignores what stands beside a reference.
                if old_style {
                    continue;
                }
            }
            parts.objects.push(object);
            if object.contains_key("unevaluatedProperties") || object.contains_key("unevaluatedItems") {
                parts.closing.push(node);
            }
            open.extend(object.get("allOf").and_then(Value::as_array).into_iter().flatten());
            for (key, one) in [("anyOf", false), ("oneOf", true)] {
                let Some(composition) = object.get(key) else { continue };
                if let Some(branches) =
                    composition.as_array().filter(|_| !self.chosen.contains(&std::ptr::from_ref(composition)))
                {
                    let branches = branches.iter().collect();
                    parts.alternatives.push(Alternatives { composition, branches, one });
                }
            }
            parts.narrow(object);
        }
        parts.finish();
        Some(parts)
    }
}

impl<'a> Parts<'a> {
    /// Every value of a keyword.
    pub(super) fn all(&self, keyword: &'a str) -> impl Iterator<Item = &'a Value> + use<'a, '_> {
        self.objects.iter().filter_map(move |object| object.get(keyword))
    }

    fn narrow(&mut self, object: &'a Map<String, Value>) {
        let said = match object.get("type") {
            Some(Value::String(one)) => Kinds::named(one),
            Some(Value::Array(several)) => {
                several.iter().filter_map(Value::as_str).map(Kinds::named).fold(Kinds::NONE, |a, b| a | b)
            }
            _ => Kinds::ALL,
        };
        // 3.0's way to allow null beside the type.
        let nullable = object.get("nullable").is_some_and(|n| n == true) && object.contains_key("type");
        self.kinds_said = self.kinds_said.and(if nullable { said | Kinds::NULL } else { said });
        let listed = object.get("enum").and_then(Value::as_array).map(|values| values.iter().collect::<Vec<_>>());
        for listed in listed.into_iter().chain(object.get("const").map(|value| vec![value])) {
            self.values = Some(match self.values.take() {
                None => listed,
                Some(before) => before.into_iter().filter(|v| listed.iter().any(|l| equal(l, v))).collect(),
            });
        }
    }

    fn finish(&mut self) {
        self.kinds = self.kinds.and(self.kinds_said);
        if let Some(values) = &mut self.values {
            let kinds = self.kinds;
            values.retain(|value| kinds.contains(Kinds::of(value)));
            self.kinds = values.iter().map(|v| Kinds::of(v)).fold(Kinds::NONE, |a, b| a | b);
        }
    }
}

/// JSON Schema's equality: 1 and 1.0 are the same.
pub(super) fn equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(x), Value::Number(y)) => x == y || x.as_f64() == y.as_f64(),
        (Value::Array(x), Value::Array(y)) => x.len() == y.len() && x.iter().zip(y).all(|(x, y)| equal(x, y)),
        (Value::Object(x), Value::Object(y)) => {
            x.len() == y.len() && x.iter().all(|(key, x)| y.get(key).is_some_and(|y| equal(x, y)))
        }
        _ => a == b,
    }
}

/// The kinds of a schema, those of its alternatives together.
pub(super) fn kinds_anywhere(document: &Value, schema: &Value) -> Kinds {
    // Each composition is looked into once: a circle, or one that is met again, may be anything.
    fn of(schema: &Schema<'_>, visited: &mut HashSet<*const Value>) -> Kinds {
        let Some(parts) = schema.parts() else { return Kinds::NONE };
        let mut kinds = parts.kinds;
        for alternatives in &parts.alternatives {
            if visited.insert(alternatives.composition) {
                let branches = alternatives.branches.iter();
                let each = branches.map(|branch| of(&Schema::of(schema.document, branch), visited));
                kinds = kinds.and(each.fold(Kinds::NONE, |a, b| a | b));
            }
        }
        kinds
    }
    of(&Schema::of(document, schema), &mut HashSet::new())
}

//! Schemas, edits and values, made up from a seed: the same seed, the same pair.

use serde_json::{Map, Value, json};

/// SplitMix64.
pub struct Rng(pub u64);

impl Rng {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % n as u64).unwrap()
    }

    pub fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    pub fn pick<'v, T>(&mut self, values: &'v [T]) -> &'v T {
        &values[self.below(values.len())]
    }
}

/// Patterns, each with texts that match.
pub const PATTERNS: [(&str, [&str; 3]); 3] =
    [("^[a-c]+$", ["a", "abc", "cc"]), ("^[a-z]{1,3}$", ["a", "xyz", "ab"]), ("b", ["b", "abc", "xbx"])];

/// Components that the made schemas refer to.
pub fn components() -> Value {
    json!({
        "Name": {"type": "string", "maxLength": 4},
        "Count": {"type": "integer", "minimum": 0, "maximum": 9},
        "Kind": {"type": "string", "enum": ["a", "b", "c"]},
        "Leaf": {"type": "object", "required": ["name"], "properties": {"name": {"$ref": "#/components/schemas/Name"}, "n": {"$ref": "#/components/schemas/Count"}}},
        "Tree": {"type": "object", "properties": {
            "name": {"$ref": "#/components/schemas/Name"},
            "children": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}, "maxItems": 2},
        }},
    })
}

/// A schema of any kind.
pub fn schema(rng: &mut Rng, depth: usize) -> Value {
    let simple = depth == 0;
    match rng.below(if simple { 7 } else { 16 }) {
        0 | 1 => text(rng),
        2 => number(rng, "integer"),
        3 => number(rng, "number"),
        4 => json!({"type": *rng.pick(&["boolean", "null"])}),
        5 => reference(rng),
        6 => rng
            .pick(&[
                json!({"enum": ["a", 1, null, true]}),
                json!({"const": "a"}),
                json!({"type": "string", "enum": ["a", "b", "c"]}),
                json!({}),
            ])
            .clone(),
        7..=9 => object(rng, depth),
        10 => {
            let mut list = json!({"type": "array", "items": schema(rng, depth - 1)});
            if rng.one_in(2) {
                list["maxItems"] = (1 + rng.below(2)).into();
            }
            if rng.one_in(3) {
                list["minItems"] = 1.into();
            }
            if rng.one_in(4) {
                list["uniqueItems"] = true.into();
            }
            list
        }
        11 => json!({"anyOf": [schema(rng, depth - 1), schema(rng, depth - 1)]}),
        12 => json!({"oneOf": [
            {"type": "object", "required": ["kind"], "properties": {"kind": {"const": "a"}, "v": schema(rng, depth - 1)}},
            {"type": "object", "required": ["kind"], "properties": {"kind": {"const": "b"}, "w": schema(rng, depth - 1)}},
        ]}),
        13 => {
            let key = *rng.pick(&["oneOf", "anyOf"]);
            json!({key: [{"type": "null"}, reference(rng)]})
        }
        14 => json!({"allOf": [{"$ref": "#/components/schemas/Leaf"}, object(rng, depth)]}),
        _ => {
            json!({"type": *rng.pick(&[["string", "null"], ["integer", "string"], ["boolean", "null"]]), "maxLength": 3, "minimum": 1})
        }
    }
}

fn text(rng: &mut Rng) -> Value {
    let mut schema = json!({"type": "string"});
    if rng.one_in(2) {
        schema["maxLength"] = (2 + rng.below(3)).into();
    }
    if rng.one_in(3) {
        schema["minLength"] = (1 + rng.below(2)).into();
    }
    if rng.one_in(3) {
        schema["pattern"] = rng.pick(&PATTERNS).0.into();
    }
    schema
}

fn number(rng: &mut Rng, kind: &str) -> Value {
    let mut schema = json!({"type": kind});
    let low = rng.below(4);
    match rng.below(4) {
        0 => schema["minimum"] = low.into(),
        1 => schema["exclusiveMinimum"] = low.into(),
        _ => {}
    }
    match rng.below(4) {
        0 => schema["maximum"] = (low + 3).into(),
        1 => schema["exclusiveMaximum"] = (low + 3).into(),
        _ => {}
    }
    if rng.one_in(5) {
        schema["multipleOf"] = json!(*rng.pick(&[0.5, 2.0]));
    }
    schema
}

fn reference(rng: &mut Rng) -> Value {
    let name = *rng.pick(&["Name", "Count", "Kind", "Leaf", "Tree"]);
    let mut schema = json!({"$ref": format!("#/components/schemas/{name}")});
    match rng.below(6) {
        0 => schema["maxLength"] = 2.into(),
        1 => schema["maximum"] = 5.into(),
        2 => schema["description"] = "Beside.".into(),
        _ => {}
    }
    schema
}

fn object(rng: &mut Rng, depth: usize) -> Value {
    let names = &["p", "q", "r"][..1 + rng.below(3)];
    let properties: Map<String, Value> = names.iter().map(|n| ((*n).to_owned(), schema(rng, depth - 1))).collect();
    let required: Vec<&str> = names.iter().copied().filter(|_| rng.one_in(2)).collect();
    let mut schema = json!({"type": "object", "properties": properties, "required": required});
    match rng.below(4) {
        0 => schema["additionalProperties"] = false.into(),
        1 => schema["additionalProperties"] = json!({"type": "string"}),
        2 if rng.one_in(3) => schema["unevaluatedProperties"] = false.into(),
        _ => {}
    }
    schema
}

/// A value that mostly is what the schema says, and often at its edge.
pub fn value(rng: &mut Rng, schema: &Value, document: &Value, depth: usize) -> Value {
    if depth == 0 || rng.one_in(25) {
        return rng
            .pick(&[json!(null), json!("a"), json!(1), json!({}), json!([]), json!(1.5), json!(true), json!("longer")])
            .clone();
    }
    let Some(fields) = schema.as_object() else { return json!("a") };
    let below = |rng: &mut Rng, schema: &Value| value(rng, schema, document, depth - 1);
    if let Some(constant) = fields.get("const") {
        return constant.clone();
    }
    if let Some(values) = fields.get("enum").and_then(Value::as_array).filter(|v| !v.is_empty()) {
        return rng.pick(values).clone();
    }
    for key in ["anyOf", "oneOf"] {
        if let Some(branches) = fields.get(key).and_then(Value::as_array).filter(|b| !b.is_empty()) {
            let branch = rng.pick(branches).clone();
            return below(rng, &branch);
        }
    }
    let mut parts: Vec<Value> = fields.get("allOf").and_then(Value::as_array).cloned().unwrap_or_default();
    if let Some(target) = fields.get("$ref").and_then(Value::as_str) {
        parts.push(document.pointer(&target[1..]).unwrap_or(&Value::Null).clone());
    }
    if !parts.is_empty() {
        // Objects that apply together are put together.
        let mut own = schema.clone();
        for key in ["allOf", "$ref", "description"] {
            own.as_object_mut().unwrap().remove(key);
        }
        if own.as_object().is_some_and(|own| own.contains_key("type")) || parts.len() > 1 {
            parts.push(own);
        }
        let mut made = Value::Null;
        for part in &parts {
            match (&mut made, below(rng, part)) {
                (Value::Object(made), Value::Object(more)) => made.extend(more),
                (made, other) => *made = other,
            }
        }
        return made;
    }
    let kind = match fields.get("type") {
        Some(Value::Array(kinds)) => rng.pick(kinds).as_str().unwrap_or("string").to_owned(),
        Some(Value::String(kind)) => kind.clone(),
        _ if fields.contains_key("properties") || fields.contains_key("required") => "object".to_owned(),
        _ => (*rng.pick(&["string", "integer", "null", "object", "number"])).to_owned(),
    };
    let limit = |key: &str| fields.get(key).and_then(Value::as_f64);
    match kind.as_str() {
        "string" => string(rng, fields),
        "integer" | "number" => {
            let edges: Vec<f64> = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"]
                .iter()
                .filter_map(|k| limit(k))
                .collect();
            let base = if edges.is_empty() || rng.one_in(4) {
                f64::from(u32::try_from(rng.below(20)).unwrap()) - 5.0
            } else {
                *rng.pick(&edges)
            };
            let step = if kind == "integer" {
                *rng.pick(&[0.0, 1.0, -1.0, 2.0])
            } else {
                *rng.pick(&[0.0, 0.5, -0.5, 1.0, 0.3])
            };
            let n = base + step;
            #[allow(clippy::cast_possible_truncation)]
            if n.fract() == 0.0 && !rng.one_in(4) { json!(n as i64) } else { json!(n) }
        }
        "boolean" => json!(rng.one_in(2)),
        "array" => {
            let most = fields.get("maxItems").and_then(Value::as_u64).unwrap_or(2);
            let n = rng.below(usize::try_from(most).unwrap() + 2);
            let items = fields.get("items").cloned().unwrap_or_else(|| json!({}));
            (0..n).map(|_| below(rng, &items)).collect()
        }
        "object" => {
            let mut made = Map::new();
            let required = fields.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
            for (name, property) in fields.get("properties").and_then(Value::as_object).into_iter().flatten() {
                if required.contains(&json!(name)) && !rng.one_in(12) || rng.one_in(2) {
                    made.insert(name.clone(), below(rng, property));
                }
            }
            if rng.one_in(3) {
                let name = (*rng.pick(&["other", "p", "s", "v"])).to_owned();
                made.insert(name, rng.pick(&[json!("x"), json!(1), json!(null)]).clone());
            }
            Value::Object(made)
        }
        _ => Value::Null,
    }
}

fn string(rng: &mut Rng, fields: &Map<String, Value>) -> Value {
    let pattern = fields.get("pattern").and_then(Value::as_str);
    if let Some((_, texts)) = PATTERNS.iter().find(|(p, _)| Some(*p) == pattern) {
        return json!(*rng.pick(texts));
    }
    let limit = |key: &str, far: u64| fields.get(key).and_then(Value::as_u64).unwrap_or(far);
    let edge = *rng.pick(&[limit("minLength", 0), limit("maxLength", 5), 3, 0]);
    let length = edge.saturating_add_signed(*rng.pick(&[0, 1, -1]));
    json!((*rng.pick(&["a", "b", "x"])).repeat(usize::try_from(length).unwrap()))
}

/// All schemas below a node, as pointers.
pub fn places(node: &Value, at: &str, found: &mut Vec<String>) {
    if !node.is_object() {
        return;
    }
    found.push(at.to_owned());
    for (name, property) in node["properties"].as_object().into_iter().flatten() {
        places(property, &format!("{at}/properties/{name}"), found);
    }
    for key in ["items", "additionalProperties"] {
        places(&node[key], &format!("{at}/{key}"), found);
    }
    for key in ["anyOf", "oneOf", "allOf"] {
        for (i, branch) in node[key].as_array().into_iter().flatten().enumerate() {
            places(branch, &format!("{at}/{key}/{i}"), found);
        }
    }
}

/// 5.0 as 5: draft-04 takes the first for no whole number, later drafts do.
pub fn whole(value: Value) -> Value {
    match value {
        #[allow(clippy::cast_possible_truncation)]
        Value::Number(n) => n.as_f64().filter(|n| n.fract() == 0.0).map_or(Value::Number(n), |n| json!(n as i64)),
        Value::Array(items) => items.into_iter().map(whole).collect(),
        Value::Object(fields) => fields.into_iter().map(|(key, value)| (key, whole(value))).collect(),
        plain => plain,
    }
}

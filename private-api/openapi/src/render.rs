//! Writes a document in one fixed order, whatever order `serde_json`'s maps have (a feature of any crate in the build can
//! change that).

use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::Value;

/// The keywords that come first, in the order in which people read them. Everything else follows by name.
const FIRST: &[&str] = &[
    "$ref",
    "openapi",
    "info",
    "title",
    "operationId",
    "name",
    "in",
    "url",
    "version",
    "type",
    "summary",
    "description",
    "servers",
    "tags",
    "security",
    "paths",
    "components",
    "post",
    "get",
    "put",
    "delete",
    "required",
    "parameters",
    "requestBody",
    "responses",
    // Generators take an answer's first media type.
    "application/problem+json",
    "application/json",
];

/// Pretty JSON with a final newline.
pub fn render(document: &Value) -> String {
    // Serializing plain JSON values into memory cannot fail: no map has a key that is not a string.
    serde_json::to_string_pretty(&Ordered(document)).unwrap_or_default() + "\n"
}

struct Ordered<'a>(&'a Value);

impl Serialize for Ordered<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Object(fields) => {
                let mut keys: Vec<&String> = fields.keys().collect();
                keys.sort_by_key(|key| (FIRST.iter().position(|f| f == key).unwrap_or(FIRST.len()), *key));
                let mut map = serializer.serialize_map(Some(keys.len()))?;
                for key in keys {
                    map.serialize_entry(key, &Ordered(&fields[key]))?;
                }
                map.end()
            }
            Value::Array(items) => serializer.collect_seq(items.iter().map(Ordered)),
            plain => plain.serialize(serializer),
        }
    }
}

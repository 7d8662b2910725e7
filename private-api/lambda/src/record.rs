//! Structs as attributes of an item: each field under its wire name, a text as a string, a number as a number.
//!
//! A field is declared where its struct is; what is stored and what is read follows from there.

use std::fmt;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::{
    Serialize,
    de::{self, DeserializeOwned, DeserializeSeed, IntoDeserializer, Visitor},
};
use serde_json::Value;

use crate::item::{DamagedItem, Item, n, s};

/// A struct's fields as attributes. One that is absent is no attribute.
///
/// # Errors
/// When a field is neither text nor number: a mistake in the struct.
pub fn attributes(of: &impl Serialize) -> Result<Vec<(String, AttributeValue)>, NotStorable> {
    let Ok(Value::Object(fields)) = serde_json::to_value(of) else { return Err(NotStorable) };
    let attribute = |(name, value)| match value {
        Value::String(text) => Some(Ok((name, s(text)))),
        Value::Number(number) => Some(Ok((name, n(number)))),
        Value::Null => None,
        _ => Some(Err(NotStorable)),
    };
    fields.into_iter().filter_map(attribute).collect()
}

/// What an update makes of an item's attributes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Changes {
    /// New values, by name.
    pub set: Vec<(String, AttributeValue)>,
    /// Attributes that go.
    pub remove: Vec<String>,
}

impl Changes {
    /// What an update's struct says: a field that is absent keeps what is stored, and `null` clears it. (An `Option<Option<_>>` that
    /// is skipped where it is none is both.)
    ///
    /// # Errors
    /// When a field is neither text nor number: a mistake in the struct.
    pub fn of(update: &impl Serialize) -> Result<Self, NotStorable> {
        let Ok(Value::Object(fields)) = serde_json::to_value(update) else { return Err(NotStorable) };
        let remove = fields.iter().filter(|(_, value)| value.is_null()).map(|(name, _)| name.clone()).collect();
        Ok(Self { set: attributes(update)?, remove })
    }

    /// Whether an item is as if they had been made already.
    #[must_use]
    pub fn are_in(&self, item: &Item) -> bool {
        self.set.iter().all(|(name, value)| item.get(name) == Some(value))
            && self.remove.iter().all(|name| !item.contains_key(name))
    }
}

/// A struct that is not made of texts and numbers alone.
#[derive(Debug, thiserror::Error)]
#[error("a struct to be stored is not made of texts and numbers alone")]
pub struct NotStorable;

/// The struct that an item's attributes are. Attributes that it has no field for are skipped.
///
/// # Errors
/// Names the first attribute that is missing or not what the field takes, never its value.
pub fn read<T: DeserializeOwned>(item: &Item) -> Result<T, DamagedItem> {
    let attributes = Attributes { rest: item.iter(), next: None };
    T::deserialize(de::value::MapAccessDeserializer::new(attributes)).map_err(|Damaged(name)| DamagedItem(name))
}

/// The names of a struct's fields, as [`attributes`] writes them: what a release knows of an item. A field can be forgotten in a
/// list, and not here.
///
/// Empty for what is no struct with named fields.
#[must_use]
pub fn names<T: DeserializeOwned>() -> &'static [&'static str] {
    let mut names: &'static [&'static str] = &[];
    // It reads nothing: a struct is asked for, and that says its fields.
    let _ = T::deserialize(Names(&mut names));
    names
}

struct Names<'a>(&'a mut &'static [&'static str]);

impl<'de> de::Deserializer<'de> for Names<'_> {
    type Error = Damaged;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Damaged> {
        Err(Damaged(String::new()))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Damaged> {
        *self.0 = fields;
        Err(Damaged(String::new()))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map enum option newtype_struct identifier ignored_any
    }
}

/// What is wrong with an item: an attribute's name, as soon as it is known.
#[derive(Debug)]
struct Damaged(String);

impl fmt::Display for Damaged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Damaged {}

impl de::Error for Damaged {
    /// The words may quote the value.
    fn custom<W: fmt::Display>(_: W) -> Self {
        Self(String::new())
    }

    fn missing_field(name: &'static str) -> Self {
        Self(name.to_owned())
    }
}

struct Attributes<'a> {
    rest: std::collections::hash_map::Iter<'a, String, AttributeValue>,
    next: Option<(&'a str, &'a AttributeValue)>,
}

impl<'de> de::MapAccess<'de> for Attributes<'de> {
    type Error = Damaged;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Damaged> {
        self.next = self.rest.next().map(|(name, value)| (name.as_str(), value));
        self.next.map(|(name, _)| seed.deserialize(name.into_deserializer())).transpose()
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Damaged> {
        let (name, value) = self.next.take().ok_or_else(|| Damaged(String::new()))?;
        seed.deserialize(Attribute(value)).map_err(|_| Damaged(name.to_owned()))
    }
}

struct Attribute<'a>(&'a AttributeValue);

impl<'de> de::Deserializer<'de> for Attribute<'de> {
    type Error = Damaged;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Damaged> {
        match self.0 {
            AttributeValue::S(text) => visitor.visit_borrowed_str(text),
            AttributeValue::N(number) => match (number.parse::<u64>(), number.parse::<f64>()) {
                (Ok(whole), _) => visitor.visit_u64(whole),
                (_, Ok(number)) => visitor.visit_f64(number),
                _ => Err(Damaged(String::new())),
            },
            // Of another release, or somebody else's; a field that takes it is not ours.
            _ => visitor.visit_unit(),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Damaged> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Damaged> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Damaged> {
        match self.0 {
            AttributeValue::S(text) => visitor.visit_enum(text.as_str().into_deserializer()),
            _ => Err(Damaged(String::new())),
        }
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde::Deserialize;

    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Order {
        order_id: String,
        price: f64,
        version: u64,
        #[serde(skip_serializing_if = "Option::is_none", default)]
        note: Option<String>,
    }

    fn order() -> Order {
        Order { order_id: "7".to_owned(), price: 999_999_999.99, version: 3, note: None }
    }

    #[test]
    fn what_is_stored_is_read_and_what_is_absent_stays_absent() {
        let mut item: Item = attributes(&order()).unwrap().into_iter().collect();
        assert_eq!(item["price"], n("999999999.99"));
        assert_eq!(item.len(), 3);
        assert_eq!(read::<Order>(&item).unwrap(), order());
        // Another release's attributes, whatever they are.
        item.insert("later".to_owned(), AttributeValue::L(vec![s("x")]));
        item.insert("note".to_owned(), s("mine"));
        assert_eq!(read::<Order>(&item).unwrap().note.as_deref(), Some("mine"));
    }

    #[test]
    fn the_names_are_those_of_every_attribute() {
        let stored = attributes(&Order { note: Some("x".to_owned()), ..order() }).unwrap();
        let stored: std::collections::BTreeSet<_> = stored.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names::<Order>().iter().copied().collect::<std::collections::BTreeSet<_>>(), stored);
        assert!(names::<String>().is_empty());
    }

    #[test]
    fn a_damaged_item_names_the_attribute_and_no_value() {
        for (name, value) in [
            ("orderId", None),
            ("price", None),
            ("price", Some(s("secret"))),
            ("version", Some(n("-1"))),
            ("version", Some(n("secret"))),
            ("orderId", Some(AttributeValue::Bool(true))),
        ] {
            let mut item: Item = attributes(&order()).unwrap().into_iter().collect();
            item.remove(name);
            item.extend(value.map(|value| (name.to_owned(), value)));
            let error = read::<Order>(&item).unwrap_err().to_string();
            assert!(error.contains(name) && !error.contains("secret"), "{error}");
        }
    }
}

//! Items of a table, attribute by attribute.

use std::{collections::HashMap, str::FromStr};

use aws_sdk_dynamodb::types::AttributeValue;
use sha2::{Digest, Sha256};

/// An item, or its key.
pub type Item = HashMap<String, AttributeValue>;

/// The name of every table's partition key.
pub const PK: &str = "PK";
/// The name of every table's sort key.
pub const SK: &str = "SK";

/// A string.
pub fn s(text: impl Into<String>) -> AttributeValue {
    AttributeValue::S(text.into())
}

/// A number.
pub fn n(number: impl ToString) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

/// An item that is not what the service writes: somebody else wrote to the table. Names the attribute, not its value.
#[derive(Debug, thiserror::Error)]
#[error("the item's attribute {0} is missing or not what this service writes")]
pub struct DamagedItem(pub String);

/// The string in an attribute.
///
/// # Errors
/// When it is missing or no string.
pub fn text<'a>(item: &'a Item, name: &'static str) -> Result<&'a str, DamagedItem> {
    item.get(name).and_then(|value| value.as_s().ok()).map(String::as_str).ok_or_else(|| DamagedItem(name.to_owned()))
}

/// The number in an attribute, as text: DynamoDB's have more digits than any type of Rust.
///
/// # Errors
/// When it is missing or no number.
pub fn number<'a>(item: &'a Item, name: &'static str) -> Result<&'a str, DamagedItem> {
    item.get(name).and_then(|value| value.as_n().ok()).map(String::as_str).ok_or_else(|| DamagedItem(name.to_owned()))
}

/// What the string in an attribute says.
///
/// # Errors
/// When it is missing, no string, or says nothing of the kind.
pub fn parsed<T: FromStr>(item: &Item, name: &'static str) -> Result<T, DamagedItem> {
    text(item, name)?.parse().map_err(|_| DamagedItem(name.to_owned()))
}

/// SHA-256 of these parts in hexadecimal, each part with its length before it so that no two lists run together: what a create
/// asked for, by which a repeat is told from another request under the same key.
#[must_use]
pub fn fingerprint(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    let hex = |nibble: u8| char::from(b"0123456789abcdef"[usize::from(nibble)]);
    hash.finalize().iter().flat_map(|byte| [hex(byte >> 4), hex(byte & 15)]).collect()
}

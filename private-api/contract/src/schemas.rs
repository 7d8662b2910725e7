//! Schemas of what every API has, and the pieces to write one's own with.

use serde_json::json;
use utoipa::openapi::{KnownFormat, ObjectBuilder, RefOr, Schema, SchemaFormat, Type, extensions::ExtensionsBuilder};

use crate::{FieldErrorCode, NextToken, OPAQUE_ID_MAX, Timestamp, Version};

/// Any hyphenated UUID; the only form that is read.
pub const UUID_PATTERN: &str = "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$";

/// An id for examples, a UUIDv7.
pub const EXAMPLE_ID: &str = "0190f8f4-0d3c-7c3a-9d53-6f1f2f7a9b10";

/// Gives a type its schema by an expression that makes an `ObjectBuilder`.
#[macro_export]
macro_rules! schema {
    ($($name:ident => $schema:expr;)+) => {$(
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                $schema.into()
            }
        }
        impl utoipa::ToSchema for $name {}
    )+};
}

crate::schema! {
    Timestamp => string("A moment in UTC to the millisecond, RFC 3339.")
        .format(Some(SchemaFormat::Custom("date-time".to_owned())))
        .examples(["2026-11-22T16:00:00.123Z"]);
    NextToken => string("Where the next page starts. Opaque: pass it back as it came.").examples([EXAMPLE_ID]);
    Version => ObjectBuilder::new()
        .schema_type(Type::Integer)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
        .description(Some("How often it has been written: 1 when created, one more with each update."))
        .minimum(Some(1))
        .examples([json!(1)]);
    FieldErrorCode => open("What is wrong with a field.", FieldErrorCode::KNOWN.iter().map(FieldErrorCode::as_str));
}

/// A string.
#[must_use]
pub fn string(description: &str) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String).description(Some(description))
}

/// An id that callers choose: [`opaque_id`](crate::opaque_id).
#[must_use]
pub fn opaque_id(description: &str) -> ObjectBuilder {
    let limits = string(description).min_length(Some(1)).max_length(Some(OPAQUE_ID_MAX));
    limits.pattern(Some("^[A-Za-z0-9_-]+$")).examples(["123"])
}

/// A string of an answer: the values of today are listed, for people, pages and generators' comments, and others may come.
///
/// No `anyOf` of an enumeration and a string: openapi-generator makes an empty type of it for Rust and Kotlin.
pub fn open<'a>(description: &str, known: impl Iterator<Item = &'a str> + Clone) -> ObjectBuilder {
    let list = known.clone().map(|value| format!("`{value}`")).collect::<Vec<_>>().join(", ");
    string(&format!("{description} Today: {list}. More values may come."))
        .extensions(Some(ExtensionsBuilder::new().add("x-extensible-enum", known.clone().collect::<Vec<_>>()).build()))
        .examples(known)
}

/// A string of a request: these values and no others.
pub fn closed<'a>(description: &str, known: impl Iterator<Item = &'a str>) -> RefOr<Schema> {
    string(description).enum_values(Some(known)).into()
}

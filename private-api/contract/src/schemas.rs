//! Schemas of what every API has, and the pieces to write one's own with.

use serde_json::json;
use utoipa::openapi::{KnownFormat, ObjectBuilder, Ref, RefOr, Schema, SchemaFormat, Type, schema::AnyOfBuilder};

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

/// Gives an open enumeration its schema, and brings the schema of its known values along under a name of its own.
#[macro_export]
macro_rules! open_schema {
    ($($name:ident, known as $known:literal: $description:expr;)+) => {$(
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                $crate::schemas::open($description, $known, $name::KNOWN[0].as_str())
            }
        }
        impl utoipa::ToSchema for $name {
            fn schemas(schemas: &mut Vec<(String, utoipa::openapi::RefOr<utoipa::openapi::Schema>)>) {
                let known = $name::KNOWN.iter().map($name::as_str);
                schemas.push(($known.to_owned(), $crate::schemas::closed(concat!($description, " The values of today."), known)));
            }
        }
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
}
crate::open_schema! {
    FieldErrorCode, known as "KnownFieldErrorCode": "What is wrong with a field.";
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

/// A string of an answer: the values of today are those of the schema called `known`, others may come.
///
/// Generators make a type of both branches and pages show the list; validators take any text.
#[must_use]
pub fn open(description: &str, known: &str, example: &str) -> RefOr<Schema> {
    AnyOfBuilder::new()
        .item(Ref::from_schema_name(known))
        .item(ObjectBuilder::new().schema_type(Type::String))
        .description(Some(format!("{description} More values may come.")))
        .examples([example])
        .into()
}

/// A string of a request: these values and no others.
pub fn closed<'a>(description: &str, known: impl Iterator<Item = &'a str>) -> RefOr<Schema> {
    string(description).enum_values(Some(known)).into()
}

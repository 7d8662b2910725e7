//! `If-Match` as a part of a write's condition.

use aws_sdk_dynamodb::types::AttributeValue;
use private_api_contract::IfMatch;

use crate::item::n;

/// What a condition says besides, and the values in it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct VersionCondition {
    /// Begins with ` AND `; empty where any version will do. Calls the attribute `#version`.
    pub expression: String,
    /// By their names.
    pub values: Vec<(String, AttributeValue)>,
}

impl VersionCondition {
    /// One condition, however many versions are allowed.
    #[must_use]
    pub fn of(if_match: Option<&IfMatch>) -> Self {
        let Some(IfMatch::OneOf(versions)) = if_match else { return Self::default() };
        // Versions begin at 1: where none is allowed, it is one that nothing has.
        let numbers: Vec<_> = if versions.is_empty() { vec![0] } else { versions.iter().map(|v| v.get()).collect() };
        let values: Vec<_> =
            numbers.iter().enumerate().map(|(i, number)| (format!(":version{i}"), n(number))).collect();
        let names: Vec<_> = values.iter().map(|(name, _)| name.as_str()).collect();
        Self { expression: format!(" AND #version IN ({})", names.join(", ")), values }
    }
}

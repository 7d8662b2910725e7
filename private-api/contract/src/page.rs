//! Lists, a page at a time.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{FieldErrorCode, InvalidValue};

/// Where the next page of a list starts. Opaque: pass it back as it came.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NextToken(String);

impl NextToken {
    /// The token as it is on the wire.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The id of the last resource of the page before; the server's reading of a token.
    ///
    /// # Errors
    /// `invalid_format` when no list of ours made it.
    pub fn last<Id: FromStr>(&self) -> Result<Id, InvalidValue> {
        self.0.parse().map_err(|_| {
            InvalidValue::new(FieldErrorCode::InvalidFormat, "must be the nextToken of an earlier page, unchanged")
        })
    }
}

impl From<String> for NextToken {
    /// A token that was kept elsewhere. Whether it is one shows when the server reads it.
    fn from(token: String) -> Self {
        Self(token)
    }
}

/// How many resources a page may hold: 1–100, 25 unless asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PageLimit(u8);

impl PageLimit {
    /// The smallest page.
    pub const MIN: Self = Self(1);
    /// The largest page.
    pub const MAX: Self = Self(100);
    /// What a list without `limit` gets.
    pub const DEFAULT: Self = Self(25);

    /// A limit by its number.
    ///
    /// # Errors
    /// `out_of_range` outside of 1–100.
    pub fn new(limit: u32) -> Result<Self, InvalidValue> {
        match u8::try_from(limit) {
            Ok(n) if (Self::MIN.0..=Self::MAX.0).contains(&n) => Ok(Self(n)),
            _ => Err(InvalidValue::new(FieldErrorCode::OutOfRange, "must be a whole number from 1 to 100")),
        }
    }

    /// The number.
    #[must_use]
    pub fn get(self) -> u8 {
        self.0
    }
}

impl Default for PageLimit {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl fmt::Display for PageLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for PageLimit {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        // `parse` alone would take "+5" and "05".
        if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) || (text.len() > 1 && text.starts_with('0')) {
            return Err(InvalidValue::new(FieldErrorCode::InvalidFormat, "must be a whole number from 1 to 100"));
        }
        // What does not even fit is out of range all the same.
        Self::new(text.parse().unwrap_or(u32::MAX))
    }
}

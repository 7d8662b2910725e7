//! Versions of a resource and the conditions on them.

use std::{fmt, num::NonZeroU64, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{FieldErrorCode, InvalidValue};

/// How often a resource has been written: 1 when created, one more with each update.
///
/// As an HTTP entity tag it is the quoted number: `ETag: "3"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Version(NonZeroU64);

impl Version {
    /// The version of what was just created.
    pub const FIRST: Self = Self(NonZeroU64::MIN);

    /// A version by its number; `None` for 0.
    #[must_use]
    pub fn new(number: u64) -> Option<Self> {
        NonZeroU64::new(number).map(Self)
    }

    /// The number.
    #[must_use]
    pub fn get(self) -> u64 {
        self.0.get()
    }

    /// The entity tag: `"3"`, with its quotes.
    #[must_use]
    pub fn etag(self) -> String {
        format!("\"{self}\"")
    }

    /// Reads an entity tag of this service.
    ///
    /// # Errors
    /// `invalid_format` for anything but a quoted positive number without leading zeros.
    pub fn from_etag(tag: &str) -> Result<Self, InvalidValue> {
        const NOT_OURS: InvalidValue = InvalidValue::new(
            FieldErrorCode::InvalidFormat,
            "must be * or one strong entity tag as ETag gave it, such as \"3\" with its quotes",
        );
        let digits = tag.strip_prefix('"').and_then(|t| t.strip_suffix('"')).ok_or(NOT_OURS)?;
        // `parse` alone would take "+3" and "03": two spellings of one tag.
        // 19 digits are what the documents promise, and more updates than anybody will make.
        if digits.starts_with(['0', '+']) || digits.len() > 19 {
            return Err(NOT_OURS);
        }
        digits.parse().map(Self).map_err(|_| NOT_OURS)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What an update or a delete expects to find, the `If-Match` header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IfMatch {
    /// `*`: it exists, whatever its version. The same as no header, for this API.
    Any,
    /// `"3"`: it has exactly this version, else 412 `version_mismatch` and nothing is written.
    Version(Version),
}

impl From<Version> for IfMatch {
    fn from(version: Version) -> Self {
        Self::Version(version)
    }
}

impl fmt::Display for IfMatch {
    /// The header's value.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("*"),
            Self::Version(version) => write!(f, "\"{version}\""),
        }
    }
}

impl FromStr for IfMatch {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        match text.trim() {
            "*" => Ok(Self::Any),
            tag => Version::from_etag(tag).map(Self::Version),
        }
    }
}

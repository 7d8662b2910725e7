//! Points in time on the wire.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::{FieldErrorCode, InvalidValue};

/// A moment in UTC to the millisecond; on the wire RFC 3339, `2026-11-22T16:00:00.123Z`.
///
/// ```
/// use private_api_contract::Timestamp;
/// let t: Timestamp = "2026-11-22T17:00:00+01:00".parse()?;
/// assert_eq!(t.to_string(), "2026-11-22T16:00:00.000Z");
/// # Ok::<(), private_api_contract::InvalidValue>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Timestamp(jiff::Timestamp);

impl Timestamp {
    /// This moment, by the system's clock.
    #[must_use]
    pub fn now() -> Self {
        Self::from(jiff::Timestamp::now())
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn unix_millis(self) -> i64 {
        self.0.as_millisecond()
    }
}

impl From<jiff::Timestamp> for Timestamp {
    /// Cuts to whole milliseconds.
    fn from(t: jiff::Timestamp) -> Self {
        // Every in-range timestamp stays in range when cut towards zero.
        Self(jiff::Timestamp::from_millisecond(t.as_millisecond()).unwrap_or(t))
    }
}

impl From<Timestamp> for jiff::Timestamp {
    fn from(t: Timestamp) -> Self {
        t.0
    }
}

impl FromStr for Timestamp {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        text.parse::<jiff::Timestamp>().map(Self::from).map_err(|_| {
            InvalidValue::new(FieldErrorCode::InvalidFormat, "must be a time such as 2026-11-22T16:00:00.123Z")
        })
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3}", self.0)
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Timestamp({self})")
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        std::borrow::Cow::<'de, str>::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

//! Identifiers: UUIDs of one spelling, and the keys that name logical writes.

use uuid::Uuid;

use crate::{FieldErrorCode, InvalidValue, Timestamp};

const NOT_A_UUID: InvalidValue = InvalidValue::new(
    FieldErrorCode::InvalidFormat,
    "must be a hyphenated UUID such as 0190f8f4-0d3c-7c3a-9d53-6f1f2f7a9b10",
);

/// Reads the hyphenated form and no other: one id, one spelling (letter case apart).
///
/// # Errors
/// `invalid_format` for anything else.
pub fn parse_uuid(text: &str) -> Result<Uuid, InvalidValue> {
    if text.len() != 36 {
        return Err(NOT_A_UUID);
    }
    Uuid::try_parse(text).map_err(|_| NOT_A_UUID)
}

/// Makes an identifier: a UUID with one text form (lower-case, hyphenated, 36 characters), as which it is read and written.
///
/// ```
/// private_api_contract::uuid_newtype! {
///     /// The id of an order, a UUIDv7.
///     OrderId
/// }
/// let id: OrderId = "0190f8f4-0d3c-7c3a-9d53-6f1f2f7a9b10".parse()?;
/// assert_eq!(id.to_string(), "0190f8f4-0d3c-7c3a-9d53-6f1f2f7a9b10");
/// # Ok::<(), private_api_contract::InvalidValue>(())
/// ```
#[macro_export]
macro_rules! uuid_newtype {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name($crate::uuid::Uuid);

        impl $name {
            /// The UUID itself.
            #[must_use]
            pub fn as_uuid(&self) -> &$crate::uuid::Uuid {
                &self.0
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::InvalidValue;

            fn from_str(text: &str) -> Result<Self, $crate::InvalidValue> {
                $crate::parse_uuid(text).map(Self)
            }
        }

        impl From<$crate::uuid::Uuid> for $name {
            fn from(uuid: $crate::uuid::Uuid) -> Self {
                Self(uuid)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Display::fmt(self.0.as_hyphenated(), f)
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0.as_hyphenated())
            }
        }

        impl $crate::serde::Serialize for $name {
            fn serialize<S: $crate::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> $crate::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str> as $crate::serde::Deserialize>::deserialize(deserializer)?;
                text.parse().map_err($crate::serde::de::Error::custom)
            }
        }
    };
}

uuid_newtype! {
    /// Names one logical write, so that the server can tell a repeat from a second wish. Any UUID; a create wants version 7.
    ///
    /// Mint one *before the first attempt* and send the same one with every attempt. What a create makes carries its key as
    /// its id.
    IdempotencyKey
}

impl IdempotencyKey {
    /// How far ahead of the server's clock a create's key may lie, in milliseconds (5 minutes).
    pub const MAX_AHEAD_MILLIS: i64 = 5 * 60 * 1000;

    /// A new key of this moment (UUIDv7); within a process, later keys sort after earlier ones.
    #[must_use]
    pub fn mint() -> Self {
        Self(Uuid::now_v7())
    }

    /// Checks what a create demands of its key at the server's time `now`.
    ///
    /// # Errors
    /// `invalid_format` when it is not version 7; `out_of_range` when its time lies more than 5 minutes ahead of `now`.
    pub fn check_for_create(self, now: Timestamp) -> Result<(), InvalidValue> {
        // The variant matters as much: 0190…-7…-0… says 7 in the version nibble and is no RFC 9562 UUID.
        if self.0.get_version_num() != 7 || self.0.get_variant() != uuid::Variant::RFC4122 {
            return Err(InvalidValue::new(FieldErrorCode::InvalidFormat, "must be a UUID of version 7"));
        }
        if self.unix_millis() > now.unix_millis().saturating_add(Self::MAX_AHEAD_MILLIS) {
            return Err(InvalidValue::new(
                FieldErrorCode::OutOfRange,
                "its time lies more than 5 minutes ahead of the server's clock: check the caller's clock",
            ));
        }
        Ok(())
    }

    fn unix_millis(self) -> i64 {
        // The first 48 bits of a UUIDv7 are its Unix time in milliseconds.
        (self.0.as_u128() >> 80) as i64
    }
}

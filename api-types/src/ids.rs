//! The identifiers of claims and of logical writes.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use uuid::Uuid;

use crate::{FieldErrorCode, InvalidValue, Timestamp};

const NOT_A_UUID: InvalidValue = InvalidValue::new(
    FieldErrorCode::InvalidFormat,
    "must be a hyphenated UUID such as 0190f8f4-0d3c-7c3a-9d53-6f1f2f7a9b10",
);

/// Only the hyphenated form: one id, one spelling (letter case apart).
fn parse_uuid(text: &str) -> Result<Uuid, InvalidValue> {
    if text.len() != 36 {
        return Err(NOT_A_UUID);
    }
    Uuid::try_parse(text).map_err(|_| NOT_A_UUID)
}

macro_rules! uuid_newtype {
    ($name:ident) => {
        impl $name {
            /// The UUID itself.
            #[must_use]
            pub fn as_uuid(&self) -> &Uuid {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = InvalidValue;

            fn from_str(text: &str) -> Result<Self, InvalidValue> {
                parse_uuid(text).map(Self)
            }
        }

        impl From<Uuid> for $name {
            fn from(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.as_hyphenated().fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0.as_hyphenated())
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                std::borrow::Cow::<'de, str>::deserialize(deserializer)?.parse().map_err(de::Error::custom)
            }
        }
    };
}

/// The id of a claim: a UUIDv7, so that a member's claims sort by the time their id was minted.
///
/// Text form: lower-case, hyphenated, 36 characters. A claim's id is the [`IdempotencyKey`] of the create that made it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClaimId(Uuid);
uuid_newtype!(ClaimId);

/// Names one logical write, so that the server can tell a repeat from a second wish. Any UUID; a create wants version 7.
///
/// Mint one *before the first attempt* and send the same one with every attempt. Keys are scoped to their member.
///
/// ```
/// use claims_api_types::{ClaimId, IdempotencyKey};
/// let key = IdempotencyKey::mint();
/// // The created claim carries it as its id.
/// let id: ClaimId = key.claim_id();
/// assert_eq!(id.to_string(), key.to_string());
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct IdempotencyKey(Uuid);
uuid_newtype!(IdempotencyKey);

impl IdempotencyKey {
    /// How far ahead of the server's clock a create's key may lie, in milliseconds (5 minutes).
    pub const MAX_AHEAD_MILLIS: i64 = 5 * 60 * 1000;

    /// A new key of this moment (UUIDv7); within a process, later keys sort after earlier ones.
    #[must_use]
    pub fn mint() -> Self {
        Self(Uuid::now_v7())
    }

    /// The id of the claim that a create with this key makes.
    #[must_use]
    pub fn claim_id(self) -> ClaimId {
        ClaimId(self.0)
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

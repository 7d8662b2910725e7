//! The texts of a claim, each with its limits.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::{FieldErrorCode, InvalidValue};

/// A `String` with a check at its only entrance and a `Debug` that shows nothing.
macro_rules! text_newtype {
    ($(#[$meta:meta])* $name:ident, $check:expr) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(String);

        impl $name {
            /// The text itself.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// Gives the text away.
            #[must_use]
            pub fn into_string(self) -> String {
                self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidValue;

            fn try_from(text: String) -> Result<Self, InvalidValue> {
                let check: fn(&str) -> Result<(), InvalidValue> = $check;
                check(&text).map(|()| Self(text))
            }
        }

        impl FromStr for $name {
            type Err = InvalidValue;

            fn from_str(text: &str) -> Result<Self, InvalidValue> {
                text.to_owned().try_into()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(..)"))
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.try_into().map_err(de::Error::custom)
            }
        }
    };
}

/// The longest member or policy id, in characters.
pub(crate) const ID_MAX: usize = 64;
/// The longest member name, in characters (Unicode scalar values).
pub(crate) const NAME_MAX: usize = 128;
/// The longest description, in characters (Unicode scalar values).
pub(crate) const DESCRIPTION_MAX: usize = 2000;

fn opaque_id(text: &str) -> Result<(), InvalidValue> {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
    if (1..=ID_MAX).contains(&text.len()) && text.bytes().all(allowed) {
        Ok(())
    } else {
        Err(InvalidValue::new(FieldErrorCode::InvalidFormat, "must be 1 to 64 of the characters A-Z a-z 0-9 _ -"))
    }
}

text_newtype! {
    /// Whose claim it is: 1–64 of `[A-Za-z0-9_-]`. Opaque; never put a name in it, it shows in AWS's own logs.
    MemberId, opaque_id
}

text_newtype! {
    /// Under which policy the claim is made: 1–64 of `[A-Za-z0-9_-]`.
    PolicyId, opaque_id
}

text_newtype! {
    /// The member's name: 1–128 characters, no control characters.
    MemberName, |text| {
        if !(1..=NAME_MAX).contains(&text.chars().count()) {
            Err(InvalidValue::new(FieldErrorCode::OutOfRange, "must be 1 to 128 characters long"))
        } else if text.chars().any(char::is_control) {
            Err(InvalidValue::new(FieldErrorCode::InvalidFormat, "must not hold control characters"))
        } else {
            Ok(())
        }
    }
}

text_newtype! {
    /// What happened, in the member's words: 0–2000 characters.
    Description, |text| {
        if text.chars().count() <= DESCRIPTION_MAX {
            Ok(())
        } else {
            Err(InvalidValue::new(FieldErrorCode::OutOfRange, "must be at most 2000 characters long"))
        }
    }
}

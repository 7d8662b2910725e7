//! Texts that are checked where they come in, and shown nowhere.

use std::ops::RangeInclusive;

use crate::{FieldErrorCode, InvalidValue};

/// Makes a text: a `String` with a check at its only entrance and a `Debug` that shows nothing.
///
/// ```
/// use private_api_contract::{InvalidValue, length};
///
/// private_api_contract::text_newtype! {
///     /// What a customer calls an order: at most 20 characters.
///     Label, |text| length(text, 0..=20, "must be at most 20 characters long")
/// }
/// assert_eq!(format!("{:?}", "mine".parse::<Label>()?), "Label(..)");
/// # Ok::<(), InvalidValue>(())
/// ```
#[macro_export]
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
            type Error = $crate::InvalidValue;

            fn try_from(text: String) -> Result<Self, $crate::InvalidValue> {
                let check: fn(&str) -> Result<(), $crate::InvalidValue> = $check;
                check(&text).map(|()| Self(text))
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::InvalidValue;

            fn from_str(text: &str) -> Result<Self, $crate::InvalidValue> {
                text.to_owned().try_into()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "(..)"))
            }
        }

        impl $crate::serde::Serialize for $name {
            fn serialize<S: $crate::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> $crate::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <String as $crate::serde::Deserialize>::deserialize(deserializer)?;
                text.try_into().map_err($crate::serde::de::Error::custom)
            }
        }
    };
}

/// The check of a text by its length in characters (Unicode scalar values); `rule` says it, as in "must be at most 500 characters
/// long".
///
/// # Errors
/// `out_of_range`, with the rule.
pub fn length(text: &str, allowed: RangeInclusive<usize>, rule: &'static str) -> Result<(), InvalidValue> {
    let fits = allowed.contains(&text.chars().count());
    if fits { Ok(()) } else { Err(InvalidValue::new(FieldErrorCode::OutOfRange, rule)) }
}

/// The longest [`opaque_id`], in characters.
pub const OPAQUE_ID_MAX: usize = 64;

/// The check of an id that callers choose: 1 to 64 of `[A-Za-z0-9_-]`, so that it may stand in a URL and in a key as it is.
///
/// # Errors
/// `invalid_format` for anything else.
pub fn opaque_id(text: &str) -> Result<(), InvalidValue> {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
    if (1..=OPAQUE_ID_MAX).contains(&text.len()) && text.bytes().all(allowed) {
        Ok(())
    } else {
        Err(InvalidValue::new(FieldErrorCode::InvalidFormat, "must be 1 to 64 of the characters A-Z a-z 0-9 _ -"))
    }
}

text_newtype! {
    /// For whom a caller says that it calls: 1 to 64 of `[A-Za-z0-9_-]`. An id of the caller's own users, never a name: it is stored
    /// with what is written and stands in the record of calls, as the caller's word and not as proved.
    OnBehalfOf, opaque_id
}

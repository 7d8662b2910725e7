//! Enumerations that keep a value they do not know, so that an old client survives a new server.

use std::fmt;

/// A value this build of the crate does not know, kept exactly as it came.
///
/// Only deserialization and `From<&str>` make one, so a known value can never hide in here.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UnknownValue(Box<str>);

impl UnknownValue {
    /// For [`open_enum!`](crate::open_enum) only.
    #[doc(hidden)]
    #[must_use]
    pub fn new(value: &str) -> Self {
        Self(value.into())
    }

    /// The value as it came.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

// An unknown value comes from outside, so nobody can promise that it is not personal.
impl fmt::Debug for UnknownValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("..")
    }
}

/// Makes a string enumeration with an `Unknown` variant, its string forms and serde.
///
/// ```
/// private_api_contract::open_enum! {
///     /// Where an order stands.
///     pub enum OrderStatus {
///         /// `open`
///         Open = "open",
///         /// `shipped`
///         Shipped = "shipped",
///     }
/// }
/// assert_eq!(OrderStatus::from("shipped"), OrderStatus::Shipped);
/// assert_eq!(OrderStatus::from("lost").as_str(), "lost"); // kept as it came
/// assert!(OrderStatus::known("lost").is_err()); // and refused where a request says it
/// ```
#[macro_export]
macro_rules! open_enum {
    (
        $(#[$meta:meta])*
        pub enum $name:ident {
            $( $(#[$vmeta:meta])* $variant:ident = $text:literal, )+
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $( $(#[$vmeta])* $variant, )+
            /// A value this build does not know, as it came.
            Unknown($crate::UnknownValue),
        }

        impl $name {
            /// Every value this build knows, in the contract's order.
            pub const KNOWN: &'static [Self] = &[ $( Self::$variant, )+ ];

            /// The value on the wire.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $( Self::$variant => $text, )+
                    Self::Unknown(value) => value.as_str(),
                }
            }
        }

        impl $name {
            /// The strict reading, for requests: only values this build knows.
            ///
            /// # Errors
            /// `invalid_value`, with the list of those there are.
            pub fn known(text: &str) -> Result<Self, $crate::InvalidValue> {
                match Self::from(text) {
                    Self::Unknown(_) => Err($crate::InvalidValue::one_of(&[ $( $text, )+ ])),
                    known => Ok(known),
                }
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                match text {
                    $( $text => Self::$variant, )+
                    other => Self::Unknown($crate::UnknownValue::new(other)),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl $crate::serde::Serialize for $name {
            fn serialize<S: $crate::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> $crate::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str> as $crate::serde::Deserialize>::deserialize(deserializer)?;
                Ok(Self::from(text.as_ref()))
            }
        }
    };
}

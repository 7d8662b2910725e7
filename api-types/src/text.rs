//! The texts of a claim, each with its limits.

use private_api_contract::{FieldErrorCode, InvalidValue, length, opaque_id, text_newtype};
#[cfg(feature = "openapi")]
use private_api_contract::{
    schema,
    schemas::{self, string},
};

/// The longest member name, in characters (Unicode scalar values).
const NAME_MAX: usize = 128;
/// The longest description, in characters (Unicode scalar values).
const DESCRIPTION_MAX: usize = 2000;

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
        length(text, 1..=NAME_MAX, "must be 1 to 128 characters long")?;
        if text.chars().any(char::is_control) {
            Err(InvalidValue::new(FieldErrorCode::InvalidFormat, "must not hold control characters"))
        } else {
            Ok(())
        }
    }
}

text_newtype! {
    /// What happened, in the member's words: 0–2000 characters.
    Description, |text| length(text, 0..=DESCRIPTION_MAX, "must be at most 2000 characters long")
}

#[cfg(feature = "openapi")]
schema! {
    MemberId => schemas::opaque_id("Whose claim it is. Opaque; never put a name in it.");
    PolicyId => schemas::opaque_id("Under which policy the claim is made.");
    MemberName => string("The member's name: no control characters.")
        .min_length(Some(1))
        .max_length(Some(NAME_MAX))
        .pattern(Some("^[^\\u0000-\\u001F\\u007F-\\u009F]+$"))
        .examples(["John Doe"]);
    Description => string("What happened, in the member's words.")
        .max_length(Some(DESCRIPTION_MAX))
        .examples(["snow accident"]);
}

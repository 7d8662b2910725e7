//! Query strings with one spelling: everything but unreserved characters percent-encoded, space as `%20`.
//!
//! API Gateway decodes `+` as a plus sign and SigV4 canonicalises `%20`, so the form encoding of browsers is wrong here.

use std::fmt::{Display, Write};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A path with its query, as it goes below the stage.
pub(crate) struct PathAndQuery(String, char);

impl PathAndQuery {
    pub(crate) fn new(path: impl Into<String>) -> Self {
        Self(path.into(), '?')
    }

    pub(crate) fn with(mut self, name: &str, value: impl Display) -> Self {
        self.0.push(self.1);
        self.1 = '&';
        self.0.push_str(name);
        self.0.push('=');
        // Writing to a `String` cannot fail.
        let _ = write!(self.0, "{}", utf8_percent_encode(&value.to_string(), RESERVED));
        self
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::PathAndQuery;

    #[test]
    fn a_space_is_percent_20_and_a_plus_is_percent_2b() {
        let path = PathAndQuery::new("/claim").with("memberName", "Zoë +&=/?#%~").with("limit", 5);
        assert_eq!(path.as_str(), "/claim?memberName=Zo%C3%AB%20%2B%26%3D%2F%3F%23%25~&limit=5");
    }
}

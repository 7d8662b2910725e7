//! URLs with one spelling: in the query, everything but unreserved characters percent-encoded, space as `%20`.
//!
//! API Gateway decodes `+` as a plus sign and SigV4 canonicalises `%20`, so the form encoding of browsers is wrong here.

use std::fmt::{Display, Write};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Where a request goes: base URL, path and query in one text.
pub(crate) struct Target {
    text: String,
    separator: char,
}

impl Target {
    /// `base` ends without a slash, `path` begins with one.
    pub(crate) fn new(base: &str, path: &str) -> Self {
        // Room for an id and a short query: one allocation for nearly every call.
        let mut text = String::with_capacity(base.len() + path.len() + 128);
        text.push_str(base);
        text.push_str(path);
        Self { text, separator: '?' }
    }

    /// Adds a path segment that needs no encoding.
    pub(crate) fn segment(mut self, segment: impl Display) -> Self {
        // Writing to a `String` cannot fail.
        let _ = write!(self.text, "/{segment}");
        self
    }

    /// Adds a query parameter.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.text.push(self.separator);
        self.separator = '&';
        self.text.push_str(name);
        self.text.push('=');
        self.text.extend(utf8_percent_encode(value, RESERVED));
        self
    }

    pub(crate) fn into_string(self) -> String {
        self.text
    }
}

#[cfg(test)]
mod tests {
    use super::Target;

    #[test]
    fn a_space_is_percent_20_and_a_plus_is_percent_2b() {
        let target =
            Target::new("http://x/dev", "/claim").segment(7).with("memberName", "Zoë +&=/?#%~").with("limit", "5");
        assert_eq!(target.into_string(), "http://x/dev/claim/7?memberName=Zo%C3%AB%20%2B%26%3D%2F%3F%23%25~&limit=5");
    }
}

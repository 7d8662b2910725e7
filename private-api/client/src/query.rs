//! URLs with one spelling: in the query, everything but unreserved characters percent-encoded, space as `%20`.
//!
//! API Gateway decodes `+` as a plus sign and SigV4 canonicalises `%20`, so the form encoding of browsers is wrong here.

use std::fmt::{Display, Write};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::Url;

const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Where a request goes: a base URL, and the path and query to put behind it.
pub(crate) struct Target<'a> {
    base: &'a Url,
    path: String,
    query: String,
}

impl<'a> Target<'a> {
    /// `path` begins with a slash; one at the end of `base`, which a host alone has, does not count.
    pub(crate) fn new(base: &'a Url, path: &str) -> Self {
        let stage = base.path().trim_end_matches('/');
        // Room for an id and a short query: one allocation each for nearly every call.
        let mut target = Self { base, path: String::with_capacity(stage.len() + 64), query: String::with_capacity(64) };
        target.path.push_str(stage);
        target.path.push_str(path);
        target
    }

    /// Adds a path segment that needs no encoding.
    pub(crate) fn segment(mut self, segment: impl Display) -> Self {
        // Writing to a `String` cannot fail.
        let _ = write!(self.path, "/{segment}");
        self
    }

    /// Adds a query parameter.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        if !self.query.is_empty() {
            self.query.push('&');
        }
        self.query.push_str(name);
        self.query.push('=');
        self.query.extend(utf8_percent_encode(value, RESERVED));
        self
    }

    /// Scheme and host, which never change, are not parsed again: about half of what parsing the whole costs.
    pub(crate) fn into_url(self) -> Url {
        let mut url = self.base.clone();
        url.set_path(&self.path);
        url.set_query((!self.query.is_empty()).then_some(&*self.query));
        url
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::{Target, Url};

    #[test]
    fn a_space_is_percent_20_and_a_plus_is_percent_2b() {
        let base = "http://x/dev".parse::<Url>().unwrap();
        let target = Target::new(&base, "/claim").segment(7).with("memberName", "Zoë +&=/?#%~").with("limit", "5");
        assert_eq!(
            target.into_url().as_str(),
            "http://x/dev/claim/7?memberName=Zo%C3%AB%20%2B%26%3D%2F%3F%23%25~&limit=5"
        );
    }

    #[test]
    fn the_base_keeps_its_host_whatever_its_path_looks_like() {
        for (text, wanted) in [
            ("http://x", "http://x/claim/7"),
            ("http://x/", "http://x/claim/7"),
            ("https://[::1]:8443/a/b/", "https://[::1]:8443/a/b/claim/7"),
            ("http://x//y", "http://x//y/claim/7"),
            ("http://x/a%2Fb/Zo%C3%AB", "http://x/a%2Fb/Zo%C3%AB/claim/7"),
        ] {
            let base = text.parse::<Url>().unwrap();
            assert_eq!(Target::new(&base, "/claim").segment(7).into_url().as_str(), wanted, "{text}");
        }
    }
}

//! URLs with one spelling: in the query, everything but unreserved characters percent-encoded, space as `%20`.
//!
//! API Gateway decodes `+` as a space, but SigV4 canonicalises `%20`, so the form encoding of browsers is wrong here.

use std::fmt::{Display, Write};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::Url;

/// All but the unreserved characters.
pub(crate) const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Where a request goes below a base URL: the path, the base's own in front, and the query.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    path: String,
    /// What of the path's template still lacks its parameters.
    rest: &'static str,
    query: String,
}

impl Target {
    /// `template` begins with a slash; one at the end of `base`, which a host alone has, does not count.
    pub(crate) fn new(base: &Url, template: &'static str) -> Self {
        let stage = base.path().trim_end_matches('/');
        // Room for an id and a short query: one allocation each for nearly every call.
        let path = String::with_capacity(stage.len() + 64);
        let mut target = Self { path, rest: template, query: String::with_capacity(64) };
        target.path.push_str(stage);
        target.push_literal();
        target
    }

    /// Puts a value where the template has its next parameter; false when it has no more, or when the value is none that a
    /// segment can have.
    pub(crate) fn segment(&mut self, value: impl Display) -> bool {
        let Some((_, rest)) = self.rest.split_once('}') else { return false };
        let start = self.path.len();
        // Writing to a `String` cannot fail.
        let _ = write!(Encoded(&mut self.path), "{value}");
        // However they are encoded, a URL without these segments is the same URL.
        let good = !matches!(&self.path[start..], "" | "." | "..");
        self.rest = rest;
        self.push_literal();
        good
    }

    fn push_literal(&mut self) {
        let (literal, rest) = self.rest.split_at(self.rest.find('{').unwrap_or(self.rest.len()));
        self.path.push_str(literal);
        self.rest = rest;
    }

    /// Adds a query parameter.
    pub(crate) fn query(&mut self, name: &str, value: &str) {
        if !self.query.is_empty() {
            self.query.push('&');
        }
        self.query.push_str(name);
        self.query.push('=');
        self.query.extend(utf8_percent_encode(value, RESERVED));
    }

    /// `None` while a parameter of the path is missing. Scheme and host, which never change, are not parsed again: about half
    /// of what parsing the whole costs.
    pub(crate) fn url(&self, base: &Url) -> Option<Url> {
        let mut url = base.clone();
        url.set_path(&self.path);
        url.set_query((!self.query.is_empty()).then_some(&*self.query));
        self.rest.is_empty().then_some(url)
    }
}

/// Writes a path segment: whatever a value holds, it stays one segment.
struct Encoded<'a>(&'a mut String);

impl Write for Encoded<'_> {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        self.0.extend(utf8_percent_encode(text, RESERVED));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::{Target, Url};

    fn url(base: &str, template: &'static str, segments: &[&str]) -> Option<String> {
        let base = base.parse().unwrap();
        let mut target = Target::new(&base, template);
        assert!(segments.iter().all(|segment| target.segment(segment)));
        target.url(&base).map(|url| url.to_string())
    }

    #[test]
    fn a_space_is_percent_20_and_a_plus_is_percent_2b() {
        let base = "http://x/dev".parse::<Url>().unwrap();
        let mut target = Target::new(&base, "/order/{orderId}");
        target.segment(7);
        target.query("customer", "Zoë +&=/?#%~");
        target.query("limit", "5");
        assert_eq!(
            target.url(&base).unwrap().as_str(),
            "http://x/dev/order/7?customer=Zo%C3%AB%20%2B%26%3D%2F%3F%23%25~&limit=5"
        );
    }

    #[test]
    fn the_base_keeps_its_host_whatever_its_path_looks_like() {
        for (text, wanted) in [
            ("http://x", "http://x/order/7"),
            ("http://x/", "http://x/order/7"),
            ("https://[::1]:8443/a/b/", "https://[::1]:8443/a/b/order/7"),
            ("http://x//y", "http://x//y/order/7"),
            ("http://x/a%2Fb/Zo%C3%AB", "http://x/a%2Fb/Zo%C3%AB/order/7"),
        ] {
            assert_eq!(url(text, "/order/{orderId}", &["7"]).unwrap(), wanted, "{text}");
        }
    }

    #[test]
    fn each_parameter_of_the_path_takes_one_value_which_stays_one_segment() {
        let template = "/order/{orderId}/item/{itemId}/history";
        assert_eq!(
            url("http://x/dev", template, &["7", "a/b?c"]).unwrap(),
            "http://x/dev/order/7/item/a%2Fb%3Fc/history"
        );
        assert_eq!(url("http://x/dev", template, &["7"]), None, "one is missing");
        let target = |template| Target::new(&"http://x".parse::<Url>().unwrap(), template);
        assert!(!target("/order").segment(7), "there is none");
        for none in ["", ".", ".."] {
            assert!(!target("/order/{orderId}").segment(none), "{none:?} would lead elsewhere");
        }
    }
}

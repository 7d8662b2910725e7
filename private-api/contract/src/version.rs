//! Versions of a resource and the conditions on them.

use std::{fmt, num::NonZeroU64, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{FieldErrorCode, InvalidValue};

/// How often a resource has been written: 1 when created, one more with each update.
///
/// As an HTTP entity tag it is the quoted number: `ETag: "3"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Version(NonZeroU64);

impl Version {
    /// The version of what was just created.
    pub const FIRST: Self = Self(NonZeroU64::MIN);

    /// A version by its number; `None` for 0.
    #[must_use]
    pub fn new(number: u64) -> Option<Self> {
        NonZeroU64::new(number).map(Self)
    }

    /// The number.
    #[must_use]
    pub fn get(self) -> u64 {
        self.0.get()
    }

    /// The entity tag: `"3"`, with its quotes.
    #[must_use]
    pub fn etag(self) -> String {
        format!("\"{self}\"")
    }

    /// Reads an entity tag of this service.
    ///
    /// # Errors
    /// `invalid_format` for anything but a quoted positive number without leading zeros.
    pub fn from_etag(tag: &str) -> Result<Self, InvalidValue> {
        const NOT_OURS: InvalidValue = InvalidValue::new(
            FieldErrorCode::InvalidFormat,
            "must be * or one strong entity tag as ETag gave it, such as \"3\" with its quotes",
        );
        let digits = tag.strip_prefix('"').and_then(|t| t.strip_suffix('"')).ok_or(NOT_OURS)?;
        // `parse` alone would take "+3" and "03": two spellings of one tag.
        // 19 digits are what the documents promise, and more updates than anybody will make.
        if digits.starts_with(['0', '+']) || digits.len() > 19 {
            return Err(NOT_OURS);
        }
        digits.parse().map(Self).map_err(|_| NOT_OURS)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What an update or a delete expects to find, the `If-Match` header (RFC 9110, 13.1.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IfMatch {
    /// `*`: it exists, whatever its version. The same as no header, for this API.
    Any,
    /// `"3"`, or `"3", "4"`: it has one of these versions, else 412 and nothing is written. A weak tag, and text in quotes that
    /// is no version, are tags that nothing has: they are left out, and there may be none left.
    OneOf(Vec<Version>),
}

impl IfMatch {
    /// How many tags a list may have.
    pub const MAX_TAGS: usize = 10;

    /// Whether what has this version is what was expected.
    #[must_use]
    pub fn allows(&self, version: Version) -> bool {
        match self {
            Self::Any => true,
            Self::OneOf(versions) => versions.contains(&version),
        }
    }
}

impl From<Version> for IfMatch {
    fn from(version: Version) -> Self {
        Self::OneOf(vec![version])
    }
}

impl fmt::Display for IfMatch {
    /// The header's value, each condition in one spelling: it is part of what names a stored write, and stays as it is.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("*"),
            // A tag that nothing has.
            Self::OneOf(versions) if versions.is_empty() => f.write_str("\"\""),
            Self::OneOf(versions) => {
                let tags: Vec<_> = versions.iter().map(|version| version.etag()).collect();
                f.write_str(&tags.join(", "))
            }
        }
    }
}

impl FromStr for IfMatch {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        const NO_TAG: InvalidValue = InvalidValue::new(
            FieldErrorCode::InvalidFormat,
            "must be * or entity tags as ETag gave them, such as \"3\" with its quotes, with commas between them",
        );
        if text.trim() == "*" {
            return Ok(Self::Any);
        }
        let tags = entity_tags(text).ok_or(NO_TAG)?;
        if tags.len() > Self::MAX_TAGS {
            return Err(InvalidValue::new(FieldErrorCode::OutOfRange, "must have at most ten entity tags"));
        }
        let strong = tags.into_iter().filter(|tag| !tag.weak);
        Ok(Self::OneOf(strong.filter_map(|tag| Version::from_etag(tag.text).ok()).collect()))
    }
}

/// What a read does not want to see again, the `If-None-Match` header (RFC 9110, 13.1.2): weak tags count as strong ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IfNoneMatch {
    /// `*`: whatever is there.
    Any,
    /// These versions. Other tags are of something else.
    OneOf(Vec<Version>),
}

impl IfNoneMatch {
    /// Reads a header's value. One that is none of the kind says nothing: a read that could be answered is answered.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        if text.trim() == "*" {
            return Some(Self::Any);
        }
        let tags = entity_tags(text)?.into_iter();
        Some(Self::OneOf(tags.filter_map(|tag| Version::from_etag(tag.text).ok()).collect()))
    }

    /// Whether this version is known to whoever asks.
    #[must_use]
    pub fn knows(&self, version: Version) -> bool {
        match self {
            Self::Any => true,
            Self::OneOf(versions) => versions.contains(&version),
        }
    }
}

/// An entity tag: its text with the quotes.
struct EntityTag<'a> {
    weak: bool,
    text: &'a str,
}

/// A list of entity tags (RFC 9110, 5.6.1 and 8.8.3), in which empty elements are nothing; `None` where it is none, or empty.
fn entity_tags(list: &str) -> Option<Vec<EntityTag<'_>>> {
    let is_of_a_tag = |byte: u8| byte == 0x21 || (0x23..=0x7e).contains(&byte) || byte >= 0x80;
    let mut tags = Vec::new();
    let mut rest = list.trim_start_matches([' ', '\t', ',']);
    while !rest.is_empty() {
        let (weak, quoted) = match rest.strip_prefix("W/") {
            Some(quoted) => (true, quoted),
            None => (false, rest),
        };
        let inner = quoted.strip_prefix('"')?;
        let end = inner.find('"')?;
        if !inner[..end].bytes().all(is_of_a_tag) {
            return None;
        }
        let (text, after) = quoted.split_at(end + 2);
        tags.push(EntityTag { weak, text });
        let after = after.trim_start_matches([' ', '\t']);
        rest = after.trim_start_matches([' ', '\t', ',']);
        if !after.is_empty() && !after.starts_with(',') {
            return None;
        }
    }
    (!tags.is_empty()).then_some(tags)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn versions(numbers: &[u64]) -> Vec<Version> {
        numbers.iter().filter_map(|number| Version::new(*number)).collect()
    }

    /// The grammar of RFC 9110, 8.8.3 and 13.1.1, and its examples.
    #[test]
    fn if_match_is_any_or_a_list_of_tags_compared_strongly() {
        for (text, wanted) in [
            ("\"3\"", &[3][..]),
            ("\"3\", \"4\"", &[3, 4]),
            (" ,\"3\",, \t\"4\" ,", &[3, 4]),
            ("W/\"3\"", &[]),
            ("W/\"3\", \"3\"", &[3]),
            ("\"xyzzy\", \"r2d2xxxx\", \"c3piozzzz\"", &[]),
            ("\"\"", &[]),
            ("\"03\", \"+3\", \"0\", \"3 \u{e9}\"", &[]),
        ] {
            let wanted = if text.contains(' ') && text.contains('\u{e9}') {
                None
            } else {
                Some(IfMatch::OneOf(versions(wanted)))
            };
            assert_eq!(text.parse::<IfMatch>().ok(), wanted, "{text}");
        }
        assert_eq!(" * ".parse::<IfMatch>().unwrap(), IfMatch::Any);
        for text in ["", ",", "3", "\"3", "3\"", "w/\"3\"", "\"3\" \"4\"", "\"3\";", "*, \"3\"", "\"two words\""] {
            assert!(text.parse::<IfMatch>().is_err(), "{text}");
        }
        let ten = ["\"1\""; 10].join(",");
        assert!(ten.parse::<IfMatch>().is_ok());
        assert!(format!("{ten},W/\"1\"").parse::<IfMatch>().is_err());
    }

    #[test]
    fn a_condition_has_one_spelling() {
        for (condition, text) in [
            (IfMatch::Any, "*"),
            (IfMatch::OneOf(versions(&[3])), "\"3\""),
            (IfMatch::OneOf(versions(&[3, 4])), "\"3\", \"4\""),
            (IfMatch::OneOf(Vec::new()), "\"\""),
        ] {
            assert_eq!(condition.to_string(), text);
            assert_eq!(text.parse::<IfMatch>().unwrap(), condition);
        }
    }

    #[test]
    fn if_none_match_compares_weakly_and_knows_nothing_of_what_it_cannot_read() {
        let three = Version::new(3).unwrap();
        for (text, known) in [
            ("*", true),
            ("\"3\"", true),
            ("W/\"3\"", true),
            ("\"1\", W/\"3\"", true),
            ("\"1\", \"4\"", false),
            ("\"xyzzy\"", false),
            ("3", false),
            ("", false),
        ] {
            assert_eq!(IfNoneMatch::read(text).is_some_and(|tags| tags.knows(three)), known, "{text}");
        }
    }
}

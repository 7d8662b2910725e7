//! Strict reading of requests: every wrong field is found in one pass and named as it is on the wire.
//!
//! ```
//! use private_api_contract::{IfMatch, PageLimit, validate::Findings};
//!
//! let mut findings = Findings::new();
//! let limit: Option<PageLimit> = findings.optional("limit", &["1000"]);
//! let condition: Option<IfMatch> = findings.required("If-Match", &[]);
//! assert!(limit.is_none() && condition.is_none() && !findings.is_empty());
//! ```

use std::{borrow::Cow, fmt, ops::RangeInclusive, str::FromStr};

use serde::{Deserialize, Deserializer, de};
use serde_json::value::RawValue;

use crate::{FieldError, FieldErrorCode, Problem, ProblemCode, StandardCode};

/// Why a value is not what it should be. Says the rule, never the value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct InvalidValue {
    code: FieldErrorCode,
    message: Cow<'static, str>,
}

impl InvalidValue {
    /// By the kind of mistake and the rule that is broken, as the end of a sentence that begins with the field's name.
    #[must_use]
    pub const fn new(code: FieldErrorCode, message: &'static str) -> Self {
        Self { code, message: Cow::Borrowed(message) }
    }

    /// Not one of these values.
    #[must_use]
    pub fn one_of(known: &[&str]) -> Self {
        Self { code: FieldErrorCode::InvalidValue, message: Cow::Owned(format!("must be one of {}", known.join(", "))) }
    }

    /// Outside of these numbers.
    #[must_use]
    pub fn not_within(allowed: &RangeInclusive<u64>) -> Self {
        let rule = format!("must be from {} to {}", allowed.start(), allowed.end());
        Self { code: FieldErrorCode::OutOfRange, message: Cow::Owned(rule) }
    }

    /// The kind of mistake.
    #[must_use]
    pub fn code(&self) -> &FieldErrorCode {
        &self.code
    }
}

/// What is wrong with a request, collected over its query, headers and body.
#[derive(Debug, Default)]
pub struct Findings {
    malformed: Option<String>,
    errors: Vec<FieldError>,
}

impl Findings {
    /// Nothing found yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether nothing is wrong so far.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.malformed.is_none() && self.errors.is_empty()
    }

    /// Adds a finding about one field, by its wire name.
    pub fn add(&mut self, field: &str, wrong: InvalidValue) {
        self.errors.push(FieldError::new(field, wrong.code, format!("{field} {}", wrong.message)));
    }

    /// Keeps a good value; notes a bad one.
    pub fn keep<T>(&mut self, field: &str, value: Result<T, InvalidValue>) -> Option<T> {
        value.map_err(|wrong| self.add(field, wrong)).ok()
    }

    /// Reads a parameter or header that may be absent from all the values it came with.
    pub fn optional<T: FromStr<Err = InvalidValue>>(&mut self, field: &str, values: &[&str]) -> Option<T> {
        self.optional_with(field, values, T::from_str)
    }

    /// As [`optional`](Self::optional), with a parser of one's own.
    pub fn optional_with<T>(
        &mut self,
        field: &str,
        values: &[&str],
        parse: impl FnOnce(&str) -> Result<T, InvalidValue>,
    ) -> Option<T> {
        match values {
            [] => None,
            [one] => self.keep(field, parse(one)),
            _ => {
                self.add(field, InvalidValue::new(FieldErrorCode::Duplicate, "is given more than once"));
                None
            }
        }
    }

    /// Reads a parameter or header that has to be there.
    pub fn required<T: FromStr<Err = InvalidValue>>(&mut self, field: &str, values: &[&str]) -> Option<T> {
        if values.is_empty() {
            self.add(field, MISSING);
        }
        self.optional(field, values)
    }

    /// The problem to answer: `malformed_body` when the body's form is wrong, else `validation_failed`. Either way it
    /// lists everything that was found.
    #[must_use]
    pub fn into_problem<C: ProblemCode>(self) -> Problem<C> {
        let (code, detail) = match self.malformed {
            Some(why) => (StandardCode::MalformedBody, why),
            None => (StandardCode::ValidationFailed, "errors names every field that has to change".to_owned()),
        };
        Problem::standard(code).with_detail(detail).with_errors(self.errors)
    }

    fn malformed(&mut self, detail: impl Into<String>) {
        self.malformed.get_or_insert_with(|| detail.into());
    }

    fn malformed_field(&mut self, field: &str, code: FieldErrorCode, message: &'static str) {
        self.malformed("the body's fields are not those of the contract: errors names every one");
        self.add(field, InvalidValue::new(code, message));
    }
}

const MISSING: InvalidValue = InvalidValue::new(FieldErrorCode::Missing, "is missing");

const STRING: &str = "must be a JSON string";

fn text<T>(value: &RawValue, parse: impl FnOnce(&str) -> Result<T, InvalidValue>) -> Option<Result<T, InvalidValue>> {
    serde_json::from_str::<String>(value.get()).ok().map(|text| parse(&text))
}

/// The fields of a JSON object in the order they came, repeats included.
pub struct Body(Vec<(String, Box<RawValue>)>);

impl Body {
    /// Reads the bytes; `None`, with a finding, where they are no JSON object.
    pub fn read(findings: &mut Findings, bytes: &[u8]) -> Option<Self> {
        if bytes.iter().all(u8::is_ascii_whitespace) {
            findings.malformed("the body is empty: send a JSON object");
            return None;
        }
        match serde_json::from_slice(bytes) {
            Ok(body) => Some(body),
            // Only the position: a parser's words may quote the body.
            Err(e) if e.is_data() => {
                findings.malformed("the body is not a JSON object");
                None
            }
            Err(e) => {
                findings.malformed(format!("the body is not JSON: look at line {}, column {}", e.line(), e.column()));
                None
            }
        }
    }

    /// Whether a field is there, which nobody has taken yet.
    #[must_use]
    pub fn has(&self, field: &str) -> bool {
        self.0.iter().any(|(name, _)| name == field)
    }

    /// Takes a required field out; `convert` says `None` for a wrong JSON type.
    pub fn required<T>(
        &mut self,
        findings: &mut Findings,
        field: &str,
        wanted: &'static str,
        convert: impl FnOnce(&RawValue) -> Option<Result<T, InvalidValue>>,
    ) -> Option<T> {
        if !self.has(field) {
            findings.add(field, MISSING);
            return None;
        }
        self.optional(findings, field, wanted, convert)
    }

    /// Takes a field out that may be absent.
    pub fn optional<T>(
        &mut self,
        findings: &mut Findings,
        field: &str,
        wanted: &'static str,
        convert: impl FnOnce(&RawValue) -> Option<Result<T, InvalidValue>>,
    ) -> Option<T> {
        let mut taken = self.0.extract_if(.., |(name, _)| name == field);
        let (_, value) = taken.next()?;
        let repeated = taken.count() > 0;
        if repeated {
            findings.malformed_field(field, FieldErrorCode::Duplicate, "is given more than once");
            return None;
        }
        match convert(&value) {
            Some(converted) => findings.keep(field, converted),
            None => {
                findings.malformed_field(field, FieldErrorCode::WrongType, wanted);
                None
            }
        }
    }

    /// As [`required`](Self::required), a JSON string that `parse` reads.
    pub fn required_text<T>(
        &mut self,
        findings: &mut Findings,
        field: &str,
        parse: impl FnOnce(&str) -> Result<T, InvalidValue>,
    ) -> Option<T> {
        self.required(findings, field, STRING, |value| text(value, parse))
    }

    /// As [`optional`](Self::optional), a JSON string that `parse` reads.
    pub fn optional_text<T>(
        &mut self,
        findings: &mut Findings,
        field: &str,
        parse: impl FnOnce(&str) -> Result<T, InvalidValue>,
    ) -> Option<T> {
        self.optional(findings, field, STRING, |value| text(value, parse))
    }

    /// As [`required`](Self::required), a whole JSON number within `allowed`. One with a fraction or an exponent is of another
    /// type.
    pub fn required_integer(
        &mut self,
        findings: &mut Findings,
        field: &str,
        allowed: RangeInclusive<u64>,
    ) -> Option<u64> {
        self.required(findings, field, "must be a whole JSON number", |value| {
            let (sign, digits) = value.get().strip_prefix('-').map_or(("", value.get()), |digits| ("-", digits));
            if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
                return None;
            }
            // What does not fit is out of range all the same.
            let number = if sign.is_empty() { digits.parse().ok() } else { None };
            Some(number.filter(|number| allowed.contains(number)).ok_or_else(|| InvalidValue::not_within(&allowed)))
        })
    }

    /// Whatever nobody took is not in the contract.
    pub fn finish(self, findings: &mut Findings) {
        for (name, _) in self.0 {
            // A name is echoed only when it looks like one: what else stands there may be personal.
            let plain = name.len() <= 64 && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
            let shown = if plain && !name.is_empty() { &*name } else { "(unnamed)" };
            findings.malformed_field(shown, FieldErrorCode::UnknownField, "is not a field of this request: remove it");
        }
    }
}

impl<'de> Deserialize<'de> for Body {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;
        impl<'de> de::Visitor<'de> for Fields {
            type Value = Body;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Body, A::Error> {
                let mut fields = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    fields.push(entry);
                }
                Ok(Body(fields))
            }
        }
        deserializer.deserialize_map(Fields)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn whole_numbers_are_read_in_their_range_and_nothing_else_is_one() {
        let read = |number: &str| {
            let mut findings = Findings::new();
            let mut body = Body::read(&mut findings, format!(r#"{{"n": {number}}}"#).as_bytes()).unwrap();
            let read = body.required_integer(&mut findings, "n", 1..=1000);
            read.ok_or_else(|| findings.errors[0].code.clone())
        };
        assert_eq!([read("1"), read("1000")], [Ok(1), Ok(1000)]);
        for number in ["0", "-1", "-0", "1001", "99999999999999999999999999"] {
            assert_eq!(read(number), Err(FieldErrorCode::OutOfRange), "{number}");
        }
        for other in ["1.0", "1e2", "\"1\"", "null", "true", "[1]", "{}"] {
            assert_eq!(read(other), Err(FieldErrorCode::WrongType), "{other}");
        }
    }
}

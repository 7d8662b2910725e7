//! What an operation reads of its request.

use std::str::FromStr;

use private_api_contract::{
    FieldErrorCode, IdempotencyKey, IfMatch, IfNoneMatch, InvalidValue, JSON, MAX_BODY_BYTES, Problem, ProblemCode,
    StandardCode, header, validate::Findings,
};

use crate::{Caller, Failure};

/// A request as the operations see it: parameters, headers, body, and of the path what its parameters say.
pub struct Request {
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) path_parameters: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    pub(crate) caller: Caller,
}

impl Request {
    /// Who is calling, as the gateway says it.
    #[must_use]
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// Every value of a query parameter.
    #[must_use]
    pub fn query(&self, name: &str) -> Vec<&str> {
        self.query.iter().filter(|(other, _)| other == name).map(|(_, value)| value.as_str()).collect()
    }

    /// Notes a query key without a value that is none of `known`, on a write: API Gateway splits the query at a raw `;`, and such
    /// a key is what is left of a value that it cut in two (`name=Doe;Jr`). Not by its name, which is a part of that value.
    pub fn whole_query(&self, findings: &mut Findings, known: &[&str]) {
        if self.query.iter().any(|(name, value)| value.is_empty() && !known.contains(&name.as_str())) {
            let cut = "has a key without a value that no operation knows, as it is left of a value that was cut in two at a `;`: \
                       write it as %3B";
            findings.add("query", InvalidValue::new(FieldErrorCode::InvalidFormat, cut));
        }
    }

    /// A parameter of the path, percent-decoded once.
    #[must_use]
    pub fn path_parameter(&self, name: &str) -> Option<&str> {
        self.path_parameters.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    /// The id in the path. What is none names nothing, so it is a 404 and not a 400.
    ///
    /// # Errors
    /// When the parameter is no id.
    pub fn path_id<T: FromStr, C: ProblemCode>(&self, name: &str) -> Result<T, Failure<C>> {
        let id = self.path_parameter(name).and_then(|id| id.parse().ok());
        id.ok_or_else(|| Problem::standard(StandardCode::NotFound).into())
    }

    /// Every value of a header.
    #[must_use]
    pub fn header(&self, name: &str) -> Vec<&str> {
        let values = self.headers.iter().filter(|(other, _)| other.eq_ignore_ascii_case(name));
        // A value that is no visible ASCII is nobody's key, tag or type: an empty text, which every reader refuses.
        let is_visible = |value: &str| value.bytes().all(|byte| matches!(byte, b'\t' | b' '..=b'~'));
        values.map(|(_, value)| if is_visible(value) { value.as_str() } else { "" }).collect()
    }

    /// The versions that a write expects to find.
    pub fn if_match(&self, findings: &mut Findings) -> Option<IfMatch> {
        self.list(header::IF_MATCH).and_then(|tags| findings.optional("If-Match", &[&tags]))
    }

    /// The versions that the caller of a read has already.
    #[must_use]
    pub fn if_none_match(&self) -> Option<IfNoneMatch> {
        self.list(header::IF_NONE_MATCH).and_then(|tags| IfNoneMatch::read(&tags))
    }

    /// A header that is a list: its lines are one (RFC 9110, 5.3).
    fn list(&self, name: &str) -> Option<String> {
        let lines = self.header(name);
        (!lines.is_empty()).then(|| lines.join(", "))
    }

    /// The caller's name for this write; also in double quotes, as the IETF's draft of the header has it.
    pub fn idempotency_key(&self, findings: &mut Findings) -> Option<IdempotencyKey> {
        findings.optional_with("Idempotency-Key", &self.header(header::IDEMPOTENCY_KEY), |key| {
            let quoted = key.strip_prefix('"').and_then(|key| key.strip_suffix('"'));
            quoted.unwrap_or(key).parse()
        })
    }

    /// The body, if it may be read at all: 413 and 415 come before any look inside.
    ///
    /// # Errors
    /// When it is too large, or says that it is something other than JSON.
    pub fn json_body<C: ProblemCode>(&self) -> Result<&[u8], Failure<C>> {
        if self.body.len() > MAX_BODY_BYTES {
            let detail = format!("the body has {} bytes, at most {MAX_BODY_BYTES} are read", self.body.len());
            return Err(Failure::standard(StandardCode::PayloadTooLarge, detail));
        }
        let content_types = self.header("content-type");
        let is_json = |value: &&str| {
            let media_type = value.split(';').next().unwrap_or_default().trim();
            media_type.eq_ignore_ascii_case(JSON)
        };
        // An absent body has no type to speak of; the reader says that it is absent.
        let unlabelled = content_types.is_empty() && self.body.is_empty();
        if unlabelled || (!content_types.is_empty() && content_types.iter().all(is_json)) {
            Ok(&self.body)
        } else {
            Err(Failure::standard(
                StandardCode::UnsupportedMediaType,
                format!("send the body with Content-Type: {JSON}"),
            ))
        }
    }
}

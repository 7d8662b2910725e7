//! What an operation reads of its request.

use std::collections::HashMap;

use lambda_http::{aws_lambda_events::query_map::QueryMap, http::HeaderMap};
use private_api_contract::{
    IdempotencyKey, IfMatch, JSON, MAX_BODY_BYTES, ProblemCode, StandardCode, header, validate::Findings,
};

use crate::Failure;

/// A request as the operations see it: parameters, headers, body, and of the path what its parameters say.
pub struct Request {
    query: QueryMap,
    headers: HeaderMap,
    path_parameters: HashMap<String, String>,
    body: Vec<u8>,
}

impl Request {
    pub(crate) fn new(
        query: QueryMap,
        headers: HeaderMap,
        path_parameters: HashMap<String, String>,
        body: Vec<u8>,
    ) -> Self {
        Self { query, headers, path_parameters, body }
    }

    /// Every value of a query parameter.
    #[must_use]
    pub fn query(&self, name: &str) -> Vec<&str> {
        self.query.all(name).unwrap_or_default()
    }

    /// A parameter of the path.
    #[must_use]
    pub fn path_parameter(&self, name: &str) -> Option<&str> {
        self.path_parameters.get(name).map(String::as_str)
    }

    /// Every value of a header, by its name in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Vec<&str> {
        // A value that is no visible ASCII is nobody's key, tag or type: an empty text, which every reader refuses.
        self.headers.get_all(name).iter().map(|value| value.to_str().unwrap_or_default()).collect()
    }

    /// The version that a write expects to find.
    pub fn if_match(&self, findings: &mut Findings) -> Option<IfMatch> {
        findings.optional("If-Match", &self.header(header::IF_MATCH))
    }

    /// The caller's name for this write.
    pub fn idempotency_key(&self, findings: &mut Findings) -> Option<IdempotencyKey> {
        findings.optional("Idempotency-Key", &self.header(header::IDEMPOTENCY_KEY))
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

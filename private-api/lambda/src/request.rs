//! What an operation reads of its request.

use claims_api_types::{
    ClaimId, IdempotencyKey, IfMatch, JSON, MAX_BODY_BYTES, MemberId, Problem, ProblemCode, header, validate::Findings,
};
use lambda_http::{Body, RequestExt, aws_lambda_events::query_map::QueryMap, http::HeaderMap};

use crate::failure::Failure;

/// A request as the operations see it: parameters, headers, body, and no path but the claim's id.
pub(crate) struct Request {
    query: QueryMap,
    headers: HeaderMap,
    claim_id: Option<String>,
    body: Vec<u8>,
}

impl Request {
    pub(crate) fn new(request: lambda_http::Request, query: QueryMap) -> Self {
        let claim_id = request.path_parameters().first("claimId").map(str::to_owned);
        let (parts, body) = request.into_parts();
        let body = match body {
            Body::Text(text) => text.into_bytes(),
            Body::Binary(bytes) => bytes,
            _ => Vec::new(),
        };
        Self { query, headers: parts.headers, claim_id, body }
    }

    /// Every value of a query parameter.
    pub(crate) fn query(&self, name: &str) -> Vec<&str> {
        self.query.all(name).unwrap_or_default()
    }

    /// The member whose claims these are; every operation wants one.
    pub(crate) fn member_id(&self, findings: &mut Findings) -> Option<MemberId> {
        findings.required("memberId", &self.query("memberId"))
    }

    /// The claim in the path. What is no claim id names no claim, so it is a 404 and not a 400.
    pub(crate) fn claim_id(&self) -> Result<ClaimId, Failure> {
        let id = self.claim_id.as_deref().and_then(|id| id.parse().ok());
        id.ok_or_else(|| Failure::from(Problem::new(ProblemCode::ClaimNotFound)))
    }

    pub(crate) fn if_match(&self, findings: &mut Findings) -> Option<IfMatch> {
        findings.optional("If-Match", &self.header(header::IF_MATCH))
    }

    pub(crate) fn idempotency_key(&self, findings: &mut Findings) -> Option<IdempotencyKey> {
        findings.optional("Idempotency-Key", &self.header(header::IDEMPOTENCY_KEY))
    }

    /// The body, if it may be read at all: 413 and 415 come before any look inside.
    pub(crate) fn json_body(&self) -> Result<&[u8], Failure> {
        if self.body.len() > MAX_BODY_BYTES {
            let detail = format!("the body has {} bytes, at most {MAX_BODY_BYTES} are read", self.body.len());
            return Err(Problem::new(ProblemCode::PayloadTooLarge).with_detail(detail).into());
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
            Err(Problem::new(ProblemCode::UnsupportedMediaType)
                .with_detail("send the body with Content-Type: application/json")
                .into())
        }
    }

    fn header(&self, name: &str) -> Vec<&str> {
        // A value that is no visible ASCII is nobody's key, tag or type: an empty text, which every reader refuses.
        self.headers.get_all(name).iter().map(|value| value.to_str().unwrap_or_default()).collect()
    }
}

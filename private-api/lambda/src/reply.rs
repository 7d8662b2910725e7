//! Answers, as the gateway takes them.

use claims_api_types::{Claim, JSON, PROBLEM_JSON};
use lambda_http::{
    Body, Response,
    http::{StatusCode, header},
};

use crate::failure::Failure;

/// An answer of ours before it becomes a proxy response.
pub(crate) struct Reply {
    status: StatusCode,
    headers: Vec<(header::HeaderName, String)>,
    body: Option<String>,
}

impl Reply {
    /// A claim with its entity tag: what get and update answer.
    pub(crate) fn claim(status: StatusCode, claim: &Claim) -> Result<Self, Failure> {
        let mut reply = Self::json(status, claim)?;
        reply.headers.push((header::ETAG, claim.version.etag()));
        Ok(reply)
    }

    /// 201 with the claim and where it lives.
    pub(crate) fn created(claim: &Claim) -> Result<Self, Failure> {
        let mut reply = Self::claim(StatusCode::CREATED, claim)?;
        reply.headers.push((header::LOCATION, claim.location()));
        Ok(reply)
    }

    pub(crate) fn json(status: StatusCode, body: &impl serde::Serialize) -> Result<Self, Failure> {
        let body = serde_json::to_string(body).map_err(|e| Failure::internal(format!("writing an answer: {e}")))?;
        Ok(Self { status, headers: vec![(header::CONTENT_TYPE, JSON.to_owned())], body: Some(body) })
    }

    pub(crate) fn no_content() -> Self {
        Self { status: StatusCode::NO_CONTENT, headers: Vec::new(), body: None }
    }

    /// The problem, with the request id that the caller quotes when asking for help.
    pub(crate) fn failure(failure: Failure, request_id: Option<String>) -> Self {
        let Failure { mut problem, retry_after, cause: _ } = failure;
        problem.request_id = request_id;
        let mut headers = vec![(header::CONTENT_TYPE, PROBLEM_JSON.to_owned())];
        headers.extend(retry_after.map(|seconds| (header::RETRY_AFTER, seconds.to_string())));
        Self {
            status: StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            headers,
            // A problem is made of strings and numbers; if writing it could fail, no body is the honest answer.
            body: serde_json::to_string(&problem).ok(),
        }
    }

    pub(crate) fn status(&self) -> u16 {
        self.status.as_u16()
    }

    pub(crate) fn into_response(self) -> Response<Body> {
        let mut response = Response::new(self.body.map_or(Body::Empty, Body::Text));
        *response.status_mut() = self.status;
        for (name, value) in self.headers {
            // Digits, UUIDs and fixed texts: every one is a legal header value.
            if let Ok(value) = value.try_into() {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }
}

//! Answers, as the gateway takes them.

use lambda_http::{
    Body,
    aws_lambda_events::apigw::ApiGatewayProxyResponse,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
};
use private_api_contract::{JSON, PROBLEM_JSON, ProblemCode, Version};

use crate::Failure;

/// An answer of ours before it becomes a proxy response.
#[derive(Debug)]
pub struct Reply {
    status: StatusCode,
    headers: HeaderMap,
    body: Option<String>,
}

impl Reply {
    /// An answer with this body.
    ///
    /// # Errors
    /// When it is nothing that JSON can say, which is a bug.
    pub fn json<C: ProblemCode>(status: StatusCode, body: &impl serde::Serialize) -> Result<Self, Failure<C>> {
        let body = serde_json::to_string(body).map_err(|e| Failure::internal(format!("writing an answer: {e}")))?;
        Ok(Self { body: Some(body), ..Self::empty(status) }.with_header(header::CONTENT_TYPE, JSON))
    }

    /// 204: done, and nothing to say.
    #[must_use]
    pub fn no_content() -> Self {
        Self::empty(StatusCode::NO_CONTENT)
    }

    /// The problem, with the request id that the caller quotes when asking for help.
    pub(crate) fn failure<C: ProblemCode>(failure: Failure<C>, request_id: Option<String>) -> Self {
        let Failure { mut problem, retry_after, cause: _ } = failure;
        problem.request_id = request_id;
        let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        // A problem is made of strings and numbers; if writing it could fail, no body is the honest answer.
        let reply = Self { body: serde_json::to_string(&problem).ok(), ..Self::empty(status) }
            .with_header(header::CONTENT_TYPE, PROBLEM_JSON);
        match retry_after {
            Some(seconds) => reply.with_header(header::RETRY_AFTER, seconds),
            None => reply,
        }
    }

    fn empty(status: StatusCode) -> Self {
        Self { status, headers: HeaderMap::new(), body: None }
    }

    /// Adds a header. Its value is one of ours, such as a digit, a UUID or a fixed text: what no header may hold is left out.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: impl ToString) -> Self {
        if let Ok(value) = HeaderValue::try_from(value.to_string()) {
            self.headers.insert(name, value);
        }
        self
    }

    /// Adds the entity tag of the resource's version.
    #[must_use]
    pub fn with_etag(self, version: Version) -> Self {
        self.with_header(header::ETAG, version.etag())
    }

    pub(crate) fn status(&self) -> u16 {
        self.status.as_u16()
    }

    pub(crate) fn into_proxy_response(self) -> ApiGatewayProxyResponse {
        let mut response = ApiGatewayProxyResponse::default();
        response.status_code = self.status.as_u16().into();
        response.multi_value_headers = self.headers;
        response.body = self.body.map(Body::Text);
        response
    }
}

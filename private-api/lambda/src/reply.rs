//! Answers, as the gateway takes them.

use http::{HeaderName, StatusCode, header};
use private_api_contract::{JSON, PROBLEM_JSON, ProblemCode, Version};
use serde::{Serialize, Serializer, ser::SerializeMap};

use crate::Failure;

/// An answer of ours. Serialized, it is the proxy response that the gateway reads.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Reply {
    #[serde(rename = "statusCode", serialize_with = "number")]
    status: StatusCode,
    #[serde(rename = "multiValueHeaders", serialize_with = "lists_by_name")]
    headers: Vec<(HeaderName, String)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<String>,
    is_base64_encoded: bool,
}

impl Reply {
    /// An answer with this body.
    ///
    /// # Errors
    /// When it is nothing that JSON can say, which is a bug.
    pub fn json<C: ProblemCode>(status: StatusCode, body: &impl Serialize) -> Result<Self, Failure<C>> {
        let body = serde_json::to_string(body).map_err(|e| Failure::internal(format!("writing an answer: {e}")))?;
        Ok(Self { body: Some(body), ..Self::empty(status) }.with_header(header::CONTENT_TYPE, JSON))
    }

    /// An answer with a resource: its JSON and its entity tag.
    ///
    /// # Errors
    /// As [`json`](Self::json).
    pub fn resource<C: ProblemCode>(
        status: StatusCode,
        resource: &impl Serialize,
        version: Version,
    ) -> Result<Self, Failure<C>> {
        Ok(Self::json(status, resource)?.with_etag(version))
    }

    /// 204: done, and nothing to say.
    #[must_use]
    pub fn no_content() -> Self {
        Self::empty(StatusCode::NO_CONTENT)
    }

    /// The problem, with the request id that the caller quotes when asking for help.
    pub(crate) fn failure<C: ProblemCode>(failure: Failure<C>, request_id: Option<String>) -> Self {
        let mut problem = failure.problem;
        problem.request_id = request_id;
        let status = problem.status.and_then(|status| StatusCode::from_u16(status).ok());
        let status = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        // A problem is made of strings and numbers; if writing it could fail, no body is the right answer.
        let reply = Self { body: serde_json::to_string(&problem).ok(), ..Self::empty(status) }
            .with_header(header::CONTENT_TYPE, PROBLEM_JSON);
        match failure.retry_after {
            Some(seconds) => reply.with_header(header::RETRY_AFTER, seconds),
            None => reply,
        }
    }

    /// 304: the caller has this version already.
    #[must_use]
    pub fn not_modified(version: Version) -> Self {
        Self::empty(StatusCode::NOT_MODIFIED).with_etag(version)
    }

    /// Every answer is for its caller alone, and is what it says it is.
    fn empty(status: StatusCode) -> Self {
        let headers = vec![
            (header::CACHE_CONTROL, "no-store".to_owned()),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
        ];
        Self { status, headers, body: None, is_base64_encoded: false }
    }

    /// Adds a header. Its value is one of ours, such as a number, a UUID or a fixed text.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: impl ToString) -> Self {
        self.headers.push((name, value.to_string()));
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
}

fn number<S: Serializer>(status: &StatusCode, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u16(status.as_u16())
}

fn lists_by_name<S: Serializer>(headers: &[(HeaderName, String)], serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(headers.len()))?;
    for (name, value) in headers {
        map.serialize_entry(name.as_str(), &[value])?;
    }
    map.end()
}

//! A function's proxy response as HTTP.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response, StatusCode};
use http_body_util::Full;
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ProxyResponse {
    status_code: u16,
    #[serde(default)]
    headers: Option<BTreeMap<String, String>>,
    #[serde(default)]
    multi_value_headers: Option<BTreeMap<String, Vec<String>>>,
    #[serde(default)]
    body: Option<String>,
}

/// `None` if the gateway could make nothing of it.
pub(crate) fn http_of(response: Value) -> Option<Response<Full<Bytes>>> {
    let response: ProxyResponse = serde_json::from_value(response).ok()?;
    let mut answer = Response::new(Full::from(response.body.unwrap_or_default()));
    *answer.status_mut() = StatusCode::from_u16(response.status_code).ok()?;
    let single = response.headers.unwrap_or_default();
    let mut all = response.multi_value_headers.unwrap_or_default();
    if all.is_empty() {
        all = single.into_iter().map(|(name, value)| (name, vec![value])).collect();
    }
    for (name, values) in all {
        let name = HeaderName::try_from(name).ok()?;
        for value in values {
            answer.headers_mut().append(name.clone(), HeaderValue::try_from(value).ok()?);
        }
    }
    Some(answer)
}

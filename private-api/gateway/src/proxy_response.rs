//! A function's proxy response as HTTP. What of it AWS was seen to take and to refuse is in `recorded/`.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response, StatusCode, header};
use http_body_util::Full;
use serde::Deserialize;
use serde_json::Value;

/// No field is mandatory, and no other is taken.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ProxyResponse {
    #[serde(default)]
    status_code: Value,
    #[serde(default)]
    headers: Option<BTreeMap<String, Value>>,
    #[serde(default)]
    multi_value_headers: Option<BTreeMap<String, Vec<Value>>>,
    #[serde(default)]
    body: Option<String>,
    /// Without binary media types a body goes out as it is, Base64 or not.
    #[serde(default, rename = "isBase64Encoded")]
    _is_base64_encoded: Option<bool>,
}

/// Headers that a function may not set under their own name.
const REMAPPED: [&str; 14] = [
    "authorization",
    "connection",
    "content-length",
    "content-md5",
    "date",
    "expect",
    "host",
    "max-forwards",
    "proxy-authenticate",
    "server",
    "trailer",
    "upgrade",
    "user-agent",
    "www-authenticate",
];

/// `None` if the gateway could make nothing of it.
pub(crate) fn http_of(response: Value) -> Option<Response<Full<Bytes>>> {
    // A list of the fields' values would be read as well.
    if !response.is_object() {
        return None;
    }
    let response: ProxyResponse = serde_json::from_value(response).ok()?;
    let mut answer = Response::new(Full::from(response.body.unwrap_or_default()));
    *answer.status_mut() = status(&response.status_code)?;
    let several = response.multi_value_headers.unwrap_or_default();
    let mut all: Vec<(String, String)> = Vec::new();
    for (name, values) in &several {
        for value in values {
            all.push((name.to_ascii_lowercase(), text(value)?));
        }
    }
    for (name, value) in &response.headers.unwrap_or_default() {
        let one = (name.to_ascii_lowercase(), text(value)?);
        // The same value under the same name is the same line; another one comes behind.
        if !all.contains(&one) {
            all.push(one);
        }
    }
    for (name, value) in all {
        let name = match name.as_str() {
            "transfer-encoding" => continue,
            remapped if REMAPPED.contains(&remapped) => format!("x-amzn-remapped-{remapped}"),
            _ => name,
        };
        answer.headers_mut().append(HeaderName::try_from(name).ok()?, HeaderValue::try_from(value).ok()?);
    }
    answer.headers_mut().entry(header::CONTENT_TYPE).or_insert(HeaderValue::from_static("application/json"));
    Some(answer)
}

/// A number, or a text of digits; without one it is a 200.
fn status(value: &Value) -> Option<StatusCode> {
    let code = match value {
        Value::Null => 200,
        Value::Number(number) => number.as_u64()?.try_into().ok()?,
        Value::String(digits) => digits.parse().ok()?,
        _ => return None,
    };
    StatusCode::from_u16(code).ok().filter(|status| !status.is_informational())
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

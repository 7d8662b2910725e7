//! HTTP requests as API Gateway's REST proxy events.

use std::collections::BTreeMap;

use http::{HeaderMap, request::Parts};
use serde_json::{Value, json};

use crate::routes::Route;

/// What the gateway drops on the way to the function.
const DROPPED: [&str; 5] = ["content-md5", "expect", "te", "trailer", "upgrade"];

pub(crate) struct Call<'a> {
    pub(crate) parts: &'a Parts,
    pub(crate) body: &'a [u8],
    pub(crate) route: &'a Route,
    pub(crate) path_parameters: &'a [(String, String)],
    pub(crate) path_below_stage: &'a str,
    pub(crate) stage: &'a str,
    pub(crate) api_id: &'a str,
    pub(crate) request_id: &'a str,
    pub(crate) source_ip: &'a str,
}

/// The event; absent maps are `null`, as the real gateway sends them.
pub(crate) fn of(call: &Call<'_>) -> Value {
    let Call { parts, route, .. } = call;
    let headers = headers(&parts.headers);
    let query = parts.uri.query().unwrap_or_default();
    let mut parameters = BTreeMap::<String, Vec<String>>::new();
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()).into_owned() {
        parameters.entry(name).or_default().push(value);
    }
    let host = parts.headers.get(http::header::HOST).and_then(|h| h.to_str().ok()).unwrap_or_default();
    let now = jiff::Timestamp::now();
    let path_parameters: BTreeMap<_, _> = call.path_parameters.iter().cloned().collect();
    // With no binary media types set, a body travels as text; what is no UTF-8 is replaced, as the gateway does.
    let body = (!call.body.is_empty()).then(|| String::from_utf8_lossy(call.body));
    json!({
        "resource": route.resource,
        "path": call.path_below_stage,
        "httpMethod": parts.method.as_str(),
        "headers": last_of_each(&headers),
        "multiValueHeaders": headers,
        "queryStringParameters": null_if_empty(last_of_each(&parameters)),
        "multiValueQueryStringParameters": null_if_empty(parameters),
        "pathParameters": null_if_empty(path_parameters),
        "stageVariables": null,
        "requestContext": {
            "accountId": "000000000000",
            "apiId": call.api_id,
            "domainName": host,
            "domainPrefix": call.api_id,
            "extendedRequestId": call.request_id,
            "httpMethod": parts.method.as_str(),
            "identity": {
                "sourceIp": call.source_ip,
                "userAgent": parts.headers.get(http::header::USER_AGENT).and_then(|v| v.to_str().ok()),
            },
            "path": format!("/{}{}", call.stage, call.path_below_stage),
            "protocol": "HTTP/1.1",
            "requestId": call.request_id,
            "requestTime": jiff::fmt::strtime::format("%d/%b/%Y:%H:%M:%S +0000", now).unwrap_or_default(),
            "requestTimeEpoch": now.as_millisecond(),
            "resourceId": route.operation,
            "resourcePath": route.resource,
            "stage": call.stage,
        },
        "body": body,
        "isBase64Encoded": false,
    })
}

fn headers(headers: &HeaderMap) -> BTreeMap<String, Vec<String>> {
    let mut all = BTreeMap::<String, Vec<String>>::new();
    for (name, value) in headers {
        if !DROPPED.contains(&name.as_str()) {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            all.entry(name.as_str().to_owned()).or_default().push(value);
        }
    }
    all
}

fn last_of_each(all: &BTreeMap<String, Vec<String>>) -> BTreeMap<&str, &str> {
    all.iter().filter_map(|(name, values)| Some((name.as_str(), values.last()?.as_str()))).collect()
}

fn null_if_empty<T: serde::Serialize>(map: BTreeMap<impl serde::Serialize + Ord, T>) -> Value {
    if map.is_empty() { Value::Null } else { json!(map) }
}

//! HTTP requests as API Gateway's REST proxy events. What of it AWS was seen to do is in `recorded/`.

use std::collections::BTreeMap;

use http::{HeaderMap, request::Parts};
use private_api_policy::Source;
use serde_json::{Value, json};

use crate::{api_name::ApiName, credentials::Identity, ids::Ids, letters::Letters, routes::Route};

/// What the gateway drops on the way to the function.
const DROPPED: [&str; 13] = [
    "connection",
    "content-length",
    "content-md5",
    "expect",
    "max-forwards",
    "proxy-authenticate",
    "server",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "www-authenticate",
    METHOD_OVERRIDE,
];

/// The header whose method replaces the request's.
pub(crate) const METHOD_OVERRIDE: &str = "x-http-method-override";

pub(crate) struct Call<'a> {
    pub(crate) parts: &'a Parts,
    /// The method that counts.
    pub(crate) method: &'a str,
    pub(crate) letters: &'a Letters,
    pub(crate) body: &'a [u8],
    pub(crate) route: &'a Route,
    pub(crate) path_parameters: &'a [(String, String)],
    pub(crate) path: Path<'a>,
    pub(crate) api: &'a ApiName,
    pub(crate) ids: &'a Ids,
    pub(crate) trace: &'a str,
    pub(crate) source: &'a Source,
    /// Who has signed, where the method asks for it.
    pub(crate) caller: Option<&'a Identity>,
}

/// A request's path, percent-encoded as it was sent.
#[derive(Clone, Copy)]
pub(crate) struct Path<'a> {
    /// Below the stage, with one slash at its beginning however many there were.
    pub(crate) below_stage: &'a str,
    /// What stood behind the stage, with all of its slashes.
    pub(crate) behind_stage: &'a str,
}

impl<'a> Path<'a> {
    /// `None` if this is another stage's, or none's.
    pub(crate) fn of(sent: &'a str, stage: &str) -> Option<Self> {
        let behind_stage = sent.trim_start_matches('/').strip_prefix(stage)?;
        if behind_stage.is_empty() {
            return Some(Self { below_stage: "/", behind_stage: "/" });
        }
        let slashes = behind_stage.len() - behind_stage.trim_start_matches('/').len();
        Some(Self { below_stage: &behind_stage[slashes.checked_sub(1)?..], behind_stage })
    }
}

/// The event; absent maps are `null`, as the real gateway sends them.
pub(crate) fn of(call: &Call<'_>) -> Value {
    let Call { parts, route, api, source, .. } = call;
    let source_ip = source.ip.map(|ip| ip.to_string()).unwrap_or_default();
    let headers = headers(call, &source_ip);
    // A raw `;` separates as `&` does.
    let query = parts.uri.query().unwrap_or_default().replace(';', "&");
    let mut parameters = BTreeMap::<String, Vec<String>>::new();
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()).into_owned() {
        parameters.entry(name).or_default().push(value);
    }
    let caller = |part: fn(&Identity) -> &String| call.caller.map(part);
    let host = text(&parts.headers, "host").unwrap_or_default();
    let now = jiff::Timestamp::now();
    let path_parameters: BTreeMap<_, _> = call.path_parameters.iter().cloned().collect();
    // With no binary media types set, a body travels as text; what is no UTF-8 is replaced, as the gateway does.
    let body = (!call.body.is_empty()).then(|| String::from_utf8_lossy(call.body));
    json!({
        "resource": route.resource,
        "path": call.path.below_stage,
        "httpMethod": call.method,
        "headers": last_of_each(&headers),
        "multiValueHeaders": headers,
        "queryStringParameters": null_if_empty(last_of_each(&parameters)),
        "multiValueQueryStringParameters": null_if_empty(parameters),
        "pathParameters": null_if_empty(path_parameters),
        "stageVariables": null,
        "requestContext": {
            "accountId": api.account(),
            "apiId": api.id(),
            "deploymentId": "local0",
            "domainName": host,
            "domainPrefix": api.id(),
            "extendedRequestId": call.ids.extended,
            "httpMethod": call.method,
            "identity": {
                "accessKey": caller(|who| &who.access_key),
                "accountId": caller(|who| &who.account),
                "caller": caller(|who| &who.user_id),
                "cognitoAuthenticationProvider": null,
                "cognitoAuthenticationType": null,
                "cognitoIdentityId": null,
                "cognitoIdentityPoolId": null,
                "principalOrgId": call.caller.and_then(|who| who.organization.as_ref()),
                "sourceIp": source_ip,
                "user": caller(|who| &who.user_id),
                "userAgent": text(&parts.headers, "user-agent"),
                "userArn": caller(|who| &who.arn),
                "vpcId": source.vpc.as_deref().unwrap_or("vpc-00000000000000000"),
                "vpceId": source.vpce.as_deref().unwrap_or("vpce-00000000000000000"),
            },
            "path": format!("/{}{}", api.stage, call.path.behind_stage),
            "protocol": "HTTP/1.1",
            "requestId": call.ids.request,
            "requestTime": jiff::fmt::strtime::format("%d/%b/%Y:%H:%M:%S +0000", now).unwrap_or_default(),
            "requestTimeEpoch": now.as_millisecond(),
            "resourceId": route.operation,
            "resourcePath": route.resource,
            "stage": api.stage,
        },
        "body": body,
        "isBase64Encoded": false,
    })
}

fn headers(call: &Call<'_>, source_ip: &str) -> BTreeMap<String, Vec<String>> {
    let mut all = BTreeMap::<String, Vec<String>>::new();
    for (name, value) in &call.parts.headers {
        let name = name.as_str();
        if !DROPPED.contains(&name) && !is_added(name) {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            all.entry(call.letters.of(name).to_owned()).or_default().push(value);
        }
    }
    let forwarded = match text(&call.parts.headers, "x-forwarded-for") {
        Some(before) => format!("{before}, {source_ip}"),
        None => source_ip.to_owned(),
    };
    for (name, value) in [
        ("X-Amzn-Trace-Id", call.trace),
        ("X-Forwarded-For", forwarded.as_str()),
        // A private API is served over TLS alone.
        ("X-Forwarded-Port", "443"),
        ("X-Forwarded-Proto", "https"),
    ] {
        all.insert(name.to_owned(), vec![value.to_owned()]);
    }
    all
}

/// What the gateway says itself, whatever the caller said.
fn is_added(name: &str) -> bool {
    matches!(name, "x-amzn-trace-id" | "x-forwarded-for" | "x-forwarded-port" | "x-forwarded-proto")
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn last_of_each(all: &BTreeMap<String, Vec<String>>) -> BTreeMap<&str, &str> {
    all.iter().filter_map(|(name, values)| Some((name.as_str(), values.last()?.as_str()))).collect()
}

fn null_if_empty<T: serde::Serialize>(map: BTreeMap<impl serde::Serialize + Ord, T>) -> Value {
    if map.is_empty() { Value::Null } else { json!(map) }
}

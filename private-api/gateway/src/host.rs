//! Which API a request means: the gateway serves many under one address and tells them apart by name.

use http::{HeaderMap, header::HOST};

/// Whether `Host` and `x-apigw-api-id` name this API. If not, the real gateway answers a bare 403 `Forbidden`.
///
/// Local names (`127.0.0.1`, `localhost`, `[::1]`) always mean it. The check also keeps web pages from reaching the
/// API through a name that they have pointed at 127.0.0.1.
pub(crate) fn names_this_api(headers: &HeaderMap, api_id: &str) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    let Some(host) = text(HOST.as_str()) else { return false };
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    };
    let name = name.to_ascii_lowercase();
    let is_local = matches!(&*name, "127.0.0.1" | "localhost" | "[::1]");
    if let Some(id) = text("x-apigw-api-id") {
        // Only a VPC endpoint's own name leaves it to this header to say which API is meant.
        return id == api_id && (is_local || name.ends_with(".vpce.amazonaws.com"));
    }
    if is_local {
        return true;
    }
    // {api}.execute-api.{region}.amazonaws.com, or {api}-{vpce}.execute-api.{region}.amazonaws.com
    let (label, rest) = name.split_once('.').unwrap_or((&name, ""));
    let is_alias = label.strip_prefix(api_id).is_some_and(|rest| rest.starts_with("-vpce-"));
    (label == api_id || is_alias) && rest.starts_with("execute-api.") && rest.ends_with(".amazonaws.com")
}

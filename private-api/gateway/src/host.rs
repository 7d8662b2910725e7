//! Which API a request means, and on whose behalf it comes: the gateway serves many APIs under one address and tells them apart
//! by name.

use http::{
    HeaderMap, HeaderValue,
    header::{HOST, ORIGIN},
    request::Parts,
};

use crate::own_answers::{BAD_REQUEST, Bare, FORBIDDEN};

/// Ours, not AWS's.
const FORBIDDEN_PAGE: Bare =
    (403, "ForbiddenException", "Forbidden: a web page of another origin may not call this API");

/// Leaves in `Host` the one name by which the request calls this API, or says why it does not.
pub(crate) fn check(parts: &mut Parts, api_id: &str) -> Result<(), Bare> {
    // Which of two names is meant is anybody's guess, and whoever stands in front may have guessed otherwise.
    if parts.headers.get_all(HOST).iter().count() > 1 {
        return Err(BAD_REQUEST);
    }
    // A target with a host of its own is what counts, whatever `Host` says (RFC 9112, 3.2.2).
    if parts.headers.contains_key(HOST)
        && let Some(authority) = parts.uri.authority()
    {
        let name = HeaderValue::from_str(authority.as_str()).map_err(|_| BAD_REQUEST)?;
        parts.headers.insert(HOST, name);
    }
    if !names_this_api(&parts.headers, api_id) {
        return Err(FORBIDDEN);
    }
    if is_from_elsewhere(&parts.headers) {
        return Err(FORBIDDEN_PAGE);
    }
    Ok(())
}

/// Whether `Host` and `x-apigw-api-id` name this API. If not, the real gateway answers a bare 403 `Forbidden`.
///
/// Local names (`127.0.0.1`, `localhost`, `[::1]`) always mean it. The check also keeps web pages from reaching the
/// API through a name that they have pointed at 127.0.0.1.
fn names_this_api(headers: &HeaderMap, api_id: &str) -> bool {
    let Some(name) = name(headers) else { return false };
    if let Some(id) = text(headers, "x-apigw-api-id") {
        // Only a VPC endpoint's own name leaves it to this header to say which API is meant.
        return id == api_id && (is_local(&name) || is_endpoint(&name));
    }
    if is_local(&name) {
        return true;
    }
    // {api}.execute-api.{region}.amazonaws.com, or {api}-{vpce}.execute-api.{region}.amazonaws.com
    let Some((label, region)) = of_execute_api(&name, "") else { return false };
    let is_alias = label.strip_prefix(api_id).and_then(|rest| rest.strip_prefix("-vpce-")).is_some_and(is_id);
    (label == api_id || is_alias) && is_region(region)
}

/// The region that the name in `Host` has; local names have none.
pub(crate) fn region(headers: &HeaderMap) -> Option<String> {
    let name = name(headers)?;
    let (_, region) = of_execute_api(&name, "").or_else(|| of_execute_api(&name, "vpce."))?;
    Some(region.to_owned())
}

/// `{vpce}.execute-api.{region}.vpce.amazonaws.com`
fn is_endpoint(name: &str) -> bool {
    of_execute_api(name, "vpce.").is_some_and(|(label, region)| {
        label.strip_prefix("vpce-").is_some_and(|id| id.split('-').all(is_id)) && is_region(region)
    })
}

/// First label and region of a name of the service; China has a domain of its own.
fn of_execute_api<'a>(name: &'a str, before_domain: &str) -> Option<(&'a str, &'a str)> {
    let name = name.strip_suffix(".cn").unwrap_or(name).strip_suffix("amazonaws.com")?.strip_suffix(before_domain)?;
    let (label, region) = name.strip_suffix('.')?.split_once('.')?;
    Some((label, region.strip_prefix("execute-api.")?))
}

/// Such as `eu-central-1` or `us-gov-west-1`.
fn is_region(text: &str) -> bool {
    let parts: Vec<_> = text.split('-').collect();
    let Some(([first, names @ ..], number)) = parts.split_last().map(|(last, rest)| (rest, last)) else { return false };
    let is_name = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase());
    first.len() == 2
        && is_name(first)
        && !names.is_empty()
        && names.iter().all(is_name)
        && (1..=2).contains(&number.len())
        && number.bytes().all(|b| b.is_ascii_digit())
}

fn is_id(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
}

fn is_local(name: &str) -> bool {
    matches!(name, "127.0.0.1" | "localhost" | "[::1]")
}

/// Whether a browser says that a page of another origin has sent this. Only the page that is served here is of this one.
fn is_from_elsewhere(headers: &HeaderMap) -> bool {
    let site = headers.get_all("sec-fetch-site").iter().any(|site| site != "same-origin" && site != "none");
    let host = text(headers, HOST.as_str()).unwrap_or_default();
    let own = name(headers).filter(|name| is_local(name)).map(|_| format!("http://{host}"));
    let is_own = |origin: &HeaderValue| {
        own.as_deref().is_some_and(|own| origin.to_str().is_ok_and(|origin| origin.eq_ignore_ascii_case(own)))
    };
    site || headers.get_all(ORIGIN).iter().any(|origin| !is_own(origin))
}

/// The name in `Host`, without its port.
fn name(headers: &HeaderMap) -> Option<String> {
    let host = text(headers, HOST.as_str())?;
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    };
    Some(name.to_ascii_lowercase())
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).map(|value| value.to_str().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use http::Request;

    use super::*;

    fn refusal(target: &str, headers: &[(&str, &str)]) -> Option<u16> {
        let mut request = Request::get(target);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (mut parts, ()) = request.body(()).unwrap().into_parts();
        check(&mut parts, "local00000").err().map(|(status, ..)| status)
    }

    #[test]
    fn only_this_apis_own_names_are_served() {
        let vpce = "vpce-0123456789abcdef0";
        for host in [
            "localhost",
            "127.0.0.1:9000",
            "[::1]:9000",
            "local00000.execute-api.eu-central-1.amazonaws.com",
            "LOCAL00000.execute-api.us-gov-west-1.amazonaws.com:443",
            "local00000.execute-api.cn-north-1.amazonaws.com.cn",
            &format!("local00000-{vpce}.execute-api.ap-southeast-2.amazonaws.com"),
        ] {
            assert_eq!(refusal("/", &[("host", host)]), None, "{host}");
        }
        for host in [
            "",
            "evil.example",
            "localhost.evil.example",
            "local00000.execute-api.x.s3.amazonaws.com",
            "local00000.execute-api.bucket.s3.eu-central-1.amazonaws.com",
            "local00000.execute-api.eu-central-1.evil.amazonaws.com",
            "local00000.execute-api..amazonaws.com",
            "local00000.execute-api.amazonaws.com",
            "local00000.execute-api.eu-central-1.amazonaws.com.evil.example",
            "local00000.execute-api.eu-central-1.evilamazonaws.com",
            "x.local00000.execute-api.eu-central-1.amazonaws.com",
            "local00000-vpce-.execute-api.eu-central-1.amazonaws.com",
            "local00000-vpce-a.b.execute-api.eu-central-1.amazonaws.com",
            "local00000.execute-api.eu-central-1.vpce.amazonaws.com",
            "other00000.execute-api.eu-central-1.amazonaws.com",
        ] {
            assert_eq!(refusal("/", &[("host", host)]), Some(403), "{host}");
        }
        let with_id = |host| refusal("/", &[("host", host), ("x-apigw-api-id", "local00000")]);
        assert_eq!(with_id("vpce-0a1b-c2d3-eu-central-1a.execute-api.eu-central-1.vpce.amazonaws.com"), None);
        assert_eq!(with_id("vpce-0a1b.execute-api.x.vpce.amazonaws.com"), Some(403));
        assert_eq!(with_id("evil.vpce.amazonaws.com"), Some(403));
    }

    #[test]
    fn a_targets_own_host_counts() {
        assert_eq!(refusal("http://evil.example/dev", &[("host", "localhost")]), Some(403));
        assert_eq!(refusal("http://localhost/dev", &[("host", "evil.example")]), None);
        assert_eq!(refusal("http://localhost@evil.example/dev", &[("host", "localhost")]), Some(403));
        assert_eq!(refusal("http://evil.example@localhost/dev", &[("host", "localhost")]), Some(403));
    }

    #[test]
    fn a_page_of_another_origin_is_refused() {
        let from = |name, value| refusal("/", &[("host", "localhost:9000"), (name, value)]);
        for (name, value) in
            [("origin", "http://localhost:9000"), ("sec-fetch-site", "same-origin"), ("sec-fetch-site", "none")]
        {
            assert_eq!(from(name, value), None, "{name}: {value}");
        }
        for (name, value) in [
            ("origin", "http://localhost:3000"),
            ("origin", "https://evil.example"),
            ("origin", "http://evil.example:9000"),
            ("origin", "null"),
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
        ] {
            assert_eq!(from(name, value), Some(403), "{name}: {value}");
        }
        // A name that the network's own DNS has pointed here: the page's origin is that very name.
        let host = "local00000.execute-api.eu-central-1.amazonaws.com";
        let origin = format!("http://{host}");
        assert_eq!(refusal("/", &[("host", host), ("origin", &origin)]), Some(403));
    }
}

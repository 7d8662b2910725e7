//! The docs page at `/docs`: the contract for people, with a form for every operation. Nothing comes from elsewhere.
//!
//! It lies beside the stages, where the real gateway has nothing, so that no path of the API is taken.

use bytes::Bytes;
use http::{HeaderValue, Method, Response, header};
use http_body_util::Full;

/// The page may load from here, speak to here and do nothing else.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const FILES: [(&str, &str, &str); 4] = [
    ("/docs", "text/html; charset=utf-8", include_str!("docs/page.html")),
    ("/docs/page.css", "text/css; charset=utf-8", include_str!("docs/page.css")),
    ("/docs/page.js", "text/javascript; charset=utf-8", include_str!("docs/page.js")),
    ("/docs/openapi.json", "application/json", claims_openapi::CLAIMS_OPENAPI_JSON),
];

/// A file of the page, if the request is for one.
pub(crate) fn file(method: &Method, path: &str) -> Option<Response<Full<Bytes>>> {
    if !matches!(*method, Method::GET | Method::HEAD) {
        return None;
    }
    let (_, media_type, text) = FILES.into_iter().find(|(name, ..)| *name == path.trim_end_matches('/'))?;
    let mut answer = Response::new(Full::from(text));
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    Some(answer)
}

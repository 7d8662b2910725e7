//! The docs page at `/docs`: the contract for people, with a form for every operation. Nothing comes from elsewhere.
//!
//! It lies beside the stages, where the real gateway has nothing, so that no path of the API is taken.

use bytes::Bytes;
use http::{HeaderValue, Method, Response, StatusCode, header};
use http_body_util::Full;
use serde::Deserialize;

use crate::routes::DocumentError;

/// The page may load from here, speak to here and do nothing else.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const JAVASCRIPT: &str = "text/javascript; charset=utf-8";

/// Of an API that brings none of its own.
const NO_SNIPPETS: &str = "export const snippets = () => [];\n";

/// The page's files, by this API's contract.
#[derive(Clone, Debug)]
pub(crate) struct Docs {
    page: Bytes,
    contract: &'static str,
    snippets: &'static str,
}

#[derive(Deserialize)]
struct Contract {
    info: Info,
}

#[derive(Deserialize)]
struct Info {
    title: String,
}

impl Docs {
    pub(crate) fn read(contract: &'static str, snippets: &'static str) -> Result<Self, DocumentError> {
        let Contract { info } =
            serde_json::from_str(contract).map_err(|source| DocumentError { which: "OpenAPI document", source })?;
        let title = info.title.replace('&', "&amp;").replace('<', "&lt;");
        let page = include_str!("docs/page.html").replace("{title}", &title);
        Ok(Self { page: page.into(), contract, snippets })
    }

    /// A file of the page, if the request is for one, or the way to it from the root.
    pub(crate) fn file(&self, method: &Method, path: &str) -> Option<Response<Full<Bytes>>> {
        if !matches!(*method, Method::GET | Method::HEAD) {
            return None;
        }
        let fixed = |text: &'static str| Bytes::from_static(text.as_bytes());
        if path == "/" {
            let mut answer = Response::new(Full::default());
            *answer.status_mut() = StatusCode::FOUND;
            answer.headers_mut().insert(header::LOCATION, HeaderValue::from_static("/docs"));
            return Some(answer);
        }
        let (media_type, text) = match path.trim_end_matches('/') {
            "/docs" => ("text/html; charset=utf-8", self.page.clone()),
            "/docs/contract.js" => (JAVASCRIPT, fixed(include_str!("docs/contract.js"))),
            "/docs/form.js" => (JAVASCRIPT, fixed(include_str!("docs/form.js"))),
            "/docs/request.js" => (JAVASCRIPT, fixed(include_str!("docs/request.js"))),
            "/docs/snippets.js" => {
                (JAVASCRIPT, fixed(if self.snippets.is_empty() { NO_SNIPPETS } else { self.snippets }))
            }
            "/docs/page.css" => ("text/css; charset=utf-8", fixed(include_str!("docs/page.css"))),
            "/docs/page.js" => (JAVASCRIPT, fixed(include_str!("docs/page.js"))),
            "/docs/openapi.json" => ("application/json", fixed(self.contract)),
            _ => return None,
        };
        let mut answer = Response::new(Full::new(text));
        let headers = answer.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
        headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        Some(answer)
    }
}

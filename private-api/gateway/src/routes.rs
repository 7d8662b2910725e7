//! The gateway's routes and its own errors, read from the very document that Terraform imports.

use std::collections::HashMap;

use serde::Deserialize;

/// A mistake in one of the documents; a test reads the committed ones, so no user meets this.
#[derive(Debug, thiserror::Error)]
#[error("the {which} is not of the expected shape: {source}")]
pub struct DocumentError {
    pub(crate) which: &'static str,
    pub(crate) source: serde_json::Error,
}

#[derive(Deserialize)]
struct Document {
    paths: HashMap<String, HashMap<String, serde_json::Value>>,
    #[serde(rename = "x-amazon-apigateway-gateway-responses", default)]
    gateway_responses: HashMap<String, GatewayResponse>,
}

/// How the gateway answers on its own account.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct GatewayResponse {
    /// Digits, as the import wants them; absent where the gateway's own status stays.
    status_code: Option<String>,
    response_parameters: HashMap<String, String>,
    response_templates: HashMap<String, String>,
}

/// A method of a path.
#[derive(Clone, Debug)]
pub(crate) struct Route {
    segments: Vec<Segment>,
    method: String,
    /// The `operationId`.
    pub(crate) operation: String,
    /// The path template, such as `/order/{orderId}`.
    pub(crate) resource: String,
}

#[derive(Clone, Debug)]
enum Segment {
    Literal(String),
    Parameter(String),
}

/// Everything the gateway knows about the API.
#[derive(Clone, Debug)]
pub(crate) struct Routes {
    routes: Vec<Route>,
    responses: HashMap<String, GatewayResponse>,
}

impl Routes {
    pub(crate) fn read(document: &str) -> Result<Self, DocumentError> {
        let document: Document =
            serde_json::from_str(document).map_err(|source| DocumentError { which: "import document", source })?;
        let mut routes = Vec::new();
        for (resource, methods) in document.paths {
            for (method, operation) in methods {
                // A path item may hold more than methods; only methods have an operation id.
                let Some(id) = operation.get("operationId").and_then(|id| id.as_str()) else { continue };
                routes.push(Route {
                    segments: segments(&resource),
                    method: method.to_uppercase(),
                    operation: id.to_owned(),
                    resource: resource.clone(),
                });
            }
        }
        Ok(Self { routes, responses: document.gateway_responses })
    }

    /// The route of a request and its path parameters; `path` is below the stage and still percent-encoded.
    pub(crate) fn find(&self, method: &str, path: &str) -> Option<(&Route, Vec<(String, String)>)> {
        let given: Vec<_> = path.strip_prefix('/').unwrap_or(path).split('/').collect();
        self.routes.iter().filter(|route| route.method == method).find_map(|route| {
            let parameters = matched(&route.segments, &given)?;
            Some((route, parameters))
        })
    }

    /// The gateway's own answer of this type: status, headers, body.
    pub(crate) fn response(&self, kind: &ErrorKind, request_id: &str) -> (u16, Vec<(String, String)>, String) {
        let fallback = if kind.status < 500 { "DEFAULT_4XX" } else { "DEFAULT_5XX" };
        let Some(shape) = self.responses.get(kind.name).or_else(|| self.responses.get(fallback)) else {
            let body = serde_json::json!({ "message": kind.message }).to_string();
            return (kind.status, vec![("content-type".to_owned(), "application/json".to_owned())], body);
        };
        let status = shape.status_code.as_ref().and_then(|status| status.parse().ok()).unwrap_or(kind.status);
        let headers = shape.response_parameters.iter().filter_map(|(target, source)| {
            let name = target.strip_prefix("gatewayresponse.header.")?;
            let value = match source.strip_prefix('\'').and_then(|s| s.strip_suffix('\'')) {
                Some(literal) => literal.to_owned(),
                None => fill(&format!("${source}"), kind, request_id),
            };
            Some((name.to_owned(), value))
        });
        let template = shape.response_templates.get("application/json").map_or("", String::as_str);
        (status, headers.collect(), fill(template, kind, request_id))
    }
}

/// A gateway response type with what the gateway says in it.
#[derive(Clone, Debug)]
pub(crate) struct ErrorKind {
    pub(crate) name: &'static str,
    pub(crate) status: u16,
    pub(crate) message: &'static str,
}

impl ErrorKind {
    pub(crate) const fn new(name: &'static str, status: u16, message: &'static str) -> Self {
        Self { name, status, message }
    }
}

/// Replaces the context variables; these templates are no VTL, so that is all there is to do.
fn fill(template: &str, kind: &ErrorKind, request_id: &str) -> String {
    // The longer name first: one is the other's prefix.
    let quoted = serde_json::Value::from(kind.message).to_string();
    template
        .replace("$context.error.messageString", &quoted)
        .replace("$context.error.message", kind.message)
        .replace("$context.error.responseType", kind.name)
        .replace("$context.extendedRequestId", request_id)
        .replace("$context.requestId", request_id)
}

fn segments(path: &str) -> Vec<Segment> {
    let parameter = |s: &str| s.strip_prefix('{').and_then(|s| s.strip_suffix('}')).map(str::to_owned);
    path.strip_prefix('/')
        .unwrap_or(path)
        .split('/')
        .map(|s| parameter(s).map_or_else(|| Segment::Literal(s.to_owned()), Segment::Parameter))
        .collect()
}

fn matched(segments: &[Segment], given: &[&str]) -> Option<Vec<(String, String)>> {
    if segments.len() != given.len() {
        return None;
    }
    let mut parameters = Vec::new();
    for (segment, given) in segments.iter().zip(given) {
        match segment {
            Segment::Literal(literal) if literal == given => {}
            Segment::Parameter(name) if !given.is_empty() => {
                let value = percent_encoding::percent_decode_str(given).decode_utf8_lossy().into_owned();
                parameters.push((name.clone(), value));
            }
            _ => return None,
        }
    }
    Some(parameters)
}

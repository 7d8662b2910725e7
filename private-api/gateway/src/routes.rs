//! The gateway's routes and its own errors, read from the very document that Terraform imports.

use std::collections::HashMap;

use serde::Deserialize;

use crate::ids::Ids;

/// The import document's word for whatever method a request has.
const ANY: &str = "X-AMAZON-APIGATEWAY-ANY-METHOD";

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

/// In the order in which they are preferred.
#[derive(Clone, Debug)]
enum Segment {
    Literal(String),
    Parameter(String),
    /// `{name+}`: everything from here on.
    Greedy(String),
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

    /// The route of a request and its path parameters; `path` is below the stage and still percent-encoded, as the parameters are.
    ///
    /// One slash at its end does not count.
    pub(crate) fn find(&self, method: &str, path: &str) -> Option<(&Route, Vec<(String, String)>)> {
        let path = path.strip_prefix('/').unwrap_or(path);
        let given: Vec<_> = path.strip_suffix('/').unwrap_or(path).split('/').collect();
        let all = self.routes.iter().filter(|route| route.method == method || route.method == ANY);
        let matching = all.filter_map(|route| Some((route, matched(&route.segments, &given)?)));
        // A resource that lacks the method hides no other that has it.
        matching.min_by_key(|(route, _)| {
            (route.segments.iter().map(Segment::rank).collect::<Vec<_>>(), route.method == ANY)
        })
    }

    /// The gateway's own answer of this type: status, headers, body.
    pub(crate) fn response(&self, kind: &ErrorKind<'_>, ids: &Ids) -> (u16, Vec<(String, String)>, String) {
        let fallback = if kind.status < 500 { "DEFAULT_4XX" } else { "DEFAULT_5XX" };
        let Some(shape) = self.responses.get(kind.name).or_else(|| self.responses.get(fallback)) else {
            // The recorded lengths have room for one space in those from 500 on.
            let space = if kind.status < 500 { "" } else { " " };
            let body = format!("{{\"message\":{space}{}}}", serde_json::Value::from(kind.message));
            return (kind.status, vec![("content-type".to_owned(), "application/json".to_owned())], body);
        };
        let status = shape.status_code.as_ref().and_then(|status| status.parse().ok()).unwrap_or(kind.status);
        let headers = shape.response_parameters.iter().filter_map(|(target, source)| {
            let name = target.strip_prefix("gatewayresponse.header.")?;
            let value = match source.strip_prefix('\'').and_then(|s| s.strip_suffix('\'')) {
                Some(literal) => literal.to_owned(),
                None => fill(&format!("${source}"), kind, ids),
            };
            Some((name.to_owned(), value))
        });
        // What a type of its own leaves out is the standard.
        let standard = r#"{"message":$context.error.messageString}"#;
        let template = shape.response_templates.get("application/json").map_or(standard, String::as_str);
        (status, headers.collect(), fill(template, kind, ids))
    }
}

/// A gateway response type with what the gateway says in it.
#[derive(Clone, Debug)]
pub(crate) struct ErrorKind<'a> {
    pub(crate) name: &'static str,
    /// What the header `x-amzn-ErrorType` says.
    pub(crate) error_type: &'static str,
    pub(crate) status: u16,
    pub(crate) message: &'a str,
}

/// Replaces the context variables; these templates are no VTL, so that is all there is to do.
fn fill(template: &str, kind: &ErrorKind<'_>, ids: &Ids) -> String {
    let quoted = serde_json::Value::from(kind.message).to_string();
    let filled = |part: &str| {
        part.replace("$context.error.responseType", kind.name)
            .replace("$context.extendedRequestId", &ids.extended)
            .replace("$context.requestId", &ids.request)
            .replace("$context.error.message", kind.message)
    };
    // The longer name first, since one is the other's prefix; and a message, which may quote the caller, is not filled in itself.
    template.split("$context.error.messageString").map(filled).collect::<Vec<_>>().join(&quoted)
}

impl Segment {
    fn rank(&self) -> u8 {
        match self {
            Self::Literal(_) => 0,
            Self::Parameter(_) => 1,
            Self::Greedy(_) => 2,
        }
    }
}

fn segments(path: &str) -> Vec<Segment> {
    let segment = |text: &str| {
        let Some(name) = text.strip_prefix('{').and_then(|s| s.strip_suffix('}')) else {
            return Segment::Literal(text.to_owned());
        };
        match name.strip_suffix('+') {
            Some(name) => Segment::Greedy(name.to_owned()),
            None => Segment::Parameter(name.to_owned()),
        }
    };
    path.strip_prefix('/').unwrap_or(path).split('/').map(segment).collect()
}

fn matched(segments: &[Segment], given: &[&str]) -> Option<Vec<(String, String)>> {
    let mut parameters = Vec::new();
    let mut left = given;
    for segment in segments {
        let (first, rest) = left.split_first()?;
        match segment {
            Segment::Literal(literal) if literal == first => {}
            Segment::Parameter(name) if !first.is_empty() => parameters.push((name.clone(), (*first).to_owned())),
            Segment::Greedy(name) if !first.is_empty() => {
                parameters.push((name.clone(), left.join("/")));
                return Some(parameters);
            }
            _ => return None,
        }
        left = rest;
    }
    left.is_empty().then_some(parameters)
}

//! The answers that every operation has, and the pieces to write its own with.

use serde_json::{Map, Value, json};

use crate::{JSON, PROBLEM_JSON, Problem, ProblemCode, StandardCode, header};

/// An example of the gateway's id of a request.
const REQUEST_ID: &str = "c6af9ac6-7b61-11e6-9a41-93e8deadbeef";

/// The response headers, by component name. `one` is what is versioned, such as `order`; `location` an example of where one is,
/// such as `order/7`.
#[must_use]
pub fn headers(one: &str, location: &str) -> Value {
    json!({
        "RequestId": {
            "description": "The gateway's id of this request; quote it when you ask about one.",
            "required": true,
            "schema": {"type": "string", "examples": [REQUEST_ID]},
        },
        "ETag": {
            "description": format!("The {one}'s version in quotes: what `If-Match` takes."),
            "required": true,
            "schema": {"type": "string", "pattern": "^\"[1-9][0-9]*\"$", "examples": ["\"1\""]},
        },
        "Location": {
            "description": format!("Where the {one} is, relative to the request's URL."),
            "required": true,
            "schema": {"type": "string", "format": "uri-reference", "examples": [location]},
        },
        "RetryAfter": {
            "description": "How many seconds to wait before the next attempt.",
            "required": true,
            "schema": {"type": "integer", "format": "int32", "minimum": 0, "maximum": i32::MAX, "examples": [1]},
        },
    })
}

/// References to shared responses, beside those that every operation has: `own` answers, and `shared` ones by status and name.
#[must_use]
pub fn with_common(own: Value, shared: &[(&str, &str)]) -> Value {
    const COMMON: [(&str, &str); 6] = [
        ("403", "Forbidden"),
        ("429", "Throttled"),
        ("500", "Failed"),
        ("502", "IntegrationFailed"),
        ("503", "StorageUnavailable"),
        ("504", "GatewayTimeout"),
    ];
    let mut responses = own;
    for (status, name) in COMMON.iter().chain(shared) {
        responses[*status] = json!({"$ref": format!("#/components/responses/{name}")});
    }
    responses
}

/// A success with a body of this schema, and these headers beside the request's id.
#[must_use]
pub fn success(description: &str, schema: &str, example: Value, headers: &[&str]) -> Value {
    json!({
        "description": description,
        "headers": header_refs(headers),
        "content": {JSON: {
            "schema": {"$ref": format!("#/components/schemas/{schema}")},
            "examples": {"example": {"value": example}},
        }},
    })
}

/// A success whose `ETag` is not the first version's: after an update.
#[must_use]
pub fn with_version(mut response: Value, headers: &Value, version: u64) -> Value {
    let mut etag = headers["ETag"].clone();
    etag["schema"]["examples"] = json!([format!("\"{version}\"")]);
    response["headers"]["ETag"] = etag;
    response
}

/// An answer without a body.
#[must_use]
pub fn empty(description: &str) -> Value {
    json!({"description": description, "headers": header_refs(&[])})
}

/// An answer without a body about a version that the caller has: a 304.
#[must_use]
pub fn not_modified(description: &str) -> Value {
    json!({"description": description, "headers": header_refs(&["ETag"])})
}

fn header_refs(names: &[&str]) -> Value {
    let mut headers = json!({header::REQUEST_ID: {"$ref": "#/components/headers/RequestId"}});
    for name in names {
        headers[*name] = json!({"$ref": format!("#/components/headers/{}", name.replace('-', ""))});
    }
    headers
}

/// The problems of an API's answers, each with the example of its code.
#[derive(Debug)]
pub struct Answers<C: ProblemCode>(fn(&C) -> Problem<C>);

impl<C: ProblemCode> Answers<C> {
    /// By what makes the example of a code; [`Answers::default`] has no details of an API's own.
    #[must_use]
    pub fn new(example: fn(&C) -> Problem<C>) -> Self {
        Self(example)
    }

    /// What every operation can answer, and what any reader of parameters or bodies can, by component name.
    #[must_use]
    pub fn shared(&self) -> Value {
        use StandardCode as Standard;
        json!({
            "Forbidden": self.refusal(
                "The gateway refused: network, resource policy, signature or address.", Standard::Forbidden, "Forbidden"),
            "Throttled": self.retry_later("The storage or the gateway throttles.", Standard::Throttled),
            "Failed": self.standard(
                "A bug of the service, or the gateway could not start the function. The request may have had its effect.",
                &[Standard::Internal, Standard::IntegrationFailed]),
            "IntegrationFailed": self.standard(
                "The gateway got no usable answer from the function. The request may have had its effect.",
                &[Standard::IntegrationFailed]),
            "StorageUnavailable": self.retry_later(
                "The storage cannot be reached. The request may have had its effect.", Standard::StorageUnavailable),
            "GatewayTimeout": self.standard(
                "The gateway gave up waiting. The request may have had its effect.", &[Standard::GatewayTimeout]),
            "InvalidParameters": self.standard(
                "A parameter is missing, given twice or not allowed; `errors` names all of them.",
                &[Standard::ValidationFailed]),
            "InvalidRequest": self.standard(
                "The body is malformed, or a value is missing or not allowed; `errors` names all of them.",
                &[Standard::MalformedBody, Standard::ValidationFailed]),
            "PayloadTooLarge": self.refusal(
                "The body is larger than 64 KiB.", Standard::PayloadTooLarge, "Request Too Long"),
            "UnsupportedMediaType": self.standard(
                "The body is not `application/json`.", &[Standard::UnsupportedMediaType]),
        })
    }

    /// A problem answer. `x-problem-codes` says for programs what the examples show to people.
    #[must_use]
    pub fn problem(&self, description: &str, codes: &[C]) -> Value {
        let example = |code: &C| (code.to_string(), json!({"summary": code.title(), "value": self.example(code)}));
        let examples: Map<String, Value> = codes.iter().map(example).collect();
        json!({
            "description": description,
            "headers": header_refs(&[]),
            "content": {PROBLEM_JSON: {
                "schema": {"$ref": "#/components/schemas/Problem"},
                "examples": examples,
            }},
            "x-problem-codes": codes,
        })
    }

    /// A problem as the service answers it.
    #[must_use]
    pub fn example(&self, code: &C) -> Value {
        let mut problem = (self.0)(code);
        problem.request_id = Some(REQUEST_ID.to_owned());
        if code.as_standard() == Some(StandardCode::IntegrationFailed) {
            // One template of the gateway serves 500 and 502, so it cannot say which.
            problem.status = None;
        }
        json!(problem)
    }

    fn standard(&self, description: &str, codes: &[StandardCode]) -> Value {
        self.problem(description, &codes.iter().map(|code| C::standard(*code)).collect::<Vec<_>>())
    }

    fn retry_later(&self, description: &str, code: StandardCode) -> Value {
        let mut response = self.standard(description, &[code]);
        response["headers"] = header_refs(&["Retry-After"]);
        response
    }

    /// A problem that the gateway may also answer in its own shape.
    fn refusal(&self, description: &str, code: StandardCode, message: &str) -> Value {
        let mut response = self.standard(description, &[code]);
        let schema = json!({"$ref": "#/components/schemas/Refusal"});
        response["content"][PROBLEM_JSON]["schema"] = schema.clone();
        response["content"][JSON] = json!({
            "schema": schema,
            "examples": {"gateway": {"summary": "An answer that cannot be shaped", "value": {"message": message}}},
        });
        response
    }
}

impl<C: ProblemCode> Default for Answers<C> {
    fn default() -> Self {
        Self(|code| {
            let problem = Problem::new(code.clone());
            match detail(code) {
                "" => problem,
                detail => problem.with_detail(detail),
            }
        })
    }
}

/// What an example says of this time.
fn detail<C: ProblemCode>(code: &C) -> &'static str {
    match code.as_standard() {
        Some(StandardCode::MalformedBody) => "the body is not JSON: look at line 1, column 2",
        Some(StandardCode::ValidationFailed) => "errors names every field that has to change",
        Some(StandardCode::Forbidden) => "Missing Authentication Token",
        _ => "",
    }
}

//! What the gateway needs beside the contract: authorization, integrations, and the shape of its own errors.

use private_api_contract::{PROBLEM_JSON, ProblemCode, StandardCode};
use serde_json::{Map, Value, json};

use crate::{
    lower::{Options, lower},
    report::Refused,
};

/// The longest an integration may take: the gateway's own maximum, in milliseconds.
const TIMEOUT_MILLIS: u32 = 29_000;

/// Adds the gateway's extensions to a document that was lowered as a template: each operation calls the function that
/// `${<operationId>_invoke_arn}` names, `${authorization_type}` says who may, and the gateway's own errors are problems with the
/// codes of `C`.
pub fn extend<C: ProblemCode>(document: &mut Value) {
    let methods = document["paths"].as_object_mut().into_iter().flatten().filter_map(|(_, item)| item.as_object_mut());
    for (_, operation) in methods.flatten() {
        let Some(id) = operation["operationId"].as_str().map(str::to_owned) else { continue };
        operation["x-amazon-apigateway-auth"] = json!({"type": "${authorization_type}"});
        operation["x-amazon-apigateway-integration"] = integration(&id);
    }
    document["x-amazon-apigateway-gateway-responses"] = gateway_responses::<C>();
}

/// Terraform fills in the function's invoke ARN. Lambda is always called by POST.
fn integration(operation_id: &str) -> Value {
    json!({
        "type": "aws_proxy",
        "httpMethod": "POST",
        "uri": format!("${{{operation_id}_invoke_arn}}"),
        "passthroughBehavior": "when_no_match",
        "timeoutInMillis": TIMEOUT_MILLIS,
    })
}

/// A kind of error that the gateway answers without the function's help.
struct Kind {
    /// The gateway's name of it.
    name: &'static str,
    code: StandardCode,
    /// The status to answer; `None` keeps the gateway's own, where one kind has several.
    status: Option<u16>,
}

const fn kind(name: &'static str, code: StandardCode, status: Option<u16>) -> Kind {
    Kind { name, code, status }
}

/// Every kind that has one meaning in the contract.
///
/// Not here: `REQUEST_TOO_LARGE` (413), which the gateway does not let anybody shape, and `DEFAULT_4XX`, which 413 would
/// inherit: every other 4xx kind is listed by name. `DEFAULT_5XX` keeps the gateway's status, 500 or 502.
const KINDS: &[Kind] = &[
    kind("ACCESS_DENIED", StandardCode::Forbidden, Some(403)),
    kind("EXPIRED_TOKEN", StandardCode::Forbidden, Some(403)),
    kind("INVALID_SIGNATURE", StandardCode::Forbidden, Some(403)),
    kind("MISSING_AUTHENTICATION_TOKEN", StandardCode::Forbidden, Some(403)),
    kind("WAF_FILTERED", StandardCode::Forbidden, Some(403)),
    // By itself a 401: the contract knows one refusal.
    kind("UNAUTHORIZED", StandardCode::Forbidden, Some(403)),
    // By itself a 404, which would read as "no such resource".
    kind("RESOURCE_NOT_FOUND", StandardCode::Forbidden, Some(403)),
    kind("BAD_REQUEST_BODY", StandardCode::MalformedBody, Some(400)),
    kind("BAD_REQUEST_PARAMETERS", StandardCode::ValidationFailed, Some(400)),
    kind("UNSUPPORTED_MEDIA_TYPE", StandardCode::UnsupportedMediaType, Some(415)),
    kind("THROTTLED", StandardCode::Throttled, Some(429)),
    // By itself a 504, though nobody waited too long.
    kind("INTEGRATION_FAILURE", StandardCode::IntegrationFailed, Some(502)),
    kind("INTEGRATION_TIMEOUT", StandardCode::GatewayTimeout, Some(504)),
    kind("API_CONFIGURATION_ERROR", StandardCode::IntegrationFailed, None),
    kind("DEFAULT_5XX", StandardCode::IntegrationFailed, None),
];

fn gateway_responses<C: ProblemCode>() -> Value {
    KINDS.iter().map(|kind| (kind.name.to_owned(), gateway_response::<C>(kind))).collect::<Map<_, _>>().into()
}

/// The gateway adds `x-amzn-requestid` to its own errors as to every answer.
fn gateway_response<C: ProblemCode>(kind: &Kind) -> Value {
    let mut response = json!({
        "responseParameters": {
            "gatewayresponse.header.Content-Type": format!("'{PROBLEM_JSON}'"),
            "gatewayresponse.header.Cache-Control": "'no-store'",
            "gatewayresponse.header.X-Content-Type-Options": "'nosniff'",
        },
        "responseTemplates": {"application/json": template::<C>(kind)},
    });
    if let Some(status) = kind.status {
        response["statusCode"] = status.to_string().into();
    }
    if kind.code == StandardCode::Throttled {
        // Buckets refill by the second.
        response["responseParameters"]["gatewayresponse.header.Retry-After"] = "'1'".into();
    }
    response
}

/// The gateway's message for a wrong signature quotes the whole request to sign, query and all; this says what matters.
const INVALID_SIGNATURE_DETAIL: &str = r#""The request signature we calculated does not match the signature you provided, or it has expired: check the secret key, the region and the caller's clock""#;

/// JSON after the gateway has replaced the `$context` variables; `messageString` brings its own quotes. Not VTL.
fn template<C: ProblemCode>(kind: &Kind) -> String {
    let code = C::standard(kind.code);
    let detail =
        if kind.name == "INVALID_SIGNATURE" { INVALID_SIGNATURE_DETAIL } else { "$context.error.messageString" };
    let status = kind.status.map_or_else(String::new, |status| format!(r#""status":{status},"#));
    format!(
        r#"{{"type":"{}","title":"{}",{status}"code":"{}","detail":{detail},"requestId":"$context.requestId"}}"#,
        code.urn(),
        code.title(),
        code,
    )
}

/// A contract as API Gateway imports it, a Terraform template: [lowered](crate::lower::lower) without request models, for the
/// function is the only validator, and [`extend`]ed.
///
/// # Errors
/// When the contract uses a construct that API Gateway cannot import, with the place of it.
pub fn import_document<C: ProblemCode>(contract: &Value) -> Result<Value, Refused> {
    let mut options = Options::default();
    (options.models, options.template) = (false, true);
    let mut document = lower(contract, &options)?.document;
    extend::<C>(&mut document);
    Ok(document)
}

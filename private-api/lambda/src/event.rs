//! API Gateway's proxy event, made safe for lambda_http.

use lambda_http::{
    aws_lambda_events::{apigw::ApiGatewayProxyRequest, encodings::Base64Data, query_map::QueryMap},
    http::header,
    request::LambdaRequest,
};

/// Takes out of an event what lambda_http would stumble over, and the query, which it would put there again.
///
/// lambda_http rebuilds an absolute URL and panics when the caller's `Host` or query does not fit in one. It also lets
/// the single-value headers overwrite the multi-value ones, so that a header given twice looks as if it came once.
pub(crate) fn into_lambda_request(mut event: ApiGatewayProxyRequest) -> (LambdaRequest, QueryMap) {
    let single = std::mem::take(&mut event.query_string_parameters);
    let multiple = std::mem::take(&mut event.multi_value_query_string_parameters);
    // The multi-value map holds all that the other does, where the gateway sends it.
    let query = if multiple.is_empty() { single } else { multiple };
    if event.multi_value_headers.is_empty() {
        event.multi_value_headers = std::mem::take(&mut event.headers);
    } else {
        event.headers.clear();
    }
    for name in [header::HOST, header::HeaderName::from_static("x-forwarded-proto")] {
        event.multi_value_headers.remove(&name);
    }
    event.request_context.domain_name = None;
    // Operations are chosen by the function, never by the path.
    event.path = Some("/".to_owned());
    // lambda_http panics on a body that is not the base64 it says; left as text, the JSON reader refuses it.
    event.is_base64_encoded = event.is_base64_encoded && event.body.as_deref().is_none_or(is_base64);
    (LambdaRequest::ApiGatewayV1(event), query)
}

fn is_base64(body: &str) -> bool {
    serde_json::from_value::<Base64Data>(body.into()).is_ok()
}

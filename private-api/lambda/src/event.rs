//! API Gateway's proxy event as a request.

use lambda_http::aws_lambda_events::{apigw::ApiGatewayProxyRequest, encodings::Base64Data};

use crate::Request;

/// The request, and the gateway's id of it. Operations are chosen by the function, never by the path.
pub(crate) fn into_request(event: ApiGatewayProxyRequest) -> (Request, Option<String>) {
    // Where the gateway sends the multi-value maps, they hold all that the others do.
    let (single, multiple) = (event.query_string_parameters, event.multi_value_query_string_parameters);
    let query = if multiple.is_empty() { single } else { multiple };
    let headers = if event.multi_value_headers.is_empty() { event.headers } else { event.multi_value_headers };
    let body = event.body.unwrap_or_default();
    // What is not the base64 that it says stays text: the JSON reader refuses it.
    let decoded = event.is_base64_encoded.then(|| serde_json::from_value::<Base64Data>(body.as_str().into()).ok());
    let body = decoded.flatten().map_or_else(|| body.into_bytes(), |data| data.0);
    (Request::new(query, headers, event.path_parameters, body), event.request_context.request_id)
}

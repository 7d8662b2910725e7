//! Where the API is: one server per way of reaching a private API, and how requests are signed.

use serde_json::{Value, json};

/// One entry per way of reaching a private API, the API's own name first: generated clients take it where nobody names another.
/// `program` serves it locally; `domain` is what a custom domain may be called, such as `orders.internal`.
///
/// The descriptions are short, for generators make identifiers of them, and the variables have none: the schema of OpenAPI 3.1
/// as it was first published refuses them, and tools still check by it.
#[must_use]
pub fn servers(program: &str, domain: &str) -> Value {
    let region = json!({"default": "eu-central-1"});
    let stage = json!({"default": "dev"});
    let api = json!({"default": "a1b2c3d4e5"});
    let vpce = json!({"default": "vpce-0123456789abcdef0"});
    json!([
        {
            "url": "https://{apiId}.execute-api.{region}.amazonaws.com/{stage}",
            "description": "Private DNS name",
            "variables": {"apiId": api, "region": region, "stage": stage},
        },
        {
            "url": "https://{apiId}-{vpcEndpointId}.execute-api.{region}.amazonaws.com/{stage}",
            "description": "Alias",
            "variables": {"apiId": api, "vpcEndpointId": vpce, "region": region, "stage": stage},
        },
        {
            "url": "https://{vpcEndpointDnsName}/{stage}",
            "description": "Endpoint name, with the header x-apigw-api-id",
            "variables": {
                "vpcEndpointDnsName": {
                    "default": "vpce-0123456789abcdef0-abcdefgh.execute-api.eu-central-1.vpce.amazonaws.com",
                },
                "stage": stage,
            },
        },
        {
            "url": "https://{domainName}",
            "description": "Private custom domain",
            "variables": {"domainName": {"default": domain}},
        },
        {
            "url": "http://127.0.0.1:{port}/dev",
            "description": format!("Local, {program}"),
            "variables": {"port": {"default": "9000"}},
        },
    ])
}

/// What the servers of [`servers`] are, for the document's description.
pub const SERVERS: &str = "\
**Servers.** The first one needs private DNS on the VPC's `execute-api` endpoint, or a resolver that forwards the name. The alias
resolves everywhere, to the endpoint's private addresses. The endpoint's own name wants the header `x-apigw-api-id` with the API's id,
or `Host` with the API's private DNS name, over HTTP/1.1. A custom domain's base path is part of its name. The variables' defaults
are placeholders.";

/// The security scheme `sigv4`: IAM authorization, for deployments that switch it on.
#[must_use]
pub fn sigv4() -> Value {
    json!({
        "type": "apiKey",
        "name": "Authorization",
        "in": "header",
        "description": "AWS Signature Version 4, service `execute-api`. Only deployments with IAM authorization ask \
                        for it; the others rely on the network and the resource policy alone.",
        "x-amazon-apigateway-authtype": "awsSigv4",
    })
}

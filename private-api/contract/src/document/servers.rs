//! Where the API is: one server per way of reaching a private API, and how requests are signed.

use serde_json::{Value, json};

/// One entry per way of reaching a private API. `program` serves it locally; `domain` is what a custom domain may be called, such
/// as `orders.internal`.
#[must_use]
pub fn servers(program: &str, domain: &str) -> Value {
    let region = json!({"default": "eu-central-1", "description": "The AWS region."});
    let stage = json!({"default": "dev", "description": "The stage of the REST API."});
    let api = json!({"default": "a1b2c3d4e5", "description": "The id of the REST API."});
    let vpce = json!({"default": "vpce-0123456789abcdef0", "description": "The id of the VPC endpoint."});
    json!([
        {
            "url": "http://127.0.0.1:{port}/dev",
            "description": format!("Local: the embedded gateway and storage of `{program}`."),
            "variables": {"port": {"default": "9000", "description": format!("The port that `{program}` listens on.")}},
        },
        {
            "url": "https://{apiId}.execute-api.{region}.amazonaws.com/{stage}",
            "description": "Private DNS: from a VPC whose execute-api endpoint has private DNS, or whose resolver \
                            forwards this name.",
            "variables": {"apiId": api, "region": region, "stage": stage},
        },
        {
            "url": "https://{apiId}-{vpcEndpointId}.execute-api.{region}.amazonaws.com/{stage}",
            "description": "Alias: resolvable everywhere, to the endpoint's private addresses.",
            "variables": {"apiId": api, "vpcEndpointId": vpce, "region": region, "stage": stage},
        },
        {
            "url": "https://{vpcEndpointDnsName}/{stage}",
            "description": "The VPC endpoint's own name: send the header `x-apigw-api-id` with the API's id, or \
                            `Host` with the API's private DNS name. HTTP/1.1 only.",
            "variables": {
                "vpcEndpointDnsName": {
                    "default": "vpce-0123456789abcdef0-abcdefgh.execute-api.eu-central-1.vpce.amazonaws.com",
                    "description": "A DNS name of the VPC endpoint.",
                },
                "stage": stage,
            },
        },
        {
            "url": "https://{domainName}",
            "description": "A private custom domain; the deployment's base path mapping is part of the name.",
            "variables": {
                "domainName": {"default": domain, "description": "The domain, with its base path if any."},
            },
        },
    ])
}

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

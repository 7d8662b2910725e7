//! Tenants behind IAM and API keys: the gateway's own words in the source, ids that are no names, credentials that nobody checks.

use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

#[derive(Serialize, Deserialize, ToSchema)]
struct Tenant {
    name: String,
    plan: Option<Plan>,
}

#[derive(Serialize, Deserialize, ToSchema)]
enum Plan {
    Free,
    Paid,
}

#[utoipa::path(get, path = "/tenants", operation_id = "listTenants", tag = "tenants", security(("sigv4" = [])),
    responses((status = 200, description = "All", body = Vec<Tenant>)))]
fn list() {}

#[utoipa::path(post, path = "/tenants", operation_id = "tenants.create", tag = "tenants", security(("key" = [])), request_body = Tenant,
    responses((status = 201, description = "Made", body = Tenant)))]
fn create() {}

#[utoipa::path(delete, path = "/tenants/{tenant}", operation_id = "deleteTenant", tag = "tenants", security(("sigv4" = []), ("key" = [])),
    params(("tenant" = String, Path)), responses((status = 204, description = "Gone")))]
fn delete() {}

#[utoipa::path(get, path = "/tenants/{tenant}/usage", operation_id = "getUsage", tag = "tenants", security(("saml" = [])),
    params(("tenant" = String, Path)), responses((status = 200, description = "Usage", body = String)))]
fn usage() {}

#[utoipa::path(head, path = "/tenants/{tenant}", tag = "tenants", params(("tenant" = String, Path)), responses((status = 204, description = "There")))]
fn head() {}

#[derive(OpenApi)]
#[openapi(info(title = "Tenants", version = "1.0.0"), paths(list, create, delete, usage, head))]
struct Document;

pub fn api() -> super::Api {
    let mut api = super::api::<Document>("tenants");
    api.document["components"]["securitySchemes"] = serde_json::json!({
        "sigv4": {"type": "apiKey", "in": "header", "name": "Authorization", "x-amazon-apigateway-authtype": "awsSigv4"},
        "key": {"type": "apiKey", "in": "header", "name": "X-Api-Key"},
        "saml": {"type": "openIdConnect", "openIdConnectUrl": "https://example.com/.well-known"},
    });
    api.document["x-amazon-apigateway-api-key-source"] = "HEADER".into();
    api.document["x-amazon-apigateway-binary-media-types"] = serde_json::json!(["image/png"]);
    api.document["paths"]["/tenants"]["get"]["x-amazon-apigateway-integration"] = serde_json::json!({
        "type": "aws_proxy", "httpMethod": "POST", "uri": "${listTenants_invoke_arn}", "connectionId": "${stageVariables.link}",
    });
    api.document["paths"]["/tenants/{tenant}"]["head"].as_object_mut().unwrap().remove("operationId");
    api.refused = &[
        ("#/paths/~1tenants/post/operationId", "operation-id-name"),
        ("#/paths/~1tenants~1{tenant}/delete/security", "security-choice"),
        ("#/paths/~1tenants~1{tenant}/head", "operation-id-missing"),
        ("#/paths/~1tenants~1{tenant}~1usage/get/security", "security"),
    ];
    api.refused_without_models = api.refused;
    api
}

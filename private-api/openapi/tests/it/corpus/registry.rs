//! A package registry: alternatives of credentials, optional query parameters, inline schemas, nullable fields, deprecated words.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, OpenApi, ToSchema};

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code)]
struct Paging {
    /// The page number; cannot be used with `seek`.
    #[param(minimum = 1)]
    page: Option<u32>,
    #[param(minimum = 1, maximum = 100, default = 10)]
    per_page: Option<i64>,
    seek: Option<String>,
    sort: Option<Sort>,
    /// Only packages whose names are listed.
    ids: Option<Vec<String>>,
}

#[derive(Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
enum Sort {
    Alphabetical,
    RecentDownloads,
}

#[derive(Serialize, ToSchema)]
struct Package {
    /// An opaque identifier.
    #[schema(example = "serde")]
    id: String,
    #[schema(deprecated)]
    badges: Vec<String>,
    description: Option<String>,
    default_version: Option<Version>,
    #[schema(value_type = Object, nullable)]
    links: Option<serde_json::Value>,
}

#[derive(Serialize, Deserialize, ToSchema)]
struct Version {
    num: String,
    yanked: bool,
    #[schema(read_only)]
    downloads: u64,
    yank_message: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct Page<T> {
    items: Vec<T>,
    #[schema(inline)]
    meta: Meta,
}

#[derive(Serialize, ToSchema)]
struct Meta {
    total: i64,
    next_page: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[allow(dead_code)]
struct Change {
    version: Version,
    note: Option<String>,
}

#[utoipa::path(get, path = "/api/v1/packages", operation_id = "list_packages", params(Paging), tag = "packages",
    security((), ("cookie" = []), ("api_token" = [])), responses((status = 200, description = "Success", body = inline(Page<Package>))))]
fn list() {}

#[utoipa::path(patch, path = "/api/v1/packages/{name}/{version}", operation_id = "update_version", tag = "versions",
    params(("name" = String, Path, description = "Name"), ("version" = String, Path, example = "1.0.0")),
    request_body = inline(Change), security(("api_token" = []), ("cookie" = [])),
    responses((status = 200, description = "Success", body = Version)))]
fn update() {}

#[utoipa::path(get, path = "/api/v1/packages/{name}/readme", operation_id = "readme", tag = "packages",
    params(("name" = String, Path)), responses((status = 200, description = "Success", body = String, content_type = "text/html")))]
#[deprecated]
fn readme() {}

#[utoipa::path(put, path = "/api/v1/packages/new", operation_id = "publish", tag = "publish", security(("api_token" = [])),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"), responses((status = 200, description = "Success")))]
fn publish() {}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "registry",
        version = "0.0.0",
        description = "Experimental.",
        terms_of_service = "https://example.com/policies",
        contact(name = "the team", email = "help@example.com"),
        license(name = "MIT OR Apache-2.0")
    ),
    paths(list, update, readme, publish),
    components(schemas(Package, Version, Sort)),
    external_docs(url = "https://example.com/docs")
)]
#[allow(deprecated)]
struct Document;

pub fn api() -> super::Api {
    let mut api = super::api::<Document>("registry");
    api.document["components"]["securitySchemes"] = serde_json::json!({
        "api_token": {"type": "apiKey", "in": "header", "name": "Authorization", "description": "A token."},
        "cookie": {"type": "apiKey", "in": "cookie", "name": "session"},
    });
    use private_api_openapi::lower::Authorization;
    api.authorization.insert("api_token".to_owned(), Authorization::None);
    api.authorization.insert("cookie".to_owned(), Authorization::None);
    api
}

//! Files: forms and bytes, merge patches beside JSON, cookies, a variable inside a segment.

use serde::Deserialize;
use utoipa::{OpenApi, ToSchema};

#[derive(Deserialize, ToSchema)]
#[allow(dead_code)]
struct Form {
    title: String,
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

#[derive(Deserialize, ToSchema)]
#[schema(as = files::v1::Patch)]
#[allow(dead_code)]
struct Patch {
    title: Option<String>,
    tags: Option<Vec<String>>,
}

#[utoipa::path(post, path = "/files", operation_id = "upload", tag = "files", request_body(content = Form, content_type = "multipart/form-data"),
    params(("session" = Option<String>, Cookie)), responses((status = 201, description = "Stored")))]
fn upload() {}

#[utoipa::path(patch, path = "/files/{id}", operation_id = "patchFile", tag = "files", params(("id" = i64, Path)),
    request_body(content((Patch = "application/merge-patch+json"), (Patch = "application/json"))), responses((status = 204, description = "Done")))]
fn patch() {}

#[utoipa::path(get, path = "/files/{id}.json", operation_id = "getMeta", tag = "files", params(("id" = i64, Path)), responses((status = 200)))]
fn meta() {}

#[utoipa::path(get, path = "/raw/{path}", operation_id = "getRaw", tag = "files", params(("path" = String, Path)),
    responses((status = 200, description = "Bytes", body = Vec<u8>, content_type = "application/octet-stream")))]
fn raw() {}

#[derive(OpenApi)]
#[openapi(info(title = "Files", version = "1.0.0"), paths(upload, patch, meta, raw))]
struct Document;

pub fn api() -> super::Api {
    let mut api = super::api::<Document>("uploads");
    api.refused = &[("#/paths/~1files~1{id}.json", "path-segment")];
    api.refused_without_models = api.refused;
    api
}

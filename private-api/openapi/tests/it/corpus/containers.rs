//! A container platform: maps, lists and flattened bodies, generic pages, two resources at one place, filters with brackets.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

#[derive(Serialize, Deserialize, ToSchema)]
struct Spec {
    name: String,
    labels: BTreeMap<String, String>,
    env: Option<Vec<String>>,
    #[schema(min_items = 1)]
    ports: Vec<u16>,
    limits: Option<Limits>,
    extra: BTreeMap<String, serde_json::Value>,
}

#[derive(Serialize, Deserialize, ToSchema)]
struct Limits {
    #[schema(exclusive_minimum = 0)]
    memory: i64,
    #[schema(exclusive_minimum = 0)]
    cpus: f32,
}

#[derive(Serialize, Deserialize, ToSchema)]
struct Update {
    replicas: u32,
    #[serde(flatten)]
    spec: Spec,
}

#[derive(Serialize, ToSchema)]
struct Page<T> {
    data: Vec<T>,
    next: Option<String>,
}

#[utoipa::path(get, path = "/cargoes", operation_id = "list_cargo", tag = "Cargoes",
    params(("filter[label]" = Option<String>, Query), ("limit" = Option<usize>, Query)), responses((status = 200, description = "List", body = Page<Spec>)))]
fn list() {}

#[utoipa::path(post, path = "/cargoes", operation_id = "create_cargo", tag = "Cargoes", request_body = Spec,
    responses((status = 201, description = "Created", body = Spec)))]
fn create() {}

#[utoipa::path(put, path = "/cargoes/{name}", operation_id = "put_cargo", tag = "Cargoes", params(("name" = String, Path)),
    request_body = Update, responses((status = 202, description = "Accepted")))]
fn update() {}

#[utoipa::path(post, path = "/cargoes/{key}/start", operation_id = "start_cargo", tag = "Cargoes", params(("key" = String, Path)),
    request_body = BTreeMap<String, String>, responses((status = 202, description = "Accepted")))]
fn start() {}

#[utoipa::path(get, path = "/ping", operation_id = "ping", tag = "System", responses((status = 202, description = "Alive")))]
fn ping() {}

#[derive(OpenApi)]
#[openapi(info(title = "Containers", version = "0.16.0"), paths(list, create, update, start, ping))]
struct Document;

pub fn api() -> super::Api {
    let mut api = super::api::<Document>("containers");
    api.refused = &[
        ("#/components/schemas/Update/allOf", "composition"),
        ("#/paths/~1cargoes/get/parameters/0/name", "parameter-name"),
        ("#/paths/~1cargoes~1{name}", "sibling-variables"),
    ];
    api.refused_without_models = &[
        ("#/paths/~1cargoes/get/parameters/0/name", "parameter-name"),
        ("#/paths/~1cargoes~1{name}", "sibling-variables"),
    ];
    api
}

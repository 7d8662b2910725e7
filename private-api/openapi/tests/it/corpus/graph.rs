//! A graph database: a bearer token on every operation, bodies that are lists of tagged queries, values of several types.

use serde::Serialize;
use utoipa::{OpenApi, ToSchema};

#[derive(Serialize, ToSchema)]
enum Key {
    Id(i64),
    Alias(String),
}

#[derive(Serialize, ToSchema)]
#[serde(untagged)]
enum Element {
    Number(f64),
    Text(String),
    Bytes(Vec<u8>),
}

#[derive(Serialize, ToSchema)]
enum Query {
    InsertNode { aliases: Vec<String>, values: Vec<Element> },
    Remove(Vec<Key>),
    Search { from: Key, limit: u64 },
}

#[derive(Serialize, ToSchema)]
#[schema(as = api::Role)]
#[serde(rename_all = "snake_case")]
enum Role {
    Admin,
    Read,
    Write,
}

#[derive(Serialize, ToSchema)]
struct Database {
    name: String,
    owner: String,
    role: Role,
    #[schema(minimum = 0)]
    backup: u64,
}

#[derive(Serialize, ToSchema)]
struct Login<'a> {
    #[schema(min_length = 3)]
    username: &'a str,
    #[schema(format = Password)]
    password: &'a str,
}

#[utoipa::path(get, path = "/api/v1/db/list", operation_id = "db_list", tag = "db", security(("Token" = [])),
    responses((status = 200, description = "ok", body = Vec<Database>), (status = 401, description = "unauthorized")))]
fn list() {}

#[utoipa::path(post, path = "/api/v1/db/{owner}/{db}/exec", operation_id = "db_exec", tag = "db", security(("Token" = [])),
    params(("owner" = String, Path, description = "user name"), ("db" = String, Path, description = "db name")),
    request_body = Vec<Query>, responses((status = 200, description = "ok", body = Vec<Element>), (status = 403)))]
fn exec() {}

#[utoipa::path(put, path = "/api/v1/db/{owner}/{db}/user/{user}/add", operation_id = "db_user_add", tag = "db",
    security(("Token" = [])),
    params(("owner" = String, Path), ("db" = String, Path), ("user" = String, Path), ("db_role" = Role, Query)),
    responses((status = 201, description = "user added")))]
fn add_user() {}

#[utoipa::path(post, path = "/api/v1/user/login", operation_id = "user_login", tag = "user", request_body = Login<'static>,
    responses((status = 200, description = "login", body = String)))]
fn login() {}

#[derive(OpenApi)]
#[openapi(
    info(title = "Graphs", version = "0.9.0"),
    paths(list, exec, add_user, login),
    components(schemas(Key, Query))
)]
struct Document;

pub fn api() -> super::Api {
    let mut api = super::api::<Document>("graph");
    api.document["components"]["securitySchemes"]["Token"] =
        serde_json::json!({"type": "http", "scheme": "bearer", "bearerFormat": "opaque"});
    api.authorization.insert("Token".to_owned(), super::authorizer("Authorization"));
    api.refused = &[("#/components/schemas/Query/oneOf", "composition")];
    api
}

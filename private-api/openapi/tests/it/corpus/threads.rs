//! Comments: a schema that contains itself, in answers and in one body; two that contain each other.

use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

#[derive(Serialize, Deserialize, ToSchema)]
struct Comment {
    text: String,
    #[schema(no_recursion)]
    replies: Vec<Comment>,
}

#[derive(Serialize, Deserialize, ToSchema)]
struct Folder {
    #[schema(no_recursion)]
    files: Vec<File>,
}

#[derive(Serialize, Deserialize, ToSchema)]
struct File {
    name: String,
    #[schema(no_recursion)]
    parent: Option<Box<Folder>>,
}

#[utoipa::path(get, path = "/threads/{id}", operation_id = "getThread", tag = "threads", params(("id" = String, Path)),
    responses((status = 200, description = "The thread", body = Comment)))]
fn read() {}

#[utoipa::path(put, path = "/threads/{id}", operation_id = "putThread", tag = "threads", params(("id" = String, Path)),
    request_body = Comment, responses((status = 204, description = "Stored")))]
fn write() {}

#[utoipa::path(post, path = "/folders", operation_id = "addFolder", tag = "folders", request_body = Folder, responses((status = 204, description = "Stored")))]
fn folder() {}

#[derive(OpenApi)]
#[openapi(
    info(title = "Threads", version = "1.0.0"),
    paths(read, write, folder),
    components(schemas(Comment, Folder, File))
)]
struct Document;

pub fn api() -> super::Api {
    let mut api = super::api::<Document>("threads");
    api.refused = &[
        ("#/components/schemas/Comment/properties/replies/items/$ref", "recursive-model"),
        ("#/components/schemas/File/properties/parent/oneOf/0/$ref", "recursive-model"),
        ("#/components/schemas/Folder/properties/files/items/$ref", "recursive-model"),
    ];
    api
}

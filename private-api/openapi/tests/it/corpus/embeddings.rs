//! A model server: inputs of several shapes, lists of lists, defaults and examples, no ids beyond the functions' names, texts with signs.

use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

#[derive(Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
enum Input {
    Single(String),
    Batch(Vec<String>),
}

#[derive(Serialize, Deserialize, ToSchema)]
struct EmbedRequest {
    inputs: Input,
    #[schema(default = true, example = true, nullable = true)]
    normalize: Option<bool>,
    /// Written as `${prompt}` or `%{if}` in a template.
    prompt_name: Option<String>,
}

#[derive(Serialize, Deserialize, ToSchema)]
struct RerankRequest {
    query: String,
    #[schema(max_items = 512)]
    texts: Vec<String>,
    #[schema(default = false)]
    raw_scores: bool,
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!([[0.0, 1.0]]))]
#[allow(dead_code)]
struct EmbedResponse(Vec<Vec<f32>>);

#[derive(Serialize, ToSchema)]
struct Rank {
    index: usize,
    score: f32,
}

/// Costs ${price} a call, or %{nothing}.
#[utoipa::path(post, path = "/embed", tag = "Embeddings", request_body = EmbedRequest,
    responses((status = 200, description = "Embeddings", body = EmbedResponse), (status = 413, description = "Batch size error")))]
fn embed() {}

#[utoipa::path(post, path = "/rerank", tag = "Embeddings", request_body = RerankRequest,
    responses((status = 200, description = "Ranks", body = Vec<Rank>)))]
fn rerank() {}

#[utoipa::path(get, path = "/metrics", tag = "Status", responses((status = 200, description = "Prometheus", body = String)))]
fn metrics() {}

#[derive(OpenApi)]
#[openapi(info(title = "Embeddings", version = "1.8.0", license(name = "Apache 2.0", url = "https://www.apache.org/licenses/LICENSE-2.0")),
    tags((name = "Embeddings", description = "Of texts")), paths(embed, rerank, metrics))]
struct Document;

pub fn api() -> super::Api {
    let mut api = super::api::<Document>("embeddings");
    api.refused = &[("#/components/schemas/Input/oneOf", "composition")];
    api
}

//! Measurements: limits of every kind, widths, tuples, constants, text limits, nested lists; everything lowers.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, OpenApi, ToSchema};

#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Measurement {
    #[schema(exclusive_minimum = 0, exclusive_maximum = 1000)]
    whole: i32,
    #[schema(exclusive_minimum = 0, maximum = 1)]
    ratio: f32,
    #[schema(multiple_of = 0.5)]
    step: f64,
    #[schema(min_length = 1, max_length = 20, pattern = r"^[a-z]+$")]
    unit: String,
    /// Longitude and latitude.
    point: (f64, f64),
    #[schema(max_items = 3)]
    series: Vec<Vec<i16>>,
    quality: Option<Quality>,
    #[schema(write_only)]
    secret: Option<String>,
}

#[derive(Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Quality {
    Good,
    Bad,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code)]
struct Range {
    #[param(exclusive_minimum = 0)]
    since: Option<i64>,
    quality: Option<Quality>,
    #[param(style = Form, explode = false)]
    units: Vec<String>,
}

#[utoipa::path(post, path = "/measurements", operation_id = "addMeasurement", request_body = Measurement, tag = "m",
    params(("X-Request-Id" = String, Header), ("Accept" = Option<String>, Header)), responses((status = 204, description = "Done")))]
fn add() {}

#[utoipa::path(post, path = "/measurements/batch", operation_id = "addMeasurements", request_body = Vec<Measurement>, tag = "m",
    responses((status = 200, description = "Done", body = Vec<Measurement>)))]
fn batch() {}

#[utoipa::path(get, path = "/measurements", operation_id = "findMeasurements", params(Range), tag = "m",
    responses((status = 200, description = "Found", body = Vec<Measurement>)))]
fn find() {}

#[derive(OpenApi)]
#[openapi(info(title = "Measurements", version = "2.0.0"), paths(add, batch, find), components(schemas(Quality)))]
struct Document;

pub fn api() -> super::Api {
    super::api::<Document>("measurements")
}

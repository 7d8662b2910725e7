//! Train tickets: OAuth2 with scopes, links, a discriminator, problem answers, tags with documents, several servers.

use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

#[derive(Serialize, Deserialize, ToSchema)]
#[serde(tag = "object", rename_all = "snake_case")]
enum Source {
    Card { number: String, cvc: String, exp_month: i32 },
    BankAccount { number: String, sort_code: Option<String> },
}

#[derive(Serialize, Deserialize, ToSchema)]
struct Payment {
    #[schema(read_only)]
    id: String,
    #[schema(exclusive_minimum = 0, example = 49.99)]
    amount: f64,
    currency: Currency,
    source: Source,
}

#[derive(Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Currency {
    Eur,
    Gbp,
}

#[derive(Serialize, Deserialize, ToSchema)]
struct Booking {
    #[schema(read_only, format = "uuid")]
    id: String,
    #[schema(format = "uuid")]
    trip_id: String,
    passenger_name: String,
    has_bicycle: Option<bool>,
}

#[derive(Serialize, ToSchema)]
struct Problem {
    r#type: String,
    title: String,
    status: u16,
}

#[utoipa::path(get, path = "/trips", operation_id = "get-trips", tag = "Trips",
    params(("origin" = String, Query, format = "uuid"), ("date" = String, Query, format = DateTime), ("bicycles" = Option<bool>, Query)),
    responses((status = 200, description = "A list", body = Vec<Booking>, headers(("RateLimit" = String, description = "left"))),
        (status = 400, description = "Bad", body = Problem, content_type = "application/problem+json")))]
fn trips() {}

#[utoipa::path(post, path = "/bookings", operation_id = "create-booking", tag = "Bookings", request_body = Booking,
    responses((status = 201, description = "Done", body = Booking,
        links(("payment" = (operation_id = "create-payment", description = "Pay"))))))]
fn book() {}

#[utoipa::path(post, path = "/bookings/{bookingId}/payment", operation_id = "create-payment", tag = "Payments",
    params(("bookingId" = String, Path, format = "uuid")), request_body = Payment,
    responses((status = 200, description = "Paid", body = Payment), (status = "4XX", description = "Not paid"), (status = "default", description = "Other")))]
fn pay() {}

#[derive(OpenApi)]
#[openapi(
    info(title = "Trains", version = "1.2.1", description = "Finds and books.",
        contact(name = "Support", url = "https://example.com/support"), license(name = "CC-BY-NC-SA-4.0", identifier = "CC-BY-NC-SA-4.0")),
    servers((url = "https://try.example.com", description = "Mock"), (url = "https://api.example.com", description = "Production")),
    tags((name = "Trips", description = "Timetables", external_docs(url = "https://example.com"))),
    security(("OAuth2" = ["read"])), paths(trips, book, pay))]
struct Document;

pub fn api() -> super::Api {
    let mut api = super::api::<Document>("trains");
    api.document["components"]["securitySchemes"]["OAuth2"] = serde_json::json!({"type": "oauth2", "flows": {"authorizationCode": {
        "authorizationUrl": "https://example.com/oauth/authorize", "tokenUrl": "https://example.com/oauth/token",
        "scopes": {"read": "Read access", "write": "Write access"},
    }}});
    api.authorization.insert("OAuth2".to_owned(), super::authorizer("Authorization"));
    api.refused = &[("#/components/schemas/Source/oneOf", "composition")];
    api
}

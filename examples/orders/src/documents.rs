//! The two documents, as they are committed, and how they are made: `cargo run -p orders --bin orders-documents` rewrites them.

use private_api_contract::{
    document::{
        self, Answers, create_key, headers, if_match, next_token, page_limit, parameters_into_operations, servers,
        sigv4, success, update_key, with_common,
    },
    schema,
    schemas::{EXAMPLE_ID, opaque_id, open, string},
};
use private_api_openapi::{gateway::import_document, render::render, report::Refused};
use serde_json::{Value, json};
use utoipa::{PartialSchema, openapi::SchemaFormat};

use crate::{Code, CustomerId, Item, NewOrder, Note, Operation, Order, OrderId, OrderPage, OrderUpdate};

/// The contract for people and generators: OpenAPI 3.1.
pub const OPENAPI: &str = include_str!("../openapi/orders.openapi.json");
/// The contract as API Gateway imports it, a Terraform template.
pub const IMPORT: &str = include_str!("../openapi/orders.apigateway.json");

/// The texts of both documents: the contract, and what API Gateway imports.
///
/// # Errors
/// When the contract uses a construct that API Gateway cannot import, with the place of it.
pub fn make() -> Result<[String; 2], Refused> {
    let contract = contract();
    Ok([render(&contract), render(&import_document::<Code>(&contract)?)])
}

schema! {
    OrderId => string("The id of an order, a UUIDv7.")
        .format(Some(SchemaFormat::Custom("uuid".to_owned())))
        .examples([EXAMPLE_ID]);
    CustomerId => opaque_id("Whose order it is.");
    Item => string("What is ordered.").min_length(Some(1)).max_length(Some(100)).examples(["umbrella"]);
    Note => string("What the customer says about it.").max_length(Some(500)).examples(["the blue one"]);
    Code => open("What went wrong, as a stable word to branch on.", Code::KNOWN.iter().map(Code::as_str));
}

fn contract() -> Value {
    let answers = Answers::<Code>::default();
    let mut responses = answers.shared();
    responses["NotFound"] = answers.problem("No such order of this customer.", &[Code::OrderNotFound]);
    responses["VersionMismatch"] = answers.problem("The order has another version.", &[Code::VersionMismatch]);
    let mut schemas = document::schemas::<Code>();
    schemas["OrderId"] = json!(OrderId::schema());
    schemas["CustomerId"] = json!(CustomerId::schema());
    schemas["Item"] = json!(Item::schema());
    schemas["Note"] = json!(Note::schema());
    schemas["Order"] = json!(Order::schema());
    schemas["OrderPage"] = json!(OrderPage::schema());
    schemas["NewOrder"] = json!(NewOrder::schema());
    schemas["OrderUpdate"] = json!(OrderUpdate::schema());
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Private orders API", "version": "1.0.0",
            "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"},
        },
        "servers": servers("orders-local", "orders.internal"),
        "security": [{}, {"sigv4": []}],
        "paths": paths(&answers),
        "components": {
            "schemas": schemas,
            "headers": headers("order", &format!("order/{EXAMPLE_ID}?customerId=7")),
            "responses": responses,
            "securitySchemes": {"sigv4": sigv4()},
        },
    })
}

fn paths(answers: &Answers<Code>) -> Value {
    let schema = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    let customer = json!({"name": "customerId", "in": "query", "required": true, "schema": schema("CustomerId")});
    let id = json!({"name": "orderId", "in": "path", "required": true, "schema": schema("OrderId")});
    let mut paths = json!({
        Operation::ORDERS: {"parameters": [customer]},
        Operation::ORDER: {"parameters": [id, customer]},
    });
    for &operation in Operation::ALL {
        let mut described = match operation {
            Operation::CreateOrder => create(answers),
            Operation::ListOrders => json!({
                "summary": "List a customer's orders, newest first",
                "parameters": [page_limit("orders"), next_token()],
                "responses": with_common(
                    json!({"200": success("One page, possibly empty.", "OrderPage", json!({"orders": [order()]}), &[])}),
                    &[("400", "InvalidParameters")],
                ),
            }),
            Operation::GetOrder => json!({
                "summary": "Read an order",
                "responses": with_common(
                    json!({"200": success("The order.", "Order", order(), &["ETag"])}),
                    &[("400", "InvalidParameters"), ("404", "NotFound")],
                ),
            }),
            Operation::UpdateOrder => update(answers),
        };
        described["operationId"] = operation.id().into();
        paths[operation.path()][operation.method().to_ascii_lowercase()] = described;
    }
    parameters_into_operations(paths)
}

fn create(answers: &Answers<Code>) -> Value {
    json!({
        "summary": "Make an order",
        "parameters": [create_key("A UUIDv7 that names this create and becomes the order's id.")],
        "requestBody": body("NewOrder", json!({"item": "umbrella", "quantity": 2})),
        "responses": with_common(
            json!({
                "200": success("This key has already made this order.", "Order", order(), &["ETag"]),
                "201": success("Created.", "Order", order(), &["ETag", "Location"]),
                "409": answers.problem("The key has already named another request.", &[Code::KeyReused]),
            }),
            &[("400", "InvalidRequest"), ("413", "PayloadTooLarge"), ("415", "UnsupportedMediaType")],
        ),
    })
}

fn update(answers: &Answers<Code>) -> Value {
    let mut condition = if_match("The `ETag` that the order must still have; `*` is refused.", 1);
    condition["required"] = true.into();
    json!({
        "summary": "Replace what may change of an order",
        "parameters": [condition, update_key("A UUID that names this update: the same one with every attempt.")],
        "requestBody": body("OrderUpdate", json!({"quantity": 3})),
        "responses": with_common(
            json!({
                "200": success("Updated.", "Order", order(), &["ETag"]),
                "409": answers.problem("The key has already named another update.", &[Code::KeyReused]),
            }),
            &[
                ("400", "InvalidRequest"), ("404", "NotFound"), ("412", "VersionMismatch"),
                ("413", "PayloadTooLarge"), ("415", "UnsupportedMediaType"),
            ],
        ),
    })
}

fn body(schema: &str, example: Value) -> Value {
    let content = json!({"schema": {"$ref": format!("#/components/schemas/{schema}")}, "example": example});
    json!({"required": true, "content": {"application/json": content}})
}

fn order() -> Value {
    json!({
        "orderId": EXAMPLE_ID, "customerId": "7", "item": "umbrella", "quantity": 2,
        "createdAt": "2026-11-22T16:00:00.123Z", "updatedAt": "2026-11-22T16:00:00.123Z", "version": 1,
    })
}

//! The real binary under a Lambda Runtime API, with DynamoDB's wire protocol at the other end.

use private_api_gateway::{Sdk, Table};
use private_api_lambda::dynamodb;
use private_api_runtime::{Answer, Function, environment};
use private_api_storage::{Database, serve};
use serde_json::{Value, json};
use tokio::{net::TcpListener, process::Command};

/// A DynamoDB with the table, at this URL.
async fn database() -> String {
    let database = Database::memory("orders-test").unwrap();
    let table = Table { name: "ordersTable".to_owned(), partition_key: "PK", sort_key: "SK" };
    let sdk = Sdk { config: dynamodb::config, https: || Err("embedded".into()) };
    database.client(&table, sdk).await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(serve(listener, database));
    url
}

fn command(handler: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_orders-lambda"));
    command.env_clear().envs(environment(handler)).env("DYNAMODB_TABLE_NAME", "ordersTable");
    command
}

async fn invoke(function: &mut Function, id: Option<&Value>, headers: Value, body: Value) -> (u64, Value) {
    let event = json!({
        "httpMethod": "ANY", "path": "/order", "resource": "/order",
        "multiValueHeaders": headers, "multiValueQueryStringParameters": {"customerId": ["secret-7"]},
        "pathParameters": id.map(|id| json!({"orderId": id})),
        "requestContext": {"requestId": "11111111-2222-3333-4444-555555555555"},
        "body": if body.is_null() { Value::Null } else { body.to_string().into() }, "isBase64Encoded": false
    });
    let Answer::Response(answer) = function.invoke(event.to_string()).await.unwrap() else { panic!("no answer") };
    let answer: Value = serde_json::from_slice(&answer).unwrap();
    let body = answer["body"].as_str().map(|body| serde_json::from_str(body).unwrap());
    (answer["statusCode"].as_u64().unwrap(), body.unwrap_or_default())
}

#[tokio::test]
async fn a_function_of_one_binary_for_each_operation_serves_an_orders_life() {
    let url = database().await;
    let start = async |handler: &str| {
        let mut command = command(handler);
        command.env("AWS_ENDPOINT_URL_DYNAMODB", &url);
        Function::start(command).await.unwrap()
    };
    let json_body = json!({"content-type": ["application/json"]});
    let mut create = start("createOrder").await;
    let (status, order) = invoke(&mut create, None, json_body, json!({"item": "umbrella", "quantity": 2})).await;
    assert_eq!(status, 201, "{order}");
    let id = &order["orderId"];

    let mut update = start("updateOrder").await;
    let headers = json!({"content-type": ["application/json"], "if-match": ["\"1\""]});
    let (status, updated) = invoke(&mut update, Some(id), headers.clone(), json!({"quantity": 3})).await;
    assert_eq!((status, &updated["version"], &updated["quantity"]), (200, &json!(2), &json!(3)));
    let (status, stale) = invoke(&mut update, Some(id), headers, json!({"quantity": 4})).await;
    assert_eq!((status, &stale["code"]), (412, &json!("version_mismatch")));

    let mut get = start("getOrder").await;
    assert_eq!(invoke(&mut get, Some(id), json!({}), Value::Null).await, (200, updated.clone()));
    let mut list = start("listOrders").await;
    assert_eq!(invoke(&mut list, None, json!({}), Value::Null).await, (200, json!({"orders": [updated]})));

    let log = create.log().await.unwrap();
    let line: Value = serde_json::from_str(log.lines().next().unwrap()).unwrap();
    assert_eq!((&line["operation"], &line["status"]), (&json!("createOrder"), &json!(201)));
    assert!(!log.contains("secret-7") && !log.contains("umbrella"), "{log}");
}

#[tokio::test]
async fn an_unknown_handler_says_which_there_are() {
    let output = command("moveOrder").output().await.unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(!output.status.success());
    assert!(said.contains("createOrder, listOrders, getOrder, updateOrder"), "{said}");
}

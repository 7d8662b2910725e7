//! `orders-local`: what it serves is there after a restart, and it says no as its deployment does.

use std::{ffi::OsStr, fs, process::Stdio};

use orders::{Endpoint, NewOrder, OrdersClient};
use serde_json::json;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

/// The program, once it serves, and a client of it.
async fn start(arguments: &[&OsStr]) -> (Child, OrdersClient) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_orders-local"))
        .args(["--port", "0"])
        .args(arguments)
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let greeting = lines.next_line().await.unwrap().unwrap();
    let url = greeting.split(' ').find(|word| word.starts_with("http://")).unwrap();
    let client = OrdersClient::builder().endpoint(Endpoint::url(url)).build().unwrap();
    // Whatever else it says has a reader.
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    (child, client)
}

#[tokio::test]
async fn an_order_survives_the_end_of_the_program() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("orders.db");
    let arguments = ["--data".as_ref(), data.as_os_str()];
    let customer = "7".parse().unwrap();

    let (mut child, client) = start(&arguments).await;
    let order = NewOrder::new("umbrella".parse().unwrap(), 2);
    let made = client.create(&customer, &order).await.unwrap();
    child.kill().await.unwrap();

    let (_child, client) = start(&arguments).await;
    assert_eq!(client.get(&customer, made.order_id).await.unwrap(), made);
}

/// The policy of another team's deployment, as `terraform show -json` says it.
#[tokio::test]
async fn its_deployments_policy_says_no() {
    const API: &str = "arn:aws:execute-api:eu-central-1:123456789012:a1b2c3d4e5";
    let statement = |effect: &str, condition: serde_json::Value| json!({ "Effect": effect, "Principal": "*", "Action": "execute-api:Invoke", "Resource": format!("{API}/*"), "Condition": condition });
    let listed = json!({ "StringNotEquals": { "aws:SourceVpce": "vpce-0a1b" } });
    let policy = json!({ "Statement": [statement("Allow", json!({})), statement("Deny", listed)] });
    let of = |kind: &str, values: serde_json::Value| json!({ "address": kind, "mode": "managed", "type": kind, "values": values });
    let state = json!({ "values": { "root_module": { "resources": [
        of("aws_api_gateway_rest_api", json!({ "id": "a1b2c3d4e5", "execution_arn": API, "body": "{}",
            "endpoint_configuration": [{ "types": ["PRIVATE"], "vpc_endpoint_ids": ["vpce-0a1b"] }] })),
        of("aws_api_gateway_rest_api_policy", json!({ "rest_api_id": "a1b2c3d4e5", "policy": policy.to_string() })),
        of("aws_api_gateway_stage", json!({ "rest_api_id": "a1b2c3d4e5", "stage_name": "prod" })),
    ] } } });
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("state.json");
    fs::write(&file, state.to_string()).unwrap();
    let (customer, order) = ("7".parse().unwrap(), NewOrder::new("umbrella".parse().unwrap(), 2));
    let plan = ["--plan".as_ref(), file.as_os_str()];

    let (_child, client) = start(&plan).await;
    client.create(&customer, &order).await.unwrap();
    let (_child, client) = start(&[&plan[..], &["--vpce".as_ref(), "vpce-0c2d".as_ref()]].concat()).await;
    let error = client.create(&customer, &order).await.unwrap_err();
    assert_eq!(error.status(), Some(403), "{error}");
}

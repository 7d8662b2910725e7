//! `orders-local --data`: what it serves is there after a restart.

use std::{path::Path, process::Stdio};

use orders::{Endpoint, NewOrder, OrdersClient};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

/// The program, once it serves, and a client of it.
async fn start(data: &Path) -> (Child, OrdersClient) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_orders-local"))
        .args(["--port", "0", "--data"])
        .arg(data)
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
    let customer = "7".parse().unwrap();

    let (mut child, client) = start(&data).await;
    let order = NewOrder::new("umbrella".parse().unwrap(), 2);
    let made = client.create(&customer, &order).await.unwrap();
    child.kill().await.unwrap();

    let (_child, client) = start(&data).await;
    assert_eq!(client.get(&customer, made.order_id).await.unwrap(), made);
}

//! Callers that send half, read nothing, close one side, or come from elsewhere: each has its limit or its answer.
#![allow(missing_docs, clippy::unwrap_used)]

mod common;

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use private_api_gateway::{FunctionError, Functions, Limits, LocalApi};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

const IMPORT: &str = r#"{"paths": {"/order": {
    "get": {"operationId": "listOrders"}, "post": {"operationId": "createOrder"}, "put": {"operationId": "bigOrder"}}}}"#;
const BIG: usize = 32 * 1024 * 1024;
/// Longer than any of this takes: no test of speed.
const FOR_EVER: Duration = Duration::from_secs(120);

#[derive(Clone, Default)]
struct Orders(Arc<AtomicUsize>);

impl Functions for Orders {
    async fn invoke(&self, operation_id: &str, event: Value, _: &str) -> Result<Value, FunctionError> {
        self.0.fetch_add(1, Ordering::SeqCst);
        let body = if operation_id == "bigOrder" { "x".repeat(BIG) } else { event["headers"]["Host"].to_string() };
        Ok(json!({ "statusCode": 200, "headers": { "content-type": "text/html" }, "body": body }))
    }
}

async fn start(change: impl FnOnce(&mut Limits)) -> (LocalApi, Orders) {
    let definition = common::definition(IMPORT, r#"{"info": {"title": "Orders & <more>"}}"#);
    let (orders, mut limits) = (Orders::default(), Limits::default());
    change(&mut limits);
    let api = LocalApi::builder(definition).limits(limits).start_without_storage(orders.clone()).await.unwrap();
    (api, orders)
}

async fn send(api: &LocalApi, request: &str) -> TcpStream {
    let mut stream = TcpStream::connect(api.address()).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    stream
}

async fn rest(mut stream: TcpStream) -> String {
    let mut answer = Vec::new();
    tokio::time::timeout(FOR_EVER, stream.read_to_end(&mut answer)).await.unwrap().unwrap();
    String::from_utf8(answer).unwrap()
}

async fn ask(api: &LocalApi, method: &str, target: &str, headers: &str) -> String {
    let request = format!("{method} {target} HTTP/1.1\r\n{headers}Connection: close\r\n\r\n");
    rest(send(api, &request).await).await
}

const HALF: &str = "POST /dev/order HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{";

#[tokio::test]
async fn a_body_that_does_not_come_is_not_waited_for() {
    let (api, orders) = start(|limits| limits.body = Duration::from_millis(20)).await;
    let answer = rest(send(&api, HALF).await).await;
    assert!(answer.starts_with("HTTP/1.1 408 ") && answer.contains("connection: close"), "{answer}");
    assert_eq!(orders.0.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_stop_ends_with_half_sent_requests_and_unread_answers_open() {
    let (api, _) = start(|limits| limits.drain = Duration::from_millis(20)).await;
    let mut open = Vec::new();
    for request in [HALF, "GET /dev/or", "", "PUT /dev/order HTTP/1.1\r\nHost: localhost\r\n\r\n"] {
        open.push(send(&api, request).await);
    }
    // They are all known to it: this one comes after them.
    assert!(ask(&api, "GET", "/dev/order", "Host: localhost\r\n").await.starts_with("HTTP/1.1 200 "));
    let address = api.address();
    tokio::time::timeout(FOR_EVER, api.stop()).await.unwrap();
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn a_caller_that_does_not_read_is_left() {
    let (api, _) = start(|limits| limits.write = Duration::from_millis(20)).await;
    let mut caller = send(&api, "PUT /dev/order HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
    let left = async {
        while caller.take_error().unwrap().is_none() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(FOR_EVER, left).await.unwrap();
    // A slow one that takes a little now and then is served.
    caller = send(&api, "PUT /dev/order HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await;
    assert!(rest(caller).await.len() > BIG);
}

#[tokio::test]
async fn an_idle_connection_is_kept_for_its_time_and_then_closed() {
    let (api, _) = start(|limits| limits.idle = Duration::from_millis(50)).await;
    let answer = rest(send(&api, "GET /dev/order HTTP/1.1\r\nHost: localhost\r\n\r\n").await).await;
    assert!(answer.starts_with("HTTP/1.1 200 ") && !answer.contains("connection: close"), "{answer}");
    assert_eq!(Limits::default().idle, Duration::from_secs(310), "the quota of a private API");
}

#[tokio::test]
async fn whoever_has_closed_its_sending_side_gets_its_answer() {
    let (api, orders) = start(|_| {}).await;
    let mut caller = send(&api, "POST /dev/order HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}").await;
    caller.shutdown().await.unwrap();
    let answer = rest(caller).await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    // But half a request is none.
    let mut caller = send(&api, HALF).await;
    caller.shutdown().await.unwrap();
    let mut answer = Vec::new();
    let _ = caller.read_to_end(&mut answer).await;
    assert!(!answer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&answer));
    assert_eq!(orders.0.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_target_with_a_host_of_its_own_is_judged_by_that() {
    let (api, _) = start(|_| {}).await;
    for (target, host, status) in [
        ("http://evil.example/dev/order", "localhost", 403),
        ("http://localhost/dev/order", "evil.example", 200),
        ("http://localhost/dev/order", "localhost", 200),
        ("http://localhost:1/docs", "localhost", 200),
        ("http://evil.example/docs", "localhost", 403),
    ] {
        let answer = ask(&api, "GET", target, &format!("Host: {host}\r\n")).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{target} at {host}: {answer}");
        // And the function sees no other one.
        assert!(!answer.contains("evil"), "{answer}");
    }
}

#[tokio::test]
async fn a_browser_runs_nothing_of_it_and_pages_of_other_origins_get_nothing() {
    let (api, orders) = start(|_| {}).await;
    let own = format!("Origin: http://{}\r\nSec-Fetch-Site: same-origin\r\n", api.address());
    for (method, target, headers, status) in [
        ("GET", "/dev/order", own.as_str(), 200),
        ("GET", "/docs", "Sec-Fetch-Site: none\r\n", 200),
        ("GET", "/docs/page.js", "", 200),
        ("GET", "/", "", 302),
        ("GET", "/nowhere", "", 403),
        ("GET", "/dev/nowhere", "", 403),
        ("GET", "/dev/order", "Origin: https://evil.example\r\n", 403),
        ("POST", "/dev/order", "Origin: null\r\n", 403),
        ("GET", "/dev/order", "Sec-Fetch-Site: cross-site\r\n", 403),
        ("OPTIONS", "/dev/order", "Origin: http://localhost:3000\r\n", 403),
    ] {
        let answer = ask(&api, method, target, &format!("Host: {}\r\n{headers}", api.address())).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{method} {target} {headers}: {answer}");
        assert!(answer.contains("x-content-type-options: nosniff\r\n"), "{method} {target}: {answer}");
    }
    assert_eq!(orders.0.load(Ordering::SeqCst), 1);
    assert!(ask(&api, "GET", "/", "Host: localhost\r\n").await.contains("location: /docs\r\n"));
    assert!(ask(&api, "GET", "/docs", "Host: localhost\r\n").await.contains("<title>Orders &amp; &lt;more></title>"));
}

//! A DynamoDB that is not ours: what it lacks is said when it is opened, in one line of words.
#![allow(missing_docs, clippy::unwrap_used)]

use std::net::SocketAddr;

use aws_sdk_dynamodb::config::retry::RetryConfig;
use private_api_storage::{Database, Place, Sdk, Storage, Table};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

/// What a failing condition is answered with.
#[derive(Clone, Copy)]
enum Lacks {
    /// The old item.
    Item,
    Conditions,
}

/// An emulator of a few lines: an active table, every read empty.
async fn emulator(lacks: Lacks) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = Vec::new();
            let (head, body) = loop {
                stream.read_buf(&mut request).await.unwrap();
                let text = String::from_utf8_lossy(&request).into_owned();
                let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
                let head = head.to_ascii_lowercase();
                let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap_or("0");
                if body.len() >= length.trim().parse().unwrap() {
                    break (head, body.to_owned());
                }
            };
            let fails = body.contains("ConditionExpression") && matches!(lacks, Lacks::Item);
            let (status, answer) = if head.contains("describetable") {
                ("200 OK", r#"{"Table":{"TableStatus":"ACTIVE"}}"#)
            } else if fails {
                let refusal = r#"{"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException","message":"The conditional request failed"}"#;
                ("400 Bad Request", refusal)
            } else {
                ("200 OK", "{}")
            };
            let head =
                format!("HTTP/1.1 {status}\r\nContent-Type: application/x-amz-json-1.0\r\nConnection: close\r\n");
            let answer = format!("{head}Content-Length: {}\r\n\r\n{answer}", answer.len());
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    address
}

fn sdk() -> Sdk {
    Sdk {
        config: || aws_sdk_dynamodb::Config::builder().behavior_version_latest().retry_config(RetryConfig::disabled()),
        https: || Ok(aws_smithy_http_client::Builder::new().build_http()),
    }
}

async fn open(url: String) -> Result<Storage, String> {
    let table = Table { name: "orders".to_owned(), partition_key: "PK", sort_key: "SK" };
    Storage::open(&Place::Endpoint(url), &table, sdk(), "orders-local").await.map_err(|e| e.to_string())
}

#[tokio::test]
async fn one_that_does_what_is_relied_on_is_taken_and_holds_nothing_of_the_probe() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(private_api_storage::serve(listener, Database::memory("test").unwrap()));
    let storage = open(url).await.unwrap();
    let described = storage.client().describe_table().table_name("orders").send().await.unwrap();
    assert_eq!(described.table().unwrap().item_count(), Some(0));
}

#[tokio::test]
async fn what_an_emulator_lacks_is_said_in_a_line() {
    for (lacks, words) in [
        (Lacks::Item, "does not give back the item on which a condition has failed"),
        (Lacks::Conditions, "does not heed a condition"),
    ] {
        let url = format!("http://{}", emulator(lacks).await);
        let said = open(url.clone()).await.unwrap_err();
        assert!(said.contains(&url) && said.contains(words), "{said}");
        assert_eq!(said.lines().count(), 1, "{said}");
    }
}

#[tokio::test]
async fn what_is_no_url_of_one_is_told_with_what_to_write() {
    for (url, words) in [
        ("garbage", "http://127.0.0.1:8000"),
        ("127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("localhost:8000", "http://127.0.0.1:8000"),
        ("", "http://127.0.0.1:8000"),
        ("ftp://127.0.0.1", "http:// or https://"),
        ("http://", "http://127.0.0.1:8000"),
        ("http://a b", "http://127.0.0.1:8000"),
        ("http://127.0.0.1:8000/a b", "percent-encoded"),
        ("http://127.0.0.1:99999", "http://127.0.0.1:8000"),
        ("http://127.0.0.1:8000/?a=b", "more than"),
    ] {
        let said = open(url.to_owned()).await.unwrap_err();
        assert!(said.starts_with(&format!("the DynamoDB at {url}: ")) && said.contains(words), "{said}");
        assert!(!said.contains('{') && said.lines().count() == 1, "{said}");
    }
}

#[tokio::test]
async fn one_that_is_not_there_is_told_without_a_debug_dump() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let said = open(url.clone()).await.unwrap_err();
    assert!(said.contains(&url) && said.contains("refused"), "{said}");
    for debug in ["Some(", "{", "kind:", "Error {", "DispatchFailure"] {
        assert!(!said.contains(debug), "{said}");
    }
}

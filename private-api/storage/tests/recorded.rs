//! What DynamoDB calls a request that it refuses: the cases beside the gateway's, replayed on a socket.
#![allow(missing_docs, clippy::unwrap_used)]

use aws_sdk_dynamodb::config::retry::RetryConfig;
use private_api_storage::{Database, Sdk, Table, serve};
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

#[tokio::test]
async fn a_refusal_is_called_what_dynamodb_calls_it() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../gateway/recorded/database.json");
    let cases: Vec<Value> = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let database = Database::memory("orders-local").unwrap();
    let sdk = Sdk {
        config: || aws_sdk_dynamodb::Config::builder().behavior_version_latest().retry_config(RetryConfig::disabled()),
        https: || Err("no network".into()),
    };
    let table = Table { name: "orders".to_owned(), partition_key: "PK", sort_key: "SK" };
    // It makes the table.
    database.client(&table, sdk).await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let serving = tokio::spawn(serve(listener, database));
    let mut wrong = Vec::new();
    for case in &cases {
        let (operation, body) = (case["operation"].as_str().unwrap(), case["body"].to_string());
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = format!(
            "POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: DynamoDB_20120810.{operation}\r\nConnection: close\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let answer: Value = serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap();
        let name = answer["__type"].as_str().and_then(|name| name.rsplit('#').next());
        let message = answer["message"].as_str().or(answer["Message"].as_str()).unwrap_or_default();
        let leaks = ["VALIDATION", "SERIALIZATION", " at line ", "column"].iter().any(|words| message.contains(words));
        let says = message.contains(case["message"].as_str().unwrap_or_default());
        if name != case["error"].as_str() || leaks || !says {
            wrong.push(format!("{}: {answer}", case["id"]));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(cases.len() > 10);
    serving.abort();
}

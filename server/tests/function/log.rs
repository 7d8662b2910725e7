//! The record of a call is written before its answer.

use std::{process::Stdio, time::Duration};

use claims_api_types::Operation;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

use crate::{command, dynamodb::DynamoDb, event, new_id};

#[tokio::test]
async fn the_record_of_a_call_is_written_before_its_answer_is_taken() {
    let dynamodb = DynamoDb::start().await;
    let runtime = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut command = command(Operation::GetClaim, &dynamodb.url);
    command.env("AWS_LAMBDA_RUNTIME_API", runtime.local_addr().unwrap().to_string());
    let mut child = command.stdout(Stdio::piped()).kill_on_drop(true).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();

    let (mut function, _) = runtime.accept().await.unwrap();
    assert!(until(&mut function, "\r\n\r\n").await.starts_with("GET /2018-06-01/runtime/invocation/next "));
    let event = event(Operation::GetClaim, &new_id()).to_string();
    let length = event.len();
    let head = format!("HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: r-1\r\nContent-Length: {length}\r\n\r\n");
    function.write_all((head + &event).as_bytes()).await.unwrap();
    let answer = until(&mut function, "\"isBase64Encoded\":false}").await;
    assert!(answer.starts_with("POST /2018-06-01/runtime/invocation/r-1/response "), "{answer}");

    // Nobody has taken the answer yet: what comes after it, is not there.
    let line = tokio::time::timeout(Duration::from_secs(60), lines.next_line()).await.unwrap().unwrap().unwrap();
    assert!(line.contains("\"status\":404") && line.contains("11111111-2222"), "{line}");
}

/// What comes, up to this text.
async fn until(stream: &mut TcpStream, end: &str) -> String {
    let mut read = Vec::new();
    while !String::from_utf8_lossy(&read).contains(end) {
        assert!(stream.read_buf(&mut read).await.unwrap() > 0, "it ended: {}", String::from_utf8_lossy(&read));
    }
    String::from_utf8(read).unwrap()
}

//! Events that are none of API Gateway's, or damaged: nothing of them comes into the log, and no alarm rings for a warmer.

use std::{fs, path::PathBuf, process::Command, time::Duration};

use claims_api_types::Operation;
use private_api_runtime::{Answer, Function};
use serde_json::{Value, json};

use crate::{Answered, answered, command, dynamodb::DynamoDb, event, new_id};

const MARKER: &str = "Zyxwina";
const LIMIT: Duration = Duration::from_secs(60);

async fn function(operation: Operation) -> Function {
    let dynamodb = DynamoDb::start().await;
    Function::start(command(operation, &dynamodb.url)).await.unwrap()
}

async fn invoke(function: &mut Function, event: impl Into<Vec<u8>>) -> Answered {
    let answer: Answer = function.invoke_within(event.into(), LIMIT).await.unwrap();
    answered(answer)
}

#[tokio::test]
async fn warmers_and_test_events_get_a_quiet_answer() {
    let mut function = function(Operation::ListClaims).await;
    let quiet = [
        json!({"source": "aws.events", "detail-type": "Scheduled Event", "detail": {"who": MARKER}}),
        json!({"key1": "value1", "key2": MARKER}),
        json!({"warmer": true, "concurrency": 3}),
        json!({}),
        json!([MARKER]),
        json!(MARKER),
        json!(null),
        json!(5),
    ];
    for event in &quiet {
        let answer = invoke(&mut function, event.to_string()).await;
        assert_eq!((answer.status, &answer.body), (204, &Value::Null), "{event}");
    }
    let log = function.log().await.unwrap();
    assert_eq!(log.lines().count(), quiet.len());
    assert!(!log.contains("ERROR") && !log.contains("WARN") && !log.contains(MARKER), "{log}");
}

#[tokio::test]
async fn what_cannot_be_read_is_told_by_its_place_and_kind() {
    let mut function = function(Operation::ListClaims).await;
    let mut said = Vec::new();
    for (field, value, why) in [
        ("httpMethod", json!({"a": MARKER}), "httpMethod is not a text but an object"),
        ("httpMethod", Value::Null, "httpMethod is missing"),
        ("headers", json!(MARKER), "headers is not an object of texts or of lists of texts but a text"),
        ("headers", json!({"a": 5}), "headers is not"),
        ("multiValueHeaders", json!({"a": [MARKER, 5]}), "multiValueHeaders is not"),
        (
            "multiValueHeaders",
            json!([MARKER]),
            "multiValueHeaders is not an object of texts or of lists of texts but a list",
        ),
        ("queryStringParameters", json!("memberName=Zyxwina"), "queryStringParameters is not"),
        ("multiValueQueryStringParameters", json!({MARKER: {"a": MARKER}}), "multiValueQueryStringParameters is not"),
        ("pathParameters", json!(7), "pathParameters is not an object of texts or of lists of texts but a number"),
        ("requestContext", json!(MARKER), "requestContext is not"),
        ("requestContext", json!({"requestId": {"a": MARKER}}), "requestContext is not"),
        ("requestContext", Value::Null, "requestContext is missing"),
        ("body", json!({"memberName": MARKER}), "body is not a text but an object"),
        ("isBase64Encoded", json!(MARKER), "isBase64Encoded is not true or false but a text"),
    ] {
        let mut event = event(Operation::ListClaims, &new_id());
        event[field] = value;
        let answer = invoke(&mut function, event.to_string()).await;
        assert_eq!((answer.status, answer.code.as_str()), (500, "internal"), "{event}");
        assert!(!answer.body.to_string().contains(MARKER), "{answer:?}");
        said.push(why);
    }
    let event = event(Operation::ListClaims, &new_id()).to_string();
    for (damaged, why) in [
        (event[..event.len() / 2].to_owned(), "no JSON at line 1, column "),
        (event.replacen('{', &format!(r#"{{"body":"{MARKER}","#), 1), "a field is given twice"),
        (event.replacen('{', &format!("{{{MARKER}"), 1), "no JSON at line 1, column 2"),
    ] {
        assert_eq!(invoke(&mut function, damaged).await.status, 500);
        said.push(why);
    }
    let log = function.log().await.unwrap();
    assert!(!log.contains(MARKER), "{log}");
    for (line, why) in log.lines().zip(&said) {
        assert!(line.contains(&format!("the event cannot be read: {why}")), "{why}: {line}");
    }
    assert_eq!(log.lines().count(), said.len());
}

/// Every event that the crate `aws_lambda_events` has an example of, with a marker in each text, whole and damaged.
#[tokio::test]
async fn nothing_of_any_public_event_comes_into_the_log() {
    let folder = fixtures();
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    assert!(files.len() > 150, "{} examples", files.len());
    for operation in [Operation::CreateClaim, Operation::GetClaim, Operation::ListClaims] {
        let mut function = function(operation).await;
        for file in &files {
            let mut event: Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
            mark(&mut event);
            for (index, damaged) in damaged(&event).into_iter().enumerate() {
                let answer = invoke(&mut function, damaged).await;
                let body = answer.body.to_string();
                assert!(answer.status < 400 || !body.contains(MARKER), "{} {index}: {body}", file.display());
            }
        }
        let log = function.log().await.unwrap();
        assert!(!log.contains(MARKER), "{:?}", log.lines().find(|line| line.contains(MARKER)));
        assert!(log.lines().count() > 1500, "a line for each");
    }
}

/// Where cargo keeps the crate's examples.
fn fixtures() -> PathBuf {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["metadata", "--offline", "--format-version=1", "--manifest-path"]);
    let output = cargo.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")).output().unwrap();
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let package = packages.iter().find(|package| package["name"] == "aws_lambda_events").unwrap();
    PathBuf::from(package["manifest_path"].as_str().unwrap()).with_file_name("src/fixtures")
}

/// Puts the marker into every text, but for the request's id, which the log is to have.
fn mark(value: &mut Value) {
    match value {
        Value::String(text) => *text = format!("{MARKER} {text}"),
        Value::Array(list) => list.iter_mut().for_each(mark),
        Value::Object(fields) => {
            // The gateway's own words about who is calling, which the record has.
            let recorded = |name: &str| ["requestId", "sourceIp", "userArn", "vpceId"].contains(&name);
            fields.iter_mut().filter(|(name, _)| !recorded(name)).for_each(|(_, value)| mark(value));
        }
        _ => {}
    }
}

/// The event, and ten ways in which it may be damaged.
fn damaged(event: &Value) -> Vec<Vec<u8>> {
    let each = |change: fn(&Value) -> Value| {
        let mut changed = event.clone();
        if let Value::Object(fields) = &mut changed {
            fields.iter_mut().for_each(|(_, value)| *value = change(value));
        }
        changed.to_string().into_bytes()
    };
    let text = event.to_string();
    let half = text.char_indices().map(|(index, _)| index).nth(text.chars().count() / 2).unwrap();
    let with_bytes = |bytes: &[u8]| [&text.as_bytes()[..half], bytes, &text.as_bytes()[half..]].concat();
    vec![
        text.clone().into_bytes(),
        text[..half].into(),
        with_bytes(&[0xff, 0xfe]),
        with_bytes(b"\\ud800"),
        with_bytes(MARKER.as_bytes()),
        format!("{text}{MARKER}").into_bytes(),
        format!("[{text}]").into_bytes(),
        Value::String(text.clone()).to_string().into_bytes(),
        each(|value| json!([value])),
        each(|value| Value::String(value.to_string())),
        each(|value| json!({"Zyxwina": value})),
    ]
}

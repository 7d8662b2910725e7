//! The real binary under a Lambda Runtime API, with DynamoDB's wire protocol at the other end.
#![allow(missing_docs, clippy::unwrap_used)]

use std::{convert::Infallible, process::Stdio, sync::Arc};

use bytes::Bytes;
use claims_api_types::Operation;
use http_body_util::{BodyExt, Full};
use hyper::{Request, Response, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use rustls_pki_types::{CertificateDer, pem::PemObject};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::{
    net::TcpListener,
    process::{Child, Command},
    sync::{Mutex, mpsc},
};

/// One function: its process, and both ends of its Runtime API.
struct Function {
    child: Child,
    events: mpsc::UnboundedSender<Value>,
    answers: mpsc::UnboundedReceiver<Value>,
}

impl Function {
    async fn start(handler: &str, dynamodb: &str) -> Self {
        let (events, pending) = mpsc::unbounded_channel::<Value>();
        let (answered, answers) = mpsc::unbounded_channel();
        let pending = Arc::new(Mutex::new(pending));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (pending, answered) = (pending.clone(), answered.clone());
                let service = service_fn(move |request| runtime_api(request, pending.clone(), answered.clone()));
                tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
            }
        });
        let child = command(handler)
            .env("AWS_LAMBDA_RUNTIME_API", address.to_string())
            .env("AWS_ENDPOINT_URL_DYNAMODB", dynamodb)
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        Self { child, events, answers }
    }

    /// Invokes the function with an event of this method, path parameters, query and body.
    async fn invoke(&mut self, method: &str, path_parameters: Value, query: Value, body: Value) -> (u64, Value) {
        let text = if body.is_null() { Value::Null } else { json!(body.to_string()) };
        self.events
            .send(json!({
                "resource": "/claim", "path": "/claim", "httpMethod": method,
                "headers": {"content-type": "application/json"},
                "multiValueHeaders": {"content-type": ["application/json"]},
                "queryStringParameters": query, "multiValueQueryStringParameters": null,
                "pathParameters": path_parameters, "stageVariables": null,
                "requestContext": {
                    "resourcePath": "/claim", "httpMethod": method, "stage": "dev", "identity": {},
                    "requestId": "11111111-2222-3333-4444-555555555555"
                },
                "body": text, "isBase64Encoded": false
            }))
            .unwrap();
        let answer = self.answers.recv().await.unwrap();
        let body = answer["body"].as_str().map_or(Value::Null, |text| serde_json::from_str(text).unwrap_or_default());
        (answer["statusCode"].as_u64().unwrap(), body)
    }

    /// Ends the process and gives what it logged.
    async fn log(mut self) -> String {
        self.child.start_kill().unwrap();
        String::from_utf8(self.child.wait_with_output().await.unwrap().stdout).unwrap()
    }
}

fn command(handler: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_claims-lambda"));
    // Just what Lambda and the deployment set, so that nothing of this machine helps.
    command.env_clear().stdout(Stdio::piped()).stderr(Stdio::piped()).stdin(Stdio::null()).envs([
        ("_HANDLER", handler),
        ("AWS_REGION", "eu-central-1"),
        ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
        ("AWS_SESSION_TOKEN", "token"),
        ("AWS_LAMBDA_FUNCTION_NAME", handler),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/claims"),
        ("AWS_LAMBDA_LOG_STREAM_NAME", "stream"),
        ("AWS_LAMBDA_HTTP_IGNORE_STAGE_IN_PATH", "true"),
        ("DYNAMODB_TABLE_NAME", "claimsTable"),
    ]);
    command
}

async fn runtime_api(
    request: Request<Incoming>,
    pending: Arc<Mutex<mpsc::UnboundedReceiver<Value>>>,
    answered: mpsc::UnboundedSender<Value>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let path = request.uri().path().to_owned();
    if path == "/2018-06-01/runtime/invocation/next" {
        let event = match pending.lock().await.recv().await {
            Some(event) => event,
            None => std::future::pending().await,
        };
        let deadline = 4_102_444_800_000u64;
        return Ok(Response::builder()
            .header("Lambda-Runtime-Aws-Request-Id", "8476a536-e9f4-11e8-9739-2dfe598c3fcd")
            .header("Lambda-Runtime-Deadline-Ms", deadline)
            .header("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:eu-central-1:123456789012:function:claims")
            .header(
                "Lambda-Runtime-Trace-Id",
                "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=1",
            )
            .body(Full::from(event.to_string()))
            .unwrap());
    }
    let body = request.into_body().collect().await.unwrap().to_bytes();
    let answer = serde_json::from_slice(&body).unwrap_or_else(|_| json!({"not": "json"}));
    answered.send(if path.ends_with("/response") { answer } else { json!({"failed": path, "statusCode": 0}) }).unwrap();
    Ok(Response::builder().status(202).body(Full::default()).unwrap())
}

/// A DynamoDB endpoint with the claims table.
async fn dynamodb() -> String {
    let database = dynoxide::Database::memory().unwrap();
    let table = json!({
        "TableName": "claimsTable", "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": [{"AttributeName": "PK", "KeyType": "HASH"}, {"AttributeName": "SK", "KeyType": "RANGE"}],
        "AttributeDefinitions": [
            {"AttributeName": "PK", "AttributeType": "S"}, {"AttributeName": "SK", "AttributeType": "S"}
        ]
    });
    database.create_table(serde_json::from_value(table).unwrap()).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(dynoxide::server::serve_on(listener, database));
    url
}

#[tokio::test]
async fn five_functions_of_one_binary_serve_a_claims_life() {
    let dynamodb = dynamodb().await;
    let member = json!({"memberId": "member-7"});
    let body =
        json!({"policyType": "Health", "claimAmount": 19.99, "description": "snow accident", "status": "pending"});

    let mut create = Function::start("createClaim", &dynamodb).await;
    let query = json!({"memberId": "member-7", "policyId": "p", "memberName": "John Doe"});
    let (status, claim) = create.invoke("POST", Value::Null, query, body.clone()).await;
    assert_eq!(status, 201, "{claim}");
    let id = json!({"claimId": claim["claimId"]});

    let mut get = Function::start("getClaim", &dynamodb).await;
    assert_eq!(get.invoke("GET", id.clone(), member.clone(), Value::Null).await, (200, claim.clone()));

    let mut list = Function::start("listClaims", &dynamodb).await;
    let (status, page) = list.invoke("GET", Value::Null, member.clone(), Value::Null).await;
    // The warm-up has left nothing behind.
    assert_eq!((status, page), (200, json!({"claims": [claim]})));

    let mut update = Function::start("updateClaim", &dynamodb).await;
    let (status, updated) = update.invoke("PUT", id.clone(), member.clone(), body).await;
    assert_eq!((status, &updated["version"]), (200, &json!(2)));

    let mut delete = Function::start("deleteClaim", &dynamodb).await;
    assert_eq!(delete.invoke("DELETE", id.clone(), member.clone(), Value::Null).await.0, 204);
    assert_eq!(get.invoke("GET", id, member, Value::Null).await.0, 404);

    let log = create.log().await;
    let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 1, "one line a request: {log}");
    assert_eq!(lines[0]["operation"], "createClaim");
    assert_eq!(lines[0]["status"], 201);
    assert_eq!(lines[0]["request_id"], "11111111-2222-3333-4444-555555555555");
    assert!(lines[0]["latency_ms"].is_u64());
    for secret in ["member-7", "John", "snow", "19.99", "secret"] {
        assert!(!log.contains(secret), "{secret} is in the log: {log}");
    }
}

#[tokio::test]
async fn a_storage_that_is_not_there_is_a_503_and_not_a_crash() {
    // A port that was free a moment ago and that nobody listens on.
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let mut list = Function::start("listClaims", &format!("http://{free}")).await;
    let (status, problem) = list.invoke("GET", Value::Null, json!({"memberId": "1"}), Value::Null).await;
    assert_eq!((status, problem["code"].as_str()), (503, Some("storage_unavailable")));
    assert!(list.log().await.contains("connection failed"));
}

#[tokio::test]
async fn a_wrong_configuration_fails_at_start_and_says_what_is_missing() {
    let fails = async |command: &mut Command| {
        let output = command.output().await.unwrap();
        assert!(!output.status.success());
        String::from_utf8(output.stdout).unwrap()
    };
    let said = fails(&mut command("hello.handler")).await;
    assert!(said.contains("hello.handler"), "{said}");
    for operation in Operation::ALL {
        assert!(said.contains(operation.id()), "{said}");
    }
    for variable in ["_HANDLER", "DYNAMODB_TABLE_NAME", "AWS_REGION", "AWS_ACCESS_KEY_ID"] {
        let said = fails(command("getClaim").env_remove(variable)).await;
        assert!(said.contains(variable) && said.contains("not set"), "{said}");
    }
}

/// SHA-256 of each certificate, as <https://www.amazontrust.com/repository/> publishes them.
const AMAZON_ROOTS: [&str; 5] = [
    "8ecde6884f3d87b1125ba31ac3fcb13d7016de7f57cc904fe1cb97c6ae98196e",
    "1ba5b2aa8c65401a82960118f80bec4f62304d83cec4713a19c39c011ea46db4",
    "18ce6cfe7bf14e60b2e347b8dfe868cb31d02ebb3ada271569f50343b46db3a4",
    "e35d28419ed02025cfa69038cd623962458da5c695fbdea3c22b0bfb25897092",
    "568d6905a2c88708a4b3025190edcfedb1974a606a13c6e5290fcb2ae63edab5",
];

#[test]
fn the_pinned_roots_are_amazons_five() {
    let pem = include_bytes!("../src/amazon-roots.pem");
    let digests: Vec<String> = CertificateDer::pem_slice_iter(pem)
        .map(|certificate| Sha256::digest(certificate.unwrap()).iter().map(|byte| format!("{byte:02x}")).collect())
        .collect();
    assert_eq!(digests, AMAZON_ROOTS);
}

//! The real binary under a Lambda Runtime API, with DynamoDB's wire protocol at the other end.
#![allow(missing_docs, clippy::unwrap_used)]

use std::process::Stdio;

use claims_api_types::Operation;
use private_api_runtime::{Answer, Function, TlsFront, environment};
use rustls_pki_types::{CertificateDer, pem::PemObject};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::{net::TcpListener, process::Command};

/// Starts one of the functions.
async fn start(handler: &str, dynamodb: &str) -> Function {
    let mut command = command(handler);
    command.env("AWS_ENDPOINT_URL_DYNAMODB", dynamodb);
    Function::start(command).await.unwrap()
}

/// As [`invoke_as`], by nobody in particular.
async fn invoke(
    function: &mut Function,
    method: &str,
    path_parameters: Value,
    query: Value,
    body: Value,
) -> (u64, Value) {
    invoke_as(function, json!({}), method, path_parameters, query, body).await
}

/// Invokes a function with an event of this identity, method, path parameters, query and body.
async fn invoke_as(
    function: &mut Function,
    identity: Value,
    method: &str,
    path_parameters: Value,
    query: Value,
    body: Value,
) -> (u64, Value) {
    let text = if body.is_null() { Value::Null } else { json!(body.to_string()) };
    let event = json!({
        "resource": "/claim", "path": "/claim", "httpMethod": method,
        "headers": {"content-type": "application/json"},
        "multiValueHeaders": {"content-type": ["application/json"]},
        "queryStringParameters": query, "multiValueQueryStringParameters": null,
        "pathParameters": path_parameters, "stageVariables": null,
        "requestContext": {
            "resourcePath": "/claim", "httpMethod": method, "stage": "dev", "identity": identity,
            "requestId": "11111111-2222-3333-4444-555555555555"
        },
        "body": text, "isBase64Encoded": false
    });
    let Answer::Response(answer) = function.invoke(event.to_string()).await.unwrap() else {
        panic!("the function reported an error");
    };
    let answer: Value = serde_json::from_slice(&answer).unwrap();
    let body = answer["body"].as_str().map_or(Value::Null, |text| serde_json::from_str(text).unwrap_or_default());
    (answer["statusCode"].as_u64().unwrap(), body)
}

fn command(handler: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_claims-lambda"));
    // Just what Lambda and the deployment set, so that nothing of this machine helps.
    command.env_clear().stdin(Stdio::null()).envs(environment(handler)).env("DYNAMODB_TABLE_NAME", "claimsTable");
    command.env("HISTORY_TABLE_NAME", "claimsHistory");
    command
}

/// A DynamoDB endpoint with the claims table.
async fn dynamodb() -> String {
    let database = dynoxide::Database::memory().unwrap();
    for name in ["claimsTable", "claimsHistory"] {
        let table = json!({
            "TableName": name, "BillingMode": "PAY_PER_REQUEST",
            "KeySchema": [{"AttributeName": "PK", "KeyType": "HASH"}, {"AttributeName": "SK", "KeyType": "RANGE"}],
            "AttributeDefinitions": [
                {"AttributeName": "PK", "AttributeType": "S"}, {"AttributeName": "SK", "AttributeType": "S"}
            ]
        });
        database.create_table(serde_json::from_value(table).unwrap()).unwrap();
    }
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(dynoxide::server::serve_on(listener, database));
    url
}

#[tokio::test]
async fn the_functions_of_one_binary_serve_a_claims_life() {
    let dynamodb = dynamodb().await;
    let member = json!({"memberId": "member-7"});
    let body =
        json!({"policyType": "Health", "claimAmount": 19.99, "description": "snow accident", "status": "pending"});

    let mut create = start("createClaim", &dynamodb).await;
    let query = json!({"memberId": "member-7", "policyId": "p", "memberName": "John Doe"});
    let (status, claim) = invoke(&mut create, "POST", Value::Null, query, body.clone()).await;
    assert_eq!(status, 201, "{claim}");
    let id = json!({"claimId": claim["claimId"]});

    let mut get = start("getClaim", &dynamodb).await;
    assert_eq!(invoke(&mut get, "GET", id.clone(), member.clone(), Value::Null).await, (200, claim.clone()));

    let mut list = start("listClaims", &dynamodb).await;
    let (status, page) = invoke(&mut list, "GET", Value::Null, member.clone(), Value::Null).await;
    // The warm-up has left nothing behind.
    assert_eq!((status, page), (200, json!({"claims": [claim]})));

    let mut update = start("updateClaim", &dynamodb).await;
    let (status, updated) = invoke(&mut update, "PUT", id.clone(), member.clone(), body).await;
    assert_eq!((status, &updated["version"]), (200, &json!(2)));

    let mut delete = start("deleteClaim", &dynamodb).await;
    assert_eq!(invoke(&mut delete, "DELETE", id.clone(), member.clone(), Value::Null).await.0, 204);
    assert_eq!(invoke(&mut get, "GET", id, member, Value::Null).await.0, 404);

    let log = create.log().await.unwrap();
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
    let mut list = start("listClaims", &format!("http://{free}")).await;
    let (status, problem) = invoke(&mut list, "GET", Value::Null, json!({"memberId": "1"}), Value::Null).await;
    assert_eq!((status, problem["code"].as_str()), (503, Some("storage_unavailable")));
    assert!(list.log().await.unwrap().contains("connection failed"));
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
    for &operation in Operation::ALL {
        assert!(said.contains(operation.id()), "{said}");
    }
    for variable in ["_HANDLER", "DYNAMODB_TABLE_NAME", "AWS_REGION", "AWS_ACCESS_KEY_ID"] {
        let said = fails(command("getClaim").env_remove(variable)).await;
        assert!(said.contains(variable) && said.contains("not set"), "{said}");
    }
}

#[tokio::test]
async fn a_function_lets_do_what_its_own_slice_of_the_callers_says() {
    // A port that nobody listens on: whoever is refused is refused before anything is read.
    let nowhere = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let slice =
        r#"[{"principal": "arn:aws:iam::123456789012:role/adjuster-*", "members": ["12*"], "statuses": ["approved"]}]"#;
    let with = async |operation: &str, mode: &[(&str, &str)]| {
        let mut command = command(operation);
        command.env("AWS_ENDPOINT_URL_DYNAMODB", format!("http://{nowhere}")).env("CALLERS", slice).envs(mode.to_vec());
        Function::start(command).await.unwrap()
    };
    let ann = json!({"userArn": "arn:aws:sts::123456789012:assumed-role/adjuster-7/ann", "sourceIp": "10.0.16.7"});
    let other = json!({"userArn": "arn:aws:sts::123456789012:assumed-role/payer/ann"});
    let id = json!({"claimId": "0198c0de-0000-7000-8000-000000000000"});
    let body = |status: &str| json!({"policyType": "Health", "claimAmount": 1, "description": "", "status": status});
    let mut get = with("getClaim", &[]).await;
    let mut update = with("updateClaim", &[("CALLERS_MODE", "enforce")]).await;
    for (method, identity, member, body, status) in [
        ("GET", ann.clone(), "123", Value::Null, 503),
        ("GET", ann.clone(), "13", Value::Null, 403),
        ("GET", other.clone(), "123", Value::Null, 403),
        ("GET", json!({"vpceId": "vpce-0a1b"}), "123", Value::Null, 403),
        ("PUT", ann.clone(), "123", body("approved"), 503),
        ("PUT", ann.clone(), "123", body("paid"), 403),
        ("PUT", other.clone(), "123", body("approved"), 403),
    ] {
        let function = if method == "GET" { &mut get } else { &mut update };
        let query = json!({"memberId": member});
        let answer = invoke_as(function, identity.clone(), method, id.clone(), query, body.clone()).await;
        assert_eq!(answer.0, status, "{identity} {member} {body}: {}", answer.1);
        assert!(
            status == 503 || answer.1["code"] == "forbidden" && !answer.1.to_string().contains(member),
            "{}",
            answer.1
        );
    }
    let mut report = with("getClaim", &[("CALLERS_MODE", "report")]).await;
    // Its line is written when nobody waits: before the next request at the latest.
    for _ in 0..2 {
        let query = json!({"memberId": "13"});
        let answer = invoke_as(&mut report, other.clone(), "GET", id.clone(), query, Value::Null).await;
        assert_eq!(answer.0, 503, "let through");
    }
    let log = report.log().await.unwrap();
    assert!(log.contains("callers: would be refused") && log.contains("assumed-role/payer/ann"), "{log}");
    // Who cannot tell its callers apart lets in nobody.
    for (name, value) in [("CALLERS", "[{}]"), ("CALLERS", ""), ("CALLERS_MODE", "off")] {
        let output = command("getClaim").env("CALLERS", slice).env(name, value).output().await.unwrap();
        assert!(!output.status.success(), "{name}={value}");
    }
}

/// A DynamoDB behind TLS, and its authority's certificate in a file.
async fn behind_tls() -> (TlsFront, tempfile::NamedTempFile) {
    let plain = dynamodb().await;
    let front = TlsFront::start(plain.trim_start_matches("http://").parse().unwrap()).await.unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), front.ca_pem()).unwrap();
    (front, file)
}

/// A record of the stream: this version, written by a function of this release.
fn record(number: &str, version: u64, last_write: &str) -> Value {
    let image = |version: u64| {
        json!({
            "PK": {"S": "MEMBER#7"}, "SK": {"S": format!("CLAIM#{CLAIM}")}, "version": {"N": version.to_string()},
            "status": {"S": "pending"}, "policyType": {"S": "Health"}, "claimAmount": {"N": version.to_string()},
            "memberName": {"S": "Marker Name"}, "description": {"S": format!("Marker {version}")},
            "updatedAt": {"S": "2026-11-25T12:00:00.000Z"}, "lastWrite": {"S": last_write}, "writeVersion": {"N": version.to_string()},
            "writeActor": {"M": {"kind": {"S": "iam"}, "arn": {"S": "arn:aws:iam::123456789012:user/x"}}},
        })
    };
    let keys = json!({"PK": {"S": "MEMBER#7"}, "SK": {"S": format!("CLAIM#{CLAIM}")}});
    let mut change = json!({"Keys": keys, "NewImage": image(version), "SequenceNumber": number});
    if version > 1 {
        change["OldImage"] = image(version - 1);
    }
    json!({"eventName": "MODIFY", "eventSource": "aws:dynamodb", "dynamodb": change})
}

const CLAIM: &str = "0198c0de-0000-7000-8000-000000000000";

#[tokio::test]
async fn the_function_behind_the_stream_records_what_the_history_lists_and_its_log_holds_nothing_of_it() {
    let dynamodb = dynamodb().await;
    let mut command = command("recordHistory");
    command.env("AWS_ENDPOINT_URL_DYNAMODB", &dynamodb).env("HISTORY_DAYS", "2192");
    let mut recorder = Function::start(command).await.unwrap();
    let mut take = async |records: Value| {
        let Answer::Response(answer) = recorder.invoke(json!({ "Records": records }).to_string()).await.unwrap() else {
            panic!("the function reported an error");
        };
        serde_json::from_slice::<Value>(&answer).unwrap()
    };
    let all = json!({"batchItemFailures": []});
    assert_eq!(take(json!([record("1", 1, "a"), record("2", 2, "b")])).await, all);
    assert_eq!(take(json!([record("1", 1, "a"), record("2", 2, "b")])).await, all, "again");
    assert_eq!(take(json!([record("2", 2, "other")])).await, all, "kept beside");
    let mut damaged = record("4", 4, "d");
    damaged["dynamodb"]["NewImage"]["version"] = json!({"S": "Marker"});
    let failed = json!({"batchItemFailures": [{"itemIdentifier": "4"}]});
    assert_eq!(take(json!([record("3", 3, "c"), damaged, record("5", 5, "e")])).await, failed);
    assert_eq!(take(json!("Marker")).await, json!({"batchItemFailures": [{"itemIdentifier": ""}]}));

    let mut list = start("listClaimHistory", &dynamodb).await;
    let (status, page) =
        invoke(&mut list, "GET", json!({"claimId": CLAIM}), json!({"memberId": "7"}), Value::Null).await;
    assert_eq!(status, 200, "{page}");
    let versions: Vec<_> = page["entries"].as_array().unwrap().iter().map(|entry| entry["version"].as_u64()).collect();
    assert_eq!(versions, [Some(1), Some(2), Some(2), Some(3)]);
    assert_eq!(
        page["entries"][1]["changes"],
        json!([{"field": "claimAmount", "from": 1, "to": 2}, {"field": "description"}])
    );
    assert!(!page.to_string().contains("Marker"));

    recorder.ready().await.unwrap();
    let text = recorder.log().await.unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let alarms: Vec<_> = lines.iter().filter_map(|line| line["alarm"].as_str()).collect();
    assert_eq!(alarms, ["history_conflict", "history_failed", "history_failed"], "{text}");
    assert!(!text.contains("Marker") && !text.contains("MEMBER#"), "{text}");
}

#[tokio::test]
async fn what_the_stream_has_given_up_is_replayed_from_its_files_once() {
    let dynamodb = dynamodb().await;
    let folder = tempfile::tempdir().unwrap();
    let records = [1, 2, 3].map(|version| record(&version.to_string(), version, &format!("write {version}")));
    // As Lambda leaves a failed batch in the bucket, and the event as it is. Files in any order.
    let whole = json!({ "Records": [records[1], records[2]] });
    let object = json!({"requestContext": {"condition": "RetryAttemptsExhausted"}, "version": "1.0",
        "DDBStreamBatchInfo": {"shardId": "shardId-1", "batchSize": 2}, "payload": whole.to_string()});
    let damaged = json!({ "Records": [{"dynamodb": {"SequenceNumber": "9", "Keys": {"PK": "Marker"}}}] });
    for (name, text) in [
        ("b", object.to_string()),
        ("a", json!({ "Records": [records[0]] }).to_string()),
        ("damaged", damaged.to_string()),
        ("foreign", json!({"Marker": 1}).to_string()),
    ] {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let replay = async |files: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_claims-history-replay"));
        command.env_clear().envs(environment("")).env("HISTORY_TABLE_NAME", "claimsHistory");
        command.env("AWS_ENDPOINT_URL_DYNAMODB", &dynamodb).current_dir(&folder).args(files);
        let said = command.output().await.unwrap();
        let text = [said.stdout, said.stderr].map(|text| String::from_utf8(text).unwrap()).concat();
        assert!(!text.contains("Marker"), "{text}");
        (said.status.code().unwrap(), text)
    };
    for _ in 0..2 {
        let (code, text) = replay(&["b", "a"]).await;
        assert!(code == 0 && text.contains("b: 2 records are in the history"), "{text}");
    }
    let (code, text) = replay(&["damaged"]).await;
    assert!(
        code == 1 && text.contains("stopped at sequence number \"9\"") && text.contains("history_failed"),
        "{text}"
    );
    assert_eq!(replay(&["foreign"]).await.0, 1);
    assert_eq!(replay(&["absent"]).await.0, 1);
    assert_eq!(replay(&[]).await.0, 2);
    let mut list = start("listClaimHistory", &dynamodb).await;
    let (status, page) =
        invoke(&mut list, "GET", json!({"claimId": CLAIM}), json!({"memberId": "7"}), Value::Null).await;
    let versions: Vec<_> = page["entries"].as_array().unwrap().iter().map(|entry| entry["version"].as_u64()).collect();
    assert_eq!((status, versions), (200, vec![Some(1), Some(2), Some(3)]));
}

#[tokio::test]
async fn the_first_request_finds_the_connection_open() {
    let id = json!({"claimId": "0198c0de-0000-7000-8000-000000000000"});
    let member = json!({"memberId": "1", "policyId": "p", "memberName": "John Doe"});
    let claim = json!({"policyType": "Health", "claimAmount": 1, "description": "", "status": "pending"});
    for &operation in Operation::ALL {
        let (id, body, expected) = match operation {
            Operation::CreateClaim => (&Value::Null, &claim, 201),
            Operation::ListClaims => (&Value::Null, &Value::Null, 200),
            Operation::GetClaim => (&id, &Value::Null, 404),
            Operation::UpdateClaim => (&id, &claim, 404),
            Operation::DeleteClaim => (&id, &Value::Null, 404),
            Operation::ListClaimHistory => (&id, &Value::Null, 404),
        };
        let (front, ca) = behind_tls().await;
        let mut command = command(operation.id());
        command.env("AWS_ENDPOINT_URL_DYNAMODB", front.url()).env("AWS_CA_BUNDLE", ca.path());
        let mut function = Function::start(command).await.unwrap();
        function.ready().await.unwrap();
        assert_eq!((front.handshakes(), front.requests()), (1, 1), "{operation}: the init makes the connection");
        let (status, answer) =
            invoke(&mut function, operation.method(), id.clone(), member.clone(), body.clone()).await;
        assert_eq!(status, expected, "{operation}: {answer}");
        assert_eq!((front.handshakes(), front.requests()), (1, 2), "{operation}: the first request uses it");
    }
}

#[tokio::test]
async fn a_root_that_is_not_pinned_is_looked_up_in_the_machines_store() {
    let (front, ca) = behind_tls().await;
    let mut command = command("listClaims");
    // How a machine's store is brought to trust another authority.
    command.env("AWS_ENDPOINT_URL_DYNAMODB", front.url()).env("SSL_CERT_FILE", ca.path());
    let mut list = Function::start(command).await.unwrap();
    for _ in 0..2 {
        let (status, page) = invoke(&mut list, "GET", Value::Null, json!({"memberId": "1"}), Value::Null).await;
        assert_eq!((status, page), (200, json!({"claims": []})));
    }
    assert_eq!(front.handshakes(), 1, "one connection for all");
    let log = list.log().await.unwrap();
    assert_eq!(log.matches("update amazon-roots.pem").count(), 1, "said once: {log}");
}

#[tokio::test]
async fn a_certificate_that_nobody_trusts_is_a_503_that_says_so_in_the_log() {
    let (_, other) = behind_tls().await;
    // The warm-up and the request each ask all the roots there are, by a connection each, and neither tries again.
    for (variable, connections) in [("SSL_CERT_FILE", 4), ("AWS_CA_BUNDLE", 2)] {
        let (front, _) = behind_tls().await;
        let mut command = command("listClaims");
        command.env("AWS_ENDPOINT_URL_DYNAMODB", front.url()).env(variable, other.path());
        let mut list = Function::start(command).await.unwrap();
        let (status, problem) = invoke(&mut list, "GET", Value::Null, json!({"memberId": "1"}), Value::Null).await;
        assert_eq!((status, problem["code"].as_str()), (503, Some("storage_unavailable")), "{variable}");
        assert_eq!((front.handshakes(), front.connections()), (0, connections), "{variable}");
        let log = list.log().await.unwrap();
        assert!(log.contains("nobody we trust has signed its certificate"), "{variable}: {log}");
        assert!(!log.contains("trusting the machine's store"), "{variable}: {log}");
    }
}

#[tokio::test]
async fn a_bundle_without_good_certificates_fails_at_start_and_says_what_is_wrong_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bundle.pem");
    let good = include_str!("../../private-api/lambda/src/amazon-roots.pem");
    let pem = |text| format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n");
    for (bundle, wrong) in [
        (None, "No such file"),
        (Some(String::new()), "no certificate in it"),
        (Some("roots = []".to_owned()), "no certificate in it"),
        (Some(pem("no base64!")), "certificate no. 1 in it is damaged"),
        (Some(good.to_owned() + &pem("AAAA")), "certificate no. 6 in it is damaged"),
        (Some(good.trim_end_matches(['-', '\n']).to_owned()), "certificate no. 5 in it is damaged"),
    ] {
        if let Some(bundle) = bundle {
            std::fs::write(&file, bundle).unwrap();
        }
        let mut command = command("getClaim");
        command.env("AWS_CA_BUNDLE", &file).env("AWS_ENDPOINT_URL_DYNAMODB", "http://localhost");
        let error = Function::start(command).await.unwrap().ready().await.unwrap_err().to_string();
        for text in [file.to_str().unwrap(), wrong, "AWS_CA_BUNDLE", "exit status: 1"] {
            assert!(error.contains(text), "{text}: {error}");
        }
    }
}

#[tokio::test]
async fn a_crash_says_its_reason_to_whom_waits_and_in_the_log() {
    let mut command = Command::new("sh");
    let reason = "there is no such thing";
    command.arg("-c").arg(format!("echo '{reason}' >&2; exit 101"));
    let mut function = Function::start(command).await.unwrap();
    for error in [function.ready().await.unwrap_err(), function.invoke("{}").await.unwrap_err()] {
        assert!(error.to_string().contains(reason), "{error}");
    }
    let log = function.log().await.unwrap();
    assert!(log.contains(reason), "{log}");
}

#[tokio::test]
async fn a_log_longer_than_a_pipe_holds_stops_nobody() {
    let mut list = start("listClaims", &dynamodb().await).await;
    for _ in 0..600 {
        assert_eq!(invoke(&mut list, "GET", Value::Null, json!({"memberId": "1"}), Value::Null).await.0, 200);
    }
    assert_eq!(list.log().await.unwrap().lines().count(), 600);
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
    let pem = include_bytes!("../../private-api/lambda/src/amazon-roots.pem");
    let digests: Vec<String> = CertificateDer::pem_slice_iter(pem)
        .map(|certificate| Sha256::digest(certificate.unwrap()).iter().map(|byte| format!("{byte:02x}")).collect())
        .collect();
    assert_eq!(digests, AMAZON_ROOTS);
}

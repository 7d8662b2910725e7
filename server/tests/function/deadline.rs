//! The invocation's deadline is the one clock.

use std::{fs, path::Path, time::Duration};

use claims_api_types::Operation;
use private_api_lambda::limits;
use private_api_runtime::Function;
use serde_json::Value;
use tokio::time::Instant;

use crate::{
    command,
    dynamodb::{DynamoDb, Fault},
    event, invoke, new_id,
};

/// Whatever DynamoDB does with its time, there is an answer before the deadline.
#[tokio::test]
async fn an_answer_comes_before_the_deadline_whatever_dynamodb_does() {
    let ms = Duration::from_millis;
    let mut runs = tokio::task::JoinSet::new();
    for limit in [ms(3000), ms(10_000)] {
        for fault in [Fault::Silent, Fault::Slow(ms(60_000)), Fault::Drip(ms(400)), Fault::HalfOpen] {
            for operation in [Operation::GetClaim, Operation::CreateClaim, Operation::DeleteClaim] {
                let fault = fault.clone();
                runs.spawn(async move {
                    let dynamodb = DynamoDb::start().await;
                    let mut function = Function::start(command(operation, &dynamodb.url)).await.unwrap();
                    function.ready().await.unwrap();
                    dynamodb.always(fault.clone());
                    let began = Instant::now();
                    let answer = invoke(&mut function, &event(operation, &new_id()), limit).await;
                    let took = began.elapsed();
                    let what = format!("{operation}, {fault:?}, {limit:?}: {answer:?} after {took:?}");
                    assert_eq!((answer.status, answer.code.as_str()), (503, "storage_unavailable"), "{what}");
                    assert!(answer.retry_after && took < limit, "{what}");
                    assert!(dynamodb.requests().len() <= limits::ATTEMPTS as usize, "{what}");
                });
            }
        }
    }
    while let Some(run) = runs.join_next().await {
        run.unwrap();
    }
}

/// A process that was frozen finds its connection dead, without a word from the other side.
#[tokio::test]
async fn a_dead_connection_costs_one_short_attempt() {
    let dynamodb = DynamoDb::start().await;
    let mut function = Function::start(command(Operation::CreateClaim, &dynamodb.url)).await.unwrap();
    function.ready().await.unwrap();
    dynamodb.once(Fault::Silent);
    let event = event(Operation::CreateClaim, &new_id());
    let answer = invoke(&mut function, &event, Duration::from_secs(10)).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    let requests = dynamodb.requests();
    assert_eq!(requests.len(), 2, "the first, and one that is answered");
    let between = requests[1] - requests[0];
    assert!(between < 2 * limits::ATTEMPT, "{between:?}");
}

/// The limits that others set stand in the order in which they have to strike.
#[test]
fn the_limits_of_all_parts_fit_into_each_other() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let read = |file: &str| fs::read_to_string(root.join(file)).unwrap();
    let after = |text: &str, mark: &str| text.split_once(mark).unwrap_or_else(|| panic!("{mark}")).1.to_owned();
    let number = |text: &str| -> u64 {
        text.chars()
            .skip_while(|c| !c.is_ascii_digit())
            .take_while(char::is_ascii_digit)
            .collect::<String>()
            .parse()
            .unwrap()
    };

    let attempts = limits::ATTEMPT * limits::ATTEMPTS + limits::BACKOFF * (2_u32.pow(limits::ATTEMPTS - 1) - 1);
    let variable = after(&read("terraform/modules/claims-api/variables.tf"), "\"lambda_timeout_seconds\"");
    let function = Duration::from_secs(number(&after(&variable, "default")));
    let most = Duration::from_secs(number(&after(&variable, "<=")));
    let operation = function - limits::FOR_THE_ANSWER;
    let document: Value = serde_json::from_str(&read("openapi/claims.apigateway.json")).unwrap();
    let mut gateway = Vec::new();
    for operation in document["paths"].as_object().unwrap().values().flat_map(|path| path.as_object().unwrap().values())
    {
        gateway.extend(
            operation["x-amazon-apigateway-integration"]["timeoutInMillis"].as_u64().map(Duration::from_millis),
        );
    }
    assert_eq!(gateway.len(), Operation::ALL.len());
    // In whichever layer its builder lives.
    let builder = ["client/src/builder.rs", "private-api/client/src/builder.rs"].map(|file| root.join(file));
    let builder = builder.iter().find_map(|file| fs::read_to_string(file).ok()).unwrap();
    let client = |setting: &str| Duration::from_secs(number(&after(&after(&builder, "Self {"), setting)));

    let order = [
        ("an attempt at DynamoDB", limits::ATTEMPT),
        ("all attempts and the waits between them", attempts),
        ("the operation", operation),
        ("the function by default", function),
        ("the client's attempt", client("attempt_timeout:")),
        ("the client's call", client(" timeout:")),
        ("the gateway", *gateway.iter().min().unwrap()),
    ];
    assert!(most < order[6].1, "the function at most: {most:?}");
    for pair in order.windows(2) {
        assert!(pair[0].1 <= pair[1].1, "{pair:?}");
    }
}

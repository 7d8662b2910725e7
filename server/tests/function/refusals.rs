//! Every error code that DynamoDB may answer, once, always, and after the write was done: attempts, status, code, and what
//! stands in the table. The codes are those of its API reference (*Common errors*, *Error handling with DynamoDB*).

use std::{collections::BTreeMap, time::Duration};

use claims_api_types::Operation;
use private_api_contract::Access;
use private_api_lambda::limits;
use private_api_runtime::Function;
use serde_json::{Value, json};

use crate::{
    command,
    dynamodb::{DynamoDb, Fault},
    event, invoke, new_id,
};

/// What a code means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Means {
    /// Asked too often: tried again, then 429. Nothing was done.
    Throttled,
    /// Another time it would work: tried again, then 503. Nothing was done.
    Conflict,
    /// As that, but it may have been done.
    Ambiguous,
    /// The signature's time: signed and tried again once, then 503.
    Time,
    /// New credentials help: 503, and the process ends.
    Credentials,
    /// Nothing helps: 500.
    Permanent,
}

use Means::{Ambiguous, Conflict, Credentials, Permanent, Throttled, Time};

/// What no word of may come into the log.
const MARKER: &str = "Zyxwina";
const KEY: &str = "arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab";

const CODES: [(u16, &str, &str, Means); 29] = [
    (400, "ProvisionedThroughputExceededException", "", Throttled),
    (400, "ThrottlingException", "", Throttled),
    (400, "RequestLimitExceeded", "", Throttled),
    (400, "LimitExceededException", "", Throttled),
    (400, "PriorRequestNotComplete", "", Throttled),
    (400, "TransactionInProgressException", "", Throttled),
    (400, "TransactionConflictException", "", Conflict),
    (400, "ReplicatedWriteConflictException", "", Conflict),
    (400, "RequestTimeoutException", "", Ambiguous),
    (408, "RequestTimeout", "", Ambiguous),
    (500, "InternalServerError", "", Ambiguous),
    (500, "InternalFailure", "", Ambiguous),
    (502, "BadGateway", "", Ambiguous),
    (503, "ServiceUnavailable", "", Ambiguous),
    (504, "GatewayTimeout", "", Ambiguous),
    (400, "InvalidSignatureException", "Signature expired: 20261125T1 is now earlier than 20261125T2", Time),
    (400, "InvalidSignatureException", "Signature not yet current", Time),
    (403, "RequestTimeTooSkewed", "", Time),
    (400, "ExpiredTokenException", "", Credentials),
    (400, "UnrecognizedClientException", "", Credentials),
    (403, "InvalidClientTokenId", "", Credentials),
    (400, "InvalidSignatureException", "The request signature we calculated does not match", Permanent),
    (400, "AccessDeniedException", "not authorized to perform: dynamodb:PutItem", Permanent),
    (400, "KMSAccessDeniedException", KEY, Permanent),
    (400, "ResourceNotFoundException", "", Permanent),
    (400, "ValidationException", "", Permanent),
    (400, "ItemCollectionSizeLimitExceededException", "", Permanent),
    (400, "MissingAuthenticationTokenException", "", Permanent),
    (403, "OptInRequired", "", Permanent),
];

const LIMIT: Duration = Duration::from_secs(60);

#[tokio::test]
async fn every_refusal_is_told_as_what_it_is_by_every_operation() {
    let mut operations = tokio::task::JoinSet::new();
    for &operation in Operation::ALL {
        operations.spawn(async move {
            let mut wrong = Vec::new();
            for (status, code, message, means) in CODES {
                let body = json!({
                    "__type": format!("com.amazonaws.dynamodb.v20120810#{code}"),
                    "message": format!("{MARKER} {message} {MARKER}"),
                    "throttlingReasons": [{"reason": "TableWriteKeyRangeThroughputExceeded", "resource": MARKER.repeat(99)}],
                });
                let refused = (status, body.to_string());
                wrong.extend(check(operation, code, message, means, refused).await);
            }
            wrong
        });
    }
    let wrong: Vec<String> = operations.join_all().await.concat();
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// What does not hold of one code and one operation.
async fn check(operation: Operation, code: &str, message: &str, means: Means, refused: (u16, String)) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut causes = BTreeMap::new();
    let dynamodb = DynamoDb::start().await;
    let mut create = Function::start(command(Operation::CreateClaim, &dynamodb.url)).await.unwrap();
    let mut get = Function::start(command(Operation::GetClaim, &dynamodb.url)).await.unwrap();
    let (status, body) = refused;
    let before = Fault::Refused(status, body.clone());
    let after = Fault::DoneThenRefused(status, body);
    let is_write = operation.row().access == Access::Write;
    for (how, fault, always) in [("once", &before, false), ("always", &before, true), ("done, then", &after, false)] {
        if how == "done, then" && !(is_write && means == Ambiguous) {
            continue;
        }
        let id = new_id();
        if operation != Operation::CreateClaim {
            let made = invoke(&mut create, &event(Operation::CreateClaim, &id), LIMIT).await;
            assert_eq!(made.status, 201, "{made:?}");
        }
        let mut function = Function::start(command(operation, &dynamodb.url)).await.unwrap();
        function.ready().await.unwrap();
        dynamodb.requests();
        if always {
            dynamodb.always(fault.clone())
        } else {
            dynamodb.once(fault.clone())
        }
        let answer = invoke(&mut function, &event(operation, &id), LIMIT).await;
        let attempts = dynamodb.requests().len();

        let is_cured = !always && !matches!(means, Credentials | Permanent);
        let expected = match means {
            // Nothing has been recorded.
            _ if is_cured && operation == Operation::ListClaimHistory => (404, "claim_not_found", 2),
            _ if is_cured => (success(operation, how), "", 2),
            Throttled => (429, "throttled", limits::ATTEMPTS as usize),
            Conflict | Ambiguous => (503, "storage_unavailable", limits::ATTEMPTS as usize),
            Time => (503, "storage_unavailable", 2),
            Credentials => (503, "storage_unavailable", 1),
            Permanent => (500, "internal", 1),
        };
        let mut hold = |holds: bool, what: &str| {
            if !holds {
                wrong.push(format!("{operation} {code} {message:?} {how}: {what}; {attempts} attempts, {answer:?}"));
            }
        };
        hold((answer.status, answer.code.as_str(), attempts) == expected, &format!("should be {expected:?}"));
        hold(
            answer.retry_after == matches!(answer.status, 429 | 503),
            "Retry-After belongs to what is worth another try",
        );
        hold(!answer.body.to_string().contains(MARKER), "DynamoDB's words are not for the caller");
        // What was refused is not done, and what was done once is not done again.
        let found = invoke(&mut get, &event(Operation::GetClaim, &id), LIMIT).await;
        let stands = found.body["version"].as_u64();
        let should_stand = match operation {
            Operation::CreateClaim => is_cured.then_some(1),
            Operation::UpdateClaim if is_cured => Some(2),
            Operation::DeleteClaim if is_cured => None,
            _ => Some(1),
        };
        hold(stands == should_stand, &format!("version {stands:?} stands, not {should_stand:?}"));
        if means == Credentials {
            let ended = tokio::time::timeout(LIMIT, function.ended_by_itself()).await.unwrap().unwrap();
            hold(ended.success(), &format!("it should end well: {ended}"));
        }
        let log = function.log().await.unwrap();
        hold(!log.contains(MARKER), &format!("the log has DynamoDB's words: {log}"));
        let line: Value = log.lines().last().and_then(|line| serde_json::from_str(line).ok()).unwrap_or_default();
        hold(line["status"] == answer.status, &format!("the log's last line should be the call's: {log}"));
        causes.insert(how, line["cause"].as_str().unwrap_or_default().to_owned());
    }
    let cause = &causes["always"];
    let says = match code {
        "KMSAccessDeniedException" => vec![code, KEY],
        "AccessDeniedException" => vec![code, "dynamodb:PutItem"],
        "ThrottlingException" => vec![code, "TableWriteKeyRangeThroughputExceeded"],
        _ => vec![code],
    };
    if let Some(missing) = says.iter().find(|text| !cause.contains(**text)) {
        wrong.push(format!("{operation} {code}: {missing} is not in the log's cause: {cause}"));
    }
    wrong
}

fn success(operation: Operation, how: &str) -> u64 {
    match operation {
        // The caller brought the key: a claim that stands already is told as such.
        Operation::CreateClaim if how == "once" => 201,
        Operation::DeleteClaim => 204,
        _ => 200,
    }
}

/// A refused condition without the old item, as from an emulator that leaves it out, after an answer that was lost.
#[tokio::test]
async fn after_a_lost_answer_nothing_is_told_as_permanent() {
    for (code, message) in
        [("ConditionalCheckFailedException", "The conditional request failed"), ("AccessDeniedException", "")]
    {
        let dynamodb = DynamoDb::start().await;
        let mut function = Function::start(command(Operation::CreateClaim, &dynamodb.url)).await.unwrap();
        function.ready().await.unwrap();
        dynamodb.once(Fault::DoneThenRefused(500, r#"{"__type":"x#InternalServerError"}"#.to_owned()));
        dynamodb.once(Fault::Refused(400, json!({"__type": format!("x#{code}"), "message": message}).to_string()));
        let answer = invoke(&mut function, &event(Operation::CreateClaim, &new_id()), LIMIT).await;
        assert_eq!((answer.status, answer.code.as_str()), (503, "storage_unavailable"), "{code}: {answer:?}");
    }
}

//! `calls.json` and `calls/`: every kind of call, every kind of answer, and what the server said to DynamoDB meanwhile.

use std::{fs, path::Path};

use claims_local::{Fault, LocalApi};
use claims_released::{
    Error,
    call::Call,
    entry, forms,
    forms::{Step, StorageCall},
    http,
    recorder::{self, Exchange, Recorder},
    world::{TARGET, World},
};
use serde_json::{Value, json};

use super::{key, time};

const MEMBER: &str = "123";

struct Recording<'a> {
    world: World,
    wire: Recorder,
    folder: &'a Path,
    steps: Vec<Step>,
}

/// How a step is to be made, apart from its call.
#[derive(Default)]
struct How {
    raw: Option<Vec<u8>>,
    faults: Vec<Fault>,
}

impl Recording<'_> {
    async fn by_client(&mut self, name: &str, call: Value) -> Result<Value, Error> {
        self.step(name, call, How::default()).await
    }

    /// Bytes that the client would not send, and a call that could get such an answer.
    async fn raw(&mut self, name: &str, call: Value, raw: Vec<u8>) -> Result<Value, Error> {
        self.step(name, call, How { raw: Some(raw), ..How::default() }).await
    }

    async fn with_faults(&mut self, name: &str, call: Value, faults: Vec<Fault>) -> Result<Value, Error> {
        self.step(name, call, How { faults, ..How::default() }).await
    }

    async fn step(&mut self, name: &str, call: Value, how: How) -> Result<Value, Error> {
        let number = self.steps.len() + 1;
        let (name, at) = (format!("{number:02}-{name}"), time(u32::try_from(number)?)?);
        let call: Call = serde_json::from_value(call)?;
        self.world.at(at);
        let faults = how.faults.iter().map(|fault| format!("{fault:?}")).collect();
        how.faults.into_iter().for_each(|fault| self.world.api.inject(fault));
        let (raw, outcome) = match how.raw {
            Some(bytes) => {
                let answer = http::send(self.wire.address, &bytes).await?;
                (true, read(&call, answer.bytes).await?)
            }
            None => (false, call.make(&format!("http://{}/{}", self.wire.address, LocalApi::STAGE)).await?),
        };
        self.keep(Step { name, at, call, raw, faults, minted: false, outcome: outcome.clone(), dynamodb: Vec::new() })?;
        Ok(outcome)
    }

    fn keep(&mut self, mut step: Step) -> Result<(), Error> {
        let exchanges = self.wire.take();
        let [(request, answer)] = exchanges.as_slice() else {
            return Err(format!("{}: {} requests, not one", step.name, exchanges.len()).into());
        };
        for (what, message) in [("request", request), ("answer", answer)] {
            fs::write(self.folder.join(format!("calls/{}.{what}.http", step.name)), &message.bytes)?;
        }
        let writes = ["POST", "PUT"].iter().any(|method| request.start().starts_with(method));
        step.minted = writes && request.header("idempotency-key").is_none() && answer.status() < 300;
        step.dynamodb = self.world.storage.take().iter().map(storage_call).collect::<Result<_, _>>()?;
        self.steps.push(step);
        Ok(())
    }
}

/// What the client makes of an answer.
async fn read(call: &Call, answer: Vec<u8>) -> Result<Value, Error> {
    let (address, task) = recorder::canned(answer).await?;
    let outcome = call.make(&format!("http://{address}/{}", LocalApi::STAGE)).await;
    task.abort();
    outcome
}

fn storage_call((request, answer): &Exchange) -> Result<StorageCall, Error> {
    let target = request.header("x-amz-target").and_then(|target| target.strip_prefix(TARGET));
    Ok(StorageCall {
        operation: target.ok_or("a call to DynamoDB without a target")?.to_owned(),
        request: request.json()?,
        status: answer.status(),
        answer: answer.json()?,
    })
}

fn create(number: u32, amount: &str) -> Value {
    json!({
        "operation": "createClaim", "memberId": MEMBER, "policyId": "P_1-a",
        "memberName": "Zoë O'Hara; Jr & Söhne = 100%+ #?/\"", "policyType": "Health",
        "claimAmount": number_of(amount), "description": "snow\naccident ❄",
        "key": key(number),
    })
}

fn number_of(amount: &str) -> Value {
    serde_json::from_str(amount).unwrap_or(Value::Null)
}

fn update(number: u32, amount: &str, status: &str, if_match: Option<u64>, update_key: Option<u32>) -> Value {
    let mut call = json!({
        "operation": "updateClaim", "memberId": MEMBER, "claimId": key(number), "policyType": "Accident",
        "claimAmount": number_of(amount), "description": "ice", "status": status,
    });
    if let Some(version) = if_match {
        call["ifMatch"] = json!(version);
    }
    if let Some(update_key) = update_key {
        call["key"] = json!(key(update_key));
    }
    call
}

fn delete(number: u32, if_match: Option<u64>, delete_key: Option<u32>) -> Value {
    let mut call = json!({"operation": "deleteClaim", "memberId": MEMBER, "claimId": key(number)});
    if let Some(version) = if_match {
        call["ifMatch"] = json!(version);
    }
    if let Some(delete_key) = delete_key {
        call["key"] = json!(key(delete_key));
    }
    call
}

fn get(number: u32) -> Value {
    json!({"operation": "getClaim", "memberId": MEMBER, "claimId": key(number)})
}

fn list() -> Value {
    json!({"operation": "listClaims", "memberId": MEMBER})
}

/// Lives through all of it.
pub async fn record(folder: &Path) -> Result<(), Error> {
    fs::create_dir(folder.join("calls"))?;
    let world = World::start().await?;
    let wire = Recorder::before(world.api.address()).await?;
    let mut recording = Recording { world, wire, folder, steps: Vec::new() };
    by_the_client(&mut recording).await?;
    as_the_tutorial_does(&mut recording).await?;
    otherwise_spelt(&mut recording).await?;
    refused(&mut recording).await?;
    faults(&mut recording).await?;
    let codes = recording.steps.iter().map(|step| step.outcome["error"]["code"].to_string());
    eprintln!("{} calls; codes: {:?}", recording.steps.len(), codes.collect::<std::collections::BTreeSet<_>>());
    entry::write_json(&folder.join(forms::CALLS), &recording.steps)
}

async fn by_the_client(recording: &mut Recording<'_>) -> Result<(), Error> {
    recording.by_client("create", create(1, "19.99")).await?;
    recording.by_client("create-repeated", create(1, "19.99")).await?;
    recording.by_client("create-of-another-claim-under-its-key", create(1, "20")).await?;
    recording.by_client("get", get(1)).await?;
    recording.by_client("list-of-one", list()).await?;
    recording.by_client("update-if-match", update(1, "750.25", "in_review", Some(1), Some(101))).await?;
    recording.by_client("update-if-match-repeated", update(1, "750.25", "in_review", Some(1), Some(101))).await?;
    recording
        .by_client("update-of-another-kind-under-its-key", update(1, "7", "in_review", Some(1), Some(101)))
        .await?;
    recording.by_client("update-if-match-stale", update(1, "1", "in_review", Some(1), Some(102))).await?;
    recording.by_client("update-to-a-status-that-is-too-far", update(1, "750.25", "paid", None, Some(103))).await?;
    recording.by_client("update", update(1, "750.25", "approved", None, Some(104))).await?;
    recording.by_client("update-of-a-closed-claim", update(1, "750.26", "approved", None, Some(105))).await?;
    recording.by_client("create-repeated-after-updates", create(1, "19.99")).await?;
    recording.by_client("create-a-second", create(2, "0.01")).await?;
    recording.by_client("create-a-third", create(3, "999999999.99")).await?;
    recording.by_client("update-without-a-key", update(3, "500", "in_review", None, None)).await?;
    let page = json!({"operation": "listClaims", "memberId": MEMBER, "limit": 1});
    let page = recording.by_client("list-a-page", page).await?;
    let rest = json!({
        "operation": "listClaims", "memberId": MEMBER, "limit": 100, "status": "approved",
        "nextToken": page["page"]["nextToken"],
    });
    recording.by_client("list-with-every-parameter", rest).await?;
    recording.by_client("list-of-nobody", json!({"operation": "listClaims", "memberId": "nobody"})).await?;
    recording.by_client("get-what-is-not-there", get(9)).await?;
    recording.by_client("update-what-is-not-there", update(9, "1", "pending", None, Some(106))).await?;
    recording.by_client("delete-what-is-not-there", delete(9, None, None)).await?;
    recording.by_client("delete-if-match-stale", delete(1, Some(1), Some(107))).await?;
    recording.by_client("delete-if-match", delete(1, Some(3), Some(108))).await?;
    recording.by_client("delete-again", delete(1, Some(3), Some(109))).await?;
    recording.by_client("get-after-the-delete", get(1)).await?;
    recording.by_client("update-after-the-delete", update(1, "1", "pending", Some(3), Some(110))).await?;
    recording.by_client("delete", delete(2, None, None)).await?;
    recording.by_client("list-after-deletes", list()).await?;
    Ok(())
}

/// As the tutorial's `curl` lines do it: everything in the query, and more of it than is wanted.
async fn as_the_tutorial_does(recording: &mut Recording<'_>) -> Result<(), Error> {
    let stage = LocalApi::STAGE;
    let curl = |method: &str, target: &str, key: Option<u32>, body: Value| {
        let mut headers =
            vec![("accept".to_owned(), "*/*".to_owned()), ("user-agent".to_owned(), "curl/8.5.0".to_owned())];
        if !body.is_null() {
            headers.push(("content-type".to_owned(), "application/json".to_owned()));
        }
        headers.extend(key.map(|number| ("idempotency-key".to_owned(), super::key(number))));
        http::request(
            method,
            &format!("/{stage}{target}"),
            &headers,
            &if body.is_null() { String::new() } else { body.to_string() },
        )
    };
    let body = |status: &str| json!({"policyType": "Health", "claimAmount": 500, "description": "snow accident", "status": status});
    let query = "policyId=123&memberId=123&memberName=JohnDoe";
    let claim = format!("/claim/{}?{query}", key(4));
    recording
        .raw("tutorial-create", create(4, "500"), curl("POST", &format!("/claim?{query}"), Some(4), body("pending")))
        .await?;
    recording.raw("tutorial-list", list(), curl("GET", &format!("/claim?{query}"), None, Value::Null)).await?;
    recording.raw("tutorial-get", get(4), curl("GET", &claim, None, Value::Null)).await?;
    let elsewhere = curl("POST", "/claim?policyId=123&memberId=minted&memberName=JohnDoe", None, body("pending"));
    recording.raw("tutorial-create-without-a-key", create(4, "500"), elsewhere).await?;
    let put = curl("PUT", &claim, None, body("in_review"));
    recording.raw("tutorial-update", update(4, "500", "in_review", None, None), put).await?;
    recording.raw("tutorial-delete", delete(4, None, None), curl("DELETE", &claim, None, Value::Null)).await?;
    Ok(())
}

/// What other callers may send: other spellings of the same, and `If-Match: *`.
async fn otherwise_spelt(recording: &mut Recording<'_>) -> Result<(), Error> {
    let stage = LocalApi::STAGE;
    let send = |method: &str, target: &str, headers: &[(&str, &str)], body: &str| {
        let headers: Vec<_> = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        http::request(method, &format!("/{stage}{target}"), &headers, body)
    };
    let (id, upper) = (key(8), key(8).to_ascii_uppercase());
    let target = "/claim?memberName=J%C3%B6hn+Doe&policyId=p&memberId=123";
    let body = r#"{ "description": "\u0041 \/", "claimAmount": 5.00e2, "policyType": "Life" }"#;
    let bytes = send("POST", target, &[("Content-Type", "application/json"), ("Idempotency-Key", &id)], body);
    recording.raw("create", create(8, "500"), bytes).await?;
    let target = "/claim?memberId=123&policyId=p&memberName=J%c3%b6hn%20Doe";
    let body = r#"{"policyType":"Life","claimAmount":500.00,"description":"A /","status":"pending"}"#;
    let json_type = ("content-type", "Application/JSON; charset=utf-8");
    let bytes = send("POST", target, &[json_type, ("idempotency-key", &upper)], body);
    recording.raw("create-repeated-in-another-spelling", create(8, "500"), bytes).await?;
    let claim = format!("/claim/{upper}?memberId=123");
    recording.raw("get-by-an-id-in-upper-case", get(8), send("GET", &claim, &[], "")).await?;
    let body = r#"{"status":"in_review","description":"","claimAmount":0.1,"policyType":"Life"}"#;
    let update_key = key(112);
    let headers = [("if-match", "*"), json_type, ("idempotency-key", update_key.as_str())];
    let bytes = send("PUT", &claim, &headers, body);
    recording.raw("update-if-it-exists", update(8, "0.1", "in_review", None, Some(112)), bytes).await?;
    let bytes = send("DELETE", &claim, &[("if-match", "*")], "");
    recording.raw("delete-if-it-exists", delete(8, None, None), bytes).await?;
    Ok(())
}

/// What the client is too polite to send.
async fn refused(recording: &mut Recording<'_>) -> Result<(), Error> {
    let json_type = [("content-type".to_owned(), "application/json".to_owned())];
    let create_target = format!("/{}/claim?memberId=123&policyId=123&memberName=JohnDoe", LocalApi::STAGE);
    let good = r#"{"policyType":"Health","claimAmount":500,"description":"snow accident"}"#;
    let post = |target: &str, headers: &[(String, String)], body: &str| http::request("POST", target, headers, body);
    let call = || create(5, "500");
    recording.raw("not-json", call(), post(&create_target, &json_type, "{")).await?;
    let unknown = r#"{"policyType":"Health","claimAmount":500,"description":"","claimAmunt":1}"#;
    recording.raw("unknown-field", call(), post(&create_target, &json_type, unknown)).await?;
    let wrong = r#"{"policyType":"Car","claimAmount":1.999,"status":"paid"}"#;
    let nothing = format!("/{}/claim?memberId=a.b", LocalApi::STAGE);
    recording.raw("everything-wrong", call(), post(&nothing, &json_type, wrong)).await?;
    let twice = format!("{create_target}&memberId=123");
    recording.raw("parameter-given-twice", call(), post(&twice, &json_type, good)).await?;
    recording.raw("no-content-type", call(), post(&create_target, &[], good)).await?;
    let large = format!(r#"{{"description":"{}"}}"#, "x".repeat(64 * 1024));
    recording.raw("body-too-large", call(), post(&create_target, &json_type, &large)).await?;
    let old_key =
        [json_type[0].clone(), ("idempotency-key".to_owned(), "7d444840-9dc0-11d1-b245-5ffdce74fad2".to_owned())];
    recording.raw("key-of-another-version", call(), post(&create_target, &old_key, good)).await?;
    let plain = |method: &str, target: &str, headers: &[(String, String)]| {
        http::request(method, &format!("/{}{target}", LocalApi::STAGE), headers, "")
    };
    recording.raw("claim-id-that-is-none", get(9), plain("GET", "/claim/1?memberId=123", &[])).await?;
    let claim = format!("/claim/{}?memberId=123", key(3));
    let tag = [("if-match".to_owned(), "3".to_owned())];
    recording.raw("entity-tag-that-is-none", delete(3, Some(3), Some(111)), plain("DELETE", &claim, &tag)).await?;
    recording.raw("no-member", list(), plain("GET", "/claim", &[])).await?;
    recording
        .raw("token-that-is-none", list(), plain("GET", "/claim?memberId=123&nextToken=x&limit=101&status=lost", &[]))
        .await?;
    recording.raw("no-such-route", list(), plain("GET", "/claims", &[])).await?;
    recording.raw("wrong-stage", list(), http::request("GET", "/prod/claim?memberId=123", &[], "")).await?;
    Ok(())
}

/// The gateway's own answers, and those about the storage.
async fn faults(recording: &mut Recording<'_>) -> Result<(), Error> {
    recording.with_faults("throttled-by-the-gateway", get(3), vec![Fault::Throttle { retry_after: 7 }]).await?;
    for status in [413, 429, 500, 502, 503, 504] {
        let call = create(6, "500");
        recording.with_faults(&format!("gateway-{status}"), call, vec![Fault::Status(status)]).await?;
    }
    recording.with_faults("throttled-by-the-storage", get(3), vec![Fault::StorageThrottled; 3]).await?;
    recording.with_faults("storage-down", create(6, "500"), vec![Fault::StorageDown; 3]).await?;
    let foreign = json!({"PK": {"S": "MEMBER#foreign"}, "SK": {"S": format!("CLAIM#{}", key(7))}});
    recording.world.put(&foreign).await?;
    // Not a fault of the storage, but no claim either: the server's own 500.
    let call = json!({"operation": "getClaim", "memberId": "foreign", "claimId": key(7)});
    recording.step("item-that-is-no-claim", call, How::default()).await?;
    if let Some(step) = recording.steps.last_mut() {
        step.faults.push("an item that no release wrote".to_owned());
    }
    Ok(())
}

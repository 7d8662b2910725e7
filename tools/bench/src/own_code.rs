//! Time in our own code: from the event's JSON to the answer's JSON, less what the SDK's call took. Of that call the hooks
//! see all but its beginning and end, which a bare call in the same round tells.

use std::{
    error::Error,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use aws_sdk_dynamodb::{
    Client,
    config::{
        ConfigBag, Intercept, RuntimeComponents,
        interceptors::{BeforeSerializationInterceptorContextRef, FinalizerInterceptorContextRef},
    },
    error::BoxError,
    types::AttributeValue,
};
use claims_api_types::Operation;
use claims_server::{Api, Store};
use private_api_storage::Database;
use serde_json::Value;

use crate::{
    measured_rounds::{Rounds, Samples},
    proxy_events::{body_of, event, id_of},
};

const ROUNDS: usize = 25;
const CALLS: usize = 80;
const LIMIT_US: f64 = 100.0;

/// Those of the claims' own table: a history is a list over another one.
const MEASURED: [Operation; 5] = [
    Operation::CreateClaim,
    Operation::ListClaims,
    Operation::GetClaim,
    Operation::UpdateClaim,
    Operation::DeleteClaim,
];

pub async fn run() -> Result<(), Box<dyn Error>> {
    // The line that each call logs is part of it.
    claims_server::telemetry::start_writing(Mutex::new(tempfile::tempfile()?));
    let embedded = crate::store::over(Database::memory("bench")?).await?;
    let calls = Calls::default();
    let config = embedded.client().config().to_builder().interceptor(calls.clone()).build();
    let client = Client::from_conf(config);
    let api = Api::new(Store::new(client.clone(), embedded.table()));

    // A claim's life, whatever the order in `ALL`.
    let mut life = MEASURED.to_vec();
    life.sort_by_key(|operation| match operation {
        Operation::CreateClaim => 0,
        Operation::DeleteClaim => 2,
        _ => 1,
    });
    // Of each operation our time, then of each the SDK's.
    const OPERATIONS: usize = MEASURED.len();
    let rounds = Rounds::of(ROUNDS, 1, async |_| {
        let mut times = [(); 2 * OPERATIONS].map(|()| Samples::default());
        let mut around = Samples::default();
        for _ in 0..CALLS {
            around.push(around_a_call(&client, embedded.table(), &calls).await?);
            let mut claim = String::new();
            for (place, operation) in life.iter().copied().enumerate() {
                let (body, ours, theirs) = call(&api, &calls, operation, &claim).await?;
                if operation == Operation::CreateClaim {
                    claim = id_of(&body)?;
                }
                times[place].push(ours);
                times[OPERATIONS + place].push(theirs);
            }
        }
        let mut medians = times.map(|samples| samples.median());
        for place in 0..OPERATIONS {
            medians[place] -= around.median();
            medians[OPERATIONS + place] += around.median();
            if medians[place] <= 0.0 {
                return Err(format!("{} took no time: the measurement is broken", life[place]).into());
            }
        }
        Ok(medians)
    })
    .await?;
    for (place, operation) in life.iter().copied().enumerate() {
        let what = format!("own code, {operation}");
        rounds.value(0, place).report(&what, 1e6, "µs", LIMIT_US);
        rounds.report(&what, (0, place), "its embedded DynamoDB call", (0, OPERATIONS + place), None);
    }
    Ok(())
}

/// The answer's body, the time in our code, the time in the SDK's call.
async fn call(
    api: &Api,
    calls: &Calls,
    operation: Operation,
    claim: &str,
) -> Result<(Value, Duration, Duration), Box<dyn Error>> {
    let event = event(operation, claim).to_string();
    let start = Instant::now();
    let answer = api.answer(operation, event.as_bytes(), None).await;
    let all = start.elapsed();
    let theirs = calls.take();
    if theirs == Duration::ZERO {
        return Err(format!("{operation} called nothing").into());
    }
    Ok((body_of(operation, &serde_json::from_str(&answer.json)?)?, all - theirs, theirs))
}

/// What the SDK does in a call before its first hook and after its last: the least of it, a GetItem's.
async fn around_a_call(client: &Client, table: &str, calls: &Calls) -> Result<Duration, Box<dyn Error>> {
    let key = ["PK", "SK"].map(|name| (name.to_owned(), AttributeValue::S("nobody".to_owned()))).into();
    let call = client.get_item().table_name(table).set_key(Some(key)).consistent_read(true);
    let start = Instant::now();
    call.send().await?;
    Ok(start.elapsed().saturating_sub(calls.take()))
}

/// How long the SDK's calls took.
#[derive(Clone, Debug, Default)]
struct Calls(Arc<Mutex<(Option<Instant>, Duration)>>);

impl Calls {
    fn take(&self) -> Duration {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner)).1
    }
}

impl Intercept for Calls {
    fn name(&self) -> &'static str {
        "Calls"
    }

    fn read_before_execution(
        &self,
        _: &BeforeSerializationInterceptorContextRef<'_>,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).0 = Some(Instant::now());
        Ok(())
    }

    fn read_after_execution(
        &self,
        _: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let call = state.0.take().map_or(Duration::ZERO, |start| start.elapsed());
        state.1 += call;
        Ok(())
    }
}

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
use lambda_http::{LambdaEvent, aws_lambda_events::apigw::ApiGatewayProxyRequest};
use private_api_storage::Database;
use serde_json::Value;

use crate::{
    events::event,
    samples::{Ratios, Samples},
};

const ROUNDS: usize = 25;
const CALLS: usize = 80;
const LIMIT_US: f64 = 100.0;

pub async fn run() -> Result<(), Box<dyn Error>> {
    // The line that each call logs is part of it.
    claims_server::telemetry::start_writing(Mutex::new(tempfile::tempfile()?));
    let embedded = crate::store::over(Database::memory("bench")?).await?;
    let calls = Calls::default();
    let config = embedded.client().config().to_builder().interceptor(calls.clone()).build();
    let client = Client::from_conf(config);
    let api = Api::new(Store::new(client.clone(), embedded.table()));

    let mut own = Operation::ALL.map(|operation| (operation, Samples::default(), Ratios::default()));
    for round in 0..=ROUNDS {
        let mut times = Operation::ALL.map(|_| (Samples::default(), Samples::default()));
        let mut around = Samples::default();
        for _ in 0..CALLS {
            around.push(around_a_call(&client, embedded.table(), &calls).await?);
            let mut claim = String::new();
            // In the order of a claim's life, whatever the order in `ALL`.
            for operation in LIFE {
                let (answer, ours, theirs) = call(&api, &calls, operation, &claim).await?;
                if operation == Operation::CreateClaim {
                    let body: Value = serde_json::from_str(answer["body"].as_str().unwrap_or_default())?;
                    claim = body["claimId"].as_str().unwrap_or_default().to_owned();
                }
                let index = Operation::ALL.iter().position(|o| *o == operation).unwrap_or_default();
                times[index].0.push(ours);
                times[index].1.push(theirs);
            }
        }
        // The first round warms up.
        if round > 0 {
            for ((operation, samples, ratios), (ours, theirs)) in own.iter_mut().zip(times) {
                let (ours, theirs) = (ours.median() - around.median(), theirs.median() + around.median());
                if ours <= 0.0 {
                    return Err(format!("{operation} took no time: the measurement is broken").into());
                }
                samples.push_value(ours);
                ratios.push(ours, theirs);
            }
        }
    }
    for (operation, samples, ratios) in own {
        samples.report(&format!("own code, {operation}"), 1e6, "µs", LIMIT_US);
        ratios.report(&format!("own code, {operation}"), "its embedded DynamoDB call", None);
    }
    Ok(())
}

const LIFE: [Operation; 5] = [
    Operation::CreateClaim,
    Operation::GetClaim,
    Operation::ListClaims,
    Operation::UpdateClaim,
    Operation::DeleteClaim,
];

/// The answer, the time in our code, the time in the SDK's call.
async fn call(
    api: &Api,
    calls: &Calls,
    operation: Operation,
    claim: &str,
) -> Result<(Value, Duration, Duration), Box<dyn Error>> {
    let event = event(operation, claim).to_string();
    let start = Instant::now();
    let event: ApiGatewayProxyRequest = serde_json::from_str(&event)?;
    let answer = serde_json::to_vec(&api.invoke(operation, LambdaEvent::new(event, Default::default())).await?)?;
    let all = start.elapsed();
    let theirs = calls.take();
    let answer: Value = serde_json::from_slice(&answer)?;
    match answer["statusCode"].as_u64() {
        Some(200..300) if theirs > Duration::ZERO => Ok((answer, all - theirs, theirs)),
        _ => Err(format!("{operation} answered {answer}").into()),
    }
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

//! Get, list and create while a member, or the table, grows: the work of one call has to stay what it is.

use std::{error::Error, time::Instant};

use claims_api_types::Operation;
use claims_server::Api;
use dynoxide::{AttributeValue, Database, ImportOptions, Item};
use lambda_http::{LambdaEvent, aws_lambda_events::apigw::ApiGatewayProxyRequest};
use serde_json::json;
use uuid::Uuid;

use crate::{
    events::{MEMBER, event},
    samples::{Ratios, Samples},
};

const ROUNDS: usize = 25;
const CALLS: usize = 40;
const BATCH: usize = 10_000;
/// The page that a list gives if nobody asks for another.
const PAGE: usize = 25;

const MEASURED: [Operation; 3] = [Operation::GetClaim, Operation::ListClaims, Operation::CreateClaim];

/// How far it grows.
#[derive(clap::Args)]
pub struct Args {
    /// The most claims that the one member has
    #[arg(long, default_value_t = 1_000_000)]
    most: usize,
}

/// A table with so many claims of one member, and so many other members with ten claims each.
struct Table {
    name: String,
    api: Api,
    claim: String,
}

pub async fn run(args: &Args) -> Result<(), Box<dyn Error>> {
    let mut tables = Vec::new();
    // The first is what the others are compared with. It has a full page and no more, so that every list reads as much.
    for (claims, members) in [(PAGE, 0), (10_000, 0), (args.most, 0), (PAGE, 10_000)] {
        tables.push(table(claims, members).await?);
    }
    let mut ratios = Vec::new();
    for round in 0..=ROUNDS {
        for operation in MEASURED {
            let mut now = vec![0.0; tables.len()];
            for turn in 0..tables.len() {
                let who = (round + turn) % tables.len();
                now[who] = median_call(&tables[who], operation).await?;
            }
            for (table, time) in tables.iter().zip(&now).skip(1) {
                // The first round warms up.
                if round > 0 {
                    ratios.push((operation, &table.name, *time, now[0]));
                }
            }
        }
    }
    for operation in MEASURED {
        for table in &tables[1..] {
            let mut of_this = Ratios::default();
            for (_, _, time, baseline) in ratios.iter().filter(|r| r.0 == operation && *r.1 == table.name) {
                of_this.push(*time, *baseline);
            }
            of_this.report(&format!("{operation}, {}", table.name), &tables[0].name, None);
        }
    }
    Ok(())
}

async fn median_call(table: &Table, operation: Operation) -> Result<f64, Box<dyn Error>> {
    let mut times = Samples::default();
    for _ in 0..CALLS {
        let event: ApiGatewayProxyRequest = serde_json::from_value(event(operation, &table.claim))?;
        let start = Instant::now();
        let body = call(&table.api, operation, event).await?;
        times.push(start.elapsed());
        if operation == Operation::CreateClaim {
            // The table stays what it is.
            let created = serde_json::from_value(crate::events::event(Operation::DeleteClaim, &claim_id(&body)?))?;
            call(&table.api, Operation::DeleteClaim, created).await?;
        }
    }
    Ok(times.median())
}

/// The answer's body.
async fn call(api: &Api, operation: Operation, event: ApiGatewayProxyRequest) -> Result<String, Box<dyn Error>> {
    let answer = api.invoke(operation, LambdaEvent::new(event, Default::default())).await?;
    let answer = serde_json::to_value(&answer)?;
    match answer["statusCode"].as_u64() {
        Some(200..300) => Ok(answer["body"].as_str().unwrap_or_default().to_owned()),
        _ => Err(format!("{operation} answered {answer}").into()),
    }
}

fn claim_id(body: &str) -> Result<String, Box<dyn Error>> {
    let claim: serde_json::Value = serde_json::from_str(body)?;
    Ok(claim["claimId"].as_str().ok_or("the create did not answer with a claim")?.to_owned())
}

/// Fills a database in memory by the engine's bulk import: the claims are copies of one that the API wrote itself.
async fn table(claims: usize, members: usize) -> Result<Table, Box<dyn Error>> {
    let database = Database::memory()?;
    let api = Api::new(crate::store::over(private_api_storage::Database::over(database.clone(), "bench")).await?);
    let create = serde_json::from_value(event(Operation::CreateClaim, ""))?;
    let claim = claim_id(&call(&api, Operation::CreateClaim, create).await?)?;
    let scanned = database.scan(serde_json::from_value(json!({ "TableName": "claimsTable" }))?)?;
    let model = scanned.items.and_then(|items| items.into_iter().next()).ok_or("the table has no claim")?;

    let others = (1..claims).map(|_| MEMBER.to_owned());
    let strangers = (0..members * 10).map(|number| format!("stranger-{}", number / 10));
    let mut batch = Vec::with_capacity(BATCH);
    for member in others.chain(strangers) {
        batch.push(copy(&model, &claim, &member));
        if batch.len() == BATCH {
            database.import_items("claimsTable", std::mem::take(&mut batch), ImportOptions::default())?;
        }
    }
    database.import_items("claimsTable", batch, ImportOptions::default())?;
    let name = match members {
        0 => format!("a member with {claims} claims"),
        _ => format!("a member with {claims} claims beside {members} with 10 each"),
    };
    eprintln!("filled: {name}");
    Ok(Table { name, api, claim })
}

/// The same claim with another id, of this member.
fn copy(model: &Item, claim: &str, member: &str) -> Item {
    let id = Uuid::now_v7().to_string();
    let renamed = |value: &AttributeValue| match value {
        AttributeValue::S(text) => AttributeValue::S(text.replace(claim, &id).replace(MEMBER, member)),
        other => other.clone(),
    };
    model.iter().map(|(name, value)| (name.clone(), renamed(value))).collect()
}

//! Get, list and create while a member, or the table, grows: the work of one call has to stay what it is.

use std::{error::Error, time::Instant};

use claims_api_types::Operation;
use claims_server::Api;
use dynoxide::{AttributeValue, Database, ImportOptions, Item};
use serde_json::json;
use uuid::Uuid;

use crate::{
    measured_rounds::{Rounds, Samples},
    proxy_events::{MEMBER, call, create, event, id_of},
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
    let rounds = Rounds::of(ROUNDS, tables.len(), async |who| {
        let mut medians = [0.0; MEASURED.len()];
        for (median, operation) in medians.iter_mut().zip(MEASURED) {
            *median = median_call(&tables[who], operation).await?;
        }
        Ok(medians)
    })
    .await?;
    for (value, operation) in MEASURED.iter().enumerate() {
        for (who, table) in tables.iter().enumerate().skip(1) {
            let what = format!("{operation}, {}", table.name);
            rounds.report(&what, (who, value), &tables[0].name, (0, value), None);
        }
    }
    Ok(())
}

async fn median_call(Table { api, claim, .. }: &Table, operation: Operation) -> Result<f64, Box<dyn Error>> {
    let mut times = Samples::default();
    for _ in 0..CALLS {
        let event = event(operation, claim).to_string();
        let start = Instant::now();
        let body = call(api, operation, &event).await?;
        times.push(start.elapsed());
        if operation == Operation::CreateClaim {
            // The table stays what it is.
            let delete = self::event(Operation::DeleteClaim, &id_of(&body)?).to_string();
            call(api, Operation::DeleteClaim, &delete).await?;
        }
    }
    Ok(times.median())
}

/// Fills a database in memory by the engine's bulk import: the claims are copies of one that the API wrote itself.
async fn table(claims: usize, members: usize) -> Result<Table, Box<dyn Error>> {
    let database = Database::memory()?;
    let api = Api::new(crate::store::over(private_api_storage::Database::over(database.clone(), "bench")).await?);
    let claim = create(&api).await?;
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

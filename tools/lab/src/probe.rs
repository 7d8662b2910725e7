//! The real client inside a namespace, one process that lives as long as a scenario wants it to.
//!
//! It takes a command a line as JSON and answers with a line.

mod answer;
mod calls;
mod driver;
mod storm;

use std::{error::Error, net::SocketAddr, time::Duration, time::Instant};

pub use answer::Answer;
use claims_client::{ClaimsClient, ClientBuilder};
pub use driver::Probe;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt, BufReader};

/// What a probe can be told to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// Look a name up as every program does.
    Resolve(String),
    /// Connect to an address.
    Connect(SocketAddr),
    /// Create, get, list, update, delete.
    Life,
    /// So many lists at once.
    Lists(usize),
    /// So many creates, so many at a time, then remember what was acknowledged.
    Storm { creates: usize, at_once: usize },
    /// Compare what is stored with what all storms were told.
    Audit,
}

/// Set for a client that keeps no connection from one call to the next, as when calls are rare.
pub const NO_IDLE: &str = "LAB_NO_IDLE";

pub async fn run() -> Result<(), Box<dyn Error>> {
    // A probe that only resolves and connects needs no API.
    let mut builder = ClientBuilder::from_env();
    if std::env::var_os(NO_IDLE).is_some() {
        builder = builder.pool_idle_timeout(Duration::ZERO);
    }
    let client = builder.build();
    let mut storm = storm::Storm::default();
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    while let Some(line) = lines.next_line().await? {
        let started = Instant::now();
        let mut answer =
            obey(serde_json::from_str(&line)?, client.as_ref().map_err(ToString::to_string), &mut storm).await;
        answer.seconds = started.elapsed().as_secs_f64();
        println!("{}", serde_json::to_string(&answer)?);
    }
    Ok(())
}

async fn obey(command: Command, client: Result<&ClaimsClient, String>, storm: &mut storm::Storm) -> Answer {
    let client = match (&command, client) {
        (Command::Resolve(name), _) => return resolve(name).await,
        (Command::Connect(address), _) => return connect(*address).await,
        (_, Ok(client)) => client,
        (_, Err(why)) => return Answer::failed(why),
    };
    match command {
        Command::Life => calls::life(client).await,
        Command::Lists(count) => calls::lists(client, count).await,
        Command::Storm { creates, at_once } => storm.rage(client, creates, at_once).await,
        Command::Audit | Command::Resolve(_) | Command::Connect(_) => storm.audit(client).await,
    }
}

async fn resolve(name: &str) -> Answer {
    match tokio::net::lookup_host((name, 443)).await {
        Ok(found) => {
            let mut addresses: Vec<_> = found.map(|address| address.ip()).collect();
            addresses.sort();
            addresses.dedup();
            Answer { addresses, ..Answer::good() }
        }
        Err(e) => Answer::failed(e.to_string()),
    }
}

async fn connect(address: SocketAddr) -> Answer {
    match tokio::time::timeout(Duration::from_secs(2), tokio::net::TcpStream::connect(address)).await {
        Ok(Ok(_)) => Answer::good(),
        Ok(Err(e)) => Answer::failed(e.to_string()),
        Err(_) => Answer::failed("no connection within 2 s".to_owned()),
    }
}

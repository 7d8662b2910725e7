//! `intake settings.json`

use std::{env, error::Error, fs, time::Duration};

use claims_client::ClaimsClient;
use intake::{Intake, Settings, Watch};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let file = env::args().nth(1).ok_or("usage: intake SETTINGS.json")?;
    let settings: Settings = serde_json::from_str(&fs::read_to_string(file)?)?;
    let watch = match &settings.statsd {
        Some(address) => Watch::default().with_statsd(address)?,
        None => Watch::default(),
    };
    let client = ClaimsClient::builder().endpoint(settings.claims).retry(settings.retry);
    let intake = Intake::new(client, watch, Duration::from_secs(2))?;
    let listener = tokio::net::TcpListener::bind(&settings.listen).await?;
    Ok(axum::serve(listener, intake.router()).await?)
}

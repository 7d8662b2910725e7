//! Private DNS: the API's own name, which inside the VPC leads to the VPC endpoint's private addresses.
//!
//! ```text
//! cargo run -p claims-examples --example private_dns     # embedded API, or, in the VPC, after
//! export CLAIMS_API_ID=a1b2c3d4e5 CLAIMS_API_REGION=eu-central-1 CLAIMS_API_STAGE=dev
//! ```

use std::{env, error::Error};

use claims_client::{ClaimsClient, Endpoint};
use claims_local::LocalApi;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let variables = ["CLAIMS_API_ID", "CLAIMS_API_REGION", "CLAIMS_API_STAGE"];
    let given = variables.map(|name| env::var(name).unwrap_or_default());
    if given.iter().all(String::is_empty) {
        return against_the_embedded_api().await;
    }

    // Nothing of the network is in the code: no VPC endpoint, no address, no header.
    let [api_id, region, stage] = given;
    let endpoint = Endpoint::private_dns(api_id, region, stage);
    // Sends nothing yet, but names at once everything that is missing or wrong.
    let client = ClaimsClient::builder().endpoint(endpoint).build()?;
    list(&client).await
}

#[allow(clippy::print_stdout)] // What a program says to its user.
async fn list(client: &ClaimsClient) -> Result<(), Box<dyn Error>> {
    let page = client.list_claims(&"123".parse()?).await?;
    println!("The API answers: {} claims on the member's first page", page.claims.len());
    Ok(())
}

/// The embedded API has no TLS, which the real way always uses, and no DNS server knows it. What stays is the point: the
/// API's public name leads to a private address, and the gateway goes by that name.
#[allow(clippy::print_stdout)] // What a program says to its user.
async fn against_the_embedded_api() -> Result<(), Box<dyn Error>> {
    let api = LocalApi::start().await?;
    let address = api.address();
    let name = format!("{}.execute-api.eu-central-1.amazonaws.com", LocalApi::API_ID);
    println!("No API is configured: talking to an embedded one, without TLS");
    println!("{name} is {address} here, as private DNS would have it");

    let client = ClaimsClient::builder()
        .endpoint(Endpoint::url(format!("http://{name}:{}/{}", address.port(), LocalApi::STAGE)))
        // Stands for private DNS.
        .configure_reqwest(move |reqwest| reqwest.resolve(&name, address))
        .build()?;
    list(&client).await
}

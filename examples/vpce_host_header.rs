//! Without private DNS: connect to the VPC endpoint's own name, and say in `Host` which API is meant.
//!
//! ```text
//! cargo run -p claims-examples --example vpce_host_header     # embedded API, or, in the VPC, after
//! export CLAIMS_API_ID=a1b2c3d4e5 CLAIMS_API_REGION=eu-central-1 CLAIMS_API_STAGE=dev
//! export CLAIMS_API_VPCE_DNS=vpce-0123456789abcdef0-abcdefgh.execute-api.eu-central-1.vpce.amazonaws.com
//! ```

use std::{env, error::Error};

use claims_client::{
    ClaimsClient, Endpoint, Refusal,
    reqwest::header::{HOST, HeaderMap, HeaderValue},
};
use claims_local::LocalApi;

#[tokio::main(flavor = "current_thread")]
#[allow(clippy::print_stdout)] // What a program says to its user.
async fn main() -> Result<(), Box<dyn Error>> {
    let variables = ["CLAIMS_API_ID", "CLAIMS_API_REGION", "CLAIMS_API_STAGE", "CLAIMS_API_VPCE_DNS"];
    let given = variables.map(|name| env::var(name).unwrap_or_default());
    if given.iter().all(String::is_empty) {
        return against_the_embedded_api().await;
    }

    // The name in the URL and in TLS is the VPC endpoint's; the client sets `Host` to the API's.
    let [api_id, region, stage, vpce_dns] = given;
    let endpoint = Endpoint::vpce_host(api_id, region, stage, vpce_dns);
    let client = ClaimsClient::builder().endpoint(endpoint).build()?;
    let page = client.list_claims(&"123".parse()?).await?;
    println!("The API answers: {} claims on the member's first page", page.claims.len());
    Ok(())
}

/// The embedded API has no TLS, which the mode always uses; so its two names are put together by hand here.
#[allow(clippy::print_stdout)] // What a program says to its user.
async fn against_the_embedded_api() -> Result<(), Box<dyn Error>> {
    let api = LocalApi::start().await?;
    let address = api.address();
    println!("No API is configured: talking to an embedded one at {address}, without TLS");

    let vpce_dns = "vpce-0123456789abcdef0-abcdefgh.execute-api.eu-central-1.vpce.amazonaws.com";
    let builder = || {
        ClaimsClient::builder()
            .endpoint(Endpoint::url(format!("http://{vpce_dns}:{}/{}", address.port(), LocalApi::STAGE)))
            .configure_reqwest(move |reqwest| reqwest.resolve(vpce_dns, address))
    };

    // A VPC endpoint leads to every private API of the region, so its name alone says too little.
    match builder().build()?.list_claims(&"123".parse()?).await {
        Err(error) if error.refusal() == Some(Refusal::Bare) => {
            println!("By the VPC endpoint's name alone:\n  {error}")
        }
        other => return Err(format!("a 403 was expected: {other:?}").into()),
    }

    let api_host = format!("{}.execute-api.eu-central-1.amazonaws.com", LocalApi::API_ID);
    let host = HeaderMap::from_iter([(HOST, HeaderValue::from_str(&api_host)?)]);
    let client = builder().configure_reqwest(move |reqwest| reqwest.default_headers(host.clone())).build()?;
    let page = client.list_claims(&"123".parse()?).await?;
    println!("With Host {api_host}:\n  the API answers: {} claims on the member's first page", page.claims.len());
    Ok(())
}

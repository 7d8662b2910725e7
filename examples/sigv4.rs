//! SigV4: requests signed with AWS credentials, for an API whose authorization is `AWS_IAM`.
//!
//! ```text
//! export AWS_ACCESS_KEY_ID=AKIDEXAMPLE AWS_SECRET_ACCESS_KEY=example     # where there are no others
//! cargo run -p claims-examples --example sigv4                           # embedded API, or, in the VPC, after
//! export CLAIMS_API_MODE=private-dns CLAIMS_API_ID=a1b2c3d4e5 CLAIMS_API_REGION=eu-central-1 CLAIMS_API_STAGE=dev
//! ```

use std::error::Error;

use claims_client::{ClaimsClient, ClientBuilder, Endpoint};
use claims_examples::is_configured;
use claims_local::LocalApi;

#[tokio::main(flavor = "current_thread")]
#[allow(clippy::print_stdout)] // What a program says to its user.
async fn main() -> Result<(), Box<dyn Error>> {
    // Stops when dropped.
    let embedded = if is_configured() { None } else { Some(LocalApi::start().await?) };
    let builder = match &embedded {
        None => ClientBuilder::from_env(),
        Some(api) => {
            println!("No API is configured: talking to an embedded one, which does not check signatures");
            // A signature names the region, and this URL does not; an API's own name would.
            ClaimsClient::builder().endpoint(Endpoint::url(api.url()).in_region("eu-central-1"))
        }
    };

    // Credentials come from AWS's standard chain (environment, profile, web identity, container, instance), are looked up at
    // the first call and renewed before they end. CLAIMS_API_AUTHORIZATION=AWS_IAM says the same as `sign_requests(true)`.
    let client = builder.sign_requests(true).build()?;

    match client.list_claims(&"123".parse()?).await {
        Ok(page) => println!("Signed and answered: {} claims on the member's first page", page.claims.len()),
        // Nothing was sent, and repeating the call does not help.
        Err(error) if error.is_credentials() => {
            let hint = "set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY";
            return Err(format!("no AWS credentials here; {hint} (the embedded API takes any): {error}").into());
        }
        // The signature arrived and was refused: the key, the clock, or the caller's policy. The refusal says which.
        Err(error) if error.is_forbidden() => return Err(format!("signed, and not let in: {error}").into()),
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

//! What the examples share: where the API is.

use std::env;

use claims_client::ClaimsClient;

/// A client and, where it had to be started, the API it talks to.
pub struct Connected {
    /// The client.
    pub client: ClaimsClient,
    /// Stops when dropped.
    #[cfg(feature = "embedded")]
    pub embedded: Option<claims_local::LocalApi>,
}

/// Connects to the API that the environment describes (`CLAIMS_API_URL`, or `CLAIMS_API_MODE` and its companions; see
/// `claims_client::ClientBuilder::from_env`). Without any of them it starts the embedded API in memory.
///
/// # Errors
/// Everything that is wrong with the environment, in one message.
pub async fn connect() -> Result<Connected, Box<dyn std::error::Error>> {
    let configured = env::vars_os().any(|(name, _)| name.to_string_lossy().starts_with("CLAIMS_API_"));
    #[cfg(feature = "embedded")]
    if !configured {
        let api = claims_local::LocalApi::start().await?;
        let client = ClaimsClient::builder().endpoint(claims_client::Endpoint::url(api.url())).build()?;
        return Ok(Connected { client, embedded: Some(api) });
    }
    #[cfg(not(feature = "embedded"))]
    if !configured {
        return Err("no API is configured: set CLAIMS_API_URL, or CLAIMS_API_MODE and its companions".into());
    }
    Ok(Connected {
        client: ClaimsClient::from_env()?,
        #[cfg(feature = "embedded")]
        embedded: None,
    })
}

/// The Rust in the repository's README compiles.
#[cfg(all(doctest, feature = "embedded"))]
#[doc = include_str!("../../README.md")]
pub struct Readme;

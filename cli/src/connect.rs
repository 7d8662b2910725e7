//! Where the API is: the one of the environment, or one that is started here.

use std::{env, path::Path};

use claims_client::{ClaimsClient, ClientBuilder, types::OnBehalfOf};

/// A client and, where it had to be started, the API it talks to.
pub struct Connected {
    /// The client.
    pub client: ClaimsClient,
    /// Stops when dropped.
    #[cfg(feature = "embedded")]
    pub embedded: Option<claims_local::LocalApi>,
}

impl Connected {
    /// Where the API is that had to be started; `None` where the environment names one.
    #[must_use]
    pub fn embedded_url(&self) -> Option<String> {
        #[cfg(feature = "embedded")]
        return self.embedded.as_ref().map(claims_local::LocalApi::url);
        #[cfg(not(feature = "embedded"))]
        None
    }

    /// Which API it is, for what is kept about it; `None` where the API ends with this process.
    pub(crate) fn identity(&self, data: Option<&Path>) -> Option<String> {
        let variable = |name: &str| env::var(name).ok().filter(|value| !value.is_empty()).unwrap_or_default();
        match (self.embedded_url(), data) {
            (Some(_), None) => None,
            (_, Some(data)) => {
                let file = data.canonicalize().unwrap_or_else(|_| data.to_owned());
                Some(format!("file {}", file.display()))
            }
            (None, None) if variable("CLAIMS_API_URL").is_empty() => {
                let region = Some(variable("CLAIMS_API_REGION")).filter(|region| !region.is_empty());
                let region = region.unwrap_or_else(|| variable("AWS_REGION"));
                // However it is reached, it is the same API.
                Some(format!("{}.{region}/{}", variable("CLAIMS_API_ID"), variable("CLAIMS_API_STAGE")))
            }
            (None, None) => Some(variable("CLAIMS_API_URL").trim_end_matches('/').to_owned()),
        }
    }
}

/// Connects to the API that the environment describes (`CLAIMS_API_URL`, or `CLAIMS_API_MODE` and its companions; see
/// `claims_client::ClientBuilder::from_env`). Without any of them it starts the embedded API in memory.
///
/// # Errors
/// Everything that is wrong with the environment, in one message.
pub async fn connect() -> Result<Connected, Box<dyn std::error::Error>> {
    connect_or_embed(None).await
}

/// As [`connect`], with a file for the embedded API's claims.
///
/// # Errors
/// As [`connect`]; also when there is a file, and the environment names another API.
pub async fn connect_or_embed(data: Option<&Path>) -> Result<Connected, Box<dyn std::error::Error>> {
    for_whom(data, None).await
}

/// As [`connect_or_embed`], with every call made for somebody.
pub(crate) async fn for_whom(
    data: Option<&Path>,
    who: Option<&OnBehalfOf>,
) -> Result<Connected, Box<dyn std::error::Error>> {
    let made_for = |builder: ClientBuilder| match who {
        Some(who) => builder.on_behalf_of(who),
        None => builder,
    };
    let configured = is_configured();
    if configured && data.is_some() {
        return Err("--data is the embedded API's, and the environment (CLAIMS_API_…) names another API".into());
    }
    #[cfg(feature = "embedded")]
    if !configured {
        let mut api = claims_local::LocalApi::builder();
        if let Some(data) = data {
            api = api.data_file(data);
        }
        let api = api.start().await?;
        let client = made_for(ClaimsClient::builder().endpoint(claims_client::Endpoint::url(api.url()))).build()?;
        return Ok(Connected { client, embedded: Some(api) });
    }
    #[cfg(not(feature = "embedded"))]
    if !configured {
        return Err(
            "no API is configured: set CLAIMS_API_URL, or CLAIMS_API_MODE and its companions (`claims env`)".into()
        );
    }
    Ok(Connected {
        client: made_for(ClientBuilder::from_env()).build().map_err(|error| crate::environment::explain(&error))?,
        #[cfg(feature = "embedded")]
        embedded: None,
    })
}

/// Whether the environment names an API, rightly or wrongly.
#[must_use]
pub fn is_configured() -> bool {
    env::vars_os().any(|(name, _)| name.to_string_lossy().starts_with("CLAIMS_API_"))
}

/// The Rust in the repository's README compiles.
#[cfg(all(doctest, feature = "embedded"))]
#[doc = include_str!("../../README.md")]
pub struct Readme;

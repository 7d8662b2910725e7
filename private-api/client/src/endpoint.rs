//! The addressing modes of a private API.

mod parts;
mod sources;

use std::{fmt, marker::PhantomData, str::FromStr};

use http::HeaderValue;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::Api;

/// How to reach the API.
///
/// | constructor | connects to | TLS name (SNI) | `Host` | needs |
/// |---|---|---|---|---|
/// | [`private_dns`](Self::private_dns) | `{api}.execute-api.{region}.amazonaws.com` | same | same | private DNS on the VPC endpoint |
/// | [`alias`](Self::alias) | `{api}-{vpce}.execute-api.{region}.amazonaws.com` | same | same | the endpoint associated with the API |
/// | [`vpce_host`](Self::vpce_host) | the VPC endpoint's DNS name | same | the API's name | |
/// | [`vpce_header`](Self::vpce_header) | the VPC endpoint's DNS name | same | same, and `x-apigw-api-id` | |
/// | [`vpce_resolve`](Self::vpce_resolve) | the addresses of the VPC endpoint's DNS name | the API's name | the API's name | |
/// | [`url`](Self::url) | that URL | same | same | e.g. a custom private domain, or a local API |
///
/// Constructors take what they are given. [`ClientBuilder::build`](crate::ClientBuilder::build) checks the parts and
/// names everything that is wrong at once.
///
/// ```
/// # use private_api_client::{Api, Client, Endpoint};
/// # fn demo<A: Api<Client = Client<A>>>() {
/// let endpoint = Endpoint::vpce_resolve("a1b2c3d4e5", "eu-central-1", "dev", "not a host");
/// let error = Client::<A>::builder().endpoint(endpoint).build().unwrap_err();
/// assert_eq!(error.mistakes().len(), 1);
/// # }
/// ```
pub struct Endpoint<A> {
    way: Way,
    /// Whether requests have to be signed, where the source of the endpoint knows it.
    pub(crate) signed: Option<bool>,
    /// The AWS region, where known; always, except for a plain URL.
    region: Option<String>,
    /// What was wrong with the source this was read from.
    mistakes: Vec<String>,
    api: PhantomData<fn() -> A>,
}

impl<A> Clone for Endpoint<A> {
    fn clone(&self) -> Self {
        let Self { way, signed, region, mistakes, api } = self;
        Self { way: way.clone(), signed: *signed, region: region.clone(), mistakes: mistakes.clone(), api: *api }
    }
}

#[derive(Clone)]
enum Way {
    Url(String),
    Api {
        mode: Mode,
        api_id: String,
        stage: String,
        vpce: String,
    },
    /// Nothing usable was read; `mistakes` says why.
    Unreadable,
}

/// The name of an addressing mode, as the variable `…_MODE` spells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Mode {
    /// `private-dns`
    PrivateDns,
    /// `alias`
    Alias,
    /// `vpce-host`
    VpceHost,
    /// `vpce-header`
    VpceHeader,
    /// `vpce-resolve`
    VpceResolve,
    /// `url`
    Url,
}

impl Mode {
    /// All six.
    pub const ALL: [Self; 6] =
        [Self::PrivateDns, Self::Alias, Self::VpceHost, Self::VpceHeader, Self::VpceResolve, Self::Url];

    /// The mode's name, such as `private-dns`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PrivateDns => "private-dns",
            Self::Alias => "alias",
            Self::VpceHost => "vpce-host",
            Self::VpceHeader => "vpce-header",
            Self::VpceResolve => "vpce-resolve",
            Self::Url => "url",
        }
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Mode {
    type Err = UnknownMode;

    fn from_str(text: &str) -> Result<Self, UnknownMode> {
        Self::ALL.into_iter().find(|mode| mode.as_str() == text).ok_or(UnknownMode(()))
    }
}

/// A word that names no [`Mode`]; its message lists those that are.
#[derive(Clone, Debug, thiserror::Error)]
#[error("must be one of private-dns, alias, vpce-host, vpce-header, vpce-resolve, url")]
pub struct UnknownMode(());

impl<A: Api> Endpoint<A> {
    /// Any base URL, stage included: a custom private domain, or an API on this machine.
    ///
    /// `http` or `https`, without user, query and fragment: `http://127.0.0.1:9000/dev`.
    #[must_use]
    pub fn url(url: impl Into<String>) -> Self {
        Self::new(Way::Url(url.into()), None, Vec::new())
    }

    /// Says in which AWS region the API is, where its URL does not; signatures name it.
    #[must_use]
    pub fn in_region(mut self, region: impl Into<String>) -> Self {
        self.region = Some(region.into());
        self
    }

    /// The API's own name, which private DNS on the VPC endpoint (or a resolver rule) points to private addresses.
    #[must_use]
    pub fn private_dns(api_id: impl Into<String>, region: impl Into<String>, stage: impl Into<String>) -> Self {
        Self::api(Mode::PrivateDns, api_id, region, stage, String::new())
    }

    /// The public alias of API and VPC endpoint (`vpce-…`, its id), which resolves everywhere to private addresses.
    ///
    /// Works without private DNS, over peering and from on premises.
    #[must_use]
    pub fn alias(
        api_id: impl Into<String>,
        vpce_id: impl Into<String>,
        region: impl Into<String>,
        stage: impl Into<String>,
    ) -> Self {
        Self::api(Mode::Alias, api_id, region, stage, vpce_id)
    }

    /// The VPC endpoint's own DNS name, with the API's name as `Host`.
    #[must_use]
    pub fn vpce_host(
        api_id: impl Into<String>,
        region: impl Into<String>,
        stage: impl Into<String>,
        vpce_dns: impl Into<String>,
    ) -> Self {
        Self::api(Mode::VpceHost, api_id, region, stage, vpce_dns)
    }

    /// The VPC endpoint's own DNS name, with the API's id in `x-apigw-api-id`.
    #[must_use]
    pub fn vpce_header(
        api_id: impl Into<String>,
        region: impl Into<String>,
        stage: impl Into<String>,
        vpce_dns: impl Into<String>,
    ) -> Self {
        Self::api(Mode::VpceHeader, api_id, region, stage, vpce_dns)
    }

    /// The API's own name everywhere, but at the addresses of the VPC endpoint's DNS name.
    ///
    /// No header tricks: URL, TLS name, `Host` and signature agree.
    #[must_use]
    pub fn vpce_resolve(
        api_id: impl Into<String>,
        region: impl Into<String>,
        stage: impl Into<String>,
        vpce_dns: impl Into<String>,
    ) -> Self {
        Self::api(Mode::VpceResolve, api_id, region, stage, vpce_dns)
    }

    fn api(
        mode: Mode,
        api_id: impl Into<String>,
        region: impl Into<String>,
        stage: impl Into<String>,
        vpce: impl Into<String>,
    ) -> Self {
        let way = Way::Api { mode, api_id: api_id.into(), stage: stage.into(), vpce: vpce.into() };
        Self::new(way, Some(region.into()), Vec::new())
    }

    fn unreadable(mistakes: Vec<String>) -> Self {
        Self::new(Way::Unreadable, None, mistakes)
    }

    fn new(way: Way, region: Option<String>, mistakes: Vec<String>) -> Self {
        Self { way, signed: None, region, mistakes, api: PhantomData }
    }

    pub(crate) fn mode(&self) -> Mode {
        match &self.way {
            Way::Api { mode, .. } => *mode,
            Way::Url(_) | Way::Unreadable => Mode::Url,
        }
    }

    /// The API's id, region and stage, and the VPC endpoint where one is named.
    pub(crate) fn parts(&self) -> Option<(&str, &str, &str, &str)> {
        match &self.way {
            Way::Api { api_id, stage, vpce, .. } => Some((api_id, self.region.as_deref()?, stage, vpce)),
            Way::Url(_) | Way::Unreadable => None,
        }
    }

    /// What to connect to and what to say there; notes everything that is wrong.
    pub(crate) fn address(&self, mistakes: &mut Vec<String>) -> Option<Address> {
        let mut found = parts::Mistakes { list: self.mistakes.clone(), missing_is_told: !self.mistakes.is_empty() };
        let region = self.region.as_deref();
        if let Some(region) = region {
            parts::check_region(region, &mut found);
        }
        let address = match &self.way {
            Way::Unreadable => None,
            Way::Url(url) => parts::base_url(url, A::COLLECTION, &mut found).map(|base| Address {
                region: region.map(str::to_owned).or_else(|| parts::region_of_host(base.host_str()?)),
                base,
                host: None,
                api_id: None,
                resolve_as: None,
            }),
            Way::Api { mode, api_id, stage, vpce } => {
                parts::api_address(*mode, api_id, region.unwrap_or_default(), stage, vpce, &mut found)
            }
        };
        let address = address.filter(|_| found.list.is_empty());
        mistakes.append(&mut found.list);
        address
    }
}

impl<A> fmt::Debug for Endpoint<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Endpoint");
        match &self.way {
            // Its user part may be a secret, so an unchecked URL is not shown.
            Way::Url(_) | Way::Unreadable => &mut shown,
            Way::Api { mode, api_id, stage, vpce } => {
                shown.field("mode", mode).field("api_id", api_id).field("stage", stage).field("vpce", vpce)
            }
        };
        shown.field("region", &self.region).field("mistakes", &self.mistakes).finish_non_exhaustive()
    }
}

/// An [`Endpoint`] that has been checked: where requests go and what they say to get there.
#[derive(Clone, Debug)]
pub(crate) struct Address {
    /// Scheme, host and stage, without a slash at the end.
    pub base: Url,
    /// The `Host` header where it is not the URL's.
    pub host: Option<HeaderValue>,
    /// The `x-apigw-api-id` header.
    pub api_id: Option<HeaderValue>,
    /// The name whose addresses stand for the base URL's host.
    pub resolve_as: Option<String>,
    /// For signatures.
    #[cfg_attr(not(feature = "sigv4-signer"), expect(dead_code))]
    pub region: Option<String>,
}

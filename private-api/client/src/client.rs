//! The client: what all its calls share.

use std::{fmt, sync::Arc, time::Duration};

use http::HeaderMap;
use reqwest::dns::Resolve;

use crate::{
    Api, Endpoint, Observer,
    builder::{BuildError, ClientBuilder},
    clock::Clock,
    retry::{Budget, RetryPolicy},
    transport::Transport,
};

/// A client of one API.
///
/// Clones are cheap and share connections and the retry budget: build one client and clone it wherever it is needed.
pub struct Client<A: Api>(Arc<Inner<A>>);

struct Inner<A: Api> {
    transport: Transport,
    settings: Settings<A>,
}

pub(crate) struct Settings<A: Api> {
    pub timeout: Duration,
    pub attempt_timeout: Duration,
    #[cfg(feature = "sigv4-signer")]
    pub credentials_timeout: Duration,
    pub default_headers: HeaderMap,
    pub retry: RetryPolicy,
    pub budget: Budget,
    pub clock: Arc<dyn Clock>,
    pub observer: Option<Arc<dyn Observer>>,
    pub connect_timeout: Duration,
    /// For a diagnosis, with `resolver`.
    pub endpoint: Endpoint<A>,
    pub resolver: Arc<dyn Resolve>,
}

impl<A: Api> Client<A> {
    /// Configures a client.
    pub fn builder() -> ClientBuilder<A> {
        ClientBuilder::new()
    }

    /// A client as the environment describes it; see [`ClientBuilder::from_env`].
    ///
    /// # Errors
    /// Everything that is missing or wrong in the environment.
    pub fn from_env() -> Result<A::Client, BuildError> {
        ClientBuilder::<A>::from_env().build()
    }

    pub(crate) fn new(transport: Transport, settings: Settings<A>) -> Self {
        Self(Arc::new(Inner { transport, settings }))
    }

    pub(crate) fn transport(&self) -> &Transport {
        &self.0.transport
    }

    pub(crate) fn settings(&self) -> &Settings<A> {
        &self.0.settings
    }
}

impl<A: Api> Clone for Client<A> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<A: Api> fmt::Debug for Client<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("api", &A::NAME)
            .field("address", &self.0.transport.address)
            .finish_non_exhaustive()
    }
}

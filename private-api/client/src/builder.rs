//! How a client is made.

mod build;

use std::{fmt, path::PathBuf, sync::Arc, time::Duration};

use http::{HeaderMap, HeaderName, HeaderValue};
use private_api_contract::OnBehalfOf;
use reqwest::dns::Resolve;

use crate::{
    Api, Endpoint, Observer,
    call::{extra_header, set_on_behalf_of},
    clock::{Clock, TokioClock},
    retry::RetryPolicy,
    tls,
};

type Configure = Box<dyn Fn(reqwest::ClientBuilder) -> reqwest::ClientBuilder + Send + Sync>;

/// Configures a [`Client`](crate::Client). Nothing is checked before [`build`](Self::build), which names every mistake.
///
/// ```
/// use std::time::Duration;
/// use private_api_client::{Api, BuildError, ClientBuilder, Endpoint, RetryPolicy};
///
/// fn configure<A: Api>(builder: ClientBuilder<A>) -> Result<A::Client, BuildError> {
///     builder
///         .endpoint(Endpoint::url("http://127.0.0.1:9000/dev"))
///         .app_id("billing/7")
///         .timeout(Duration::from_secs(5))
///         .retry(RetryPolicy::default().with_max_attempts(3))
///         .build()
/// }
/// ```
#[must_use]
pub struct ClientBuilder<A: Api> {
    endpoint: Option<Endpoint<A>>,
    connect_timeout: Option<Duration>,
    attempt_timeout: Option<Duration>,
    timeout: Duration,
    #[cfg(feature = "sigv4-signer")]
    credentials_timeout: Duration,
    pool_idle_timeout: Duration,
    retry: RetryPolicy,
    app_id: Option<String>,
    default_headers: HeaderMap,
    wrong_headers: Vec<String>,
    tls: tls::Material,
    root_files: Vec<PathBuf>,
    resolver: Option<Arc<dyn Resolve>>,
    clock: Arc<dyn Clock>,
    observer: Option<Arc<dyn Observer>>,
    #[cfg(feature = "testing")]
    script: Option<crate::testing::Script>,
    configure: Vec<Configure>,
    #[cfg(feature = "sigv4-signer")]
    sign: Option<bool>,
    #[cfg(feature = "sigv4-signer")]
    credentials: Option<aws_credential_types::provider::SharedCredentialsProvider>,
}

impl<A: Api> ClientBuilder<A> {
    pub(crate) fn new() -> Self {
        Self {
            endpoint: None,
            connect_timeout: None,
            attempt_timeout: None,
            timeout: Duration::from_secs(25),
            #[cfg(feature = "sigv4-signer")]
            credentials_timeout: Duration::from_secs(5),
            pool_idle_timeout: Duration::from_secs(50),
            retry: RetryPolicy::default(),
            app_id: None,
            default_headers: HeaderMap::new(),
            wrong_headers: Vec::new(),
            tls: tls::Material::default(),
            root_files: Vec::new(),
            resolver: None,
            clock: Arc::new(TokioClock),
            observer: None,
            #[cfg(feature = "testing")]
            script: None,
            configure: Vec::new(),
            #[cfg(feature = "sigv4-signer")]
            sign: None,
            #[cfg(feature = "sigv4-signer")]
            credentials: None,
        }
    }

    /// A builder with what the environment says: the endpoint ([`Endpoint::from_env`]), and extra root certificates from the
    /// PEM file that the variable `…_CA_FILE` names.
    pub fn from_env() -> Self {
        Self::from_vars(|name| std::env::var(name).ok())
    }

    /// As [`from_env`](Self::from_env), with the variables' values from anywhere.
    pub fn from_vars(vars: impl Fn(&str) -> Option<String>) -> Self {
        let builder = Self::new().endpoint(Endpoint::from_vars(&vars));
        match vars(&format!("{}_CA_FILE", A::VARIABLES)).filter(|file| !file.is_empty()) {
            Some(file) => builder.root_certificate_file(file),
            None => builder,
        }
    }

    /// Where the API is.
    pub fn endpoint(mut self, endpoint: Endpoint<A>) -> Self {
        self.endpoint = Some(endpoint);
        self
    }

    /// How long connecting may take: name, TCP and TLS together; 3 s if not set, or the attempt's time where that is less. Not
    /// longer than the [`attempt_timeout`](Self::attempt_timeout). On Linux it is also each connection's `TCP_USER_TIMEOUT`: one
    /// whose peer acknowledges nothing for so long ends.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = Some(timeout);
        self
    }

    /// How long one attempt may take, connecting and reading included; 10 s if not set, or the call's time where that is less. Not
    /// longer than the [`timeout`](Self::timeout). It is the [`clock`](Self::clock)'s time: Tokio's paused clock runs ahead while
    /// nothing else can, and ends attempts that wait for a real socket.
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.attempt_timeout = Some(timeout);
        self
    }

    /// How long a call may take, all attempts and waits included; 25 s if not set, below the gateway's own 29 s. A retry whose wait
    /// would end after it is not begun.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// How long an idle connection is kept; 50 s if not set, below the server's own limit.
    pub fn pool_idle_timeout(mut self, timeout: Duration) -> Self {
        self.pool_idle_timeout = timeout;
        self
    }

    /// How hard the client tries.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// Names the calling application in the `User-Agent`: 1–50 of `A-Z a-z 0-9 . _ - /`.
    pub fn app_id(mut self, app_id: impl Into<String>) -> Self {
        self.app_id = Some(app_id.into());
        self
    }

    /// Sends this header with every call, besides what the call adds by itself; a name may be given several values. A call's
    /// [`with_header`](crate::Call::with_header) of the same name replaces it.
    pub fn default_header<N, V>(mut self, name: N, value: V) -> Self
    where
        N: TryInto<HeaderName>,
        V: TryInto<HeaderValue>,
    {
        match extra_header(name, value) {
            Ok((name, value)) => _ = self.default_headers.append(name, value),
            Err(why) => self.wrong_headers.push(why.into_owned()),
        }
        self
    }

    /// Says for whom every call is made, but for those that say so [themselves](crate::Call::on_behalf_of).
    pub fn on_behalf_of(mut self, who: &OnBehalfOf) -> Self {
        set_on_behalf_of(&mut self.default_headers, who);
        self
    }

    /// Trusts these certificates too (PEM, one or more).
    pub fn root_certificate_pem(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.tls.roots.push(pem.into());
        self
    }

    /// Trusts the certificates in this file too (PEM, one or more). It is read by [`build`](Self::build), and again about once
    /// a minute, when connections have come of age: a certificate that is renewed in place needs no restart. What cannot be
    /// read then is told by nothing, and what was read before holds on.
    pub fn root_certificate_file(mut self, file: impl Into<PathBuf>) -> Self {
        self.root_files.push(file.into());
        self
    }

    /// Shows this certificate where a server asks for one: PEM with the certificate, its chain and its private key (PKCS#8), as
    /// of a gateway of one's own before the API. API Gateway asks private callers for none.
    pub fn client_certificate_pem(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.tls.identity = Some(pem.into());
        self
    }

    /// Resolves names with this instead of the operating system.
    /// [`Endpoint::vpce_resolve`] asks it for the VPC endpoint's name.
    pub fn dns_resolver(mut self, resolver: Arc<dyn Resolve>) -> Self {
        self.resolver = Some(resolver);
        self
    }

    /// Takes time and luck from this, for tests.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Tells this of every attempt and every call, and lets it add headers.
    pub fn observer(mut self, observer: impl Observer) -> Self {
        self.observer = Some(Arc::new(observer));
        self
    }

    /// Sends nothing: attempts go by this script.
    #[cfg(feature = "testing")]
    pub fn script(mut self, script: &crate::testing::Script) -> Self {
        self.script = Some(script.clone());
        self
    }

    /// Sets what this builder does not offer, such as a proxy or a local address. Called for each HTTP client that is made: a
    /// new one with each generation of connections, and one that makes a connection for each request.
    ///
    /// What the client depends on is set after it and wins: HTTP/1.1 only, no redirects, no retries of reqwest's own, TLS,
    /// name resolution.
    pub fn configure_reqwest(
        mut self,
        configure: impl Fn(reqwest::ClientBuilder) -> reqwest::ClientBuilder + Send + Sync + 'static,
    ) -> Self {
        self.configure.push(Box::new(configure));
        self
    }

    /// Signs requests with SigV4, or does not, whatever the endpoint's source says of the API's authorization.
    #[cfg(feature = "sigv4-signer")]
    pub fn sign_requests(mut self, sign: bool) -> Self {
        self.sign = Some(sign);
        self
    }

    /// How long a call waits for credentials where there are none; 5 s if not set. An attempt's time begins after it.
    #[cfg(feature = "sigv4-signer")]
    pub fn credentials_timeout(mut self, timeout: Duration) -> Self {
        self.credentials_timeout = timeout;
        self
    }

    /// Signs requests with these credentials, instead of those of AWS's standard chain (environment, profile, web identity,
    /// container, instance).
    #[cfg(feature = "sigv4-signer")]
    pub fn credentials(mut self, provider: impl aws_credential_types::provider::ProvideCredentials + 'static) -> Self {
        self.credentials = Some(aws_credential_types::provider::SharedCredentialsProvider::new(provider));
        self.sign.get_or_insert(true);
        self
    }
}

impl<A: Api> fmt::Debug for ClientBuilder<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder").field("endpoint", &self.endpoint).finish_non_exhaustive()
    }
}

/// Why no client could be built: everything that is missing, wrong or contradictory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BuildError {
    /// The API's name.
    api: &'static str,
    mistakes: Vec<String>,
}

impl BuildError {
    /// Each mistake in a sentence.
    #[must_use]
    pub fn mistakes(&self) -> &[String] {
        &self.mistakes
    }
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the {} client cannot be built: {}", self.api, self.mistakes.join("; "))
    }
}

impl std::error::Error for BuildError {}

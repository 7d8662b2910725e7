//! How a client is made.

use std::{fmt, path::PathBuf, sync::Arc, time::Duration};

use reqwest::dns::Resolve;

use crate::{
    ClaimsClient, Endpoint,
    client::Settings,
    clock::{Clock, TokioClock},
    dns::{ByHealth, Health, SystemResolver, Through},
    error::cause,
    retry::{Budget, RetryPolicy},
    tls::{self, ExtraRoots},
    transport::Transport,
};

type Configure = Box<dyn FnOnce(reqwest::ClientBuilder) -> reqwest::ClientBuilder + Send>;

/// After so long without a word an idle connection's peer is asked whether it is still there; whole seconds only.
const KEEPALIVE: Duration = Duration::from_secs(1);

/// Configures a [`ClaimsClient`]. Nothing is checked before [`build`](Self::build), which names every mistake.
///
/// ```
/// use std::time::Duration;
/// use claims_client::{ClaimsClient, Endpoint, RetryPolicy};
///
/// let client = ClaimsClient::builder()
///     .endpoint(Endpoint::url("http://127.0.0.1:9000/dev"))
///     .app_id("billing/7")
///     .timeout(Duration::from_secs(5))
///     .retry(RetryPolicy::default().with_max_attempts(3))
///     .build()?;
/// # Ok::<(), claims_client::BuildError>(())
/// ```
#[must_use]
pub struct ClientBuilder {
    endpoint: Option<Endpoint>,
    connect_timeout: Duration,
    attempt_timeout: Duration,
    timeout: Duration,
    pool_idle_timeout: Duration,
    retry: RetryPolicy,
    app_id: Option<String>,
    roots: ExtraRoots,
    root_files: Vec<PathBuf>,
    resolver: Option<Arc<dyn Resolve>>,
    clock: Arc<dyn Clock>,
    configure: Vec<Configure>,
    #[cfg(feature = "sigv4")]
    sign: Option<bool>,
    #[cfg(feature = "sigv4")]
    credentials: Option<aws_credential_types::provider::SharedCredentialsProvider>,
}

impl ClientBuilder {
    pub(crate) fn new() -> Self {
        Self {
            endpoint: None,
            connect_timeout: Duration::from_secs(3),
            attempt_timeout: Duration::from_secs(10),
            timeout: Duration::from_secs(25),
            pool_idle_timeout: Duration::from_secs(50),
            retry: RetryPolicy::default(),
            app_id: None,
            roots: ExtraRoots::default(),
            root_files: Vec::new(),
            resolver: None,
            clock: Arc::new(TokioClock),
            configure: Vec::new(),
            #[cfg(feature = "sigv4")]
            sign: None,
            #[cfg(feature = "sigv4")]
            credentials: None,
        }
    }

    /// A builder with what the environment says: the endpoint ([`Endpoint::from_env`]), and extra root certificates from the
    /// PEM file that `CLAIMS_API_CA_FILE` names.
    pub fn from_env() -> Self {
        Self::from_vars(|name| std::env::var(name).ok())
    }

    /// As [`from_env`](Self::from_env), with the variables' values from anywhere.
    pub fn from_vars(vars: impl Fn(&str) -> Option<String>) -> Self {
        let builder = Self::new().endpoint(Endpoint::from_vars(&vars));
        match vars("CLAIMS_API_CA_FILE").filter(|file| !file.is_empty()) {
            Some(file) => builder.root_certificate_file(file),
            None => builder,
        }
    }

    /// Where the API is.
    pub fn endpoint(mut self, endpoint: Endpoint) -> Self {
        self.endpoint = Some(endpoint);
        self
    }

    /// How long connecting may take: name, TCP and TLS together; 3 s if not set.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// How long one attempt may take, connecting and reading included; 10 s if not set.
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.attempt_timeout = timeout;
        self
    }

    /// How long a call may take, all attempts and waits included; 25 s if not set, below the gateway's own 29 s.
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

    /// Trusts these certificates too (PEM, one or more).
    pub fn root_certificate_pem(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.roots.0.push(pem.into());
        self
    }

    /// Trusts the certificates in this file too (PEM, one or more). It is read by [`build`](Self::build).
    pub fn root_certificate_file(mut self, file: impl Into<PathBuf>) -> Self {
        self.root_files.push(file.into());
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

    /// Sets what this builder does not offer, such as a proxy or a local address.
    ///
    /// What the client depends on is set after it and wins: HTTP/1.1 only, no redirects, no retries of reqwest's own, TLS,
    /// name resolution.
    pub fn configure_reqwest(
        mut self,
        configure: impl FnOnce(reqwest::ClientBuilder) -> reqwest::ClientBuilder + Send + 'static,
    ) -> Self {
        self.configure.push(Box::new(configure));
        self
    }

    /// Signs requests with SigV4, or does not, whatever the endpoint's source says of the API's authorization.
    #[cfg(feature = "sigv4")]
    pub fn sign_requests(mut self, sign: bool) -> Self {
        self.sign = Some(sign);
        self
    }

    /// Signs requests with these credentials, instead of those of AWS's standard chain (environment, profile, web identity,
    /// container, instance).
    #[cfg(feature = "sigv4")]
    pub fn credentials(mut self, provider: impl aws_credential_types::provider::ProvideCredentials + 'static) -> Self {
        self.credentials = Some(aws_credential_types::provider::SharedCredentialsProvider::new(provider));
        self.sign.get_or_insert(true);
        self
    }

    /// Makes the client. Sends nothing; reads the certificate files, if any.
    ///
    /// # Errors
    /// Everything that is missing, wrong or contradictory, all at once.
    pub fn build(mut self) -> Result<ClaimsClient, BuildError> {
        let mut mistakes = Vec::new();
        let address = match &self.endpoint {
            Some(endpoint) => {
                #[cfg(not(feature = "sigv4"))]
                if endpoint.signed == Some(true) {
                    mistakes.push(
                        "the API wants signed requests (AWS_IAM): build claims-client with its feature sigv4"
                            .to_owned(),
                    );
                }
                endpoint.address(&mut mistakes)
            }
            None => {
                mistakes.push("no endpoint is set".to_owned());
                None
            }
        };
        #[cfg(feature = "sigv4")]
        let signer = {
            let wanted = self.endpoint.as_ref().and_then(|e| e.signed);
            let region = address.as_ref().map(|a| a.region.clone());
            match (self.sign.or(wanted).unwrap_or(false), region) {
                (true, Some(Some(region))) => {
                    Some(Arc::new(crate::sigv4::Signer::new(region, self.credentials.take())))
                }
                (true, Some(None)) => {
                    mistakes.push(
                        "requests are to be signed, and the URL does not say for which region: call \
                         Endpoint::in_region or set CLAIMS_API_REGION"
                            .to_owned(),
                    );
                    None
                }
                _ => None,
            }
        };
        for (name, timeout) in [
            ("connect timeout", self.connect_timeout),
            ("attempt timeout", self.attempt_timeout),
            ("timeout", self.timeout),
        ] {
            if timeout.is_zero() {
                mistakes.push(format!("the {name} is zero: nothing could ever be sent"));
            }
        }
        let user_agent = self.user_agent(&mut mistakes);
        for file in &self.root_files {
            match std::fs::read(file) {
                Ok(pem) => self.roots.0.push(pem),
                Err(e) => mistakes.push(format!("the root certificate file {} cannot be read: {e}", file.display())),
            }
        }

        let mut builder = reqwest::Client::builder()
            // A proxy from the environment would carry private calls out of the VPC.
            .no_proxy()
            .user_agent(user_agent)
            .connect_timeout(self.connect_timeout)
            .pool_idle_timeout(self.pool_idle_timeout)
            .tcp_nodelay(true)
            // A connection whose other side has fallen silent must not cost a whole attempt, nor several idle ones a whole
            // call: it ends when its peer has acknowledged nothing for as long as connecting may take.
            .tcp_keepalive(KEEPALIVE)
            .tcp_keepalive_interval(KEEPALIVE);
        #[cfg(target_os = "linux")]
        {
            builder = builder.tcp_user_timeout(self.connect_timeout);
        }
        for configure in self.configure {
            builder = configure(builder);
        }
        builder = builder
            // Private APIs speak nothing newer, and over HTTP/2 a `Host` of its own would contradict `:authority`.
            .http1_only()
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never());
        let resolver = self.resolver.clone().unwrap_or_else(|| Arc::new(SystemResolver));
        let mut names = resolver.clone();
        if let Some(instead) = address.as_ref().and_then(|a| a.resolve_as.clone()) {
            let name = address.as_ref().and_then(|a| a.base.host_str()).unwrap_or_default().to_owned();
            names = Arc::new(Through { name, instead, resolver: names });
        }
        let health = Arc::new(Health::default());
        builder = builder.dns_resolver(Arc::new(ByHealth { health: health.clone(), resolver: names }));
        let http = tls::configure(builder, &self.roots)
            .and_then(|builder| {
                builder.build().map_err(|e| format!("the HTTP client cannot be built: {}", cause(&e.without_url())))
            })
            .map_err(|mistake| mistakes.push(mistake));

        match (self.endpoint, address, http) {
            (Some(endpoint), Some(address), Ok(http)) if mistakes.is_empty() => Ok(ClaimsClient::new(
                Transport {
                    http,
                    address,
                    health,
                    #[cfg(feature = "sigv4")]
                    signer,
                },
                Settings {
                    timeout: self.timeout,
                    attempt_timeout: self.attempt_timeout,
                    budget: Budget::new(self.retry.budget),
                    retry: self.retry,
                    clock: self.clock,
                    connect_timeout: self.connect_timeout,
                    endpoint,
                    resolver,
                },
            )),
            _ => Err(BuildError { mistakes }),
        }
    }

    fn user_agent(&self, mistakes: &mut Vec<String>) -> String {
        let mut agent = concat!("claims-client/", env!("CARGO_PKG_VERSION")).to_owned();
        if let Some(app_id) = &self.app_id {
            let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-' | b'/');
            if (1..=50).contains(&app_id.len()) && app_id.bytes().all(allowed) {
                agent.push_str(" app/");
                agent.push_str(app_id);
            } else {
                mistakes.push("the app id has to be 1 to 50 of A-Z a-z 0-9 . _ - /".to_owned());
            }
        }
        agent
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder").field("endpoint", &self.endpoint).finish_non_exhaustive()
    }
}

/// Why no client could be built: everything that is missing, wrong or contradictory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BuildError {
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
        write!(f, "the claims client cannot be built: {}", self.mistakes.join("; "))
    }
}

impl std::error::Error for BuildError {}

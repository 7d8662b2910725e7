//! From a builder's settings to a client; each part notes what is wrong with it.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use reqwest::dns::Resolve;

use super::{BuildError, ClientBuilder, Configure};
use crate::{
    Api, Client,
    client::Settings,
    dns::{ByHealth, Health, SystemResolver, Through},
    endpoint::Address,
    error::cause,
    pool::{Pair, Pool},
    retry::Budget,
    tls,
    transport::Transport,
    watch::Watch,
};

/// After so long without a word an idle connection's peer is asked whether it is still there; whole seconds only.
const KEEPALIVE: Duration = Duration::from_secs(1);

impl<A: Api> ClientBuilder<A> {
    /// Makes the client. Sends nothing; reads the certificate files, if any.
    ///
    /// # Errors
    /// Everything that is missing, wrong or contradictory, all at once.
    pub fn build(mut self) -> Result<A::Client, BuildError> {
        let mut mistakes = Vec::new();
        let (attempt_timeout, connect_timeout) = self.limits();
        let address = self.address(&mut mistakes);
        self.check_timeouts(&mut mistakes);
        let user_agent = self.user_agent(&mut mistakes);
        mistakes.append(&mut self.wrong_headers);
        let trust = Trust { given: self.tls.clone(), files: self.root_files.clone() };
        let (material, mut unread) = trust.read();
        mistakes.append(&mut unread);
        let tls = tls::Config::new(&material);
        let resolver = self.resolver.clone().unwrap_or_else(|| Arc::new(SystemResolver));
        #[cfg(feature = "sigv4-signer")]
        let signer = self.signer(address.as_ref(), tls.as_ref().ok(), &resolver, &mut mistakes);
        let health = Arc::new(Health::new(self.clock.clone()));
        let names = names(address.as_ref(), &resolver, &health);
        let clients = tls.and_then(|tls| {
            let idle = self.pool_idle_timeout;
            let configure = self.configure;
            let recipe = Recipe { user_agent, names, health: health.clone(), connect_timeout, configure };
            let pair = move |tls: &tls::Config| {
                Ok(Pair { kept: recipe.client(idle, tls)?, fresh: recipe.client(Duration::ZERO, tls)? })
            };
            let first = pair(&tls)?;
            let tls = Mutex::new((material, tls));
            let make = move || pair(&trust.renewed(&mut tls.lock().unwrap_or_else(PoisonError::into_inner)));
            Ok(Pool::new(first, Box::new(make), health.clone()))
        });
        let clients = clients.map_err(|mistake| mistakes.push(mistake));

        match (self.endpoint, address, clients) {
            (Some(endpoint), Some(address), Ok(pool)) if mistakes.is_empty() => Ok(Client::new(
                Transport {
                    pool: Arc::new(pool),
                    address,
                    health,
                    #[cfg(feature = "sigv4-signer")]
                    signer,
                    #[cfg(feature = "testing")]
                    script: self.script,
                },
                Settings {
                    timeout: self.timeout,
                    attempt_timeout,
                    #[cfg(feature = "sigv4-signer")]
                    credentials_timeout: self.credentials_timeout,
                    default_headers: self.default_headers,
                    budget: Budget::new(self.retry.budget),
                    retry: self.retry,
                    clock: self.clock,
                    observer: self.observer,
                    connect_timeout,
                    endpoint,
                    resolver,
                },
            )
            .into()),
            _ => Err(BuildError { api: A::NAME, mistakes }),
        }
    }

    fn address(&self, mistakes: &mut Vec<String>) -> Option<Address> {
        let Some(endpoint) = &self.endpoint else {
            mistakes.push("no endpoint is set".to_owned());
            return None;
        };
        #[cfg(not(feature = "sigv4-signer"))]
        if endpoint.signed == Some(true) {
            mistakes
                .push(format!("the API wants signed requests (AWS_IAM): build {} with its feature sigv4", A::PACKAGE));
        }
        endpoint.address(mistakes)
    }

    #[cfg(feature = "sigv4-signer")]
    fn signer(
        &mut self,
        address: Option<&Address>,
        tls: Option<&tls::Config>,
        resolver: &Arc<dyn Resolve>,
        mistakes: &mut Vec<String>,
    ) -> Option<Arc<crate::sigv4::Signer>> {
        use crate::{credentials, sigv4::Signer};

        let wanted = self.endpoint.as_ref().and_then(|e| e.signed);
        if !self.sign.or(wanted).unwrap_or(false) {
            return None;
        }
        let Some(region) = address?.region.clone() else {
            mistakes.push(format!(
                "requests are to be signed, and the URL does not say for which region: set {}_REGION (in code: \
                 Endpoint::in_region)",
                A::VARIABLES
            ));
            return None;
        };
        let source = match self.credentials.take() {
            Some(given) => credentials::Source::Given(given),
            None => self.standard_chain(&region, tls?, resolver, mistakes)?,
        };
        Some(Arc::new(Signer::new(region, credentials::Held::new(source))))
    }

    #[cfg(feature = "sigv4")]
    fn standard_chain(
        &self,
        region: &str,
        tls: &tls::Config,
        resolver: &Arc<dyn Resolve>,
        mistakes: &mut Vec<String>,
    ) -> Option<crate::credentials::Source> {
        let builder = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
        let builder = builder.http1_only().dns_resolver(resolver.clone());
        let http =
            tls.apply(builder).build().map_err(|e| mistakes.push(format!("no client for credentials: {e}"))).ok()?;
        let chain = crate::chain::Chain::new(region.to_owned(), http);
        Some(crate::credentials::Source::Chain(Arc::new(chain)))
    }

    #[cfg(all(feature = "sigv4-signer", not(feature = "sigv4")))]
    fn standard_chain(
        &self,
        _: &str,
        _: &tls::Config,
        _: &Arc<dyn Resolve>,
        mistakes: &mut Vec<String>,
    ) -> Option<crate::credentials::Source> {
        mistakes.push(format!(
            "requests are to be signed and no credentials are given: call ClientBuilder::credentials, or build {} with its \
             feature sigv4 for AWS's standard chain",
            A::PACKAGE
        ));
        None
    }

    /// How long an attempt and connecting may take.
    fn limits(&self) -> (Duration, Duration) {
        let attempt = self.attempt_timeout.unwrap_or_else(|| Duration::from_secs(10).min(self.timeout));
        (attempt, self.connect_timeout.unwrap_or_else(|| Duration::from_secs(3).min(attempt)))
    }

    fn check_timeouts(&self, mistakes: &mut Vec<String>) {
        let limits = [
            ("connect timeout", self.connect_timeout),
            ("attempt timeout", self.attempt_timeout),
            ("timeout", Some(self.timeout)),
        ];
        let set = limits.into_iter().filter_map(|(name, limit)| Some((name, limit?)));
        for (name, _) in set.clone().filter(|(_, limit)| limit.is_zero()) {
            mistakes.push(format!("the {name} is zero: nothing could ever be sent"));
        }
        let set: Vec<_> = set.filter(|(_, limit)| !limit.is_zero()).collect();
        for pair in set.windows(2) {
            if let [(inner, short), (outer, long)] = pair
                && short > long
            {
                mistakes
                    .push(format!("the {inner} ({short:?}) is longer than the {outer} ({long:?}), which ends first"));
            }
        }
    }

    fn user_agent(&self, mistakes: &mut Vec<String>) -> String {
        let mut agent = format!("{}/{}", A::PACKAGE, A::VERSION);
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

/// Where what is trusted comes from.
struct Trust {
    given: tls::Material,
    files: Vec<PathBuf>,
}

impl Trust {
    /// All of it, as it is now, and what cannot be read.
    fn read(&self) -> (tls::Material, Vec<String>) {
        let (mut material, mut unread) = (self.given.clone(), Vec::new());
        for file in &self.files {
            match std::fs::read(file) {
                Ok(pem) => material.roots.push(pem),
                Err(e) => unread.push(format!("the root certificate file {} cannot be read: {e}", file.display())),
            }
        }
        (material, unread)
    }

    /// What holds for new connections: what the files say now, or still what they said.
    fn renewed(&self, held: &mut (tls::Material, tls::Config)) -> tls::Config {
        if !self.files.is_empty()
            && let (material, unread) = self.read()
            && unread.is_empty()
            && material != held.0
            && let Ok(config) = tls::Config::new(&material)
        {
            *held = (material, config);
        }
        held.1.clone()
    }
}

/// All that HTTP clients are made of.
struct Recipe {
    user_agent: String,
    names: Arc<dyn Resolve>,
    health: Arc<Health>,
    connect_timeout: Duration,
    configure: Vec<Configure>,
}

impl Recipe {
    /// `idle`: how long an idle connection is kept; zero keeps none.
    fn client(&self, idle: Duration, tls: &tls::Config) -> Result<reqwest::Client, String> {
        let mut builder = reqwest::Client::builder()
            // A proxy from the environment would carry private calls out of the VPC.
            .no_proxy()
            .user_agent(&self.user_agent)
            .connect_timeout(self.connect_timeout)
            .pool_idle_timeout(idle)
            .tcp_nodelay(true)
            // A connection whose other side has fallen silent must not cost a whole attempt, nor several idle ones a whole
            // call: it ends when its peer has acknowledged nothing for as long as connecting may take.
            .tcp_keepalive(KEEPALIVE)
            .tcp_keepalive_interval(KEEPALIVE);
        #[cfg(target_os = "linux")]
        {
            builder = builder.tcp_user_timeout(self.connect_timeout);
        }
        for configure in &self.configure {
            builder = configure(builder);
        }
        builder = builder
            // Private APIs speak nothing newer, and over HTTP/2 a `Host` of its own would contradict `:authority`.
            .http1_only()
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            // What another crate of the build may have switched on.
            .no_gzip()
            .no_brotli()
            .no_deflate()
            .no_zstd()
            .referer(false)
            .dns_resolver(self.names.clone())
            .connector_layer(Watch(self.health.clone()));
        if idle.is_zero() {
            builder = builder.pool_max_idle_per_host(0);
        }
        let built = tls.apply(builder).build();
        built.map_err(|e| format!("the HTTP client cannot be built: {}", cause(&e.without_url())))
    }
}

/// Who resolves the names of connections.
fn names(address: Option<&Address>, resolver: &Arc<dyn Resolve>, health: &Arc<Health>) -> Arc<dyn Resolve> {
    let mut names = resolver.clone();
    if let Some(address) = address
        && let Some(instead) = address.resolve_as.clone()
    {
        let name = address.base.host_str().unwrap_or_default().to_owned();
        names = Arc::new(Through { name, instead, resolver: names });
    }
    Arc::new(ByHealth { health: health.clone(), resolver: names })
}

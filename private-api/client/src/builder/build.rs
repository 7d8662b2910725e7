//! From a builder's settings to a client; each part notes what is wrong with it.

use std::{sync::Arc, time::Duration};

use reqwest::dns::Resolve;

use super::{BuildError, ClientBuilder};
use crate::{
    Api, Client,
    client::Settings,
    dns::{ByHealth, Health, SystemResolver, Through},
    endpoint::Address,
    error::cause,
    retry::Budget,
    tls,
    transport::Transport,
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
        let address = self.address(&mut mistakes);
        #[cfg(feature = "sigv4")]
        let signer = self.signer(address.as_ref(), &mut mistakes);
        self.check_timeouts(&mut mistakes);
        let user_agent = self.user_agent(&mut mistakes);
        self.read_root_files(&mut mistakes);
        let resolver = self.resolver.clone().unwrap_or_else(|| Arc::new(SystemResolver));
        let health = Arc::new(Health::default());
        let names = names(address.as_ref(), &resolver, &health);
        let http = self.http(user_agent, names).map_err(|mistake| mistakes.push(mistake));

        match (self.endpoint, address, http) {
            (Some(endpoint), Some(address), Ok(http)) if mistakes.is_empty() => Ok(Client::new(
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
        #[cfg(not(feature = "sigv4"))]
        if endpoint.signed == Some(true) {
            mistakes
                .push(format!("the API wants signed requests (AWS_IAM): build {} with its feature sigv4", A::PACKAGE));
        }
        endpoint.address(mistakes)
    }

    #[cfg(feature = "sigv4")]
    fn signer(&mut self, address: Option<&Address>, mistakes: &mut Vec<String>) -> Option<Arc<crate::sigv4::Signer>> {
        let wanted = self.endpoint.as_ref().and_then(|e| e.signed);
        if !self.sign.or(wanted).unwrap_or(false) {
            return None;
        }
        let Some(region) = address?.region.clone() else {
            mistakes.push(format!(
                "requests are to be signed, and the URL does not say for which region: call Endpoint::in_region or set \
                 {}_REGION",
                A::VARIABLES
            ));
            return None;
        };
        Some(Arc::new(crate::sigv4::Signer::new(region, self.credentials.take())))
    }

    fn check_timeouts(&self, mistakes: &mut Vec<String>) {
        for (name, timeout) in [
            ("connect timeout", self.connect_timeout),
            ("attempt timeout", self.attempt_timeout),
            ("timeout", self.timeout),
        ] {
            if timeout.is_zero() {
                mistakes.push(format!("the {name} is zero: nothing could ever be sent"));
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

    fn read_root_files(&mut self, mistakes: &mut Vec<String>) {
        for file in &self.root_files {
            match std::fs::read(file) {
                Ok(pem) => self.roots.0.push(pem),
                Err(e) => mistakes.push(format!("the root certificate file {} cannot be read: {e}", file.display())),
            }
        }
    }

    fn http(&mut self, user_agent: String, names: Arc<dyn Resolve>) -> Result<reqwest::Client, String> {
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
        for configure in self.configure.drain(..) {
            builder = configure(builder);
        }
        builder = builder
            // Private APIs speak nothing newer, and over HTTP/2 a `Host` of its own would contradict `:authority`.
            .http1_only()
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .dns_resolver(names);
        tls::configure(builder, &self.roots)?
            .build()
            .map_err(|e| format!("the HTTP client cannot be built: {}", cause(&e.without_url())))
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

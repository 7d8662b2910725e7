//! Why a private API cannot be reached: name, address, TLS, gateway, one after the other.

mod verdict;

use std::{
    fmt,
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use http::HeaderMap;
use reqwest::dns::{Name, Resolve};
use serde::Serialize;

use tracing::Span;

use crate::{
    Api, Client, Clock, Endpoint, Mode, attempts,
    clock::within,
    dns::is_private,
    endpoint::Address,
    error::{Error, Kind, Sent},
    gateway::Refusal,
    phase::{Phase, Progress},
    query::Target,
    transport::{Answer, Attempt, Request, Transport},
};

pub use verdict::Verdict;

/// What [`Client::diagnose`] found. `Display` says it in plain words; serialised it is for a ticket.
///
/// It holds names, addresses and the client's own error lines, nothing of what the API is about.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Diagnosis {
    /// What is wrong, if anything.
    pub verdict: Verdict,
    /// The name that is connected to.
    pub name: String,
    /// Why the name did not resolve.
    pub resolution_error: Option<String>,
    /// The name's addresses; a VPC endpoint has one per availability zone.
    pub addresses: Vec<Reached>,
    /// The API's probe, tried through each mode that this client can try, its own mode first.
    pub modes: Vec<Tried>,
    #[serde(skip)]
    words: Words,
}

/// What the API calls itself, what its variables' names begin with, and the stage that was asked for.
#[derive(Clone, Debug)]
struct Words {
    api: &'static str,
    variables: &'static str,
    stage: String,
}

/// One address of the API.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Reached {
    /// The address.
    pub address: IpAddr,
    /// Whether it is a private one, as those of a VPC endpoint are.
    pub private: bool,
    /// Why no TCP connection came about; `None` when one did, or when none was tried because the address is public.
    pub error: Option<String>,
}

/// One addressing mode.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Tried {
    /// The mode.
    pub mode: Mode,
    /// What came back.
    pub verdict: Verdict,
    /// The client's error, in one line.
    pub error: Option<String>,
    /// The gateway's id of the request.
    pub request_id: Option<String>,
}

/// The verdict in the API's own words; made by [`Diagnosis::advice`].
struct Advice<'a>(&'a Diagnosis);

impl fmt::Display for Advice<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Words { api, variables, stage } = &self.0.words;
        self.0.verdict.advise(f, &format!("the {api} API"), &format!(" ({variables}_CA_FILE)"), stage)?;
        if self.0.verdict == Verdict::Refused(Refusal::Bare) && self.0.is_id_right() {
            f.write_str(" (the alias resolves, so the id is right, and the stage is the first suspect)")?;
        }
        Ok(())
    }
}

impl Diagnosis {
    /// Whether the alias resolves, as it does for an associated API alone; with private DNS any id's does.
    fn is_id_right(&self) -> bool {
        let unresolved = |tried: &Tried| matches!(tried.verdict, Verdict::NameUnknown | Verdict::PublicAddress);
        let of = |mode| self.modes.iter().find(|tried| tried.mode == mode);
        of(Mode::Alias).is_some_and(|tried| !unresolved(tried)) && of(Mode::PrivateDns).is_some_and(unresolved)
    }

    /// The verdict, its likely cause and what to do, in the API's own words.
    pub fn advice(&self) -> impl fmt::Display {
        Advice(self)
    }
}

impl fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.advice())?;
        write!(f, "- {}:", self.name)?;
        if let Some(error) = &self.resolution_error {
            write!(f, " {error}")?;
        }
        for reached in &self.addresses {
            let kind = if reached.private { "private" } else { "public" };
            write!(f, " {} ({kind}, {})", reached.address, reached.error.as_deref().unwrap_or("no error"))?;
        }
        for tried in &self.modes {
            write!(f, "\n- mode {}: {}", tried.mode, tried.error.as_deref().unwrap_or("answers"))?;
        }
        Ok(())
    }
}

impl<A: Api> Client<A> {
    /// Finds out why the API cannot be reached: resolves its name, connects to each address, and sends the API's
    /// [probe](Api::probe) through each mode that this client's parts allow.
    ///
    /// Sends a handful of reads and no retries. For people and tickets, not for a health check.
    pub async fn diagnose(&self) -> Diagnosis {
        let transport = self.transport();
        let address = &transport.address;
        let host = address.base.host_str().unwrap_or_default().to_owned();
        let name = address.resolve_as.clone().unwrap_or(host);
        let port = address.base.port_or_known_default().unwrap_or(443);
        let mode = self.settings().endpoint.mode();

        let resolved = resolve(&*self.settings().resolver, &name).await;
        let resolution_error = resolved.as_ref().err().cloned();
        let mut addresses = Vec::new();
        for found in resolved.unwrap_or_default() {
            let private = is_private(found.ip());
            // A public address is not a private API's: nothing is sent there.
            let try_it = private || mode == Mode::Url;
            let error = if try_it { self.connect(found, port).await.err() } else { None };
            addresses.push(Reached { address: found.ip(), private, error });
        }

        let verdict = if addresses.is_empty() {
            Some(Verdict::NameUnknown)
        } else if mode != Mode::Url && addresses.iter().any(|a| !a.private) {
            Some(Verdict::PublicAddress)
        } else if addresses.iter().all(|a| a.error.is_some()) {
            let here = mode == Mode::Url && addresses.iter().all(|a| a.address.is_loopback());
            Some(if here { Verdict::NotRunning } else { Verdict::Unreachable })
        } else {
            None
        };
        let mut modes = Vec::new();
        if verdict.is_none() {
            modes.push(self.try_mode(mode, address.clone()).await);
        }
        for other in self.settings().endpoint.alternatives() {
            if let Some(address) = other.address(&mut Vec::new()) {
                modes.push(self.try_other(other.mode(), address).await);
            }
        }
        let verdict = verdict.unwrap_or_else(|| match modes.first().map(|m| m.verdict) {
            Some(Verdict::Works) if addresses.iter().any(|a| a.error.is_some()) => Verdict::PartlyReachable,
            Some(verdict) => verdict,
            None => Verdict::NoAnswer,
        });
        let stage = address.base.path().trim_matches('/').to_owned();
        let words = Words { api: A::NAME, variables: A::VARIABLES, stage };
        Diagnosis { verdict, name, resolution_error, addresses, modes, words }
    }

    async fn connect(&self, mut address: SocketAddr, port: u16) -> Result<(), String> {
        if address.port() == 0 {
            address.set_port(port);
        }
        let settings = self.settings();
        match within(
            &*settings.clock,
            settings.connect_timeout,
            &Span::none(),
            None,
            tokio::net::TcpStream::connect(address),
        )
        .await
        {
            Some(Ok(_)) => Ok(()),
            Some(Err(e)) => Err(e.to_string()),
            None => Err(format!("no connection within {:?}", settings.connect_timeout)),
        }
    }

    /// Another mode's name may lead out of the VPC, where nothing of ours belongs.
    async fn try_other(&self, mode: Mode, address: Address) -> Tried {
        let name = address.base.host_str().unwrap_or_default();
        let verdict = match resolve(&*self.settings().resolver, name).await {
            Err(_) => Verdict::NameUnknown,
            Ok(found) if found.iter().any(|a| !is_private(a.ip())) => Verdict::PublicAddress,
            Ok(_) => return self.try_mode(mode, address).await,
        };
        Tried { mode, verdict, error: Some(verdict.to_string()), request_id: None }
    }

    async fn try_mode(&self, mode: Mode, address: Address) -> Tried {
        let own = self.transport();
        let transport = Transport { address, ..own.clone() };
        let probe = A::probe();
        let mut target = Target::new(&transport.address.base, probe.operation.path);
        probe.query.iter().for_each(|(name, value)| target.query(name, value));
        let Some(url) = target.url(&transport.address.base) else {
            let error = Some("the API's probe has a path with parameters".to_owned());
            return Tried { mode, verdict: Verdict::AnotherService, error, request_id: None };
        };
        let request =
            Request { operation: probe.operation, url, headers: HeaderMap::new(), body: None, success: &[200] };
        let settings = self.settings();
        let clock = &*settings.clock;
        let limit = settings.attempt_timeout.min(settings.timeout);
        match self.probe(&transport, &request, clock, limit).await {
            Ok(answer) => {
                let ours = (probe.is_answer)(&answer.body);
                let verdict = if ours { Verdict::Works } else { Verdict::AnotherService };
                let error = (!ours).then(|| format!("status {}, and no {}", answer.status, probe.answer));
                Tried { mode, verdict, error, request_id: answer.request_id().map(str::to_owned) }
            }
            Err(e) => {
                let e = e.ended(1, false, None, false, crate::retry::Repeat::Harmless);
                let request_id = e.request_id().map(str::to_owned);
                Tried { mode, verdict: verdict_of(&e), error: Some(e.to_string()), request_id }
            }
        }
    }

    /// One attempt, over a connection of its own.
    async fn probe(
        &self,
        transport: &Transport,
        request: &Request,
        clock: &dyn Clock,
        limit: Duration,
    ) -> Result<Answer, Error<A>> {
        let progress = Progress::new(None);
        let attempt = Attempt {
            clock,
            began: clock.now(),
            progress: &progress,
            observer: None,
            pooled: None,
            #[cfg(feature = "sigv4-signer")]
            credentials: attempts::credentials(self, request.operation, self.settings().timeout).await?,
        };
        match within(clock, limit, &Span::none(), Some(progress.clone()), transport.send(request, &attempt)).await {
            Some(outcome) => outcome,
            None => Err(attempts::timed_out(request.operation, limit, progress.phase())),
        }
    }
}

fn verdict_of<A: Api>(error: &Error<A>) -> Verdict {
    match (error.cause_kind(), error.refusal(), error.status()) {
        (Kind::Credentials, ..) => Verdict::NoCredentials,
        (Kind::Interrupted, ..) => Verdict::NoAnswer,
        (Kind::Timeout, ..) if error.was_sent() == Sent::Maybe => Verdict::NoAnswer,
        (Kind::Timeout | Kind::Connect, ..) if error.phase() == Some(Phase::Resolve) => Verdict::NameUnknown,
        // An HTTP answer where TLS's first record belongs, in rustls's words and in OpenSSL's.
        (Kind::Connect | Kind::Certificate, ..)
            if ["InvalidContentType", "wrong version number"].iter().any(|words| error.to_string().contains(words)) =>
        {
            Verdict::PlainHttp
        }
        // TCP was tried before, so what fails on the way to a connection is TLS.
        (Kind::Timeout | Kind::Connect | Kind::Certificate, ..) => Verdict::Tls,
        (_, Some(refusal), _) => Verdict::Refused(refusal),
        // It is busy: it is there.
        (Kind::Refused, _, Some(429)) => Verdict::Works,
        (Kind::Refused, _, Some(500..)) => Verdict::ServiceFails,
        (Kind::Refused | Kind::Request | Kind::Unreadable, ..) => Verdict::AnotherService,
    }
}

async fn resolve(resolver: &dyn Resolve, name: &str) -> Result<Vec<SocketAddr>, String> {
    // An IPv6 address stands in brackets in a URL.
    if let Ok(address) = name.trim_matches(['[', ']']).parse::<IpAddr>() {
        return Ok(vec![SocketAddr::new(address, 0)]);
    }
    let name: Name = name.parse().map_err(|_| "not a name".to_owned())?;
    match resolver.resolve(name).await {
        Ok(found) => {
            let found: Vec<_> = found.collect();
            if found.is_empty() { Err("no address".to_owned()) } else { Ok(found) }
        }
        Err(e) => Err(e.to_string()),
    }
}

impl<A: Api> Endpoint<A> {
    fn alternatives(&self) -> Vec<Self> {
        let Some((api_id, region, stage, vpce)) = self.parts() else { return Vec::new() };
        let own = self.mode();
        let mut others = Vec::new();
        // A client in mode vpce-resolve has the API's own name mapped, so private DNS cannot be tried with it.
        if own != Mode::VpceResolve {
            others.push(Self::private_dns(api_id, region, stage));
        }
        let vpce_id = vpce.splitn(3, '-').take(2).collect::<Vec<_>>().join("-");
        if !vpce.is_empty() {
            others.push(Self::alias(api_id, vpce_id, region, stage));
        }
        if matches!(own, Mode::VpceHost | Mode::VpceHeader | Mode::VpceResolve) {
            others.push(Self::vpce_host(api_id, region, stage, vpce));
            others.push(Self::vpce_header(api_id, region, stage, vpce));
        }
        others.retain(|other| other.mode() != own);
        others
    }
}

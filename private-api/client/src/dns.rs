//! The API's own name, resolved through the VPC endpoint's name; and which of a name's addresses is tried first.

use std::{
    collections::HashMap,
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::{
    Clock,
    phase::{Phase, Progress},
};

/// Answers for `name` with the addresses of `instead`, so that URL, SNI, `Host` and signature all say `name`.
pub(crate) struct Through {
    pub name: String,
    pub instead: String,
    pub resolver: Arc<dyn Resolve>,
}

impl Resolve for Through {
    fn resolve(&self, asked: Name) -> Resolving {
        if !asked.as_str().eq_ignore_ascii_case(&self.name) {
            return self.resolver.resolve(asked);
        }
        match self.instead.parse::<Name>() {
            Ok(instead) => self.resolver.resolve(instead),
            Err(e) => Box::pin(std::future::ready(Err(e.into()))),
        }
    }
}

/// The operating system's resolver.
pub(crate) struct SystemResolver;

impl Resolve for SystemResolver {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            // Port 0 stands for the scheme's own.
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// How long an address that gave no answer is tried after the others.
const BLAME: Duration = Duration::from_secs(30);

/// What calls have found out about addresses. Resolvers sort by distance, not by health: without this every new
/// connection would try a dead zone's address first, and wait for it.
pub(crate) struct Health {
    clock: Arc<dyn Clock>,
    found: Mutex<Found>,
}

#[derive(Default)]
struct Found {
    /// As the addresses were last offered to a new connection.
    offered: Vec<IpAddr>,
    /// Until when each of these is tried last.
    silent: HashMap<IpAddr, Instant>,
    /// Until when this one, the last that was heard of, is tried first: not for ever, so that all zones are used.
    answered: Option<(IpAddr, Instant)>,
}

impl Health {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, found: Mutex::default() }
    }

    /// The first answer over a new connection came from there: those offered before it took no connection.
    pub(crate) fn connected(&self, address: IpAddr) {
        let mut found = self.lock();
        if let Some(passed_over) = found.offered.iter().position(|offered| *offered == address) {
            let passed_over = found.offered[..passed_over].to_vec();
            passed_over.into_iter().for_each(|silent| self.blame(&mut found, silent));
        }
        self.heard(&mut found, address);
    }

    /// An answer came from there. An idle connection dies without a word when its zone falls silent: what answers now is the
    /// better place for the next connection, whichever was made first.
    pub(crate) fn answered(&self, address: IpAddr) {
        self.heard(&mut self.lock(), address);
    }

    /// Connections have come of age: the next ones follow the resolver again, but for whom silence is known of.
    pub(crate) fn forget_answered(&self) {
        self.lock().answered = None;
    }

    fn heard(&self, found: &mut Found, address: IpAddr) {
        found.silent.remove(&address);
        found.answered = self.clock.now().checked_add(BLAME).map(|until| (address, until));
    }

    /// A request to `address` got no answer.
    pub(crate) fn silent(&self, address: IpAddr) {
        self.blame(&mut self.lock(), address);
    }

    /// No connection came about in time: the address that was offered first was waited for.
    pub(crate) fn unconnected(&self) {
        let mut found = self.lock();
        if let Some(first) = found.offered.first().copied() {
            self.blame(&mut found, first);
        }
    }

    fn blame(&self, found: &mut Found, address: IpAddr) {
        if let Some(until) = self.clock.now().checked_add(BLAME) {
            found.silent.insert(address, until);
        }
        found.answered = found.answered.filter(|(answered, _)| *answered != address);
    }

    /// Nothing is left out, and among equals the resolver's order, which may spread load, is kept: what is known is a guess.
    fn sort(&self, addresses: &mut [SocketAddr]) {
        let now = self.clock.now();
        let mut found = self.lock();
        found.silent.retain(|_, until| now < *until);
        let answered = found.answered.filter(|(_, until)| now < *until).map(|(address, _)| address);
        addresses.sort_by_key(|address| match address.ip() {
            ip if found.silent.contains_key(&ip) => 2,
            ip if Some(ip) == answered => 0,
            _ => 1,
        });
        found.offered = addresses.iter().map(SocketAddr::ip).collect();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Found> {
        // What a panic leaves half-written here is a guess all the same.
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Another resolver's addresses, in the order in which they are worth trying.
pub(crate) struct ByHealth {
    pub health: Arc<Health>,
    pub resolver: Arc<dyn Resolve>,
}

impl Resolve for ByHealth {
    fn resolve(&self, name: Name) -> Resolving {
        let attempt = Progress::current();
        let advance = move |from, to| {
            if let Some(attempt) = &attempt {
                attempt.advance(from, to);
            }
        };
        advance(Phase::Connect, Phase::Resolve);
        let (health, resolving) = (self.health.clone(), self.resolver.resolve(name));
        Box::pin(async move {
            let mut found: Vec<SocketAddr> = resolving.await?.collect();
            health.sort(&mut found);
            advance(Phase::Resolve, Phase::Connect);
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// Whether an address is one that a VPC endpoint may have.
pub(crate) fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let [a, b, ..] = v4.octets();
            // 100.64.0.0/10 is handed out inside VPCs as well.
            v4.is_private() || v4.is_loopback() || v4.is_link_local() || (a == 100 && (64..128).contains(&b))
        }
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local(),
    }
}

#[cfg(test)]
mod tests {
    use std::{net::SocketAddr, sync::Arc};

    use super::Health;
    use crate::TokioClock;

    #[test]
    fn the_zone_that_was_heard_of_last_is_the_better_one_until_connections_come_of_age() {
        let zones = [1, 2].map(|zone| SocketAddr::from(([10, 0, zone, 10], 443)));
        let health = Health::new(Arc::new(TokioClock));
        let first = || {
            let mut sorted = zones;
            health.sort(&mut sorted);
            sorted[0]
        };
        health.connected(zones[0].ip());
        health.connected(zones[1].ip());
        health.answered(zones[0].ip());
        assert_eq!(first(), zones[0]);
        // The first zone's connections are idle from here on, and end unseen.
        health.answered(zones[1].ip());
        assert_eq!(first(), zones[1]);
        health.forget_answered();
        assert_eq!(first(), zones[0]);
    }
}

//! The API's own name, resolved through the VPC endpoint's name; and which of a name's addresses is tried first.

use std::{
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

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

/// What calls have found out about addresses. Resolvers sort by distance, not by health: without this every new
/// connection would try a dead zone's address first, and wait for it.
#[derive(Default)]
pub(crate) struct Health(Mutex<Found>);

#[derive(Clone, Copy, Default)]
struct Found {
    /// Came first when the name was last resolved.
    offered: Option<IpAddr>,
    answered: Option<IpAddr>,
    silent: Option<IpAddr>,
}

impl Health {
    /// An answer came from there.
    pub(crate) fn answered(&self, address: IpAddr) {
        let mut found = self.lock();
        found.answered = Some(address);
        found.silent = found.silent.filter(|silent| *silent != address);
    }

    /// A request got no answer; most likely from where the last one came, else from where it was sent first. One silence is
    /// met by several open connections: only the first says where.
    pub(crate) fn silent(&self) {
        let mut found = self.lock();
        found.silent = found.answered.take().or(found.silent).or(found.offered);
    }

    /// Nothing is left out: what is known is only a guess at the order.
    fn sort(&self, addresses: &mut [SocketAddr]) {
        let mut found = self.lock();
        addresses.sort_by_key(|address| match Some(address.ip()) {
            ip if ip == found.silent => 2,
            ip if ip == found.answered => 0,
            _ => 1,
        });
        found.offered = addresses.first().map(SocketAddr::ip);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Found> {
        // Two addresses cannot be left half-written by a panic.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Another resolver's addresses, in the order in which they are worth trying.
pub(crate) struct ByHealth {
    pub health: Arc<Health>,
    pub resolver: Arc<dyn Resolve>,
}

impl Resolve for ByHealth {
    fn resolve(&self, name: Name) -> Resolving {
        let (health, resolving) = (self.health.clone(), self.resolver.resolve(name));
        Box::pin(async move {
            let mut found: Vec<SocketAddr> = resolving.await?.collect();
            health.sort(&mut found);
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

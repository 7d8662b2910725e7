//! The API's own name, resolved through the VPC endpoint's name.

use std::{net::SocketAddr, sync::Arc};

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

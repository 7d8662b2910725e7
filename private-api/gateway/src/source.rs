//! Where a call comes from: the same for all, or as each says by a header, where that is allowed.

use std::net::IpAddr;

use http::HeaderMap;
use private_api_policy::Source;

/// The header in which a call says where it comes from: `vpce=vpce-…, vpc=vpc-…, ip=10.0.16.7`, each of them if it differs.
pub(crate) const HEADER: &str = "x-local-source";

/// What is said of the header when it is not understood.
pub(crate) const TEXT: &str =
    "no such source: there are vpce=vpce-…, vpc=vpc-… and ip=10.0.16.7, with commas between them";

#[derive(Clone, Debug, Default)]
pub(crate) struct Sources {
    pub(crate) of_all: Source,
    pub(crate) by_header: bool,
}

impl Sources {
    /// Where this one comes from. `None`: its header is not understood. `peer`: who has connected, where nobody says otherwise.
    pub(crate) fn of(&self, headers: &HeaderMap, peer: IpAddr) -> Option<Source> {
        let mut source = self.of_all.clone();
        if self.by_header
            && let Some(said) = headers.get(HEADER)
        {
            for pair in said.to_str().ok()?.split(',') {
                match pair.trim().split_once('=')? {
                    ("vpce", id) => source.vpce = Some(id.to_owned()),
                    ("vpc", id) => source.vpc = Some(id.to_owned()),
                    ("ip", ip) => source.ip = Some(ip.parse().ok()?),
                    _ => return None,
                }
            }
        }
        source.ip = source.ip.or(Some(peer));
        Some(source)
    }

    /// Takes the header away once the signature has been checked, which may sign it: the function does not see it.
    pub(crate) fn forget(&self, headers: &mut HeaderMap) {
        if self.by_header {
            headers.remove(HEADER);
        }
    }
}

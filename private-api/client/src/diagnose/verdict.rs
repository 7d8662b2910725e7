//! What a diagnosis finds, and what to do about it.

use std::fmt;

use serde::Serialize;

use crate::Refusal;

/// What is wrong. `Display` says the likely cause and a hint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Verdict {
    /// The API answers.
    Works,
    /// The API answers, but not at all of its addresses.
    PartlyReachable,
    /// The name has no address.
    NameUnknown,
    /// The name of a private API has a public address.
    PublicAddress,
    /// No TCP connection.
    Unreachable,
    /// Nothing listens at an address of this very machine.
    NotRunning,
    /// No TLS.
    Tls,
    /// Something speaks plain HTTP where TLS is expected.
    PlainHttp,
    /// A connection, and no answer.
    NoAnswer,
    /// The gateway refuses.
    Refused(Refusal),
    /// No credentials to sign with.
    NoCredentials,
    /// The gateway was reached, and what is behind it fails.
    ServiceFails,
    /// Something else answers there.
    AnotherService,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.advise(f, "this API", "", "")
    }
}

impl Verdict {
    /// `api`: what it is called; `ca_file`: how to add an authority to those that are trusted; `stage`: which one was asked for.
    pub(super) fn advise(self, f: &mut fmt::Formatter<'_>, api: &str, ca_file: &str, stage: &str) -> fmt::Result {
        f.write_str(match self {
            Self::Works => "the API answers",
            Self::PartlyReachable => {
                "the API answers, but some of its addresses do not; check the VPC endpoint's network interface and its \
                 security group in each availability zone"
            }
            Self::NameUnknown => {
                "the name does not resolve; check the API id, the VPC endpoint and the region in it, that the VPC endpoint \
                 exists, and that this machine asks a resolver that knows it (for the API's own name: private DNS on the \
                 endpoint, or a resolver rule)"
            }
            Self::PublicAddress => {
                "the API's name leads to a public address, and a private API is not there; switch private DNS on at the VPC \
                 endpoint, or use the mode alias or vpce-resolve, which need none"
            }
            Self::Unreachable => {
                "nothing can be reached at the API's addresses; check that the VPC endpoint's security group lets this \
                 machine in on port 443, this machine's own security group lets it out, and the routes between"
            }
            Self::NotRunning => {
                "nothing listens at this address of this very machine; is the local API running, and at this port?"
            }
            Self::PlainHttp => "what answers there speaks plain HTTP and no TLS; write http:// in the URL, or check the port",
            Self::Tls => {
                return write!(
                    f,
                    "TLS fails; check that the name belongs to the certificate, that its authority is trusted{ca_file}, and \
                     this machine's clock"
                );
            }
            Self::NoAnswer => {
                "connections are made, and no answer comes; check what stands between (firewall, inspection, MTU) and the \
                 integration's time limit"
            }
            Self::Refused(refusal) => {
                fmt::Display::fmt(&refusal, f)?;
                return match refusal {
                    Refusal::NoSuchRoute | Refusal::Bare if !stage.is_empty() => write!(f, "; the stage that was asked for is {stage}"),
                    _ => Ok(()),
                };
            }
            Self::NoCredentials => "there are no credentials to sign requests with; check the role or profile of this machine",
            Self::ServiceFails => {
                "the gateway answers, and what is behind it fails; look up the request id in the gateway's and the \
                 function's logs"
            }
            Self::AnotherService => {
                return write!(f, "what answers there is not {api}; check the URL, and what stands between");
            }
        })
    }
}

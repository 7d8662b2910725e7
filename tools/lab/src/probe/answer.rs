//! What a probe says back.

use std::net::IpAddr;

use claims_client::{Error, Sent};
use serde::{Deserialize, Serialize};

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Answer {
    pub ok: bool,
    pub seconds: f64,
    /// The first failure, in one line.
    pub error: String,
    /// Whether the failed request may have been sent: `No`, `Maybe` or `Answered`.
    pub sent: String,
    /// The client's word for the gateway's refusal.
    pub refusal: String,
    pub addresses: Vec<IpAddr>,
    pub created: usize,
    /// Failures after which the client does not know the outcome, and those where it knows that nothing was sent.
    pub unknown: usize,
    pub unsent: usize,
    /// What an audit found wrong.
    pub lost: usize,
    pub doubled: usize,
    pub ghosts: usize,
    pub stored: usize,
}

impl Answer {
    pub fn good() -> Self {
        Self { ok: true, ..Self::default() }
    }

    pub fn failed(error: String) -> Self {
        Self { error, ..Self::default() }
    }

    pub fn of(error: &Error) -> Self {
        let sent = match error.was_sent() {
            Sent::No => "No",
            Sent::Maybe => "Maybe",
            Sent::Answered => "Answered",
        };
        Self {
            error: error.to_string(),
            sent: sent.to_owned(),
            refusal: error.refusal().map(|refusal| format!("{refusal:?}")).unwrap_or_default(),
            ..Self::default()
        }
    }
}

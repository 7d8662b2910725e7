//! A limit on every wait.

use std::time::Duration;

/// How long the gateway waits for a caller; a test may set them shorter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// For a request's head, and for the next request of a connection. Default: 310 s, as the quota of a private API.
    pub idle: Duration,
    /// For a request's body. Default: 29 s.
    pub body: Duration,
    /// For a caller that does not read its answer, between any two bytes that it takes. Default: 29 s.
    pub write: Duration,
    /// For the requests that run when the API is stopped. Default: 5 s.
    pub drain: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            idle: Duration::from_secs(310),
            body: Duration::from_secs(29),
            write: Duration::from_secs(29),
            drain: Duration::from_secs(5),
        }
    }
}

//! A limit on every wait, and on every size.

use std::time::Duration;

/// The most bytes of all header values together, names not counted: the quota of a private API.
pub(crate) const MAX_HEADER_VALUES: usize = 8000;
/// The most characters of a URL: the quota of a private API.
pub(crate) const MAX_URL: usize = 8192;
/// The longest method ARN of a private API; a longer path is a 414.
pub(crate) const MAX_METHOD_ARN: usize = 1600;
/// The largest body the gateway passes on: Lambda takes 6 MB.
pub(crate) const MAX_PAYLOAD: usize = 6 * 1024 * 1024;
/// The quotas count bytes, not lines. This is the HTTP library's own bound, high enough to be met by nobody.
pub(crate) const MAX_HEADER_LINES: usize = 2000;

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

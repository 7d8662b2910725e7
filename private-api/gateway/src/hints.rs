//! What a caller could not see from its answer: that AWS takes this request otherwise than it looks. One line for each kind.

use std::sync::{
    Arc,
    atomic::{AtomicU8, Ordering},
};

use http::request::Parts;

use crate::{
    limits::{MAX_HEADER_VALUES, MAX_URL},
    proxy_event::METHOD_OVERRIDE,
};

/// The kinds that have been told.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hints(Arc<AtomicU8>);

#[derive(Clone, Copy)]
enum Kind {
    Semicolon,
    NotAllowedRaw,
    MethodOverride,
    LongHeaders,
    LongUrl,
    EncodedPath,
    UncheckedSignature,
}

impl Kind {
    fn text(self) -> &'static str {
        match self {
            Self::Semicolon => {
                "a query has a raw `;`: API Gateway splits the query there, and what stands behind it is another parameter; send %3B"
            }
            Self::NotAllowedRaw => {
                "a query has a raw `|`, `{` or `}`: API Gateway answers 400 before any function or access log; send %7C, %7B, %7D"
            }
            Self::MethodOverride => {
                "a request has X-HTTP-Method-Override: API Gateway takes that header's method for the request's own, so a GET may \
                 delete; do not forward it"
            }
            Self::LongHeaders => {
                "a request's header values come near 8,000 bytes, which is the most that a private API takes (others take 10,240)"
            }
            Self::LongUrl => {
                "a request's URL comes near 8,192 characters, which is the most that a private API takes (others take 10,240)"
            }
            Self::EncodedPath => {
                "a path has a percent-encoded character: API Gateway hands it to the function as it is, unlike those of a query; \
                 the function must decode it, once"
            }
            Self::UncheckedSignature => {
                "a request is signed, and its signature is not checked, for no credentials are known here: AWS refuses a wrong one \
                 whatever the method's authorization; --credentials FILE names them"
            }
        }
    }
}

impl Hints {
    /// Tells what there is to tell of a request. No value of it is in a line.
    pub(crate) fn tell(&self, parts: &Parts, header_values: usize, url: usize) {
        let query = parts.uri.query().unwrap_or_default();
        for (kind, applies) in [
            (Kind::Semicolon, query.contains(';')),
            (Kind::NotAllowedRaw, is_not_allowed_raw(query)),
            (Kind::MethodOverride, parts.headers.contains_key(METHOD_OVERRIDE)),
            (Kind::LongHeaders, is_near(header_values, MAX_HEADER_VALUES)),
            (Kind::LongUrl, is_near(url, MAX_URL)),
            (Kind::EncodedPath, parts.uri.path().contains('%')),
        ] {
            if applies {
                self.once(kind);
            }
        }
    }

    pub(crate) fn unchecked_signature(&self) {
        self.once(Kind::UncheckedSignature);
    }

    fn once(&self, kind: Kind) {
        let bit = 1 << kind as u8;
        if self.0.fetch_or(bit, Ordering::Relaxed) & bit == 0 {
            tracing::warn!("{} (said once)", kind.text());
        }
    }
}

/// From four fifths on, and beyond.
fn is_near(size: usize, limit: usize) -> bool {
    size > limit / 5 * 4
}

/// What the query of a REST API may not have unless it is percent-encoded.
pub(crate) fn is_not_allowed_raw(query: &str) -> bool {
    query.contains(['|', '{', '}'])
}

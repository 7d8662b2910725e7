//! What a failed exchange says about the request: whether it may have left.

use std::{error::Error as StdError, io};

use private_api_contract::Operation;

use super::{Error, Kind, Sent};
use crate::{
    Api,
    phase::{Phase, Progress},
};

/// The error of an exchange that broke off.
pub(crate) fn broken<A: Api>(error: reqwest::Error, operation: &'static Operation, progress: &Progress) -> Error<A> {
    // The URL may hold a name.
    let error = error.without_url();
    let phase = progress.phase();
    let (kind, sent) = if error.is_builder() {
        (Kind::Request, Sent::No)
    } else if any_source(&error, is_certificate) {
        (Kind::Certificate, Sent::No)
    } else if error.is_connect() || !phase.may_have_sent() {
        (if error.is_timeout() { Kind::Timeout } else { Kind::Connect }, Sent::No)
    } else if error.is_timeout() {
        (Kind::Timeout, Sent::Maybe)
    } else if any_source(&error, never_left) {
        (Kind::Interrupted, Sent::No)
    } else {
        (Kind::Interrupted, Sent::Maybe)
    };
    let phase = match phase {
        // A request that no connection took has failed on the way to one.
        Phase::Wait if sent == Sent::No && kind != Kind::Interrupted => Phase::Connect,
        phase => phase,
    };
    Error::new(kind, operation, sent).in_phase(phase).with_source(error)
}

/// hyper gave the request back untouched: its connection had closed.
fn never_left(error: &(dyn StdError + 'static)) -> bool {
    error.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_canceled)
}

fn is_certificate(error: &(dyn StdError + 'static)) -> bool {
    #[cfg(feature = "rustls")]
    if let Some(rustls::Error::InvalidCertificate(_)) = error.downcast_ref() {
        return true;
    }
    // The type of the operating system's TLS library cannot be named; its words can.
    cfg!(feature = "native-tls") && error.to_string().contains("certificate verify failed")
}

fn any_source(error: &(dyn StdError + 'static), is_it: fn(&(dyn StdError + 'static)) -> bool) -> bool {
    let mut next = Some(error);
    while let Some(e) = next {
        // An IO error skips what it wraps when asked for its source.
        let wrapped = e.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        if is_it(e) || wrapped.is_some_and(|wrapped| any_source(wrapped, is_it)) {
            return true;
        }
        next = e.source();
    }
    false
}

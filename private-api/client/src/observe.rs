//! What an observer is told of attempts and calls, and the headers that it may add.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use http::HeaderMap;
use private_api_contract::Operation;

use crate::{Clock, ErrorKind, Phase};

/// Is told of every attempt and every call, for metrics and traces of the user's own. Nothing personal is among it.
///
/// It is called in the call's own task: it must not block. A client without one pays nothing for this.
///
/// ```
/// use std::sync::atomic::{AtomicU64, Ordering};
/// use private_api_client::{AttemptReport, Observer};
///
/// /// Requests that were sent again.
/// #[derive(Default)]
/// struct Retries(AtomicU64);
///
/// impl Observer for Retries {
///     fn attempt_ended(&self, attempt: &AttemptReport<'_>) {
///         self.0.fetch_add(u64::from(attempt.retried_after.is_some()), Ordering::Relaxed);
///     }
/// }
/// ```
pub trait Observer: Send + Sync + 'static {
    /// Adds headers to an attempt before it is sent and signed, such as the `traceparent` or the `X-Amzn-Trace-Id` of the span
    /// that is current here. Those that the client sets itself are set afterwards and win.
    fn add_headers(&self, operation: &'static Operation, headers: &mut HeaderMap) {
        let _ = (operation, headers);
    }

    /// An attempt has ended, well or not.
    fn attempt_ended(&self, attempt: &AttemptReport<'_>) {
        let _ = attempt;
    }

    /// A call has ended. A call that is dropped before that is not told.
    fn call_ended(&self, call: &CallReport<'_>) {
        let _ = call;
    }
}

/// One attempt.
#[derive(Debug)]
#[non_exhaustive]
pub struct AttemptReport<'a> {
    /// Which operation.
    pub operation: &'static Operation,
    /// Which attempt of its call; 1 is the first.
    pub attempt: u32,
    /// Where the answer came from, or the connection led that was made for it; `None` where neither came about.
    pub address: Option<SocketAddr>,
    /// The answer's HTTP status.
    pub status: Option<u16>,
    /// The gateway's id of the request.
    pub request_id: Option<&'a str>,
    /// How long it took.
    pub took: Duration,
    /// And its parts.
    pub phases: PhaseTimes,
    /// Why it failed, if it did.
    pub error: Option<ErrorKind>,
    /// The wait before the next attempt, if there is one.
    pub retried_after: Option<Duration>,
}

/// One call with all its attempts.
#[derive(Debug)]
#[non_exhaustive]
pub struct CallReport<'a> {
    /// Which operation.
    pub operation: &'static Operation,
    /// How many attempts it took; 0 where it could not be made.
    pub attempts: u32,
    /// The last answer's HTTP status.
    pub status: Option<u16>,
    /// The gateway's id of the last request that was answered.
    pub request_id: Option<&'a str>,
    /// How long it took, waits included.
    pub took: Duration,
    /// Why it failed, if it did.
    pub error: Option<ErrorKind>,
}

/// How long an attempt spent in each phase; `None` for one that it did not go through: over a connection that was there already
/// only `wait` and `read` are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PhaseTimes {
    /// Resolving the name.
    pub resolve: Option<Duration>,
    /// Connecting to an address.
    pub connect: Option<Duration>,
    /// Negotiating TLS; where the operating system's TLS is used, this is part of `connect`.
    pub tls: Option<Duration>,
    /// Sending the request, and waiting for the answer's head.
    pub wait: Option<Duration>,
    /// Reading the answer's body.
    pub read: Option<Duration>,
}

/// When an attempt entered its phases.
pub(crate) struct Marks {
    clock: Arc<dyn Clock>,
    entered: Mutex<Entered>,
}

struct Entered {
    phase: Phase,
    at: Instant,
    times: PhaseTimes,
}

impl Marks {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        let at = clock.now();
        Self { clock, entered: Mutex::new(Entered { phase: Phase::Wait, at, times: PhaseTimes::default() }) }
    }

    /// The time since the last phase was entered was its own.
    pub(crate) fn enter(&self, phase: Phase) {
        let now = self.clock.now();
        let entered = &mut *self.entered.lock().unwrap_or_else(PoisonError::into_inner);
        let took = now.saturating_duration_since(entered.at);
        // Before its first phase an attempt looks for a connection: no time of its own.
        if entered.phase != Phase::Wait || phase > Phase::Wait {
            entered.times.add(entered.phase, took);
        }
        (entered.phase, entered.at) = (phase, now);
    }

    /// All of them, the one that it is in included.
    pub(crate) fn times(&self) -> PhaseTimes {
        let entered = self.entered.lock().unwrap_or_else(PoisonError::into_inner);
        let mut times = entered.times;
        times.add(entered.phase, self.clock.now().saturating_duration_since(entered.at));
        times
    }
}

impl PhaseTimes {
    fn add(&mut self, phase: Phase, took: Duration) {
        let time = match phase {
            Phase::Credentials => return,
            Phase::Resolve => &mut self.resolve,
            Phase::Connect => &mut self.connect,
            Phase::Tls => &mut self.tls,
            Phase::Wait => &mut self.wait,
            Phase::Read => &mut self.read,
        };
        *time = Some(time.unwrap_or_default() + took);
    }
}

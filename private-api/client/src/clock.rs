//! Time and chance, so that a test of retries waits for nothing and leaves nothing to luck.

use std::{
    collections::hash_map::RandomState,
    future::Future,
    hash::{BuildHasher, Hasher},
    pin::{Pin, pin},
    sync::Arc,
    task::Poll,
    time::{Duration, Instant, SystemTime},
};

use crate::phase::Progress;

/// What the client knows of time: deadlines, waits between attempts, and the luck in their length.
///
/// The default is [`TokioClock`]. Give a client another one with
/// [`ClientBuilder::clock`](crate::ClientBuilder::clock) to test how your code takes retries without waiting for them.
pub trait Clock: Send + Sync + 'static {
    /// The time for deadlines; never goes back.
    fn now(&self) -> Instant;

    /// The time of day, for signatures and for a `Retry-After` that names a date.
    fn system_time(&self) -> SystemTime;

    /// Ends after `duration`. Times attempts out, too: a clock that ends it early makes them fail.
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>>;

    /// A number from 0 to 1, evenly spread: which share of its longest possible length a wait takes.
    fn random(&self) -> f64;

    /// Waits between two attempts; [`sleep`](Self::sleep) unless a test tells them apart.
    fn back_off(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        self.sleep(duration)
    }
}

/// The machine's clock and Tokio's timer.
#[derive(Clone, Copy, Debug, Default)]
pub struct TokioClock;

impl Clock for TokioClock {
    fn now(&self) -> Instant {
        Instant::now()
    }

    fn system_time(&self) -> SystemTime {
        SystemTime::now()
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(tokio::time::sleep(duration))
    }

    fn random(&self) -> f64 {
        // Each `RandomState` has keys of its own; spreading waits needs no better source.
        let bits = RandomState::new().build_hasher().finish();
        (bits >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// Runs `work` in `span`, for `attempt` if there is one, for at most `limit`; `None` when the time was up first.
///
/// The span is entered here, since a future that `Instrument` wraps is stored, and moved, twice.
pub(crate) async fn within<T>(
    clock: &dyn Clock,
    limit: Duration,
    span: &tracing::Span,
    mut attempt: Option<Arc<Progress>>,
    work: impl Future<Output = T>,
) -> Option<T> {
    let mut work = pin!(work);
    let mut timer = clock.sleep(limit);
    std::future::poll_fn(|cx| {
        let _entered = span.enter();
        if let Poll::Ready(done) = Progress::work_for(&mut attempt, || work.as_mut().poll(cx)) {
            return Poll::Ready(Some(done));
        }
        timer.as_mut().poll(cx).map(|()| None)
    })
    .await
}

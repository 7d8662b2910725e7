//! A clock that does not wait between attempts, and counts them.

use std::{
    future::{Future, ready},
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant, SystemTime},
};

use claims_client::{Clock, TokioClock};

/// Time limits are real, waits between attempts take no time.
#[derive(Clone, Default)]
pub struct Hurry {
    attempts: Arc<AtomicU32>,
    on_retry: Option<Arc<dyn Fn() + Send + Sync>>,
}

impl Hurry {
    /// Does this before an attempt that would have waited.
    pub fn on_retry(self, hook: impl Fn() + Send + Sync + 'static) -> Self {
        Self { on_retry: Some(Arc::new(hook)), ..self }
    }

    /// How many attempts there were since the last time this was asked.
    pub fn attempts(&self) -> u32 {
        self.attempts.swap(0, Ordering::SeqCst)
    }
}

impl Clock for Hurry {
    fn now(&self) -> Instant {
        TokioClock.now()
    }

    fn system_time(&self) -> SystemTime {
        TokioClock.system_time()
    }

    /// Each attempt has one time limit.
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        self.attempts.fetch_add(1, Ordering::SeqCst);
        TokioClock.sleep(duration)
    }

    fn random(&self) -> f64 {
        0.5
    }

    fn back_off(&self, _: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        if let Some(hook) = &self.on_retry {
            hook();
        }
        Box::pin(ready(()))
    }
}

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

use aws_sdk_dynamodb::config::{AsyncSleep, Sleep};
use claims_client::{Clock, TokioClock};

use super::proxy::Proxy;

/// Ends an attempt's time as soon as the attempt meets silence: no test then waits for that, or must be fast.
#[derive(Clone, Debug)]
pub struct Impatience {
    pub proxy: Proxy,
    pub attempt: Duration,
}

impl Impatience {
    /// A real wait, but for the limit of an attempt.
    fn wait(&self, duration: Duration) -> impl Future<Output = ()> + Send + Sync + use<> {
        let silence = (duration == self.attempt).then(|| self.proxy.silence());
        async move {
            let time = tokio::time::sleep(duration);
            match silence {
                Some(silence) => tokio::select! { () = silence => {}, () = time => {} },
                None => time.await,
            }
        }
    }
}

impl AsyncSleep for Impatience {
    fn sleep(&self, duration: Duration) -> Sleep {
        Sleep::new(self.wait(duration))
    }
}

/// Time limits are real, waits between attempts take no time.
#[derive(Clone, Default)]
pub struct Hurry {
    attempts: Arc<AtomicU32>,
    on_retry: Option<Arc<dyn Fn() + Send + Sync>>,
    impatience: Option<Impatience>,
}

impl Hurry {
    /// Does this before an attempt that would have waited.
    pub fn on_retry(self, hook: impl Fn() + Send + Sync + 'static) -> Self {
        Self { on_retry: Some(Arc::new(hook)), ..self }
    }

    /// Gives attempts up when they meet silence.
    pub fn impatient(self, impatience: Option<Impatience>) -> Self {
        Self { impatience, ..self }
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
        match &self.impatience {
            Some(impatience) => Box::pin(impatience.wait(duration)),
            None => TokioClock.sleep(duration),
        }
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

//! Credentials: served while they are renewed, one renewal in flight for all calls, none soon after a failure.

use std::{
    fmt,
    pin::pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};

use aws_credential_types::{
    Credentials,
    provider::{ProvideCredentials, SharedCredentialsProvider},
};
use tokio::sync::Notify;

pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

/// So long before their end credentials are renewed, or after half their life where that is shorter.
const RENEW_BEFORE: Duration = Duration::from_secs(60);

/// Credentials that do not say when they end are asked for again after this time.
const KEEP: Duration = Duration::from_secs(15 * 60);

/// The longest time in which a source that has failed is not asked again.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// A renewal that takes longer than this is given up.
const LONGEST_RENEWAL: Duration = Duration::from_secs(60);

/// Where credentials come from.
#[derive(Clone)]
pub(crate) enum Source {
    Given(SharedCredentialsProvider),
    /// AWS's standard chain, made when it is first asked.
    #[cfg(feature = "sigv4")]
    Chain(Arc<crate::chain::Chain>),
}

impl Source {
    async fn ask(&self) -> Result<Credentials, Failure> {
        match self {
            Self::Given(provider) => Ok(provider.provide_credentials().await?),
            #[cfg(feature = "sigv4")]
            Self::Chain(chain) => Ok(chain.provider().await?.provide_credentials().await?),
        }
    }
}

pub(crate) struct Held(Arc<Shared>);

struct Shared {
    source: Source,
    state: Mutex<State>,
    /// A renewal has ended, in one way or the other.
    renewed: Notify,
}

#[derive(Default)]
struct State {
    current: Option<Current>,
    renewing: bool,
    /// Until when the source is not asked again, how often in a row it has failed, and why.
    failure: Option<(SystemTime, u32, Told)>,
}

struct Current {
    credentials: Credentials,
    renew_at: SystemTime,
}

impl Held {
    pub(crate) fn new(source: Source) -> Self {
        Self(Arc::new(Shared { source, state: Mutex::default(), renewed: Notify::new() }))
    }

    /// Credentials that are valid at `now`. Waits only where there are none; whoever stops waiting stops no renewal.
    pub(crate) async fn get(&self, now: SystemTime) -> Result<Credentials, Failure> {
        loop {
            let mut ended = pin!(self.0.renewed.notified());
            ended.as_mut().enable();
            {
                let mut state = self.0.lock();
                let paused = state.failure.as_ref().filter(|(until, ..)| now < *until).map(|(.., why)| why.clone());
                let due = state.current.as_ref().is_none_or(|current| current.renew_at <= now);
                if due && paused.is_none() && !state.renewing {
                    state.renewing = true;
                    tokio::spawn(renew(self.0.clone(), now));
                }
                match &state.current {
                    Some(current) if current.credentials.expiry().is_none_or(|end| now < end) => {
                        return Ok(current.credentials.clone());
                    }
                    _ => {}
                }
                if let Some(why) = paused {
                    return Err(Box::new(why));
                }
            }
            ended.await;
        }
    }

    /// These have been refused: they are used no more.
    pub(crate) fn refused(&self, credentials: &Credentials) {
        let mut state = self.0.lock();
        let same = |held: &Credentials| {
            (held.access_key_id(), held.session_token()) == (credentials.access_key_id(), credentials.session_token())
        };
        state.current = state.current.take().filter(|current| !same(&current.credentials));
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        // Each change is one assignment.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Asks the source once. A task of its own, so that it outlives the call that began it.
async fn renew(shared: Arc<Shared>, now: SystemTime) {
    /// Also when its runtime ends before it does: then another call begins anew.
    struct Ended<'a>(&'a Shared);
    impl Drop for Ended<'_> {
        fn drop(&mut self) {
            self.0.lock().renewing = false;
            self.0.renewed.notify_waiters();
        }
    }
    let _ended = Ended(&shared);
    let outcome = match tokio::time::timeout(LONGEST_RENEWAL, shared.source.ask()).await {
        Ok(outcome) => outcome,
        Err(_) => Err(format!("the source of credentials gave none within {LONGEST_RENEWAL:?}").into()),
    };
    let mut state = shared.lock();
    match outcome {
        Ok(credentials) => {
            let left = credentials.expiry().map(|end| end.duration_since(now).unwrap_or_default());
            let keep = left.map_or(KEEP, |left| left.saturating_sub(RENEW_BEFORE).max(left / 2));
            state.current = Some(Current { credentials, renew_at: now + keep });
            state.failure = None;
        }
        Err(why) => {
            let times = state.failure.as_ref().map_or(0, |(_, times, _)| *times);
            let pause = Duration::from_secs(1 << times.min(6)).min(LONGEST_PAUSE);
            state.failure = Some((now + pause, times + 1, Told(why.into())));
        }
    }
}

/// One failure, told to every call that it concerns.
#[derive(Clone)]
struct Told(Arc<dyn std::error::Error + Send + Sync>);

impl fmt::Debug for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl std::error::Error for Told {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source()
    }
}

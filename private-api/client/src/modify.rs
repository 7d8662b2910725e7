//! Read, decide, write if nobody else has: again until it fits.

use std::{fmt, future::IntoFuture, time::Duration};

use http::{HeaderName, HeaderValue};

use crate::{
    Api, Error,
    attempts::Deadline,
    call::{Call, CallFuture, Conditional},
};

type Change<A, T> = Box<dyn FnMut(&T) -> Option<Call<A, T, Conditional>> + Send>;

/// Changes something as it is at that moment; made by [`Call::modify`].
///
/// Fails with [`is_version_mismatch`](Error::is_version_mismatch) when others were faster every time. A write whose
/// [outcome is unknown](Error::is_outcome_unknown) ends it at once: asking again might apply a change twice.
#[must_use = "a call is sent when it is awaited"]
pub struct Modify<A: Api, T> {
    get: Call<A, T>,
    change: Change<A, T>,
    max_rounds: u32,
}

impl<A: Api, T> Call<A, T> {
    /// Gets, asks `change` for the write that it makes of what was got, sends that, and begins again when it is refused because
    /// of another version. `None` leaves it as it is. The options of this call hold for all of it.
    pub fn modify(self, change: impl FnMut(&T) -> Option<Call<A, T, Conditional>> + Send + 'static) -> Modify<A, T> {
        Modify { get: self, change: Box::new(change), max_rounds: 20 }
    }
}

impl<A: Api, T> Modify<A, T> {
    /// At most so many rounds of read and write (20 if not set; 0 counts as 1).
    pub fn with_max_rounds(self, max_rounds: u32) -> Self {
        Self { max_rounds: max_rounds.max(1), ..self }
    }

    /// As [`Call::with_timeout`], over all rounds.
    pub fn with_timeout(self, timeout: Duration) -> Self {
        Self { get: self.get.with_timeout(timeout), ..self }
    }

    /// As [`Call::without_retry`]: one round, and each request at most once.
    pub fn without_retry(self) -> Self {
        Self { get: self.get.without_retry(), ..self }
    }

    /// As [`Call::with_header`], for every request.
    pub fn with_header<N: TryInto<HeaderName>, V: TryInto<HeaderValue>>(self, name: N, value: V) -> Self {
        Self { get: self.get.with_header(name, value), ..self }
    }
}

impl<A: Api, T: Send + 'static> IntoFuture for Modify<A, T> {
    type Output = Result<T, Error<A>>;
    type IntoFuture = CallFuture<A, T>;

    fn into_future(self) -> CallFuture<A, T> {
        let Self { get, mut change, max_rounds } = self;
        Box::pin(async move {
            let settings = get.client.settings();
            let clock = &*settings.clock;
            let options = &get.plan.options;
            let deadline = Deadline::new(clock.now(), options.timeout.unwrap_or(settings.timeout));
            let mut round = 0;
            loop {
                let found = get.clone().with_timeout(deadline.left(clock.now())).await?;
                let Some(mut write) = change(&found) else { return Ok(found) };

                write.plan.options = options.clone();
                let refused = match write.with_timeout(deadline.left(clock.now())).await {
                    Err(e) if e.is_version_mismatch() => e,
                    done => return done,
                };
                round += 1;
                // Random waits let competitors pass one after the other.
                let wait = settings.retry.back_off(round.min(4), clock.random() / 8.0);
                if round >= max_rounds || options.no_retry || wait >= deadline.left(clock.now()) {
                    return Err(refused);
                }
                clock.back_off(wait).await;
            }
        })
    }
}

impl<A: Api, T> fmt::Debug for Modify<A, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Modify({:?})", self.get)
    }
}

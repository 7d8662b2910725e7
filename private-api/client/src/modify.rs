//! Read, decide, write if nobody else has: again until it fits.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use http::{HeaderName, HeaderValue};
use private_api_contract::OnBehalfOf;

use crate::{
    Api, Client, Error,
    attempts::Deadline,
    call::{Call, Conditional},
};

/// What a decision resolves to: the write, or none; or why there is none.
type Decision<A, T, E> = Pin<Box<dyn Future<Output = Result<Option<Call<A, T, Conditional>>, E>> + Send>>;
type Decide<A, T, E> = Box<dyn FnMut(&T) -> Decision<A, T, E> + Send>;
type UnderWay<A, T, E> = Pin<Box<dyn Future<Output = Result<Modified<T>, ModifyError<A, E>>> + Send>>;

/// Changes something as it is at that moment: a future, made by [`Call::modify`], that resolves to what is there then.
///
/// Fails with [`is_version_mismatch`](Error::is_version_mismatch) when others were faster every time. A write whose
/// [outcome is unknown](Error::is_outcome_unknown) ends it at once: asking again might apply a change twice.
#[must_use = "a call is sent when it is awaited"]
pub struct Modify<A: Api, T>(TryModify<A, T, std::convert::Infallible>);

/// As [`Modify`], with a decision that may fail and may await, made by [`Call::try_modify`]. It resolves to [`Modified`], which
/// says whether anything was written.
#[must_use = "a call is sent when it is awaited"]
pub struct TryModify<A: Api, T, E> {
    /// Until it is under way.
    work: Option<Work<A, T, E>>,
    under_way: Option<UnderWay<A, T, E>>,
}

struct Work<A: Api, T, E> {
    get: Call<A, T>,
    decide: Decide<A, T, E>,
    max_rounds: u32,
}

/// What is there after a [`TryModify`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Modified<T> {
    /// Written: as it is now.
    Changed(T),
    /// The decision was to leave it as it is.
    Unchanged(T),
}

impl<T> Modified<T> {
    /// What is there, changed or not.
    pub fn into_inner(self) -> T {
        match self {
            Self::Changed(there) | Self::Unchanged(there) => there,
        }
    }
}

/// Why nothing was changed.
pub enum ModifyError<A: Api, E> {
    /// A call failed.
    Call(Error<A>),
    /// The decision did, and nothing was written.
    Decision(E),
}

impl<A: Api, E> From<Error<A>> for ModifyError<A, E> {
    fn from(error: Error<A>) -> Self {
        Self::Call(error)
    }
}

// By hand: the API itself need not be `Debug`.
impl<A: Api, E: fmt::Debug> fmt::Debug for ModifyError<A, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Call(error) => f.debug_tuple("Call").field(error).finish(),
            Self::Decision(error) => f.debug_tuple("Decision").field(error).finish(),
        }
    }
}

impl<A: Api, E: fmt::Display> fmt::Display for ModifyError<A, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Call(error) => error.fmt(f),
            Self::Decision(error) => error.fmt(f),
        }
    }
}

impl<A: Api, E: std::error::Error + 'static> std::error::Error for ModifyError<A, E> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Call(error) => error.source(),
            Self::Decision(error) => error.source(),
        }
    }
}

impl<A: Api, T: Send + 'static> Call<A, T> {
    /// Gets, asks `change` for the write that it makes of what was got, sends that, and begins again when it is refused because
    /// of another version. `None` leaves it as it is. The options of this call hold for all of it.
    pub fn modify(
        self,
        mut change: impl FnMut(&T) -> Option<Call<A, T, Conditional>> + Send + 'static,
    ) -> Modify<A, T> {
        let decide = move |found: &T| -> Decision<A, T, _> { Box::pin(std::future::ready(Ok(change(found)))) };
        Modify(TryModify::new(self, Box::new(decide)))
    }

    /// As [`modify`](Self::modify), with a decision that may fail, which ends it, and may await. It is made anew in every round.
    pub fn try_modify<E, D>(self, mut decide: impl FnMut(&T) -> D + Send + 'static) -> TryModify<A, T, E>
    where
        D: Future<Output = Result<Option<Call<A, T, Conditional>>, E>> + Send + 'static,
    {
        TryModify::new(self, Box::new(move |found| Box::pin(decide(found))))
    }
}

impl<A: Api, T, E> TryModify<A, T, E> {
    fn new(get: Call<A, T>, decide: Decide<A, T, E>) -> Self {
        Self { work: Some(Work { get, decide, max_rounds: 20 }), under_way: None }
    }

    /// Once it is under way nothing is left to set.
    fn set(mut self, set: impl FnOnce(Work<A, T, E>) -> Work<A, T, E>) -> Self {
        self.work = self.work.map(set);
        self
    }

    /// At most so many rounds of read and write (20 if not set; 0 counts as 1).
    pub fn with_max_rounds(self, max_rounds: u32) -> Self {
        self.set(|work| Work { max_rounds: max_rounds.max(1), ..work })
    }

    /// As [`Call::with_timeout`], over all rounds.
    pub fn with_timeout(self, timeout: Duration) -> Self {
        self.set(|work| Work { get: work.get.with_timeout(timeout), ..work })
    }

    /// As [`Call::without_retry`]: one round, and each request at most once.
    pub fn without_retry(self) -> Self {
        self.set(|work| Work { get: work.get.without_retry(), ..work })
    }

    /// As [`Call::on_behalf_of`], for every request.
    pub fn on_behalf_of(self, who: &OnBehalfOf) -> Self {
        self.set(|work| Work { get: work.get.on_behalf_of(who), ..work })
    }

    /// As [`Call::with_header`], for every request.
    pub fn with_header<N: TryInto<HeaderName>, V: TryInto<HeaderValue>>(self, name: N, value: V) -> Self {
        self.set(|work| Work { get: work.get.with_header(name, value), ..work })
    }
}

impl<A: Api, T> Modify<A, T> {
    /// As [`TryModify::with_max_rounds`].
    pub fn with_max_rounds(self, max_rounds: u32) -> Self {
        Self(self.0.with_max_rounds(max_rounds))
    }

    /// As [`Call::with_timeout`], over all rounds.
    pub fn with_timeout(self, timeout: Duration) -> Self {
        Self(self.0.with_timeout(timeout))
    }

    /// As [`Call::without_retry`]: one round, and each request at most once.
    pub fn without_retry(self) -> Self {
        Self(self.0.without_retry())
    }

    /// As [`Call::on_behalf_of`], for every request.
    pub fn on_behalf_of(self, who: &OnBehalfOf) -> Self {
        Self(self.0.on_behalf_of(who))
    }

    /// As [`Call::with_header`], for every request.
    pub fn with_header<N: TryInto<HeaderName>, V: TryInto<HeaderValue>>(self, name: N, value: V) -> Self {
        Self(self.0.with_header(name, value))
    }
}

impl<A: Api, T: Send + 'static, E: Send + 'static> Work<A, T, E> {
    async fn run(self) -> Result<Modified<T>, ModifyError<A, E>> {
        let Self { get, mut decide, max_rounds } = self;
        let client: Client<A> = get.client.clone();
        let settings = client.settings();
        let clock = &*settings.clock;
        let options = get.plan.options.clone();
        let deadline = Deadline::new(clock.now(), options.timeout.unwrap_or(settings.timeout));
        let mut round = 0;
        loop {
            let found = get.clone().with_timeout(deadline.left(clock.now())).await?;
            // The decision borrows nothing: it is made and then awaited.
            let deciding = decide(&found);
            let Some(mut write) = deciding.await.map_err(ModifyError::Decision)? else {
                return Ok(Modified::Unchanged(found));
            };
            write.plan().options = options.clone();
            let refused = match write.with_timeout(deadline.left(clock.now())).await {
                Ok(changed) => return Ok(Modified::Changed(changed)),
                Err(e) if e.is_version_mismatch() => e,
                Err(e) => return Err(e.into()),
            };
            round += 1;
            // Random waits let competitors pass one after the other.
            let wait = settings.retry.back_off(round.min(4), clock.random() / 8.0);
            if round >= max_rounds || options.no_retry || wait >= deadline.left(clock.now()) {
                return Err(refused.into());
            }
            clock.back_off(wait).await;
        }
    }
}

impl<A: Api, T: Send + 'static, E: Send + 'static> Future for TryModify<A, T, E> {
    type Output = Result<Modified<T>, ModifyError<A, E>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if let Some(work) = self.work.take() {
            self.under_way = Some(Box::pin(work.run()));
        }
        self.under_way.as_mut().map_or(Poll::Pending, |under_way| under_way.as_mut().poll(cx))
    }
}

impl<A: Api, T: Send + 'static> Future for Modify<A, T> {
    type Output = Result<T, Error<A>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0).poll(cx).map(|done| match done {
            Ok(modified) => Ok(modified.into_inner()),
            Err(ModifyError::Call(error)) => Err(error),
            Err(ModifyError::Decision(never)) => match never {},
        })
    }
}

impl<A: Api, T, E> fmt::Debug for TryModify<A, T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.work {
            Some(work) => write!(f, "Modify({:?})", work.get),
            None => f.write_str("Modify(..)"),
        }
    }
}

impl<A: Api, T> fmt::Debug for Modify<A, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

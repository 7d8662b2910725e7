//! Every rule of retrying: when a request is sent again, how long the client waits before, and when its outcome stays unknown (an ambiguous outcome).

use std::{sync::Mutex, time::Duration};

use private_api_contract::{Access, Method, Operation, StandardCode};

use crate::{
    Api,
    error::{Error, Kind, Sent},
};

/// How hard the client tries.
///
/// **What is retried.** A failed request is sent again only if it was certainly not sent, or if sending it twice does no
/// harm: reads, unconditional deletes, and writes that the service recognises by their idempotency key (creates, and
/// conditional updates and deletes). An unconditional update that may have been sent is never repeated: that could
/// overwrite somebody's later one.
///
/// **What for.** No connection, a broken one, no answer in time; 429 `throttled`, `integration_failed`,
/// `storage_unavailable`, `gateway_timeout`, and 408 and 502 to 504 of whatever stands in between. All else is final, a
/// certificate that is not trusted among it.
///
/// **How long.** Exponential backoff with full jitter: a random share of `base_delay × 2ⁿ`, at most `max_delay`; on top of
/// `Retry-After`. A service that asks for more than `max_retry_after` is not asked again: the call fails at once, and
/// [`Error::retry_after`] says how long it would have been. A request that died with its connection is repeated at once the
/// first time, over a new one. A wait that would not end before the call's deadline is not begun: the call fails right away.
///
/// **How much.** All clones of a client share a budget of tokens. A retry takes 5, or 10 after a timeout, and gives them
/// back when it succeeds; a call that succeeds at once gives 1. Without tokens there are no retries: a service in trouble
/// is not buried.
#[derive(Clone, Debug, PartialEq)]
pub struct RetryPolicy {
    pub(crate) max_attempts: u32,
    pub(crate) base_delay: Duration,
    pub(crate) max_delay: Duration,
    pub(crate) max_retry_after: Duration,
    pub(crate) budget: u32,
}

impl Default for RetryPolicy {
    /// 4 attempts, 100 ms doubling up to 5 s, `Retry-After` up to 10 s, 500 tokens.
    fn default() -> Self {
        Self {
            max_attempts: 4,
            base_delay: Duration::from_millis(100),
            max_delay: Duration::from_secs(5),
            max_retry_after: Duration::from_secs(10),
            budget: 500,
        }
    }
}

impl RetryPolicy {
    /// One attempt.
    #[must_use]
    pub fn never() -> Self {
        Self::default().with_max_attempts(1)
    }

    /// At most so many attempts, the first one included; 0 counts as 1.
    #[must_use]
    pub fn with_max_attempts(self, max_attempts: u32) -> Self {
        Self { max_attempts: max_attempts.max(1), ..self }
    }

    /// The longest wait before the first retry.
    #[must_use]
    pub fn with_base_delay(self, base_delay: Duration) -> Self {
        Self { base_delay, ..self }
    }

    /// The longest wait before any retry, `Retry-After` apart.
    #[must_use]
    pub fn with_max_delay(self, max_delay: Duration) -> Self {
        Self { max_delay, ..self }
    }

    /// The longest `Retry-After` that a call waits for.
    #[must_use]
    pub fn with_max_retry_after(self, max_retry_after: Duration) -> Self {
        Self { max_retry_after, ..self }
    }

    /// The tokens that all retries of the client share.
    #[must_use]
    pub fn with_budget(self, tokens: u32) -> Self {
        Self { budget: tokens, ..self }
    }

    /// A random share of the wait before retry number `retry` (0 is the first).
    pub(crate) fn back_off(&self, retry: u32, random: f64) -> Duration {
        let longest = 2_u32.checked_pow(retry).and_then(|n| self.base_delay.checked_mul(n)).unwrap_or(self.max_delay);
        longest.min(self.max_delay).mul_f64(random.clamp(0.0, 1.0))
    }

    /// Whether the service may be asked again as soon as it said.
    pub(crate) fn heeds<A: Api>(&self, error: &Error<A>) -> bool {
        error.retry_after().is_none_or(|asked| asked <= self.max_retry_after)
    }

    /// The wait after `error`, the `attempt`th failure (1 is the first) of its call.
    pub(crate) fn wait<A: Api>(
        &self,
        error: &Error<A>,
        attempt: u32,
        interrupted_before: bool,
        random: f64,
    ) -> Duration {
        if error.cause_kind() == Kind::Interrupted && !interrupted_before {
            return Duration::ZERO;
        }
        error.retry_after().unwrap_or_default().saturating_add(self.back_off(attempt.saturating_sub(1), random))
    }
}

/// Whether sending a request twice does harm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// Idempotent, or recognised by its key.
    Harmless,
    /// Only a request that was certainly not sent may be sent again.
    Harmful,
}

impl Repeat {
    /// `conditional`: whether the request names the version that it expects.
    pub(crate) fn of(operation: &Operation, conditional: bool) -> Self {
        match (operation.access, operation.method) {
            (Access::Read, _) | (Access::Write, Method::Delete) => Self::Harmless,
            (Access::Write, Method::Post) if operation.keyed => Self::Harmless,
            // A key alone does not help an unconditional update: somebody may have written in between.
            (Access::Write, Method::Put | Method::Patch) if conditional => Self::Harmless,
            (Access::Write, Method::Get | Method::Post | Method::Put | Method::Patch) => Self::Harmful,
        }
    }
}

/// Whether the client gives the call a key of its own: every write that takes one, so that a repeat can be told, even where only
/// the service repeats it.
pub(crate) fn mints_key(operation: &Operation) -> bool {
    operation.keyed && operation.access == Access::Write
}

/// Whether another attempt may help and does no harm.
pub(crate) fn may_retry<A: Api>(error: &Error<A>, repeat: Repeat) -> bool {
    let unsent = error.was_sent() == Sent::No && error.cause_kind() != Kind::Refused;
    may_help(error) && (unsent || repeat == Repeat::Harmless)
}

/// Whether time may help, harm aside.
pub(crate) fn may_help<A: Api>(error: &Error<A>) -> bool {
    match error.cause_kind() {
        Kind::Request | Kind::Credentials | Kind::Certificate | Kind::Unreadable => false,
        Kind::Connect | Kind::Timeout | Kind::Interrupted => true,
        Kind::Refused => Weight::of(error) == Weight::Transient,
    }
}

/// Whether an attempt must not take a connection that has idled: it may have ended unnoticed, and then nobody knows whether the
/// request arrived. So a write that must not be repeated, and what follows a connection that broke.
pub(crate) fn wants_fresh_connection(repeat: Repeat, interrupted: bool) -> bool {
    interrupted || repeat == Repeat::Harmful
}

/// What a refusal says about other attempts of the same request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Weight {
    /// The next one may fare better.
    Transient,
    /// It would have been the same for every one: no earlier attempt has done the write either.
    Settles,
    /// This one is over; an earlier one may have been done.
    Final,
}

impl Weight {
    fn of<A: Api>(error: &Error<A>) -> Self {
        match error.standard() {
            Some(
                StandardCode::Throttled
                | StandardCode::IntegrationFailed
                | StandardCode::StorageUnavailable
                | StandardCode::GatewayTimeout,
            ) => Self::Transient,
            Some(
                StandardCode::MalformedBody
                | StandardCode::ValidationFailed
                | StandardCode::PayloadTooLarge
                | StandardCode::UnsupportedMediaType
                | StandardCode::IdempotencyKeyReused,
            ) => Self::Settles,
            Some(
                StandardCode::Forbidden
                | StandardCode::NotFound
                | StandardCode::InvalidTransition
                | StandardCode::VersionMismatch
                | StandardCode::Internal,
            ) => Self::Final,
            None => match error.status() {
                Some(408 | 429 | 502..=504) => Self::Transient,
                Some(400 | 413 | 415) => Self::Settles,
                Some(_) | None => Self::Final,
            },
        }
    }
}

/// Whether the service may have done the write although this is what came back.
pub(crate) fn leaves_open<A: Api>(error: &Error<A>) -> bool {
    match error.was_sent() {
        Sent::No => false,
        Sent::Maybe => true,
        // The function may have run, or its storage may have written, before things went wrong. A 2xx that cannot be read
        // leaves as much open.
        Sent::Answered => error.status().is_none_or(|s| !(300..500).contains(&s)),
    }
}

/// Whether a call that ends with `error` leaves its outcome unknown. `open`: whether an earlier attempt did.
pub(crate) fn outcome_unknown<A: Api>(operation: &Operation, error: &Error<A>, open: bool) -> bool {
    match operation.access {
        Access::Read => false,
        Access::Write => leaves_open(error) || open && Weight::of(error) != Weight::Settles,
    }
}

/// Whether `error` is the success of a delete: an earlier attempt of this very call has deleted it, or somebody else has. It is
/// gone, as wanted.
pub(crate) fn is_gone<A: Api>(operation: &Operation, error: &Error<A>, open: bool) -> bool {
    operation.method == Method::Delete && open && error.standard() == Some(StandardCode::NotFound)
}

/// The tokens that retries cost, shared by all clones of a client.
#[derive(Debug)]
pub(crate) struct Budget {
    tokens: Mutex<u32>,
    capacity: u32,
}

impl Budget {
    pub(crate) fn new(capacity: u32) -> Self {
        Self { tokens: Mutex::new(capacity), capacity }
    }

    /// Takes what a retry after `error` costs; `None` when there is not enough left.
    pub(crate) fn take<A: Api>(&self, error: &Error<A>) -> Option<u32> {
        let cost = if error.is_timeout() { 10 } else { 5 };
        let mut tokens = self.lock();
        *tokens = tokens.checked_sub(cost)?;
        Some(cost)
    }

    /// Gives back what the successful attempt cost, or 1 if it was a first one.
    pub(crate) fn give(&self, cost: u32) {
        let mut tokens = self.lock();
        *tokens = tokens.saturating_add(cost.max(1)).min(self.capacity);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, u32> {
        // A number cannot be left half-written by a panic.
        self.tokens.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_grows_to_its_limit_and_takes_its_random_share() {
        let policy = RetryPolicy::default();
        let longest: Vec<_> = (0..8).map(|n| policy.back_off(n, 1.0).as_millis()).collect();
        assert_eq!(longest, [100, 200, 400, 800, 1600, 3200, 5000, 5000]);
        assert_eq!(policy.back_off(2, 0.5), Duration::from_millis(200));
        assert_eq!(policy.back_off(2, 0.0), Duration::ZERO);
        assert_eq!(policy.back_off(u32::MAX, 1.0), Duration::from_secs(5));
    }

    #[test]
    fn what_may_be_repeated_and_what_gets_a_key_follows_from_the_row_and_the_condition() {
        use Repeat::{Harmful, Harmless};
        let row = |method, access, keyed| {
            let row = match access {
                Access::Read => Operation::read("x", method, "/x"),
                Access::Write => Operation::write("x", method, "/x"),
            };
            if keyed { row.keyed() } else { row }
        };
        let (read, write) = (Access::Read, Access::Write);
        for (method, access, keyed, [plain, conditional], minted) in [
            (Method::Get, read, false, [Harmless, Harmless], false),
            (Method::Post, read, false, [Harmless, Harmless], false),
            (Method::Get, write, false, [Harmful, Harmful], false),
            (Method::Post, write, true, [Harmless, Harmless], true),
            (Method::Post, write, false, [Harmful, Harmful], false),
            (Method::Put, write, true, [Harmful, Harmless], true),
            (Method::Patch, write, true, [Harmful, Harmless], true),
            (Method::Put, write, false, [Harmful, Harmless], false),
            (Method::Delete, write, true, [Harmless, Harmless], true),
            (Method::Delete, write, false, [Harmless, Harmless], false),
        ] {
            let row = row(method, access, keyed);
            assert_eq!([Repeat::of(&row, false), Repeat::of(&row, true)], [plain, conditional], "{row:?}");
            assert_eq!(mints_key(&row), minted, "{row:?}");
        }
    }
}

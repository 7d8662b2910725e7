//! The HTTP clients, whose pools keep connections: none is used for too long, and none of those that were open when one broke.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use crate::{clock::Clock, dns::Health};

/// The greatest age of a connection, so that a name that moves is followed and all zones are used. The pool's connections end
/// together, at a random moment of the last quarter.
const GREATEST_AGE: Duration = Duration::from_secs(60);

type Make = Box<dyn Fn() -> Result<Pair, String> + Send + Sync>;

/// Two clients of one make: of the second each request has a connection of its own.
pub(crate) struct Pair {
    pub kept: reqwest::Client,
    pub fresh: reqwest::Client,
}

pub(crate) struct Pool {
    make: Make,
    health: Arc<Health>,
    current: Mutex<Generation>,
}

struct Generation {
    number: u64,
    clients: Pair,
    /// When its connections are too old; from its first use on.
    ends: Option<Instant>,
}

impl Pool {
    pub(crate) fn new(clients: Pair, make: Make, health: Arc<Health>) -> Self {
        Self { make, health, current: Mutex::new(Generation { number: 0, clients, ends: None }) }
    }

    /// A client none of whose connections is too old, and its generation's number.
    pub(crate) fn take(&self, now: Instant, clock: &dyn Clock) -> (reqwest::Client, u64) {
        let current = self.current(now, clock);
        (current.clients.kept.clone(), current.number)
    }

    /// A client that makes a connection for each request.
    pub(crate) fn fresh(&self, now: Instant, clock: &dyn Clock) -> reqwest::Client {
        self.current(now, clock).clients.fresh.clone()
    }

    fn current(&self, now: Instant, clock: &dyn Clock) -> MutexGuard<'_, Generation> {
        let mut current = self.lock();
        if current.ends.is_some_and(|ends| ends <= now) {
            self.health.forget_answered();
            self.replace(&mut current);
        }
        if current.ends.is_none() {
            current.ends = now.checked_add(GREATEST_AGE.mul_f64(1.0 - clock.random().clamp(0.0, 1.0) / 4.0));
        }
        current
    }

    /// A connection of this generation broke, and has most likely not broken alone: none of them is used again.
    pub(crate) fn retire(&self, number: u64) {
        let mut current = self.lock();
        if current.number == number {
            self.replace(&mut current);
        }
    }

    /// What is in flight keeps the old one until it ends.
    fn replace(&self, current: &mut Generation) {
        // It could be made before, of the same settings.
        if let Ok(clients) = (self.make)() {
            *current = Generation { number: current.number + 1, clients, ends: None };
        }
    }

    fn lock(&self) -> MutexGuard<'_, Generation> {
        // Replaced whole or not at all.
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

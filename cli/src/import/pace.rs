//! How many rows are under way: more while it goes well, half when the API says "not now".

use std::time::Duration;

/// Additive increase, multiplicative decrease, as TCP does it.
pub(super) struct Pace {
    most: usize,
    first_wait: Duration,
    limit: usize,
    successes: usize,
    /// Grows with each cut: a failure of a request begun before the last cut says nothing new.
    epoch: u64,
    /// Cuts since the last success.
    failures: u32,
}

impl Pace {
    const LONGEST_WAIT: Duration = Duration::from_secs(20);

    pub(super) fn new(most: usize, first_wait: Duration) -> Self {
        Self { most: most.max(1), first_wait, limit: most.max(1), successes: 0, epoch: 0, failures: 0 }
    }

    /// How many rows may be under way.
    pub(super) fn limit(&self) -> usize {
        self.limit
    }

    /// What a request remembers of the time it was begun.
    pub(super) fn epoch(&self) -> u64 {
        self.epoch
    }

    pub(super) fn success(&mut self) {
        self.failures = 0;
        self.successes += 1;
        if self.successes >= self.limit {
            self.successes = 0;
            self.limit = (self.limit + 1).min(self.most);
        }
    }

    /// A request begun in `epoch` was put off: how long nothing new is begun, if this is news.
    pub(super) fn put_off(&mut self, epoch: u64, asked: Option<Duration>) -> Option<Duration> {
        if epoch < self.epoch {
            return None;
        }
        self.epoch += 1;
        self.limit = (self.limit / 2).max(1);
        self.successes = 0;
        let wait = self.first_wait.saturating_mul(2_u32.saturating_pow(self.failures)).max(asked.unwrap_or_default());
        self.failures += 1;
        Some(wait.min(Self::LONGEST_WAIT))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_storm_halves_it_once_and_success_brings_it_back() {
        let mut pace = Pace::new(16, Duration::from_millis(200));
        let begun = pace.epoch();
        assert_eq!(pace.put_off(begun, None), Some(Duration::from_millis(200)));
        for _ in 0..15 {
            assert_eq!(pace.put_off(begun, None), None);
        }
        assert_eq!(pace.limit(), 8);
        assert_eq!(pace.put_off(pace.epoch(), Some(Duration::from_secs(3))), Some(Duration::from_secs(3)));
        assert_eq!(pace.limit(), 4);
        for _ in 0..(4..16).sum::<usize>() {
            pace.success();
        }
        assert_eq!(pace.limit(), 16);
        for _ in 0..100 {
            pace.success();
        }
        assert_eq!(pace.limit(), 16, "never more than asked for");
    }

    #[test]
    fn it_never_stops_and_never_waits_for_ever() {
        let mut pace = Pace::new(4, Duration::from_millis(200));
        for _ in 0..40 {
            let wait = pace.put_off(pace.epoch(), None).unwrap_or_default();
            assert!(wait <= Pace::LONGEST_WAIT);
        }
        assert_eq!(pace.limit(), 1);
    }
}

//! How many calls are let through: a bucket of tokens for each method, as API Gateway says that it counts (API Gateway developer
//! guide, *Throttle requests to your REST APIs*: token buckets, and a stage's limits are applied at the level of its methods).

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

/// Rates and bursts, by method.
///
/// ```
/// # use private_api_gateway::Throttle;
/// // 100 a second and 200 at once for each method, and less for one.
/// let throttle: Throttle = [("*/*", 100.0, 200), ("order/{orderId}/DELETE", 1.0, 5)].into_iter().collect();
/// # drop(throttle);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Throttle {
    /// By `PATH/METHOD` without a slash at its beginning, or `*/*` for those that have none of their own, as Terraform's
    /// `method_path`.
    limits: HashMap<String, (f64, u32)>,
}

impl<P: Into<String>> FromIterator<(P, f64, u32)> for Throttle {
    /// Each with the calls a second, and how many may come at once.
    fn from_iter<I: IntoIterator<Item = (P, f64, u32)>>(limits: I) -> Self {
        Self { limits: limits.into_iter().map(|(path, rate, burst)| (path.into(), (rate, burst))).collect() }
    }
}

/// What time it is, from some beginning on.
#[derive(Clone)]
pub(crate) struct Clock(pub(crate) Arc<dyn Fn() -> Duration + Send + Sync>);

impl Default for Clock {
    fn default() -> Self {
        let start = Instant::now();
        Self(Arc::new(move || start.elapsed()))
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a clock")
    }
}

/// The methods' buckets.
#[derive(Clone, Debug)]
pub(crate) struct Buckets {
    limits: Throttle,
    clock: Clock,
    /// What is left in each, and since when.
    left: Arc<Mutex<HashMap<String, (f64, Duration)>>>,
}

impl Buckets {
    pub(crate) fn new(limits: Throttle, clock: Clock) -> Self {
        Self { limits, clock, left: Arc::default() }
    }

    /// Whether a call of this method is let through.
    pub(crate) fn take(&self, resource: &str, method: &str) -> bool {
        let name = format!("{}/{method}", resource.trim_start_matches('/'));
        let limits = &self.limits.limits;
        let Some(&(rate, burst)) = limits.get(&name).or_else(|| limits.get("*/*")) else { return true };
        let now = (self.clock.0)();
        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        let (tokens, since) = left.entry(name).or_insert((burst.into(), now));
        *tokens = f64::from(burst).min(*tokens + rate * now.saturating_sub(*since).as_secs_f64());
        *since = now;
        let is_there = *tokens >= 1.0;
        if is_there {
            *tokens -= 1.0;
        }
        is_there
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    #[test]
    fn each_method_has_its_bucket_and_it_fills_with_time() {
        let now = Arc::new(AtomicU64::new(0));
        let clock = {
            let now = now.clone();
            Clock(Arc::new(move || Duration::from_millis(now.load(Ordering::Relaxed))))
        };
        let limits = [("*/*", 2.0, 3), ("order/{orderId}/DELETE", 0.0, 1), ("order/PUT", 5.0, 0)].into_iter().collect();
        let buckets = Buckets::new(limits, clock);
        let taken = |resource: &str, method: &str| (0..10).filter(|_| buckets.take(resource, method)).count();
        assert_eq!(taken("/order", "GET"), 3);
        assert_eq!(taken("/order", "POST"), 3);
        assert_eq!(taken("/order/{orderId}", "DELETE"), 1);
        assert_eq!(taken("/order", "PUT"), 0);
        now.store(499, Ordering::Relaxed);
        assert_eq!(taken("/order", "GET"), 0);
        now.store(500, Ordering::Relaxed);
        assert_eq!(taken("/order", "GET"), 1);
        // Never more than at first.
        now.store(3_600_000, Ordering::Relaxed);
        assert_eq!(taken("/order", "GET"), 3);
        assert_eq!(taken("/order/{orderId}", "DELETE"), 0);
        let none = Buckets::new(Throttle::default(), Clock::default());
        assert!((0..1000).all(|_| none.take("/order", "GET")));
    }
}

//! What was measured in turns, and one line of it for the report.

use std::{error::Error, time::Duration};

use serde_json::{Value, json};

/// Values of one thing: times in seconds, memory in MiB.
#[derive(Clone, Default)]
pub struct Samples(Vec<f64>);

impl Samples {
    pub fn push(&mut self, time: Duration) {
        self.0.push(time.as_secs_f64());
    }

    /// The value that this share of the samples is below; 0 if there are none.
    pub fn quantile(&self, share: f64) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        let last = sorted.len().saturating_sub(1);
        sorted.get((last as f64 * share).round() as usize).copied().unwrap_or(0.0)
    }

    pub fn median(&self) -> f64 {
        self.quantile(0.5)
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Reports the median with its quartiles, times `scale`. `limit` is the most it may be.
    pub fn report(&self, what: &str, scale: f64, unit: &str, limit: f64) {
        let [value, low, high] = [0.5, 0.25, 0.75].map(|share| self.quantile(share) * scale);
        row(&json!({ "what": what, "value": value, "low": low, "high": high, "unit": unit, "limit": limit }));
    }
}

impl Extend<Duration> for Samples {
    fn extend<T: IntoIterator<Item = Duration>>(&mut self, times: T) {
        self.0.extend(times.into_iter().map(|time| time.as_secs_f64()));
    }
}

/// `N` values of each candidate, a sample a round.
pub struct Rounds<const N: usize>(Vec<[Samples; N]>);

impl<const N: usize> Rounds<N> {
    /// Measures all candidates in every round. Who goes first changes, so that a drift of the machine hits all alike; a first
    /// round warms up and does not count.
    pub async fn of(
        rounds: usize,
        candidates: usize,
        mut measure: impl AsyncFnMut(usize) -> Result<[f64; N], Box<dyn Error>>,
    ) -> Result<Self, Box<dyn Error>> {
        let mut all = vec![[(); N].map(|()| Samples::default()); candidates];
        for round in 0..=rounds {
            for turn in 0..candidates {
                let who = (round + turn) % candidates;
                let now = measure(who).await?;
                if round > 0 {
                    all[who].iter_mut().zip(now).for_each(|(samples, value)| samples.0.push(value));
                }
            }
        }
        Ok(Self(all))
    }

    /// A value of a candidate.
    pub fn value(&self, who: usize, value: usize) -> &Samples {
        &self.0[who][value]
    }

    /// Reports a ratio of two values, each by its candidate and its place: the median over the rounds with its quartiles. `limit`
    /// is the most it may be.
    pub fn report(&self, what: &str, thing: (usize, usize), to: &str, baseline: (usize, usize), limit: Option<f64>) {
        let pairs = self.0[thing.0][thing.1].0.iter().zip(&self.0[baseline.0][baseline.1].0);
        let ratios = Samples(pairs.map(|(thing, baseline)| thing / baseline).collect());
        let [median, low, high] = [0.5, 0.25, 0.75].map(|share| ratios.quantile(share));
        row(&json!({ "what": what, "to": to, "ratio": median, "low": low, "high": high, "limit": limit }));
    }
}

/// A line for the report of `cargo xtask bench`, which reads them.
#[allow(clippy::print_stdout)]
fn row(row: &Value) {
    println!("{row}");
}

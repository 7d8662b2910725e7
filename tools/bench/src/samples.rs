//! What was measured, and one line of it for the report.

use std::time::Duration;

use serde_json::{Value, json};

/// Values of one thing: times in seconds, memory in MiB.
#[derive(Clone, Default)]
pub struct Samples(Vec<f64>);

impl Samples {
    pub fn push(&mut self, time: Duration) {
        self.0.push(time.as_secs_f64());
    }

    pub fn push_value(&mut self, value: f64) {
        self.0.push(value);
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

    /// Reports the median with its quartiles, times `scale`. `limit` is the most it may be.
    pub fn report(&self, what: &str, scale: f64, unit: &str, limit: f64) {
        let [value, low, high] = [0.5, 0.25, 0.75].map(|share| self.quantile(share) * scale);
        row(&json!({ "what": what, "value": value, "low": low, "high": high, "unit": unit, "limit": limit }));
    }
}

/// A ratio of two things that ran in turns, once for each round.
#[derive(Default)]
pub struct Ratios(Samples);

impl Ratios {
    pub fn push(&mut self, thing: f64, baseline: f64) {
        self.0.0.push(thing / baseline);
    }

    /// Reports the median with its quartiles. `limit` is the most it may be.
    pub fn report(&self, what: &str, to: &str, limit: Option<f64>) {
        let (median, low, high) = (self.0.median(), self.0.quantile(0.25), self.0.quantile(0.75));
        row(&json!({ "what": what, "to": to, "ratio": median, "low": low, "high": high, "limit": limit }));
    }
}

/// A line for the report of `cargo xtask bench`, which reads them.
#[allow(clippy::print_stdout)]
fn row(row: &Value) {
    println!("{row}");
}

//! What was measured, and one line of it for the report.

use std::time::Duration;

use serde_json::{Value, json};

/// Times of one thing, in seconds.
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

/// Reports a figure that no machine changes much: bytes, or a time whose bound is part of what was promised.
pub fn figure(what: &str, value: f64, unit: &str, limit: Option<f64>) {
    row(&json!({ "what": what, "value": value, "unit": unit, "limit": limit }));
}

/// A line for the report of `cargo xtask bench`, which reads them.
#[allow(clippy::print_stdout)]
fn row(row: &Value) {
    println!("{row}");
}

//! How far it is: a bar in a terminal, a line now and then elsewhere.

use std::{
    io::IsTerminal,
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressState, ProgressStyle};

const EVERY: Duration = Duration::from_secs(5);

pub(super) struct Progress {
    bar: Option<ProgressBar>,
    all: u64,
    done: u64,
    begun: Instant,
    told: Instant,
}

impl Progress {
    pub(super) fn new(all: u64) -> Self {
        let now = Instant::now();
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::new(all);
            let style = "{wide_bar} {pos}/{len} rows  {rate} a second  {eta} left";
            if let Ok(style) = ProgressStyle::with_template(style) {
                bar.set_style(style.with_key("rate", |state: &ProgressState, text: &mut dyn std::fmt::Write| {
                    let _ = write!(text, "{:.0}", state.per_sec());
                }));
            }
            bar
        });
        Self { bar, all, done: 0, begun: now, told: now }
    }

    pub(super) fn row(&mut self) {
        self.done += 1;
        match &self.bar {
            Some(bar) => bar.inc(1),
            None if self.told.elapsed() >= EVERY => {
                self.told = Instant::now();
                let rate = self.rate();
                let left = self.all.saturating_sub(self.done) as f64 / rate.max(f64::MIN_POSITIVE);
                anstream::eprintln!("{} of {} rows, {rate:.0} a second, {left:.0} s left", self.done, self.all);
            }
            None => {}
        }
    }

    /// Says something without tearing the bar.
    pub(super) fn say(&self, text: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| anstream::eprintln!("{text}")),
            None => anstream::eprintln!("{text}"),
        }
    }

    pub(super) fn rate(&self) -> f64 {
        self.done as f64 / self.begun.elapsed().as_secs_f64().max(0.001)
    }

    pub(super) fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

//! What a person or a script sees meanwhile, on standard error: a bar in a terminal, a line now and then elsewhere, JSON lines with
//! `--json`. None of it may stop an import: a standard error that cannot be written is no reason.

use std::{
    cell::RefCell,
    io::IsTerminal,
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressState, ProgressStyle};
use serde_json::json;

use super::groups::thousands;
use crate::exit::note;

const EVERY: Duration = Duration::from_secs(5);

pub(super) struct Progress {
    json: bool,
    bar: Option<ProgressBar>,
    all: u64,
    done: u64,
    begun: Instant,
    told: Instant,
    /// What was said of the API last, and when: the same thing is not said at every row.
    waiting: RefCell<Option<(String, Instant)>>,
}

impl Progress {
    pub(super) fn new(json: bool) -> Self {
        let now = Instant::now();
        Self { json, bar: None, all: 0, done: 0, begun: now, told: now, waiting: RefCell::new(None) }
    }

    /// So many rows are to be sent from now on.
    pub(super) fn begin(&mut self, all: u64) {
        self.all = all;
        (self.begun, self.told) = (Instant::now(), Instant::now());
        // TERM=dumb and the like have no cursor to move, but a person waits there too: lines are for them.
        let dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
        self.bar = (std::io::stderr().is_terminal() && !self.json && !dumb).then(|| {
            let bar = ProgressBar::new(all);
            let style = "{wide_bar} {pos}/{len} rows  {rate} a second  {eta} left";
            if let Ok(style) = ProgressStyle::with_template(style) {
                // ASCII: not every terminal has blocks.
                bar.set_style(style.progress_chars("=> ").with_key(
                    "rate",
                    |state: &ProgressState, text: &mut dyn std::fmt::Write| {
                        let _ = write!(text, "{:.0}", state.per_sec());
                    },
                ));
            }
            bar
        });
    }

    pub(super) fn row(&mut self) {
        self.done += 1;
        match &self.bar {
            Some(bar) if !bar.is_hidden() => bar.inc(1),
            _ if self.told.elapsed() >= EVERY => {
                self.told = Instant::now();
                let rate = self.rate();
                let left = self.all.saturating_sub(self.done) as f64 / rate.max(f64::MIN_POSITIVE);
                if self.json {
                    note(
                        &json!({"progress": {"rows": self.all, "done": self.done, "rowsPerSecond": rate.round()}})
                            .to_string(),
                    );
                } else {
                    let (done, all) = (thousands(self.done), thousands(self.all));
                    note(&format!("{done} of {all} rows, {rate:.0} a second, {left:.0} s left"));
                }
            }
            _ => {}
        }
    }

    /// Says something without tearing the bar.
    pub(super) fn note(&self, text: &str) {
        if self.json { self.line(&json!({ "note": text }).to_string()) } else { self.line(text) }
    }

    /// So many rows have been looked at; said where it takes long.
    pub(super) fn looked(&mut self, rows: u64) {
        if self.told.elapsed() >= EVERY {
            self.told = Instant::now();
            self.note(&format!("looked at {} rows", thousands(rows)));
        }
    }

    /// The API takes nothing now: why, and when it is tried again.
    pub(super) fn waiting(&self, cause: &str, next: Duration) {
        let mut waiting = self.waiting.borrow_mut();
        if waiting.as_ref().is_some_and(|(said, when)| said == cause && when.elapsed() < EVERY) {
            return;
        }
        *waiting = Some((cause.to_owned(), Instant::now()));
        let seconds = next.as_secs_f64();
        if self.json {
            self.line(&json!({"waiting": {"cause": cause, "nextTrySeconds": seconds}}).to_string());
        } else {
            self.line(&format!("{cause}; trying again in {seconds:.1} s"));
        }
    }

    /// The API answers.
    pub(super) fn answered(&self) {
        let mut waiting = self.waiting.borrow_mut();
        if waiting.is_some() {
            *waiting = None;
        }
    }

    fn line(&self, text: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| note(text)),
            None => note(text),
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

//! JSON lines on standard output, as CloudWatch reads them.

use std::{
    io::{self, Write},
    mem,
    sync::{Mutex, PoisonError},
};

use tracing::Metadata;
use tracing_subscriber::{
    Layer,
    filter::{FilterExt, LevelFilter, Targets, filter_fn},
    fmt::{self, MakeWriter},
    layer::SubscriberExt,
    util::SubscriberInitExt,
};

/// Starts logging: the lines of this service's `own` crates (and of this one) at `AWS_LAMBDA_LOG_LEVEL` (default `INFO`), and
/// no others at any level. What others write may quote whole requests.
///
/// The line about a call is written at once, before its answer, and whatever the level: it is the record of it. All others wait for
/// [`write_pending`].
pub fn start(own: &[&'static str]) {
    start_writing(own, Lines);
}

/// As [`start`], to somewhere else and at once.
pub fn start_writing(own: &[&'static str], lines: impl for<'w> MakeWriter<'w> + Send + Sync + 'static) {
    let level = std::env::var("AWS_LAMBDA_LOG_LEVEL").ok().and_then(|level| level.parse().ok());
    let level = level.unwrap_or(LevelFilter::INFO);
    let own = own.iter().copied().chain([env!("CARGO_CRATE_NAME")]);
    // By its name as well, so that no other line of these crates is written against the level.
    let calls = Targets::new().with_targets(own.clone().map(|target| (target, LevelFilter::INFO)));
    let calls = calls.and(filter_fn(|meta| meta.name() == CALL));
    let own = own.map(|target| (target, level));
    let lines = fmt::layer()
        .with_writer(lines)
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        // A line that cannot be written is lost. Complaining about it on standard error may end the process.
        .log_internal_errors(false);
    tracing_subscriber::registry().with(lines.with_filter(Targets::new().with_targets(own).or(calls))).init();
}

/// Writes the lines that have waited. They may wait for whoever reads them: call it where nobody waits for an answer.
pub fn write_pending() {
    let pending = mem::take(&mut *PENDING.lock().unwrap_or_else(PoisonError::into_inner));
    if !pending.is_empty() {
        // Lost if it cannot be written, as above.
        let _ = io::stdout().write_all(&pending);
    }
}

/// The name of [`log_call!`](crate::log_call)'s events.
const CALL: &str = "call";

/// The lines that wait are few; what goes beyond this many bytes is lost.
const MOST_PENDING: usize = 64 * 1024;

static PENDING: Mutex<Vec<u8>> = Mutex::new(Vec::new());

struct Lines;

enum Line {
    Now(io::Stdout),
    Later,
}

impl MakeWriter<'_> for Lines {
    type Writer = Line;

    fn make_writer(&self) -> Line {
        Line::Later
    }

    fn make_writer_for(&self, meta: &Metadata<'_>) -> Line {
        if meta.name() == CALL { Line::Now(io::stdout()) } else { Line::Later }
    }
}

impl Write for Line {
    /// The layer writes each line in one piece.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        match self {
            Self::Now(stdout) => stdout.write(line),
            Self::Later => {
                let mut pending = PENDING.lock().unwrap_or_else(PoisonError::into_inner);
                if pending.len() + line.len() <= MOST_PENDING {
                    pending.extend_from_slice(line);
                }
                Ok(line.len())
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Now(stdout) => stdout.flush(),
            Self::Later => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_wait_hold_up_nobody_and_are_no_more_than_so_many() {
        for _ in 0..10_000 {
            assert!(Line::Later.write_all(&[b'x'; 100]).is_ok(), "it does not fail, either");
        }
        let waiting = PENDING.lock().unwrap_or_else(PoisonError::into_inner).len();
        assert!(waiting > MOST_PENDING / 2 && waiting <= MOST_PENDING, "{waiting} bytes wait");
    }
}

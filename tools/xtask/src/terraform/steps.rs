//! The steps of a proof: each with a log, a time and an end.

use std::{
    error::Error,
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use crate::process::run_logged;

/// Lines of a failed step's log that are shown.
const TAIL: usize = 60;

/// Before what the simulator cannot do: by `read_back.py`, and in the simulator's own log.
const GAPS: [&str; 2] = ["CANNOT ", "NotImplementedError: "];

/// Steps done so far, from several threads.
pub struct Steps {
    logs: PathBuf,
    done: Mutex<Vec<(String, Duration, bool)>>,
    gaps: Mutex<Vec<String>>,
}

impl Steps {
    /// No steps yet; their logs go to the folder.
    pub fn new(logs: PathBuf) -> Self {
        Self { logs, done: Mutex::default(), gaps: Mutex::default() }
    }

    /// Runs a command as a step; gives its log.
    pub fn command(&self, name: &str, limit: Duration, command: &mut Command) -> Result<PathBuf, String> {
        let log = self.logs.join(format!("{}.log", name.replace(' ', "-")));
        let started = Instant::now();
        let ended = run_logged(command, &log, limit);
        let (succeeded, why) = match ended {
            Ok(status) if status.success() => (true, String::new()),
            Ok(status) => (false, status.to_string()),
            Err(why) => (false, why.to_string()),
        };
        self.end(name, started, succeeded);
        if succeeded {
            return Ok(log);
        }
        let text = fs::read_to_string(&log).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        Err(format!(
            "{name}: {why}\n{}\n(all of it: {})",
            lines[lines.len().saturating_sub(TAIL)..].join("\n"),
            log.display()
        ))
    }

    /// Does work of our own as a step.
    pub fn work<T>(&self, name: &str, work: impl FnOnce() -> Result<T, Box<dyn Error>>) -> Result<T, String> {
        let started = Instant::now();
        let result = work();
        self.end(name, started, result.is_ok());
        result.map_err(|why| format!("{name}: {why}"))
    }

    /// Takes up what the simulator said it cannot do.
    pub fn remember_gaps(&self, log: &Path) {
        let text = fs::read_to_string(log).unwrap_or_default();
        let mut gaps = self.gaps.lock().unwrap_or_else(PoisonError::into_inner);
        for found in text.lines().filter_map(|line| GAPS.iter().find_map(|gap| line.strip_prefix(gap))) {
            if !gaps.iter().any(|known| known == found) {
                gaps.push(found.to_owned());
            }
        }
    }

    /// Prints the steps with their times, and the gaps.
    pub fn print(&self) {
        eprintln!("\n{:<24}{:>8}", "step", "seconds");
        for (name, time, succeeded) in self.done.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            eprintln!("{name:<24}{:>8.1}  {}", time.as_secs_f64(), if *succeeded { "ok" } else { "FAILED" });
        }
        let gaps = self.gaps.lock().unwrap_or_else(PoisonError::into_inner);
        if !gaps.is_empty() {
            eprintln!(
                "\nWhat the simulator cannot do, by resource, with its answer (NOT proven here beyond the plan):"
            );
            for gap in gaps.iter() {
                eprintln!("  {gap}");
            }
        }
    }

    fn end(&self, name: &str, started: Instant, succeeded: bool) {
        let time = started.elapsed();
        eprintln!("{} {name} ({:.1} s)", if succeeded { "ok    " } else { "FAILED" }, time.as_secs_f64());
        self.done.lock().unwrap_or_else(PoisonError::into_inner).push((name.to_owned(), time, succeeded));
    }
}

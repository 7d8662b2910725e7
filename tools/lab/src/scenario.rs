//! What the lab proves, check by check.

mod calls;
mod doctor;
mod names;
mod resolvers;
mod storm;
mod zones;

use std::{error::Error, fmt::Debug, path::Path, sync::atomic::Ordering, time::Instant};

use crate::{
    lab::Lab,
    network::{Done, STOPPED},
};

/// Runs every check; whether all of them passed.
pub fn run_all(lab: &Lab, examples: &Path) -> bool {
    let mut report = Report::default();
    names::check(lab, &mut report);
    calls::check(lab, examples, &mut report);
    zones::check(lab, &mut report);
    resolvers::check(lab, &mut report);
    doctor::check(lab, examples, &mut report);
    storm::check(lab, &mut report);
    println!("{} checks, {} failed", report.done, report.failed);
    report.failed == 0 && !STOPPED.load(Ordering::Relaxed)
}

/// The checks so far.
#[derive(Default)]
pub struct Report {
    done: usize,
    failed: usize,
}

impl Report {
    /// One line for one check. Those after a failure run too: faults seldom come alone, and each scenario mends what it broke.
    fn check(&mut self, what: &str, check: impl FnOnce() -> Done) {
        if STOPPED.load(Ordering::Relaxed) {
            return;
        }
        let started = Instant::now();
        let outcome = check();
        let seconds = started.elapsed().as_secs_f64();
        // What Ctrl-C interrupts has neither passed nor failed.
        if STOPPED.load(Ordering::Relaxed) {
            return;
        }
        self.done += 1;
        match outcome {
            Ok(()) => println!("ok      {what}  {seconds:.1}"),
            Err(why) => {
                self.failed += 1;
                println!("FAILED  {what}  {seconds:.1}\n        {why}");
            }
        }
    }
}

fn same<T: PartialEq + Debug>(expected: T, got: T) -> Done {
    if expected == got { Ok(()) } else { Err(format!("expected {expected:?}, got {got:?}").into()) }
}

/// For conditions that are no equality; `got` is only made where it is needed.
fn holds(condition: bool, expected: &str, got: impl Debug) -> Done {
    if condition { Ok(()) } else { Err(format!("expected {expected}, got {got:?}").into()) }
}

/// Mends even where the check failed, and tells what failed first.
fn then(check: Done, mend: Done) -> Result<(), Box<dyn Error>> {
    check.and(mend)
}

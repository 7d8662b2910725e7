//! The proof's table: what, how it was applied, the second plan, the service.

use std::{error::Error, fmt::Write as _, fs, path::PathBuf, time::Duration};

use super::{
    attempt::{Attempt, Outcome},
    modes::Mode,
};

/// Written after each mode, so that an interrupted run leaves what it has.
pub struct Table {
    file: PathBuf,
    text: String,
    counts: [usize; 4],
    wrong: Vec<String>,
}

impl Table {
    pub fn new(file: PathBuf) -> Self {
        let text = "| from | what | apply | second plan | service | s |\n|---|---|---|---|---|---|\n".to_owned();
        Self { file, text, counts: [0; 4], wrong: Vec::new() }
    }

    pub fn add(&mut self, mode: &Mode, tried: Vec<Attempt>) -> Result<(), Box<dyn Error>> {
        let service = if mode.protected { "stands" } else { "interrupted" };
        for Attempt { case, outcome, time } in tried {
            let (index, columns) = match &outcome {
                Outcome::Applied => (0, format!("whole | empty | {service}")),
                Outcome::Refused(why) => (1, format!("refused: {} | - | stands", cell(why))),
                Outcome::Wrong(why) => (2, format!("**WRONG**: {} | | ", cell(why))),
                Outcome::LeftOut => (3, "left out | | ".to_owned()),
            };
            self.counts[index] += 1;
            if index == 2 {
                self.wrong.push(format!("{}: {}", mode.name, case.name));
            }
            writeln!(self.text, "| {} | {} | {columns} | {:.0} |", mode.name, cell(&case.name), time.as_secs_f64())?;
        }
        fs::write(&self.file, &self.text)?;
        Ok(())
    }

    pub fn leave_out(&mut self, mode: &str) {
        self.counts[3] += 1;
        self.text += &format!("| {mode} | everything | left out | | | |\n");
    }

    pub fn finish(self, time: Duration) -> Result<(), Box<dyn Error>> {
        fs::write(&self.file, &self.text)?;
        let [applied, refused, wrong, left_out] = self.counts;
        eprintln!(
            "\n{applied} applied whole, {refused} refused with a reason, {wrong} wrong, {left_out} left out, in {:.0} minutes: {}",
            time.as_secs_f64() / 60.0,
            self.file.display()
        );
        if self.wrong.is_empty() { Ok(()) } else { Err(format!("wrong:\n  {}", self.wrong.join("\n  ")).into()) }
    }
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ").chars().take(200).collect()
}

//! Rows that could not be imported, in a file of their own: mend them and import that file.

use std::{
    fs::{File, OpenOptions},
    io,
    path::{Path, PathBuf},
};

use csv::ByteRecord;

use super::{
    file::{Raw, Sink, column},
    keyed::beside,
};
use crate::record;

/// Opened with the first rejected row.
pub(super) struct Rejected {
    of: PathBuf,
    heading: Option<ByteRecord>,
    open: Option<(PathBuf, Sink)>,
    pub count: u64,
}

impl Rejected {
    /// For the rows of this file.
    pub(super) fn of(path: &Path, heading: Option<ByteRecord>) -> Self {
        Self { of: path.to_owned(), heading, open: None, count: 0 }
    }

    /// Keeps a row, its key included, with what is wrong with it.
    pub(super) fn add(&mut self, row: Raw, problem: &str) -> io::Result<()> {
        let at = self.heading.as_ref().and_then(|heading| column(heading, record::PROBLEM));
        let sink = match &mut self.open {
            Some((_, sink)) => sink,
            None => {
                let (path, file) = create(&self.of)?;
                let mut heading = self.heading.clone();
                if let Some(heading) = heading.as_mut().filter(|_| at.is_none()) {
                    heading.push_field(record::PROBLEM.as_bytes());
                }
                &mut self.open.insert((path, Sink::new(file, heading.as_ref())?)).1
            }
        };
        sink.write(&with_problem(row, at, self.heading.as_ref().map_or(0, ByteRecord::len), problem))?;
        self.count += 1;
        Ok(())
    }

    /// The file, if there is one; it is complete now.
    pub(super) fn finish(self) -> io::Result<Option<PathBuf>> {
        let Some((path, sink)) = self.open else { return Ok(None) };
        sink.finish()?;
        Ok(Some(path))
    }
}

fn with_problem(row: Raw, at: Option<usize>, columns: usize, problem: &str) -> Raw {
    match row {
        Raw::Cells(mut cells) => Raw::Cells(match at {
            Some(at) => {
                cells.iter().enumerate().map(|(i, cell)| if i == at { problem.as_bytes() } else { cell }).collect()
            }
            // A row of another length than the heading keeps its cells: the problem says so.
            None if cells.len() == columns => {
                cells.push_field(problem.as_bytes());
                cells
            }
            None => cells,
        }),
        Raw::Line(line) => {
            let object = serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(&line).is_ok();
            let told = object.then(|| problem_last(&line, problem)).flatten();
            Raw::Line(told.unwrap_or(line))
        }
    }
}

/// The object's own text, with the problem as its last field; `None` where it has one already.
fn problem_last(line: &[u8], problem: &str) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(line).ok()?.trim_end().strip_suffix('}')?;
    if text.contains("\"problem\"") {
        return None;
    }
    let comma = if text.trim_end().ends_with('{') { "" } else { "," };
    Some(format!("{text}{comma}\"{}\":{}}}", record::PROBLEM, serde_json::Value::from(problem)).into_bytes())
}

/// `claims.rejected.csv` beside the file, or the next free name: an earlier one may hold somebody's mended rows.
fn create(of: &Path) -> io::Result<(PathBuf, File)> {
    for number in 1.. {
        let what = if number == 1 { "rejected".to_owned() } else { format!("rejected-{number}") };
        let path = beside(of, &what);
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(file) => return Ok((path, file)),
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
            Err(e) => return Err(io::Error::new(e.kind(), format!("{}: {e}", path.display()))),
        }
    }
    Err(io::Error::other("no free name for the rejected rows"))
}

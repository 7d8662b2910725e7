//! A CSV file's heading: which column is which, and what to write where it is not understood.

use super::{
    csv::Record,
    look::{Refusal, shell},
};
use crate::record::{ID, KEY, NOT_STORED, PROBLEM, REQUIRED, optional};

/// The named columns of a file.
#[derive(Clone)]
pub(super) struct Columns {
    pub names: Vec<String>,
    /// How many cells the heading has, blank ones at its end included.
    pub width: usize,
}

impl Columns {
    /// Reads the heading on this line.
    ///
    /// # Errors
    /// It is not one that every row could be read by.
    pub(super) fn read(heading: &Record, line: u64, file: &str) -> Result<Self, Refusal> {
        let refuse = |why: String| Err(Refusal::at(line, why));
        let mut names: Vec<String> = Vec::new();
        for cell in heading.cells() {
            names.push(String::from_utf8(cell.to_vec()).map_err(|_| Refusal::at(line, "the heading is not UTF-8"))?);
        }
        let width = names.len();
        while names.last().is_some_and(|name| name.trim().is_empty()) {
            names.pop();
        }
        if let Some(at) = names.iter().position(|name| name.trim().is_empty()) {
            return refuse(format!("column {} has no name: name it, or remove it", at + 1));
        }
        if let Some((_, twice)) = names.iter().enumerate().find(|(i, name)| names[..*i].contains(name)) {
            return refuse(format!("the heading has {} twice", shown(twice)));
        }
        let lacking: Vec<_> = REQUIRED.iter().filter(|name| !names.iter().any(|n| n == *name)).collect();
        let unknown: Vec<_> = names.iter().filter(|name| !is_known(name)).collect();
        if lacking.is_empty() && unknown.is_empty() {
            return Ok(Self { names, width });
        }
        let mut wrong = Vec::new();
        let mut fixed = names.clone();
        for name in &unknown {
            let meant = nearest(name).filter(|meant| !names.iter().any(|name| name == meant));
            match meant {
                Some(meant) => {
                    wrong.push(format!("it has {}: write {meant}", shown(name)));
                    fixed.iter_mut().filter(|n| n == name).for_each(|n| meant.clone_into(n));
                }
                None => wrong.push(format!("unknown columns: {}", shown(name))),
            }
        }
        let lacks: Vec<_> = lacking.iter().filter(|name| !fixed.iter().any(|n| n == **name)).map(|n| **n).collect();
        if !lacks.is_empty() {
            wrong.insert(0, format!("the heading lacks {}", lacks.join(", ")));
        } else if fixed.iter().all(|name| is_known(name)) {
            let commands = format!("sed '{line}s/.*/{}/' {} > FIXED.csv", fixed.join(","), shell(file));
            return Err(Refusal::at(line, wrong.join("; ")).with_command(commands));
        }
        refuse(wrong.join("; "))
    }

    /// The columns that a rejected row keeps: all but what was wrong with it.
    pub(super) fn own(&self) -> impl ExactSizeIterator<Item = &str> + Clone {
        let own = self.names.len() - usize::from(self.has_problem());
        self.names[..own].iter().map(String::as_str)
    }

    /// Whether this is a file of rejected rows: the last column says what is wrong.
    pub(super) fn has_problem(&self) -> bool {
        self.names.last().is_some_and(|name| name == PROBLEM)
    }

    /// Columns that no claim has a place for.
    pub(super) fn not_stored(&self) -> Vec<String> {
        self.names.iter().filter(|name| NOT_STORED.contains(&name.as_str())).cloned().collect()
    }
}

fn is_known(name: &str) -> bool {
    all().any(|known| known == name)
}

/// How many of these cells name a column, however they are written.
pub(super) fn known<'a>(cells: impl Iterator<Item = &'a str>) -> usize {
    cells.filter(|cell| all().any(|name| plain(name) == plain(cell))).count()
}

fn all() -> impl Iterator<Item = &'static str> {
    REQUIRED.into_iter().chain(optional()).chain(NOT_STORED).chain([PROBLEM])
}

/// The column that somebody who wrote this meant.
fn nearest(name: &str) -> Option<&'static str> {
    let name = plain(name);
    let exact = all().find(|known| plain(known) == name);
    exact.or_else(|| all().filter(|known| ![KEY, ID].contains(known)).find(|known| distance(&plain(known), &name) <= 2))
}

fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Levenshtein's.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.iter().enumerate() {
            let above = row[j + 1];
            row[j + 1] = (diagonal + usize::from(x != *y)).min(above + 1).min(row[j] + 1);
            diagonal = above;
        }
    }
    row[b.len()]
}

/// A column's name as it stands there; spaces are seen, and long or odd ones are cut.
fn shown(name: &str) -> String {
    let short: String = name.chars().take(40).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    if short.trim() == name && !short.is_empty() { short } else { format!("\"{short}\"") }
}

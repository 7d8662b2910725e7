//! Why a data file cannot be used, in words, with what to do about it.

use std::{io, path::PathBuf};

use crate::{TableError, advice::with_advice};

/// Why the data file cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FileError {
    /// Another process serves it, by this name or another one.
    #[error("{} is in use by another {program}: stop that one, or choose another file", path.display())]
    InUse {
        /// The data file.
        path: PathBuf,
        /// The program's name.
        program: &'static str,
    },
    /// It cannot be opened, made or locked.
    #[error("cannot open {}: {reason}", path.display())]
    Open {
        /// The data file, or what belongs to it and lies beside it.
        path: PathBuf,
        /// What the system or the engine said, and what to do about it.
        reason: String,
    },
    /// It is not one of this program's. It was not touched.
    #[error("{} {what}, and was left as it is: choose another file", path.display())]
    Foreign {
        /// The data file, or what lies where its log would be.
        path: PathBuf,
        /// What it is instead.
        what: &'static str,
    },
    /// It was not closed, and the log that belongs to it is not beside it.
    #[error(
        "{} was not closed when its program ended, and its log {} is not beside it: put both back together, restore a \
         backup, or choose another file",
        path.display(),
        log.display()
    )]
    LogMissing {
        /// The data file.
        path: PathBuf,
        /// Where its log would be.
        log: PathBuf,
    },
    /// There is a log that does not belong to the file, or has none.
    #[error(
        "{} is the log of another data file, or of one that is not at {} any more, and was left as it is: put both back \
         together, move the log away, or choose another file",
        log.display(),
        path.display()
    )]
    StrayLog {
        /// The data file, which may not exist.
        path: PathBuf,
        /// The log.
        log: PathBuf,
    },
    /// What is in it is not what was written.
    #[error(
        "{} is damaged, and was left as it is: {}{}; restore a backup, or choose another file",
        path.display(),
        damages.first().map_or("", String::as_str),
        if damages.len() > 1 { format!(" (and {} more: the command `verify` names them)", damages.len() - 1) } else { String::new() }
    )]
    Damaged {
        /// The data file.
        path: PathBuf,
        /// What is wrong, without a value.
        damages: Vec<String>,
    },
    /// The table cannot be made in it.
    #[error(transparent)]
    Table(#[from] TableError),
}

impl FileError {
    pub(crate) fn io(path: impl Into<PathBuf>, error: &io::Error) -> Self {
        Self::Open { path: path.into(), reason: with_advice(error.to_string()) }
    }

    pub(crate) fn sqlite(path: impl Into<PathBuf>, error: &rusqlite::Error) -> Self {
        Self::Open { path: path.into(), reason: with_advice(error.to_string()) }
    }
}

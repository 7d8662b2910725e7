//! What is in a file, seen without changing it: nothing, something of ours, of another program, or damaged.

use std::{fs, path::Path};

use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::{
    FileError, data_file,
    paths::{Lengths, beside, lengths},
    seal::{self, Mark},
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    /// No file, or one without a table or a mark.
    Nothing,
    Ours,
}

/// Whether a program has the file open while it is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum View {
    AtRest,
    Served,
}

/// Whether there is something of ours in it already. The engine would put its tables into any SQLite database, and change its
/// journal: look before, without a trace.
pub(crate) fn of(path: &Path, view: View) -> Result<Content, FileError> {
    let lengths = lengths(path)?;
    if lengths.file.is_none() {
        return Ok(Content::Nothing);
    }
    let foreign = |what| Err(FileError::Foreign { path: path.to_owned(), what });
    match look(path, view, has_log(lengths), tables) {
        Ok((2, _)) => Ok(Content::Ours),
        Ok((_, 0)) => Ok(Content::Nothing),
        Ok(_) => foreign("is the SQLite database of another program"),
        Err(e) if e.sqlite_error_code() == Some(ErrorCode::NotADatabase) => {
            foreign("is not a database of this program")
        }
        Err(e) => Err(FileError::sqlite(path, &e)),
    }
}

/// How many of the engine's own tables there are, and how many signs that it is anybody's.
fn tables(connection: &Connection) -> rusqlite::Result<(i64, i64)> {
    let number = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0));
    let engine = number("SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name IN ('_tables', '_config')")?;
    let marks = number("SELECT count(*) FROM sqlite_master")?
        + number("PRAGMA application_id")?.abs()
        + number("PRAGMA user_version")?.abs();
    Ok((engine, marks))
}

/// Refuses a file of ours that lacks its log, has another one's, or is damaged.
pub(crate) fn check(path: &Path, view: View) -> Result<(), FileError> {
    let found = lengths(path)?;
    if view == View::AtRest {
        check_log(path, found)?;
    }
    let damages = look(path, view, has_log(found), seal::damages).map_err(|e| damaged(path, e))?;
    if damages.is_empty() { Ok(()) } else { Err(FileError::Damaged { path: path.to_owned(), damages }) }
}

/// Whether the log beside the file is the one that it asks for.
fn check_log(path: &Path, found: Lengths) -> Result<(), FileError> {
    if found.journal.unwrap_or(0) > 0 {
        // A process was killed while it set a mark: SQLite takes back what it had not finished.
        let back =
            data_file::connect(path).and_then(|c| c.query_row("SELECT count(*) FROM sqlite_master", [], |_| Ok(())));
        back.map_err(|e| damaged(path, e))?;
    }
    let log = beside(path, "-wal");
    let mark = match look(path, View::AtRest, false, seal::mark) {
        // A kill while the log was folded in: with its log the file is whole again.
        Err(_) if has_log(found) => Mark::Open,
        mark => mark.map_err(|e| damaged(path, e))?,
    };
    match (mark, found.log) {
        (Mark::Open, None) => Err(FileError::LogMissing { path: path.to_owned(), log }),
        // Closing ends the log before the file forgets that it had one.
        (Mark::Closed, Some(1..)) if !is_logged(path)? => Err(FileError::StrayLog { path: path.to_owned(), log }),
        _ => Ok(()),
    }
}

pub(crate) fn has_log(found: Lengths) -> bool {
    found.log.unwrap_or(0) > 0
}

/// What SQLite cannot read is damaged, unless it is the system that will not let it.
fn damaged(path: &Path, error: rusqlite::Error) -> FileError {
    use ErrorCode::{CannotOpen, DatabaseBusy, DiskFull, PermissionDenied, ReadOnly, SystemIoFailure};
    match error.sqlite_error_code() {
        Some(CannotOpen | DatabaseBusy | DiskFull | PermissionDenied | ReadOnly | SystemIoFailure) => {
            FileError::sqlite(path, &error)
        }
        _ => FileError::Damaged { path: path.to_owned(), damages: vec![error.to_string()] },
    }
}

/// Whether its header says that it has a log.
fn is_logged(path: &Path) -> Result<bool, FileError> {
    use std::io::Read;
    let mut header = [0; 20];
    let mut file = fs::File::open(path).map_err(|e| FileError::io(path, &e))?;
    file.read_exact(&mut header).map_err(|e| FileError::io(path, &e))?;
    Ok(header[18] == 2)
}

/// Reads the file as it is, with its log if that holds anything, and leaves nothing behind.
pub(crate) fn look<T>(
    path: &Path,
    view: View,
    has_log: bool,
    at: impl FnOnce(&Connection) -> rusqlite::Result<T>,
) -> rusqlite::Result<T> {
    // Without a log nothing but the file counts, and reading it as one that never changes makes no files beside it.
    let changes = has_log || view == View::Served;
    let index = beside(path, "-shm");
    let had_index = index.exists();
    let seen = {
        let connection = match url::Url::from_file_path(path) {
            Ok(url) => {
                let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
                Connection::open_with_flags(format!("{url}{}", if changes { "" } else { "?immutable=1" }), flags)?
            }
            Err(()) => Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?,
        };
        seal::with_hash(&connection)?;
        at(&connection)
    };
    if changes && !had_index {
        let _ = fs::remove_file(index);
    }
    seen
}

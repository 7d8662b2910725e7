//! The file that keeps the items: found, judged, made, opened and closed.
//!
//! While no process has it open, the file alone holds everything and says so (its mark is *closed*). An open one has a log
//! beside it, which is folded in after every write; only what was not acknowledged is ever in the log alone.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use rusqlite::{Connection, OpenFlags};

use crate::{
    Database, FileError, Sdk, Table,
    content::{self, Content, View},
    lock,
    paths::{beside, lengths, mode_of_others, private, remove_if_empty, resolved},
    seal, touched,
};

/// How long a connection of ours waits for a backup that reads the file.
const PATIENCE: Duration = Duration::from_secs(5);

/// An open data file: the engine, and a connection beside it that folds the log in.
pub(crate) struct DataFile {
    pub(crate) engine: dynoxide::Database,
    keeper: Connection,
    path: PathBuf,
    _lock: File,
}

impl DataFile {
    /// Opens the file, or makes it with its table, and keeps every other process out until it is closed.
    pub(crate) async fn open(file: &Path, table: &Table, sdk: Sdk, program: &'static str) -> Result<Self, FileError> {
        let path = resolved(file)?;
        lengths(&path)?;
        let old = lock::existing(&path, program)?;
        let lock = match (old, content::of(&path, View::AtRest)?) {
            (Some(lock), Content::Ours) => lock,
            (old, _) => make(&path, old, table, sdk, program).await?,
        };
        Self::of(path, lock, program)
    }

    /// Opens the file, which is there and locked.
    fn of(path: PathBuf, lock: File, program: &'static str) -> Result<Self, FileError> {
        if let Some(mode) = mode_of_others(&path) {
            tracing::warn!("{program}'s data: others may open {} (mode {mode:o}): chmod 600", path.display());
        }
        content::check(&path, View::AtRest)?;
        // Closing it will make and remove files beside it: a folder where that may not be done is named now. It also takes away
        // what a kill has left of a file that was being made.
        let new = unfinished(&path, program);
        drop(lock::unfinished(&new, &path, program)?);
        fs::remove_file(&new).map_err(|e| FileError::io(&new, &e))?;
        let failed = |e: &rusqlite::Error| FileError::sqlite(&path, e);
        // From here on a log belongs to the file: it is there before the mark that asks for it.
        let log = beside(&path, "-wal");
        match private().create_new(true).open(&log) {
            Err(e) if e.kind() != io::ErrorKind::AlreadyExists => return Err(FileError::io(&log, &e)),
            _ => {}
        }
        let keeper = connect(&path).map_err(|e| failed(&e))?;
        seal::complete(&keeper).and_then(|()| seal::set_closed(&keeper, false)).map_err(|e| failed(&e))?;
        let engine = engine(&path)?;
        // A newer engine may have changed its tables.
        seal::complete(&keeper).map_err(|e| failed(&e))?;
        let opened = Self { engine, keeper, path, _lock: lock };
        opened.fold_in();
        Ok(opened)
    }

    /// After this the file itself holds everything. If a backup is reading it, or its disk is full, the log still holds the
    /// rest, and the next write tries again.
    pub(crate) fn fold_in(&self) {
        let patience = self.keeper.busy_timeout(Duration::ZERO);
        let folded = self.keeper.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
        if let Err(error) = patience.and(folded).and(self.keeper.busy_timeout(PATIENCE)) {
            tracing::debug!(%error, "the log stays beside the data file for now");
        }
    }

    /// Whether a row that this call is about is not what was written. What cannot be looked at, the engine will complain of.
    pub(crate) fn is_damaged(&self, operation: &str, body: &[u8]) -> bool {
        touched::is_damaged(&self.keeper, operation, body)
            .unwrap_or_else(|error| error.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseCorrupt))
    }

    /// A table was made: what is written into it is to have checksums.
    pub(crate) fn seal_new_tables(&self) -> Result<(), rusqlite::Error> {
        seal::complete(&self.keeper)
    }

    /// Does this on the connection beside the engine's; the file itself has it when this returns.
    pub(crate) fn beside<T>(&self, at: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> rusqlite::Result<T> {
        let done = at(&self.keeper);
        self.fold_in();
        done
    }

    /// Closes the file, which then holds everything alone.
    pub(crate) fn close(self) -> Result<(), FileError> {
        let Self { engine, keeper, path, _lock: lock } = self;
        drop(engine);
        let closed = seal::set_closed(&keeper, true).and_then(|()| without_log(&keeper));
        drop(keeper);
        closed.map_err(|e| FileError::sqlite(&path, &e))?;
        remove_if_empty(&beside(&path, "-wal"));
        drop(lock);
        Ok(())
    }
}

/// Makes the file under another name, and gives it its own when it is whole: a kill leaves nothing half made.
async fn make(
    path: &Path,
    empty: Option<File>,
    table: &Table,
    sdk: Sdk,
    program: &'static str,
) -> Result<File, FileError> {
    let found = lengths(path)?;
    for (ending, length) in [("-wal", found.log), ("-journal", found.journal)] {
        if length.unwrap_or(0) > 0 {
            return Err(FileError::StrayLog { path: path.to_owned(), log: beside(path, ending) });
        }
    }
    let new = unfinished(path, program);
    let remove_new = || ["", "-wal", "-shm", "-journal"].map(|ending| fs::remove_file(beside(&new, ending)));
    let lock = lock::unfinished(&new, path, program)?;
    let made = async {
        for ending in ["-wal", "-shm", "-journal"] {
            let _ = fs::remove_file(beside(&new, ending));
        }
        drop(Database::over(engine(&new)?, program).client(table, sdk).await?);
        let sealed = connect(&new).and_then(|connection| {
            seal::complete(&connection)?;
            seal::set_closed(&connection, true)?;
            without_log(&connection)
        });
        sealed.map_err(|e| FileError::sqlite(path, &e))?;
        lock.sync_all().map_err(|e| FileError::io(path, &e))?;
        if empty.is_some() {
            as_private_as(path, &new).map_err(|e| FileError::io(path, &e))?;
        } else if lengths(path)?.file.is_some() {
            // Another process has made one in the meantime, and may be serving it.
            return Err(FileError::InUse { path: path.to_owned(), program });
        }
        // Nothing is in them, or this would not be reached.
        remove_if_empty(&beside(path, "-wal"));
        fs::rename(&new, path).map_err(|e| FileError::io(path, &e))
    };
    match made.await {
        Ok(()) => Ok(lock),
        Err(error) => {
            let _ = remove_new();
            Err(error)
        }
    }
}

fn unfinished(path: &Path, program: &str) -> PathBuf {
    beside(path, &format!(".{program}-unfinished"))
}

fn engine(path: &Path) -> Result<dynoxide::Database, FileError> {
    let failed = |reason: String| FileError::Open { path: path.to_owned(), reason };
    let text = path.to_str().ok_or_else(|| failed("its name is not UTF-8; choose another name".to_owned()))?;
    dynoxide::Database::new(text).map_err(|e| failed(crate::advice::with_advice(e.to_string())))
}

/// A connection that may write, with the engine's hash.
pub(crate) fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.busy_timeout(PATIENCE)?;
    seal::with_hash(&connection)?;
    Ok(connection)
}

/// Folds the log in and ends it: from now on the file is alone.
pub(crate) fn without_log(connection: &Connection) -> rusqlite::Result<()> {
    connection.query_row("PRAGMA journal_mode = DELETE", [], |_| Ok(()))
}

/// Gives `new` the permissions and the owner of the empty file that somebody has put where it will be.
fn as_private_as(old: &Path, new: &Path) -> io::Result<()> {
    let wanted = fs::metadata(old)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt, chown};
        if (fs::metadata(new)?.uid(), fs::metadata(new)?.gid()) != (wanted.uid(), wanted.gid()) {
            chown(new, Some(wanted.uid()), Some(wanted.gid()))?;
        }
    }
    fs::set_permissions(new, wanted.permissions())
}

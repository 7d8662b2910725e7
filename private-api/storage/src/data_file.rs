//! The file that keeps the items: who may write it, and whether it is one of ours.

use std::{
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
};

use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::{Database, Sdk, Table, TableError, advice::with_advice};

/// Why the data file cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FileError {
    /// Another process serves it.
    #[error("{} is in use by another {program}: stop that one, or choose another file", path.display())]
    InUse {
        /// The data file.
        path: PathBuf,
        /// The program's name.
        program: &'static str,
    },
    /// It cannot be opened or locked.
    #[error("cannot open {}: {reason}", path.display())]
    Open {
        /// The data file, or the lock beside it.
        path: PathBuf,
        /// What the system or the engine said, and what to do about it.
        reason: String,
    },
    /// It is not one of this program's. It was not touched.
    #[error("{} {what}, and was left as it is: choose another file", path.display())]
    Foreign {
        /// The data file.
        path: PathBuf,
        /// What it is instead.
        what: &'static str,
    },
    /// The table cannot be made in it.
    #[error(transparent)]
    Table(#[from] TableError),
}

/// Opens the file, or makes it with its table, and keeps every other process out as long as the lock lives.
pub(crate) async fn open(
    file: &Path,
    table: &Table,
    sdk: Sdk,
    program: &'static str,
) -> Result<(Database, File), FileError> {
    let path = resolved(file).map_err(|e| failed(file, &e))?;
    let lock = Lock::take(&path, program)?;
    let opened = async {
        if !check(&path)? {
            make(&path, table, sdk, program).await?;
        }
        database(&path, program)
    };
    match opened.await {
        Ok(database) => Ok((database, lock.file)),
        Err(error) => {
            lock.give_back();
            Err(error)
        }
    }
}

/// The file itself: lock and log lie beside it, whatever link leads there.
fn resolved(file: &Path) -> io::Result<PathBuf> {
    // SQLite takes ":memory:", "file:…" and an empty name for something else than a file.
    let mut path = std::path::absolute(file)?;
    // More links than any system follows are a circle: opening it says so.
    for _ in 0..40 {
        match fs::read_link(&path) {
            Ok(target) => path = path.parent().unwrap_or(Path::new("/")).join(target),
            Err(_) => break,
        }
    }
    Ok(path)
}

fn database(path: &Path, program: &'static str) -> Result<Database, FileError> {
    let failed = |reason| FileError::Open { path: path.to_owned(), reason };
    let text = path.to_str().ok_or_else(|| failed("its name is not UTF-8; choose another name".to_owned()))?;
    let engine = dynoxide::Database::new(text).map_err(|e| failed(with_advice(e.to_string())))?;
    Ok(Database::over(engine, program))
}

/// Makes the file under another name, and gives it its own when the table is in it: the engine notes a table before it makes
/// it, so a kill between the two would leave a file that knows of a table that nobody can use.
async fn make(path: &Path, table: &Table, sdk: Sdk, program: &'static str) -> Result<(), FileError> {
    let new = beside(path, &format!(".{program}-unfinished"));
    let remove = |path: &Path, endings: &[&str]| {
        for ending in endings {
            let _ = fs::remove_file(beside(path, ending));
        }
    };
    // What a killed process left.
    remove(&new, &["", "-wal", "-shm"]);
    let made = async {
        drop(database(&new, program)?.client(table, sdk).await?);
        let sqlite = |e: rusqlite::Error| FileError::Open { path: path.to_owned(), reason: with_advice(e.to_string()) };
        let connection = Connection::open(&new).map_err(sqlite)?;
        // Into the file with all of it: a log goes by the file's name.
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).map_err(sqlite)?;
        connection.close().map_err(|(_, e)| sqlite(e))?;
        File::options().write(true).open(&new).and_then(|file| file.sync_all()).map_err(|e| failed(path, &e))?;
        as_private_as(path, &new).map_err(|e| failed(path, &e))?;
        // The log of a database without a table, which would be read as this one's.
        remove(path, &["-wal", "-shm"]);
        fs::rename(&new, path).map_err(|e| failed(path, &e))
    };
    let made = made.await;
    if made.is_err() {
        remove(&new, &["", "-wal", "-shm"]);
    }
    made
}

/// Gives `new` the permissions and the owner of the empty file that somebody has put where it will be.
fn as_private_as(old: &Path, new: &Path) -> io::Result<()> {
    let wanted = match fs::metadata(old) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(()),
        wanted => wanted?,
    };
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt, chown};
        if (fs::metadata(new)?.uid(), fs::metadata(new)?.gid()) != (wanted.uid(), wanted.gid()) {
            chown(new, Some(wanted.uid()), Some(wanted.gid()))?;
        }
    }
    fs::set_permissions(new, wanted.permissions())
}

/// SQLite would let a second process write to the same file behind the first one's back.
struct Lock {
    file: File,
    path: PathBuf,
    is_new: bool,
}

impl Lock {
    fn take(data: &Path, program: &'static str) -> Result<Self, FileError> {
        let path = beside(data, ".lock");
        let is_new = !path.exists();
        let opened = File::options().create(true).truncate(false).write(true).open(&path);
        let file = opened.map_err(|e| failed(&path, &e))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { file, path, is_new }),
            Err(TryLockError::WouldBlock) => Err(FileError::InUse { path: data.to_owned(), program }),
            Err(TryLockError::Error(e)) => Err(failed(&path, &e)),
        }
    }

    /// Leaves nothing behind beside a file that is not ours.
    fn give_back(self) {
        if self.is_new {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Whether there is something of ours in it already. The engine would put its tables into any SQLite database, and change its
/// journal: look before, without a trace.
fn check(path: &Path) -> Result<bool, FileError> {
    let foreign = |what| Err(FileError::Foreign { path: path.to_owned(), what });
    match fs::metadata(path) {
        Ok(file) if file.is_dir() => return foreign("is a folder"),
        Ok(_) => {}
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(e) => return Err(failed(path, &e)),
    }
    // SQLite would open a read-only file and fail at the first item.
    File::options().read(true).write(true).open(path).map_err(|e| failed(path, &e))?;
    match tables(path) {
        Ok(Found::Nothing) => Ok(false),
        Ok(Found::Ours) => Ok(true),
        Ok(Found::Foreign) => foreign("is the SQLite database of another program"),
        Err(e) if e.sqlite_error_code() == Some(ErrorCode::NotADatabase) => {
            foreign("is not a database of this program")
        }
        Err(e) => Err(FileError::Open { path: path.to_owned(), reason: with_advice(e.to_string()) }),
    }
}

enum Found {
    /// No file, or one without a table or a mark.
    Nothing,
    Ours,
    Foreign,
}

fn tables(path: &Path) -> rusqlite::Result<Found> {
    // Without a write-ahead log nothing but the file counts, and reading it as one that never changes makes no files beside
    // it.
    let immutable = if beside(path, "-wal").exists() { "" } else { "?immutable=1" };
    let connection = match url::Url::from_file_path(path) {
        Ok(url) => {
            let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
            Connection::open_with_flags(format!("{url}{immutable}"), flags)?
        }
        Err(()) => Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?,
    };
    let number = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0));
    let engine = number("SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name IN ('_tables', '_config')")?;
    let marks = number("SELECT count(*) FROM sqlite_master")?
        + number("PRAGMA application_id")?.abs()
        + number("PRAGMA user_version")?.abs();
    Ok(match (engine, marks) {
        (2, _) => Found::Ours,
        (_, 0) => Found::Nothing,
        _ => Found::Foreign,
    })
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

fn failed(path: &Path, error: &io::Error) -> FileError {
    FileError::Open { path: path.to_owned(), reason: with_advice(error.to_string()) }
}

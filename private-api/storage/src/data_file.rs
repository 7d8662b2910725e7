//! The file that keeps the claims: who may write it, and whether it is one of ours.

use std::{
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
};

use dynoxide::Database;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::{StartError, local};

/// Opens the file, or makes it with its table, and keeps every other process out as long as the lock lives.
pub(crate) async fn open(file: &Path, table: &str) -> Result<(Database, File), StartError> {
    let path = resolved(file).map_err(|e| failed(file, &e))?;
    let lock = Lock::take(&path)?;
    let opened = async {
        if !check(&path)? {
            make(&path, table).await?;
        }
        database(&path)
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

fn database(path: &Path) -> Result<Database, StartError> {
    let failed = |reason| StartError::Open { path: path.to_owned(), reason };
    let text = path.to_str().ok_or_else(|| failed("its name is not UTF-8; choose another name".to_owned()))?;
    Database::new(text).map_err(|e| failed(mend(e.to_string())))
}

/// Makes the file under another name, and gives it its own when the table is in it: the engine notes a table before it makes
/// it, so a kill between the two would leave a file that knows of a table that nobody can use.
async fn make(path: &Path, table: &str) -> Result<(), StartError> {
    let new = beside(path, ".claims-local-unfinished");
    let remove = |path: &Path, endings: &[&str]| {
        for ending in endings {
            let _ = fs::remove_file(beside(path, ending));
        }
    };
    // What a killed process left.
    remove(&new, &["", "-wal", "-shm"]);
    let made = async {
        drop(local::with_table(database(&new)?, table).await?);
        let sqlite = |e: rusqlite::Error| StartError::Open { path: path.to_owned(), reason: mend(e.to_string()) };
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
    fn take(data: &Path) -> Result<Self, StartError> {
        let path = beside(data, ".lock");
        let is_new = !path.exists();
        let opened = File::options().create(true).truncate(false).write(true).open(&path);
        let file = opened.map_err(|e| failed(&path, &e))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { file, path, is_new }),
            Err(TryLockError::WouldBlock) => Err(StartError::InUse(data.to_owned())),
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
fn check(path: &Path) -> Result<bool, StartError> {
    let foreign = |what| Err(StartError::Foreign { path: path.to_owned(), what });
    match fs::metadata(path) {
        Ok(file) if file.is_dir() => return foreign("is a folder"),
        Ok(_) => {}
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(e) => return Err(failed(path, &e)),
    }
    // SQLite would open a read-only file and fail at the first claim.
    File::options().read(true).write(true).open(path).map_err(|e| failed(path, &e))?;
    match tables(path) {
        Ok(Found::Nothing) => Ok(false),
        Ok(Found::Ours) => Ok(true),
        Ok(Found::Foreign) => foreign("is the SQLite database of another program"),
        Err(e) if e.sqlite_error_code() == Some(ErrorCode::NotADatabase) => {
            foreign("is not a database of this program")
        }
        Err(e) => Err(StartError::Open { path: path.to_owned(), reason: mend(e.to_string()) }),
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

fn failed(path: &Path, error: &io::Error) -> StartError {
    StartError::Open { path: path.to_owned(), reason: mend(error.to_string()) }
}

/// What the system or SQLite said, with what to do about it.
pub(crate) fn mend(said: String) -> String {
    let says = |words: &[&str]| words.iter().any(|word| said.contains(word));
    let advice = if says(&["ermission denied", "ead-only", "readonly", "ccess is denied"]) {
        "let this user write the file and its folder, or choose another file"
    } else if says(&["is full", "No space left", "quota", "too large"]) {
        "free some space on its disk, or raise the limit"
    } else if says(&["malformed", "not a database", "not a valid SQLite"]) {
        "it is damaged: restore it from a copy, or choose another file"
    } else if says(&["No such file", "cannot find the path", "Not a directory"]) {
        "make its folder first, or choose another file"
    } else if says(&["symbolic link"]) {
        "choose another file"
    } else if says(&["disk I/O error"]) {
        "free some space on its disk or raise the limit (ulimit -f), if it is not the device that is broken"
    } else {
        return said;
    };
    format!("{said}; {advice}")
}

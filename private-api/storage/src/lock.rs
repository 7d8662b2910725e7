//! One process per file, by whatever name: the lock is on the file itself.

use std::{
    fs::{self, File, TryLockError},
    io,
    path::Path,
};

use crate::{
    FileError,
    paths::{beside, private},
};

/// Locks what is at `path`; `None` if nothing is there.
pub(crate) fn existing(path: &Path, program: &'static str) -> Result<Option<File>, FileError> {
    loop {
        // SQLite would open a read-only file and fail at the first write.
        let file = match File::options().read(true).write(true).open(path) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
            opened => opened.map_err(|e| FileError::io(path, &e))?,
        };
        let lock = lock(file, path, path, program)?;
        if is_at(&lock, path) {
            return Ok(Some(lock));
        }
    }
}

/// A new file under another name, locked, in which the one at `path` is made: whoever else makes one finds it locked.
pub(crate) fn unfinished(new: &Path, path: &Path, program: &'static str) -> Result<File, FileError> {
    loop {
        match private().create_new(true).open(new) {
            Ok(file) => {
                let lock = lock(file, new, path, program)?;
                if is_at(&lock, new) {
                    return Ok(lock);
                }
            }
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {
                // What a killed process left. It may be a name of something else by now: only the name goes.
                let left = File::options().write(true).open(new).map_err(|e| FileError::io(new, &e))?;
                let left = lock(left, new, path, program)?;
                if is_at(&left, new) {
                    fs::remove_file(new).map_err(|e| FileError::io(new, &e))?;
                }
            }
            Err(e) => return Err(FileError::io(path, &e)),
        }
    }
}

/// Whether the path still leads to the file that was opened.
fn is_at(file: &File, path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let which = |metadata: fs::Metadata| (metadata.dev(), metadata.ino());
        file.metadata().ok().map(which) == fs::metadata(path).ok().map(which)
    }
    #[cfg(not(unix))]
    {
        let _ = file;
        path.exists()
    }
}

fn lock(file: File, name: &Path, path: &Path, program: &'static str) -> Result<File, FileError> {
    // Elsewhere a lock keeps SQLite itself from reading the file: there it is on another one beside it.
    let file = if cfg!(unix) {
        file
    } else {
        let lock = beside(name, ".lock");
        private().create(true).truncate(false).open(&lock).map_err(|e| FileError::io(&lock, &e))?
    };
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(FileError::InUse { path: path.to_owned(), program }),
        Err(TryLockError::Error(e)) => Err(FileError::io(path, &e)),
    }
}

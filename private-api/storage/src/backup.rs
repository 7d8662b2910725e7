//! A data file seen from outside, also while a program serves it: looked through, and copied.

use std::{
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
};

use rusqlite::Connection;

use crate::{
    FileError,
    content::{self, Content, View},
    data_file,
    paths::{beside, lengths, private, resolved},
    seal,
};

/// Looks at the structure of a data file and at everything in it; how many items there are.
///
/// # Errors
/// [`FileError::Damaged`] names all that is damaged; other errors say why the file cannot be looked at.
pub fn verify(file: &Path) -> Result<u64, FileError> {
    let whole = Whole::of(file)?;
    whole.look(seal::items).map_err(|e| FileError::sqlite(&whole.path, &e))
}

/// Copies a data file as it is at one moment; how many items there are. The copy is a closed file of its own, and was looked
/// through.
///
/// # Errors
/// When the file is not whole, or the copy cannot be made or is there already.
pub fn backup(file: &Path, to: &Path, program: &'static str) -> Result<u64, FileError> {
    let whole = Whole::of(file)?;
    let to = resolved(to)?;
    let exists = || FileError::Open { path: to.clone(), reason: "it is there already; choose another name".to_owned() };
    if lengths(&to)?.file.is_some() {
        return Err(exists());
    }
    let new = beside(&to, &format!(".{program}-unfinished"));
    // A name that a killed backup has left is in the way until somebody has looked at it.
    drop(private().create_new(true).open(&new).map_err(|e| FileError::io(&new, &e))?);
    let copied = (|| {
        let name = new.to_str().ok_or_else(|| FileError::io(&new, &io::ErrorKind::InvalidFilename.into()))?;
        let copy = |from: &Connection| from.execute("VACUUM INTO ?1", [name]).map(drop);
        whole.look(copy).map_err(|e| FileError::sqlite(&new, &e))?;
        let copy = data_file::connect(&new).and_then(|copy: Connection| {
            if seal::mark(&copy)? != seal::Mark::Absent {
                seal::set_closed(&copy, true)?;
            }
            data_file::without_log(&copy)
        });
        copy.map_err(|e| FileError::sqlite(&new, &e))?;
        let items = verify(&new)?;
        File::open(&new).and_then(|copy| copy.sync_all()).map_err(|e| FileError::io(&new, &e))?;
        // Not `rename`, which would replace what has been put there in the meantime.
        match fs::hard_link(&new, &to) {
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => Err(exists()),
            Err(_) if !to.exists() => fs::rename(&new, &to).map(|()| items).map_err(|e| FileError::io(&to, &e)),
            linked => linked.map(|()| items).map_err(|e| FileError::io(&to, &e)),
        }
    })();
    let _ = fs::remove_file(&new);
    copied
}

/// A data file of ours that is not damaged.
struct Whole {
    path: PathBuf,
    view: View,
    /// Keeps a program from starting to serve it in the meantime.
    _lock: File,
}

impl Whole {
    fn of(file: &Path) -> Result<Self, FileError> {
        let path = resolved(file)?;
        if lengths(&path)?.file.is_none() {
            return Err(FileError::io(&path, &io::ErrorKind::NotFound.into()));
        }
        let lock = File::open(&path).map_err(|e| FileError::io(&path, &e))?;
        let view = match lock.try_lock_shared() {
            Err(TryLockError::WouldBlock) => View::Served,
            Ok(()) => View::AtRest,
            Err(TryLockError::Error(e)) => return Err(FileError::io(&path, &e)),
        };
        match content::of(&path, view)? {
            Content::Ours => content::check(&path, view)?,
            Content::Nothing => return Err(FileError::Foreign { path, what: "holds nothing" }),
        }
        Ok(Self { path, view, _lock: lock })
    }

    fn look<T>(&self, at: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> rusqlite::Result<T> {
        let has_log = lengths(&self.path).is_ok_and(content::has_log);
        content::look(&self.path, self.view, has_log, at)
    }
}

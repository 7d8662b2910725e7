//! What lies at a path and beside it, before anything is opened: regular files only.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::FileError;

/// The file itself: its log lies beside it, whatever link leads there.
pub(crate) fn resolved(file: &Path) -> Result<PathBuf, FileError> {
    // SQLite takes ":memory:", "file:…" and an empty name for something else than a file.
    let mut path = std::path::absolute(file).map_err(|e| FileError::io(file, &e))?;
    // More links than any system follows are a circle: opening it says so.
    for _ in 0..40 {
        match fs::read_link(&path) {
            Ok(target) => path = path.parent().unwrap_or(Path::new("/")).join(target),
            Err(_) => break,
        }
    }
    Ok(path)
}

pub(crate) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// The length of the file, and of its logs; `None` for what is not there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lengths {
    pub(crate) file: Option<u64>,
    /// The write-ahead log, in which writes are until they are folded in.
    pub(crate) log: Option<u64>,
    /// The rollback journal, which is there while a mark is set.
    pub(crate) journal: Option<u64>,
}

/// Refuses whatever is no regular file, without opening it: a FIFO would wait for ever, a device would be written to.
pub(crate) fn lengths(path: &Path) -> Result<Lengths, FileError> {
    // What would be followed where the file itself was asked for is a surprise beside it.
    let log = |ending| length(&beside(path, ending), fs::symlink_metadata(beside(path, ending)));
    let lengths = Lengths { file: length(path, fs::metadata(path))?, log: log("-wal")?, journal: log("-journal")? };
    log("-shm")?;
    Ok(lengths)
}

fn length(path: &Path, metadata: io::Result<fs::Metadata>) -> Result<Option<u64>, FileError> {
    match metadata {
        Ok(metadata) if metadata.is_file() => Ok(Some(metadata.len())),
        Ok(metadata) => Err(FileError::Foreign { path: path.to_owned(), what: kind(metadata.file_type()) }),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(FileError::io(path, &e)),
    }
}

fn kind(file: fs::FileType) -> &'static str {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        if file.is_fifo() {
            return "is a FIFO";
        } else if file.is_socket() {
            return "is a socket";
        } else if file.is_block_device() || file.is_char_device() {
            return "is a device";
        }
    }
    if file.is_dir() {
        "is a folder"
    } else if file.is_symlink() {
        "is a link"
    } else {
        "is no regular file"
    }
}

/// Options for a file that only its owner may read, whatever the umask.
pub(crate) fn private() -> fs::OpenOptions {
    let mut options = fs::File::options();
    options.read(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Whether other users may read or write it.
pub(crate) fn mode_of_others(path: &Path) -> Option<u32> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(path).ok()?.permissions().mode() & 0o777;
        (mode & 0o077 != 0).then_some(mode)
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        None
    }
}

/// Removes what holds nothing.
pub(crate) fn remove_if_empty(path: &Path) {
    if fs::symlink_metadata(path).is_ok_and(|file| file.is_file() && file.len() == 0) {
        let _ = fs::remove_file(path);
    }
}

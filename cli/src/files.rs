//! Files that are written for a person: never over another one without `--force`, whole or not at all, readable by their owner
//! only. Links are followed, and what is no regular file is written through.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use tempfile::NamedTempFile;

use crate::{Failure, Status};

/// Where output goes.
pub(super) enum Target {
    Stdout(io::Stdout),
    /// A pipe or a device.
    Through(File),
    File {
        part: NamedTempFile,
        path: PathBuf,
        force: bool,
    },
}

impl Target {
    /// Looks at what is there. Nothing of it is touched before [`finish`](Self::finish).
    ///
    /// # Errors
    /// There is a file already, and no force.
    pub(super) fn open(path: &Path, force: bool) -> Result<Self, Failure> {
        let failed = |e: io::Error| Failure::file(path, e);
        if path.as_os_str() == "-" {
            return Ok(Self::Stdout(io::stdout()));
        }
        let real = follow(path).map_err(failed)?;
        match fs::metadata(&real) {
            Ok(there) if there.is_file() && !force => return Err(exists(path)),
            Ok(there) if there.is_file() => {}
            Ok(there) if there.is_dir() => {
                return Err(Failure::new(Status::Usage, format!("{} is a folder", path.display())));
            }
            Ok(_) => return Ok(Self::Through(fs::OpenOptions::new().write(true).open(&real).map_err(failed)?)),
            Err(e) if e.kind() == io::ErrorKind::NotFound => {}
            Err(e) => return Err(failed(e)),
        }
        let folder = real.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        // tempfile's are 0600.
        let part = NamedTempFile::new_in(folder).map_err(failed)?;
        Ok(Self::File { part, path: real, force })
    }

    /// Whether it is one that does not exist yet, or is to be replaced.
    pub(super) fn is_file(&self) -> bool {
        matches!(self, Self::File { .. })
    }

    /// Puts the file in its place.
    ///
    /// # Errors
    /// It cannot be written; or somebody else has made one of this name meanwhile.
    pub(super) fn finish(self) -> Result<(), Failure> {
        match self {
            Self::Stdout(mut out) => Ok(out.flush()?),
            Self::Through(mut file) => Ok(file.flush()?),
            Self::File { part, path, force } => {
                let failed = |e: io::Error| Failure::file(&path, e);
                part.as_file().sync_all().map_err(failed)?;
                let done = if force { part.persist(&path) } else { part.persist_noclobber(&path) };
                match done {
                    Ok(_) => Ok(()),
                    Err(e) if e.error.kind() == io::ErrorKind::AlreadyExists => Err(exists(&path)),
                    Err(e) => Err(failed(e.error)),
                }
            }
        }
    }
}

impl Write for Target {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Stdout(out) => out.write(bytes),
            Self::Through(file) => file.write(bytes),
            Self::File { part, .. } => part.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Stdout(out) => out.flush(),
            Self::Through(file) => file.flush(),
            Self::File { part, .. } => part.flush(),
        }
    }
}

fn exists(path: &Path) -> Failure {
    let why = "is there already; --force replaces it";
    Failure::new(Status::Usage, format!("{} {why}", path.display()))
}

/// Where a link leads, even to nothing.
fn follow(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..40 {
        match fs::symlink_metadata(&path) {
            Ok(there) if there.is_symlink() => {
                let to = fs::read_link(&path)?;
                path = path.parent().map_or_else(|| to.clone(), |folder| folder.join(&to));
            }
            Ok(_) | Err(_) => return Ok(path),
        }
    }
    Err(io::Error::other("too many links"))
}

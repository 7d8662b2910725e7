//! Where imports are known: the folder `.claims-import` beside the file, and the one to which the file itself leads, whatever
//! path was taken to it.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use super::{
    manifest::{self, Found},
    mark,
    progress::Progress,
    source::Source,
};
use crate::{
    Failure,
    state::{self, open_lock, private_file, private_folder},
};

const FOLDER: &str = ".claims-import";

/// In it: other such folders, in which imports of files that are here now are known.
const ELSEWHERE: &str = "elsewhere";

/// The known imports; nobody else begins one here while this is held.
pub(super) struct Store {
    /// Where a new import's folder goes.
    pub imports: PathBuf,
    pub found: Vec<Found>,
    index: Option<Index>,
    _locks: Vec<File>,
}

impl Store {
    /// Opens the folder beside `source`, and makes it if need be.
    pub(super) fn open(source: &Source, progress: &Progress) -> Result<Self, Failure> {
        let imports = source.folder.join(FOLDER);
        private_folder(&imports).map_err(|e| {
            let kept = "the keys cannot be kept beside the file; --state-dir FOLDER names a place that stays";
            Failure::file(&imports, io::Error::new(e.kind(), format!("{e}: {kept}")))
        })?;
        let index = source.identity.and_then(Index::of);
        let mut locks = Vec::new();
        // The index's first: whoever comes by another path waits there.
        for folder in index.iter().filter_map(|index| index.path.parent()).chain([imports.as_path()]) {
            locks.push(hold(&folder.join("lock"), progress)?);
        }
        let mut found = read(&imports)?;
        let pointed = fs::read_to_string(imports.join(ELSEWHERE)).unwrap_or_default();
        let mut others: BTreeSet<_> = pointed.lines().map(PathBuf::from).filter(|other| other.is_dir()).collect();
        others.extend(index.as_ref().and_then(Index::read));
        for other in others.iter().filter(|other| !same(other, &imports)) {
            found.extend(read(other)?);
        }
        Ok(Self { imports, found, index, _locks: locks })
    }

    /// Notes where the file's import is known, for other paths to it. A help only: where it fails, this path goes on working.
    pub(super) fn note(&self, folder: &Path) {
        let Some(imports) = folder.parent().and_then(|folder| folder.canonicalize().ok()) else { return };
        if let Some(index) = &self.index {
            let _ = index.write(&imports);
        }
        if !same(&imports, &self.imports) {
            // The file was moved here: its copies beside it are of that import too.
            let path = self.imports.join(ELSEWHERE);
            let known = fs::read_to_string(&path).unwrap_or_default();
            if let Some(line) = imports.to_str().filter(|imports| !known.lines().any(|line| line == *imports)) {
                let text = format!("{known}{line}\n");
                let _ = private_file(&path).and_then(|mut file| file.write_all(text.as_bytes()));
            }
        }
    }
}

/// Waits for whoever is just looking at the same place: that takes moments.
fn hold(path: &Path, progress: &Progress) -> Result<File, Failure> {
    let failed = |e| Failure::file(path, e);
    let lock = open_lock(path).map_err(failed)?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(fs::TryLockError::Error(e)) => Err(failed(e)),
        Err(fs::TryLockError::WouldBlock) => {
            progress.note("waiting for another import that is just beginning here");
            lock.lock().map_err(failed)?;
            Ok(lock)
        }
    }
}

fn same(a: &Path, b: &Path) -> bool {
    a == b || a.canonicalize().is_ok_and(|a| b.canonicalize().is_ok_and(|b| a == b))
}

/// All imports in a folder. What was begun and never became one is cleared away.
fn read(imports: &Path) -> Result<Vec<Found>, Failure> {
    let failed = |e| Failure::file(imports, e);
    let mut folders = BTreeSet::new();
    match fs::read_dir(imports) {
        Ok(entries) => {
            for entry in entries {
                folders.insert(entry.map_err(failed)?.path());
            }
        }
        Err(e) if e.kind() == io::ErrorKind::NotFound => {}
        Err(e) => return Err(failed(e)),
    }
    let mut found = Vec::new();
    let is_import = |folder: &PathBuf| {
        let name = folder.file_name().and_then(|name| name.to_str());
        name.and_then(mark::unhex::<8>).is_some() && folder.is_dir()
    };
    for folder in folders.into_iter().filter(is_import) {
        match Found::read(&folder)? {
            Some(import) => found.push(import),
            None if manifest::is_free(&folder) => {
                let _ = fs::remove_dir_all(&folder);
            }
            None => {}
        }
    }
    Ok(found)
}

/// Leads from a file (device and inode) to the folder in which its import is known: a hard link, a file that was moved.
struct Index {
    path: PathBuf,
}

/// Imports of this user's files that have rows left and that nobody runs: the file and when it was begun.
pub(crate) fn unfinished() -> Vec<(PathBuf, String)> {
    let Some(index) = state::folder().map(|folder| folder.join("imports")) else { return Vec::new() };
    let known = fs::read_dir(index).into_iter().flatten().flatten();
    let folders: BTreeSet<PathBuf> = known
        .filter_map(|entry| Some(PathBuf::from(fs::read_to_string(entry.path()).ok()?)))
        .filter(|folder| folder.is_dir())
        .collect();
    let mut left = Vec::new();
    for import in folders.iter().filter_map(|folder| read(folder).ok()).flatten() {
        let beside = import.folder.parent().and_then(Path::parent).unwrap_or(Path::new("."));
        let file = beside.join(&import.state.source);
        if !import.state.finished && file.is_file() && manifest::is_free(&import.folder) {
            left.push((file, import.state.begun));
        }
    }
    left
}

impl Index {
    fn of((device, inode): (u64, u64)) -> Option<Self> {
        let folder = state::folder()?.join("imports");
        private_folder(&folder).ok()?;
        Some(Self { path: folder.join(format!("{device:x}-{inode:x}")) })
    }

    fn read(&self) -> Option<PathBuf> {
        let imports = PathBuf::from(fs::read_to_string(&self.path).ok()?);
        imports.is_dir().then_some(imports)
    }

    fn write(&self, imports: &Path) -> io::Result<()> {
        let Some(text) = imports.to_str() else { return Ok(()) };
        if fs::read_to_string(&self.path).is_ok_and(|known| known == text) {
            return Ok(());
        }
        let part = self.path.with_extension("part");
        private_file(&part)?.write_all(text.as_bytes())?;
        fs::rename(part, &self.path)
    }
}

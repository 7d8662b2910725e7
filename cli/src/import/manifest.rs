//! What is known of an import, in a folder of its own: `.claims-import/<id>/` with `import.json`, `keys` and `lock`.
//!
//! `lock` is held for the whole import, so that there is one importer at a time; in it stands who. `import.json` is written
//! last: without it there is no import, and nothing was sent. Folders are 0700 and files 0600.

use std::{
    fs::{self, File, TryLockError},
    io::{self, Read, Seek, Write},
    path::{Path, PathBuf},
};

use claims_client::types::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    keys::{self, ENTRY, Entry},
    mark::{hex, unhex},
    sort::Records,
};
use crate::{
    Failure, Status,
    state::{open_lock, private_file, private_folder, sync_folder},
};

/// The form of `import.json`.
const FORMAT: u32 = 1;

/// `import.json`. Fields of later versions are kept out by [`FORMAT`].
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct State {
    format: u32,
    /// The name of the file that it was begun with.
    pub source: String,
    pub begun: String,
    /// Everything in the file has been made, was there or was rejected.
    pub finished: bool,
    /// Counts the sets of rejected rows.
    pub generation: u32,
    /// Which rows were rejected last, by their content.
    pub wrong: String,
    /// The current file of rejected rows, by its name.
    pub rejected_file: Option<String>,
}

impl State {
    pub(super) fn new(source: &str, wrong: [u8; 16]) -> Self {
        let begun = Timestamp::now().to_string();
        let (source, wrong) = (source.to_owned(), hex(&wrong));
        Self { format: FORMAT, source, begun, finished: false, generation: 1, wrong, rejected_file: None }
    }
}

/// An import that may be running, or not.
#[derive(Clone)]
pub(super) struct Found {
    pub folder: PathBuf,
    pub id: [u8; 8],
    pub state: State,
    pub keys: Records<ENTRY>,
}

impl Found {
    /// Reads an import; `None` where there is none (yet).
    pub(super) fn read(folder: &Path) -> Result<Option<Self>, Failure> {
        let Some(id) = folder.file_name().and_then(|name| unhex(name.to_str()?)) else { return Ok(None) };
        let path = folder.join("import.json");
        let text = match fs::read(&path) {
            Ok(text) => text,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(Failure::file(&path, e)),
        };
        let unreadable = || {
            let why = "the record of an earlier import cannot be read: was it written by a later version of claims?";
            Failure::new(Status::Failed, format!("{}: {why}", path.display()))
        };
        let state: State = serde_json::from_slice(&text).map_err(|_| unreadable())?;
        if state.format != FORMAT {
            return Err(unreadable());
        }
        let keys = folder.join("keys");
        let keys = keys::open(&keys).map_err(|e| Failure::file(&keys, e))?;
        Ok(Some(Self { folder: folder.to_owned(), id, state, keys }))
    }
}

/// An import that is ours until this is dropped.
pub(super) struct Manifest {
    pub folder: PathBuf,
    pub id: [u8; 8],
    pub state: State,
    _lock: File,
}

impl Manifest {
    /// Takes an import over.
    ///
    /// # Errors
    /// Another one has it, and who.
    pub(super) fn lock(found: &Found, file: &str) -> Result<Self, Failure> {
        let lock = lock(&found.folder, file)?;
        // Whoever had it may have ended since it was looked at.
        let state = Found::read(&found.folder)?.map_or_else(|| found.state.clone(), |found| found.state);
        Ok(Self { folder: found.folder.clone(), id: found.id, state, _lock: lock })
    }

    /// Begins an import with these keys. Only [`commit`](Self::commit) makes it one.
    pub(super) fn begin(imports: &Path, id: [u8; 8], state: State, file: &str) -> Result<Self, Failure> {
        let folder = imports.join(hex(&id));
        private_folder(&folder).map_err(|e| Failure::file(&folder, e))?;
        let lock = lock(&folder, file)?;
        Ok(Self { folder, id, state, _lock: lock })
    }

    /// Replaces the keys, whole or not at all.
    pub(super) fn write_keys(
        &self,
        count: u64,
        entries: impl Iterator<Item = io::Result<Entry>>,
    ) -> Result<(), Failure> {
        let path = self.folder.join("keys");
        self.replace("keys", |file| keys::write(file, count, entries)).map_err(|e| Failure::file(&path, e))
    }

    /// Writes the state down.
    pub(super) fn commit(&self) -> Result<(), Failure> {
        let path = self.folder.join("import.json");
        let text = serde_json::to_vec(&self.state).map_err(|e| Failure::file(&path, e.into()))?;
        let write = |mut file: File| {
            file.write_all(&text)?;
            file.sync_all()
        };
        self.replace("import.json", write).map_err(|e| Failure::file(&path, e))
    }

    fn replace(&self, name: &str, write: impl FnOnce(File) -> io::Result<()>) -> io::Result<()> {
        let part = self.folder.join(format!("{name}.part"));
        write(private_file(&part)?)?;
        fs::rename(&part, self.folder.join(name))?;
        sync_folder(&self.folder)
    }
}

/// Who has an import, for whoever wants it too.
#[derive(Serialize, Deserialize)]
struct Holder {
    process: u32,
    host: String,
    since: String,
    file: String,
}

/// Holds an import's lock; it ends with the process, however that ends.
fn lock(folder: &Path, file: &str) -> Result<File, Failure> {
    let path = folder.join("lock");
    let failed = |e: io::Error| Failure::file(&path, e);
    let mut lock = open_lock(&path).map_err(failed)?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::Error(e)) => return Err(failed(e)),
        Err(TryLockError::WouldBlock) => {
            let mut text = String::new();
            let _ = lock.read_to_string(&mut text);
            let who = match serde_json::from_str::<Holder>(&text) {
                Ok(who) => format!("process {} on {} since {} ({})", who.process, who.host, who.since, who.file),
                Err(_) => "it has begun this moment".to_owned(),
            };
            let why = format!("{file}: another import of these rows is running: {who}; nothing was sent");
            return Err(Failure::new(Status::Unavailable, why));
        }
    }
    let (process, host) = (std::process::id(), host());
    let holder = Holder { process, host, since: Timestamp::now().to_string(), file: file.to_owned() };
    // For people only: the lock holds without it.
    if let Ok(text) = serde_json::to_vec(&holder) {
        let _ = lock.set_len(0).and_then(|()| lock.rewind()).and_then(|()| lock.write_all(&text));
    }
    Ok(lock)
}

/// Whether nobody holds this import.
pub(super) fn is_free(folder: &Path) -> bool {
    open_lock(&folder.join("lock")).is_ok_and(|lock| lock.try_lock().is_ok())
}

fn host() -> String {
    let name = fs::read_to_string("/proc/sys/kernel/hostname").ok().or_else(|| std::env::var("HOSTNAME").ok());
    name.map_or_else(|| "this machine".to_owned(), |name| name.trim().to_owned())
}

//! Writes whose end is not known: a file for each, on the disk before anything is sent, until its end is known and told.
//!
//! The files lie in `claims/open` of this user's state folder, 0600, with all that it takes to send the write again. Whoever
//! holds a file's lock is about to end it; a free one was left behind.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use claims_client::{
    IdempotencyKey,
    types::{OnBehalfOf, Timestamp},
};
use serde::{Deserialize, Serialize};

use crate::{Failure, Status, state, write::Write};

/// The form of an entry.
const FORMAT: u32 = 1;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Entry {
    format: u32,
    pub api: String,
    pub key: IdempotencyKey,
    pub begun: String,
    /// For whom it is made; entries of earlier releases have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<OnBehalfOf>,
    pub write: Write,
}

/// The journal of one API.
#[derive(Clone)]
pub(crate) struct Journal {
    folder: PathBuf,
    api: String,
    on_behalf_of: Option<OnBehalfOf>,
}

/// An entry that is ours until this is dropped; only [`settle`](Self::settle) takes it off the disk.
pub(crate) struct Held {
    path: PathBuf,
    _lock: File,
}

impl Held {
    /// The write's end is known and told.
    pub(crate) fn settle(self) {
        // Where this fails, `claims resume` finds the same end again.
        let _ = fs::remove_file(&self.path);
    }
}

/// What a file of the journal is.
pub(crate) enum Found {
    /// Left behind, and ours now.
    Open(Held, Box<Entry>),
    /// Of another API.
    Elsewhere,
    /// Another process is about to end it.
    Running,
    /// No entry that this version can read.
    Unreadable(PathBuf),
}

impl Journal {
    /// The journal of `api`, whatever names it for this user; what is noted is made for this one.
    ///
    /// # Errors
    /// No place for it.
    pub(crate) fn of(api: String, on_behalf_of: Option<OnBehalfOf>) -> Result<Self, Failure> {
        let Some(folder) = state::folder() else {
            let why = "neither HOME nor XDG_STATE_HOME names a folder in which a change can be noted before it is sent";
            return Err(Failure::new(Status::Failed, format!("{why}; nothing was sent")));
        };
        Ok(Self { folder: folder.join("open"), api, on_behalf_of })
    }

    /// Puts a write on the disk, before it is sent.
    ///
    /// # Errors
    /// It cannot be noted, and so must not be sent.
    pub(crate) fn note(&self, key: IdempotencyKey, write: Write) -> Result<Held, Failure> {
        self.put(key, write).map_err(|e| {
            let why = "the change cannot be noted before it is sent, so nothing was sent (XDG_STATE_HOME names another place)";
            Failure::file(&self.folder, io::Error::new(e.kind(), format!("{e}: {why}")))
        })
    }

    fn put(&self, key: IdempotencyKey, write: Write) -> io::Result<Held> {
        state::private_folder(&self.folder)?;
        let begun = Timestamp::now().to_string();
        let (api, on_behalf_of) = (self.api.clone(), self.on_behalf_of.clone());
        let entry = Entry { format: FORMAT, api, key, begun, on_behalf_of, write };
        let (part, path) = (self.folder.join(format!("{key}.part")), self.folder.join(format!("{key}.json")));
        let mut file = state::private_file(&part)?;
        // Under its name it is never free while we are alive.
        file.try_lock().map_err(io::Error::from)?;
        let written = serde_json::to_vec(&entry)
            .map_err(io::Error::from)
            .and_then(|text| file.write_all(&text))
            .and_then(|()| file.sync_all())
            .and_then(|()| fs::rename(&part, &path));
        if let Err(e) = written {
            let _ = fs::remove_file(&part);
            return Err(e);
        }
        state::sync_folder(&self.folder)?;
        Ok(Held { path, _lock: file })
    }

    /// All that is on the disk, oldest first.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub(crate) fn all(&self) -> Result<Vec<Found>, Failure> {
        let failed = |e| Failure::file(&self.folder, e);
        let mut paths = Vec::new();
        match fs::read_dir(&self.folder) {
            Ok(entries) => {
                for entry in entries {
                    paths.push(entry.map_err(failed)?.path());
                }
            }
            // Whoever is about to note something says more of it.
            Err(e) if matches!(e.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {}
            Err(e) => return Err(failed(e)),
        }
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
        // Keys begin with their time.
        paths.sort();
        paths.iter().filter_map(|path| self.read(path).transpose()).collect()
    }

    fn read(&self, path: &Path) -> Result<Option<Found>, Failure> {
        let failed = |e| Failure::file(path, e);
        let lock = match fs::OpenOptions::new().read(true).write(true).open(path) {
            Ok(file) => file,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(failed(e)),
        };
        match lock.try_lock() {
            Ok(()) => {}
            Err(fs::TryLockError::WouldBlock) => return Ok(Some(Found::Running)),
            Err(fs::TryLockError::Error(e)) => return Err(failed(e)),
        }
        // Whoever held it may have settled it since it was opened.
        let text = match fs::read(path) {
            Ok(text) => text,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(failed(e)),
        };
        Ok(Some(match serde_json::from_slice::<Entry>(&text) {
            Ok(entry) if entry.format != FORMAT => Found::Unreadable(path.to_owned()),
            Ok(entry) if entry.api != self.api => Found::Elsewhere,
            Ok(entry) => Found::Open(Held { path: path.to_owned(), _lock: lock }, Box::new(entry)),
            Err(_) => Found::Unreadable(path.to_owned()),
        }))
    }

    /// Whether a write of exactly this was left behind, and since when.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub(crate) fn left_behind(&self, write: &Write) -> Result<Option<Box<Entry>>, Failure> {
        Ok(self.all()?.into_iter().find_map(|found| match found {
            Found::Open(_, entry) if entry.write == *write => Some(entry),
            _ => None,
        }))
    }
}

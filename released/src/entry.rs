//! The entries of `released/`, and what keeps them as they were.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs, io,
    path::{Path, PathBuf},
};

use serde::{Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};

use crate::Error;

/// Lists every other file of an entry, as `sha256sum` does.
pub const MANIFEST: &str = "SHA256SUMS";

/// What one release wrote.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The release.
    pub version: String,
    /// Its folder.
    pub folder: PathBuf,
}

impl Entry {
    /// Every entry, the oldest first.
    ///
    /// # Errors
    /// The folder cannot be read, or there is none: then nothing would be proved.
    pub fn all() -> Result<Vec<Self>, Error> {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut entries = Vec::new();
        for found in fs::read_dir(here)? {
            let folder = found?.path();
            let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if let Some(order) = version(&name) {
                entries.push((order, Self { version: name, folder }));
            }
        }
        if entries.is_empty() {
            return Err(format!("{} has no entry", here.display()).into());
        }
        entries.sort_by_key(|(order, _)| *order);
        Ok(entries.into_iter().map(|(_, entry)| entry).collect())
    }

    /// Where a file of it is.
    #[must_use]
    pub fn path(&self, file: &str) -> PathBuf {
        self.folder.join(file)
    }

    /// A file of JSON.
    ///
    /// # Errors
    /// It is not there or not what it should be; says which file.
    pub fn json<T: DeserializeOwned>(&self, file: &str) -> Result<T, Error> {
        json(&self.path(file))
    }
}

/// `released/next/`: forms that no release has written yet, and that this one reads already.
#[must_use]
pub fn future_forms() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("next")
}

/// Reads a file of JSON.
///
/// # Errors
/// It is not there or not what it should be; says which file.
pub fn json<T: DeserializeOwned>(file: &Path) -> Result<T, Error> {
    let text = fs::read(file).map_err(|e| format!("{}: {e}", file.display()))?;
    serde_json::from_slice(&text).map_err(|e| format!("{}: {e}", file.display()).into())
}

/// Writes a file of JSON, to be read by people too.
///
/// # Errors
/// It cannot be written.
pub fn write_json(file: &Path, value: &impl Serialize) -> Result<(), Error> {
    let mut text = serde_json::to_string_pretty(value)?;
    text.push('\n');
    Ok(fs::write(file, text)?)
}

fn version(name: &str) -> Option<[u64; 3]> {
    let parts: Vec<u64> = name.split('.').map(str::parse).collect::<Result<_, _>>().ok()?;
    parts.try_into().ok()
}

/// The hash of every file below `folder` but the manifest itself, by its path with slashes.
///
/// # Errors
/// A file cannot be read.
pub fn hashes(folder: &Path) -> io::Result<BTreeMap<String, String>> {
    let mut hashes = BTreeMap::new();
    collect(folder, "", &mut hashes)?;
    hashes.remove(MANIFEST);
    Ok(hashes)
}

fn collect(folder: &Path, prefix: &str, hashes: &mut BTreeMap<String, String>) -> io::Result<()> {
    for found in fs::read_dir(folder)? {
        let found = found?;
        let name = format!("{prefix}{}", found.file_name().to_string_lossy());
        if found.file_type()?.is_dir() {
            collect(&found.path(), &format!("{name}/"), hashes)?;
        } else {
            let digest = Sha256::digest(fs::read(found.path())?);
            let hex = digest.iter().fold(String::new(), |mut hex, byte| {
                // Writing to a string cannot fail.
                let _ = write!(hex, "{byte:02x}");
                hex
            });
            hashes.insert(name, hex);
        }
    }
    Ok(())
}

/// What [`MANIFEST`] says.
///
/// # Errors
/// It is not there, or a line of it is no `<hash>  <file>`.
pub fn manifest(folder: &Path) -> Result<BTreeMap<String, String>, Error> {
    let file = folder.join(MANIFEST);
    let text = fs::read_to_string(&file).map_err(|e| format!("{}: {e}", file.display()))?;
    let lines = text.lines().map(|line| line.split_once("  ").map(|(hash, name)| (name.to_owned(), hash.to_owned())));
    lines.collect::<Option<_>>().ok_or_else(|| format!("{}: a line is no hash and file", file.display()).into())
}

/// Seals an entry: from here on its files stay as they are.
///
/// # Errors
/// A file cannot be read, or the manifest cannot be written.
pub fn seal(folder: &Path) -> Result<(), Error> {
    let lines: String = hashes(folder)?.iter().map(|(name, hash)| format!("{hash}  {name}\n")).collect();
    Ok(fs::write(folder.join(MANIFEST), lines)?)
}

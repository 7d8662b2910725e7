//! A manifest's keys: which content has which key, sorted by content, in a file that is whole or not there.
//!
//! `claims keys 1\n`, the number of entries (8 bytes, big-endian), the entries, the first 16 bytes of SHA-256 over all that.
//! An entry: content (16), generation (4), key (16). These files outlive a release: later ones have to read them.

use std::{
    fs::File,
    io::{self, BufReader, BufWriter, Read, Write},
    path::Path,
    sync::Arc,
};

use sha2::{Digest, Sha256};

use super::{sort::Records, survey::number};

pub(super) const ENTRY: usize = 16 + 4 + 16;
pub(super) type Entry = [u8; ENTRY];

/// Of a row that the file itself has to hold.
pub(super) const REQUIRED: u32 = 0;
/// Of a row that the file once held: known, but not missed.
pub(super) const FORMER: u32 = u32::MAX;

const MAGIC: &[u8; 14] = b"claims keys 1\n";
const HEADER: u64 = 14 + 8;

/// An entry. `generation` is [`REQUIRED`], [`FORMER`], or that of the rejected rows among which it was fixed.
pub(super) fn entry(content: [u8; 16], generation: u32, key: [u8; 16]) -> Entry {
    let mut entry = [0; ENTRY];
    entry[..16].copy_from_slice(&content);
    entry[16..20].copy_from_slice(&generation.to_be_bytes());
    entry[20..].copy_from_slice(&key);
    entry
}

pub(super) fn content(entry: &Entry) -> [u8; 16] {
    let mut content = [0; 16];
    content.copy_from_slice(&entry[..16]);
    content
}

pub(super) fn generation(entry: &Entry) -> u32 {
    number(&entry[16..20]) as u32
}

pub(super) fn key(entry: &Entry) -> [u8; 16] {
    let mut key = [0; 16];
    key.copy_from_slice(&entry[20..]);
    key
}

/// Opens a file of keys; it is read once, to see that it is whole.
pub(super) fn open(path: &Path) -> io::Result<Records<ENTRY>> {
    let damaged = |why: &str| io::Error::new(io::ErrorKind::InvalidData, format!("{}: {why}", path.display()));
    let file = File::open(path)?;
    let mut reader = BufReader::with_capacity(1 << 16, &file);
    let mut header = [0; HEADER as usize];
    reader.read_exact(&mut header).map_err(|_| damaged("the keys are damaged"))?;
    if !header.starts_with(MAGIC) {
        return Err(damaged("these keys were written by another version of claims"));
    }
    let count = number(&header[14..]);
    let mut hash = Sha256::new();
    hash.update(header);
    let mut record = [0; ENTRY];
    for _ in 0..count {
        reader.read_exact(&mut record).map_err(|_| damaged("the keys are damaged"))?;
        hash.update(record);
    }
    let mut check = Vec::new();
    reader.read_to_end(&mut check)?;
    if check != hash.finalize()[..16] {
        return Err(damaged("the keys are damaged"));
    }
    drop(reader);
    Ok(Records::at(Arc::new(file), HEADER, count))
}

/// Writes so many entries, in their order, to a file that is on the disk afterwards.
pub(super) fn write(file: File, count: u64, entries: impl Iterator<Item = io::Result<Entry>>) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 16, file);
    let mut hash = Sha256::new();
    let mut put = |bytes: &[u8]| {
        hash.update(bytes);
        out.write_all(bytes)
    };
    put(MAGIC)?;
    put(&count.to_be_bytes())?;
    let mut written = 0;
    for entry in entries {
        put(&entry?)?;
        written += 1;
    }
    if written != count {
        return Err(io::Error::other("another number of keys than was counted"));
    }
    let check = hash.finalize();
    out.write_all(&check[..16])?;
    out.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()
}

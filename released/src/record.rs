//! Makes an entry: drives the program as its users do, and keeps what it writes.

mod calls;
mod import;
mod items;
mod lists;

use std::{fs, path::Path};

use claims_client::types::Timestamp;
use claims_released::{Error, entry};

/// Makes the entry in `folder`, which must not be there.
pub async fn entry(folder: &Path) -> Result<(), Error> {
    fs::create_dir(folder).map_err(|e| format!("{}: {e}; an entry is made once", folder.display()))?;
    let cases = items::record(folder).await?;
    items::data_file(folder, &cases).await?;
    lists::record(folder).await?;
    calls::record(folder).await?;
    import::record(folder).await?;
    entry::seal(folder)
}

/// The recording's own time: the same in every run, and in the past of every reader.
fn time(second: u32) -> Result<Timestamp, Error> {
    format!("2026-01-05T09:{:02}:{:02}.250Z", second / 60, second % 60).parse().map_err(|_| "no such time".into())
}

/// A UUIDv7 of that time: a key that a caller might have minted.
fn key(number: u32) -> String {
    // 2026-01-05T09:00:00Z in milliseconds.
    let millis = 1_767_603_600_000_u64 + u64::from(number);
    format!("{:08x}-{:04x}-7000-8000-{number:012x}", millis >> 16, millis & 0xffff)
}

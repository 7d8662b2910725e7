//! Entries are added to `released/`, and never edited.

use std::fs;

use claims_released::entry::{self, Entry, MANIFEST};

use crate::support::entries;

/// What differs from the manifest, by the file's name.
fn edited(entry: &Entry) -> Vec<String> {
    let (sealed, found) = (entry::manifest(&entry.folder).unwrap(), entry::hashes(&entry.folder).unwrap());
    let mut edited: Vec<String> = sealed
        .iter()
        .filter(|(name, hash)| found.get(*name) != Some(hash))
        .map(|(name, _)| name.clone())
        .chain(found.keys().filter(|name| !sealed.contains_key(*name)).cloned())
        .collect();
    edited.sort();
    edited
}

#[test]
fn no_entry_was_edited() {
    for entry in entries() {
        let edited = edited(&entry);
        assert!(
            edited.is_empty(),
            "released/{}: {edited:?} changed, went or came since the release; put them back (git checkout): what was \
             released stays as it was, and what is new belongs to the next entry",
            entry.version
        );
    }
}

#[test]
fn an_edit_would_be_seen() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("sub")).unwrap();
    for (name, text) in [("a", "1"), ("b", "2"), ("sub/c", "3")] {
        fs::write(folder.path().join(name), text).unwrap();
    }
    entry::seal(folder.path()).unwrap();
    let entry = Entry { version: "0.0.0".to_owned(), folder: folder.path().to_owned() };
    assert!(edited(&entry).is_empty());
    fs::write(folder.path().join("a"), "2").unwrap();
    fs::write(folder.path().join("sub/d"), "4").unwrap();
    fs::remove_file(folder.path().join("b")).unwrap();
    assert_eq!(edited(&entry), ["a", "b", "sub/d"]);
    // `sha256sum --check` reads it too.
    let sums = fs::read_to_string(folder.path().join(MANIFEST)).unwrap();
    assert!(sums.contains("4e07408562bedb8b60ce05c1decfe3ad16b72230967de01f640b7e4729b49fce  sub/c\n"), "{sums}");
}

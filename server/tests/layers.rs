//! The house has two layers: what lies below knows nothing of claims, so that another API can stand on it.
#![allow(missing_docs, clippy::unwrap_used)]

use std::{
    fs,
    path::{Path, PathBuf},
};

#[test]
fn below_nobody_has_heard_of_claims() {
    let below = Path::new(env!("CARGO_MANIFEST_DIR")).join("../private-api");
    let files = files(&below);
    assert!(files.iter().any(|file| file.ends_with("lambda/src/lib.rs")), "it has looked: {files:?}");
    for file in files {
        // A manifest that named a crate above would say the word, too: no arrow points up.
        let text = String::from_utf8_lossy(&fs::read(&file).unwrap()).to_lowercase();
        let line = text.lines().position(|line| line.contains("claim")).map(|index| index + 1);
        assert_eq!(line, None, "{} says the word on this line", file.display());
        assert!(
            !file.to_string_lossy().to_lowercase().contains("claim"),
            "{} has the word in its name",
            file.display()
        );
    }
}

/// All files below `folder` but the licences: lawyers have claims of their own.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let (folders, files): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
    let is_licence =
        |file: &PathBuf| file.file_name().is_some_and(|name| name.to_string_lossy().starts_with("LICENSE"));
    let files = files.into_iter().filter(|file| !is_licence(file));
    files.chain(folders.iter().flat_map(|folder| self::files(folder))).collect()
}

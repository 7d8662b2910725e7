//! The line between the two layers: what lies below knows nothing of the API above it.
#![allow(missing_docs, clippy::unwrap_used)]

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

/// `private-api/`.
fn layer() -> PathBuf {
    fs::canonicalize(Path::new(env!("CARGO_MANIFEST_DIR")).join("..")).unwrap()
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push(path);
        }
    }
}

#[test]
fn the_word_for_what_the_api_above_is_about_is_nowhere() {
    // In two parts, for this file lies here too.
    let word = ["cla", "im"].concat();
    let mut all = Vec::new();
    files(&layer(), &mut all);
    assert!(all.len() > 30, "not the layer's files: {all:?}");
    let mut found = Vec::new();
    for path in all {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        // Licences speak of patents.
        if name.starts_with("LICENSE-") {
            continue;
        }
        let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).to_lowercase();
        let lines = text.lines().enumerate().filter(|(_, line)| line.contains(&word));
        found.extend(lines.map(|(n, line)| format!("{}:{}: {}", path.display(), n + 1, line.trim())));
        if name.to_lowercase().contains(&word) {
            found.push(path.display().to_string());
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn no_dependency_leads_upwards() {
    let metadata = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(layer())
        .output()
        .unwrap();
    assert!(metadata.status.success(), "{}", String::from_utf8_lossy(&metadata.stderr));
    let metadata: Value = serde_json::from_slice(&metadata.stdout).unwrap();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let below: Vec<&Value> = metadata["packages"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|package| Path::new(&text(&package["manifest_path"])).starts_with(layer()))
        .collect();
    assert!(below.len() >= 4, "{} packages", below.len());
    for package in below {
        let name = text(&package["name"]);
        assert!(name.starts_with("private-api-"), "{name}");
        // Ordinary ones, those of tests and of build scripts alike.
        for dependency in package["dependencies"].as_array().unwrap() {
            let path = text(&dependency["path"]);
            assert!(path.is_empty() || Path::new(&path).starts_with(layer()), "{name} needs {}", dependency["name"]);
        }
    }
}

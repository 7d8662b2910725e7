//! The example is what a stranger could write: small, and on nothing but the lower layer.

use std::{fs, path::Path};

fn here(path: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

#[test]
fn it_is_at_most_800_lines_of_rust() {
    let mut lines = 0;
    for folder in ["src", "src/bin"] {
        for entry in fs::read_dir(here(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "rs") {
                lines += fs::read_to_string(&path).unwrap().lines().count();
            }
        }
    }
    assert!((300..=800).contains(&lines), "{lines} lines");
}

#[test]
fn of_this_repository_it_uses_the_lower_layer_alone() {
    let manifest = fs::read_to_string(here("Cargo.toml")).unwrap();
    let ours = manifest.lines().filter(|line| line.contains("claims") || line.contains("path = \".."));
    assert_eq!(ours.collect::<Vec<_>>(), Vec::<&str>::new());
    assert!(manifest.contains("private-api-client"));
}

//! Dependencies that no line of code names, or only tests do.
//!
//! A dependency may be there for a feature it switches on: then the manifest says so, where cargo-machete looks too, with
//! `[package.metadata.cargo-machete] ignored = [..]`.

use std::{
    error::Error,
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;

use super::text;
use crate::process::root;

/// Adds what is wrong with one of these packages, one of the workspace.
pub fn look(package: &Value, packages: &[Value], mistakes: &mut Vec<String>) -> Result<(), Box<dyn Error>> {
    let folder = Path::new(text(&package["manifest_path"])).parent().ok_or("a manifest without a folder")?;
    let (shipped, all) = (read(&folder.join("src"), false)?, read(folder, true)?);
    let ignored = package["metadata"]["cargo-machete"]["ignored"].as_array().map_or(&[][..], Vec::as_slice);
    for dependency in package["dependencies"].as_array().into_iter().flatten() {
        let name = text(&dependency["name"]);
        let library = dependency["rename"].as_str().unwrap_or_else(|| library(name, packages));
        let (is_test, code) = if dependency["kind"] == "dev" { (true, &all) } else { (false, &shipped) };
        if names(code, library) || ignored.iter().any(|one| one == name) {
            continue;
        }
        let why = match is_test {
            false if names(&all, library) => "only its tests use it: a dev-dependency",
            _ => "nothing uses it",
        };
        mistakes.push(format!("{}: {name}: {why}", text(&package["name"])));
    }
    Ok(())
}

/// How code calls the package, which may not be what manifests call it.
fn library<'a>(name: &'a str, packages: &'a [Value]) -> &'a str {
    let is_library = |target: &&Value| {
        let kinds = target["kind"].as_array().map_or(&[][..], Vec::as_slice);
        kinds.iter().any(|kind| text(kind).ends_with("lib") || kind == "proc-macro")
    };
    let targets = packages.iter().filter(|package| package["name"] == name).flat_map(|it| it["targets"].as_array());
    targets.flatten().find(is_library).map_or(name, |target| text(&target["name"]))
}

/// Adds what the workspace's manifest offers and no package takes.
pub fn look_in_workspace(packages: &[Value], mistakes: &mut Vec<String>) -> Result<(), Box<dyn Error>> {
    let manifest = fs::read_to_string(root().join("Cargo.toml"))?;
    let (_, offered) = manifest.split_once("\n[workspace.dependencies]\n").ok_or("no [workspace.dependencies]")?;
    let offered = offered.split("\n[").next().unwrap_or_default();
    for (name, _) in offered.lines().filter_map(|line| line.split_once(" = ")) {
        let takes = |package: &Value| {
            let dependencies = package["dependencies"].as_array().map_or(&[][..], Vec::as_slice);
            package["source"].is_null() && dependencies.iter().any(|dependency| dependency["name"] == name)
        };
        if !packages.iter().any(takes) {
            mistakes.push(format!("Cargo.toml: {name}: no package takes it"));
        }
    }
    Ok(())
}

/// All the code below a folder, other packages left out. Documentation is code where it is tested.
fn read(folder: &Path, with_documentation: bool) -> Result<String, Box<dyn Error>> {
    let mut code = String::new();
    for path in files(folder)? {
        let is_code = path.extension().is_some_and(|extension| extension == "rs");
        if is_code || (with_documentation && path.ends_with("README.md")) {
            let text = fs::read_to_string(&path)?;
            let counts = |line: &&str| {
                let line = line.trim_start();
                !line.starts_with("//") || (with_documentation && (line.starts_with("///") || line.starts_with("//!")))
            };
            code.extend(text.lines().filter(counts).flat_map(|line| [line, "\n"]));
        }
    }
    Ok(code)
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if !path.is_dir() {
            found.push(path);
        } else if !path.join("Cargo.toml").exists() && !path.ends_with("target") {
            found.extend(files(&path)?);
        }
    }
    Ok(found)
}

/// Whether the code names the crate: in a path, or in a `use` of the crate itself.
fn names(code: &str, dependency: &str) -> bool {
    let name = dependency.replace('-', "_");
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    code.match_indices(&name).any(|(start, _)| {
        let (before, after) = (&code[..start], &code[start + name.len()..]);
        let whole = !before.ends_with(is_part) && !after.starts_with(is_part);
        whole && (after.starts_with("::") || (before.ends_with("use ") && after.starts_with([';', ' '])))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crate_is_named_by_a_path_or_a_use() {
        for code in
            ["use b_c::D;", "b_c::d()", "#[b_c::test]", "use b_c;", "use b_c as d;", "pub use b_c::{d};", "x(&b_c::D)"]
        {
            assert!(names(code, "b-c"), "{code}");
        }
        for code in ["use ab_c::D;", "b_cd::e()", "let b_c = 1;", "a.b_c", "used b_c", "\"b-c\""] {
            assert!(!names(code, "b-c"), "{code}");
        }
    }
}

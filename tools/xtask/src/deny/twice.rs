//! Crates of which two versions are linked, but for those that `deny.toml` names: cargo-deny's rule, which every change has to
//! pass.

use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    error::Error,
    process::{Command, Stdio},
};

use crate::process::root;

type Packages = BTreeSet<(String, String)>;

/// Names what is there twice and not allowed.
pub fn look(deny: &str, mistakes: &mut Vec<String>) -> Result<(), Box<dyn Error>> {
    compare(&linked(&["--workspace", "--all-features"])?, |tree| linked(&["--package", tree]), deny, mistakes)
}

/// What is linked for any target, as cargo resolves the features; not what only a test links.
fn linked(what: &[&str]) -> Result<Packages, Box<dyn Error>> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let listed = Command::new(cargo)
        .args(["tree", "--locked", "--target", "all", "--edges", "normal,build", "--prefix", "none"])
        .args(what)
        .current_dir(root())
        .stderr(Stdio::inherit())
        .output()?;
    if !listed.status.success() {
        return Err(format!("cargo tree {} failed", what.join(" ")).into());
    }
    let text = String::from_utf8(listed.stdout)?;
    let words = |line: &str| line.split_once(" v").map(|(name, rest)| (name.to_owned(), first_word(rest)));
    Ok(text.lines().filter_map(words).collect())
}

fn first_word(text: &str) -> String {
    text.split_whitespace().next().unwrap_or_default().to_owned()
}

fn compare(
    linked: &Packages,
    below: impl Fn(&str) -> Result<Packages, Box<dyn Error>>,
    deny: &str,
    mistakes: &mut Vec<String>,
) -> Result<(), Box<dyn Error>> {
    let (skipped, trees) = (exceptions(deny, "\nskip = [")?, exceptions(deny, "\nskip-tree = [")?);
    let mut excused = Packages::new();
    for exception in skipped.iter().chain(&trees) {
        let (name, version) = exception.split_once('@').ok_or("an exception of deny.toml names no version")?;
        let is = |theirs: &str| theirs == version || theirs.starts_with(&format!("{version}."));
        let found: Vec<_> = linked.iter().filter(|package| package.0 == name && is(&package.1)).cloned().collect();
        if trees.contains(exception) && !found.is_empty() {
            excused.extend(below(exception)?);
        }
        excused.extend(found);
    }
    let mut versions: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, version) in linked.difference(&excused) {
        versions.entry(name).or_default().push(version);
    }
    for (name, versions) in versions.iter().filter(|(_, versions)| versions.len() > 1) {
        mistakes.push(format!("{name} is linked in {}: deny.toml does not allow for that", versions.join(" and ")));
    }
    Ok(())
}

/// The packages of a list of `{ crate = "name@version", … }`.
fn exceptions<'a>(deny: &'a str, list: &str) -> Result<Vec<&'a str>, &'static str> {
    let (_, list) = deny.split_once(list).ok_or("deny.toml has no skip or no skip-tree")?;
    let (list, _) = list.split_once("\n]").ok_or("a list of deny.toml has no end")?;
    Ok(list.lines().filter_map(|line| line.trim().strip_prefix("{ crate = \"")?.split('"').next()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const DENY: &str = "[bans]\nskip = [\n    { crate = \"old@1\", reason = \"\" },\n]\nskip-tree = [\n    \
                        { crate = \"tree@0.1\", reason = \"\" },\n]\n";

    fn packages(listed: &[(&str, &str)]) -> Packages {
        listed.iter().map(|(name, version)| ((*name).to_owned(), (*version).to_owned())).collect()
    }

    fn mistakes(linked: &[(&str, &str)]) -> Vec<String> {
        let below = |tree: &str| {
            assert_eq!(tree, "tree@0.1");
            Ok(packages(&[("tree", "0.1.7"), ("leaf", "1.0.0")]))
        };
        let mut mistakes = Vec::new();
        let compared = compare(&packages(linked), below, DENY, &mut mistakes);
        assert!(compared.is_ok(), "{compared:?}");
        mistakes
    }

    #[test]
    fn a_second_version_needs_an_exception() {
        let fine = [("old", "1.2.3"), ("old", "2.0.0"), ("tree", "0.1.7"), ("leaf", "1.0.0"), ("leaf", "2.0.0")];
        assert_eq!(mistakes(&fine), [""; 0]);
        let third = [&fine[..], &[("leaf", "3.0.0")]].concat();
        assert_eq!(mistakes(&third), ["leaf is linked in 2.0.0 and 3.0.0: deny.toml does not allow for that"]);
        let other = [&fine[2..], &[("old", "10.0.0"), ("old", "2.0.0")]].concat();
        assert_eq!(mistakes(&other), ["old is linked in 10.0.0 and 2.0.0: deny.toml does not allow for that"]);
    }
}

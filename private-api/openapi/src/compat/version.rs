//! Versions: they never go back, and say when something breaks.

use std::cmp::Ordering;

use semver::Version;
use serde_json::Value;

/// Whether the new version says that it breaks: a new major, or before 1.0.0 a new minor.
pub(super) fn may_break(old: &Value, new: &Value) -> Result<bool, String> {
    let (old, new) = (version(old, "old")?, version(new, "new")?);
    // Build metadata orders nothing (semver.org, item 10).
    if new.cmp_precedence(&old) == Ordering::Less {
        return Err(format!("info.version must never go back: {old} → {new}"));
    }
    Ok(if old.major == 0 { new.major > 0 || new.minor > old.minor } else { new.major > old.major })
}

fn version(document: &Value, which: &str) -> Result<Version, String> {
    let text = document["info"]["version"].as_str().unwrap_or_default();
    Version::parse(text).map_err(|why| {
        format!("info.version of the {which} document, {text:?}, must be a semantic version such as 1.4.0: {why}")
    })
}

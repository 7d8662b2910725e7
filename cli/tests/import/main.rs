//! `claims import` and `claims export`: each row exactly once, whatever the file and whatever happens in between.
#![allow(missing_docs, clippy::unwrap_used)]

mod books;
mod files;
mod identity;
mod kills;
mod rejected;
mod streams;
#[path = "../support/mod.rs"]
mod support;
mod writers;

use std::{
    fs,
    path::{Path, PathBuf},
};

use support::{Api, Said};
use tempfile::TempDir;

pub const HEADING: &str = "memberId,policyId,memberName,policyType,claimAmount,description\n";

pub fn file(folder: &TempDir, name: &str, content: &str) -> PathBuf {
    let path = folder.path().join(name);
    fs::write(&path, content).unwrap();
    path
}

pub fn import(api: &Api, file: &Path) -> Said {
    import_with(api, file, &[])
}

pub fn import_with(api: &Api, file: &Path, options: &[&str]) -> Said {
    api.run(&[&["import", file.to_str().unwrap(), "--json"], options].concat())
}

/// Rows read, made, already there, rejected, left: the books of an import, which have to balance.
#[track_caller]
pub fn books(said: &Said) -> [u64; 5] {
    let summary = said.json();
    let books = ["rows", "made", "alreadyThere", "rejected", "left"].map(|name| summary[name].as_u64().unwrap());
    assert_eq!(books[0], books[1..].iter().sum::<u64>(), "{summary}");
    books
}

pub fn ids(api: &Api) -> Vec<String> {
    let mut ids: Vec<_> = api.claims("m").iter().map(|claim| claim.claim_id.to_string()).collect();
    ids.sort();
    ids
}

/// Every claim of a member as it would stand in a file, in the order of its amount.
pub fn stored(api: &Api, member: &str) -> Vec<[String; 5]> {
    let mut claims = api.claims(member);
    claims.sort_by_key(|claim| claim.claim_amount.cents());
    claims
        .iter()
        .map(|claim| {
            [
                claim.policy_id.to_string(),
                claim.member_name.to_string(),
                claim.policy_type.to_string(),
                claim.claim_amount.to_string(),
                claim.description.to_string(),
            ]
        })
        .collect()
}

//! Entries, and the comparisons that leave room for what is added later.

use claims_released::{
    entry::Entry,
    forms::{self, Case},
    http::Message,
    world::World,
};
use serde_json::Value;

pub fn entries() -> Vec<Entry> {
    Entry::all().unwrap()
}

pub fn cases(entry: &Entry) -> Vec<Case> {
    entry.json(forms::ITEMS).unwrap()
}

/// What a caller cannot rely on: words for people, and what differs in every run.
const FREE: [&str; 4] = ["detail", "title", "message", "requestId"];

/// Asserts that all of `recorded` is in `present`; fields may have been added.
#[track_caller]
pub fn holds(recorded: &Value, present: &Value, of: &str) {
    if let Err(where_) = compare(recorded, present) {
        panic!("{of}: {where_}\nrecorded: {recorded}\npresent:  {present}");
    }
}

fn compare(recorded: &Value, present: &Value) -> Result<(), String> {
    match (recorded, present) {
        (Value::Object(old), Value::Object(new)) => {
            for (name, old) in old.iter().filter(|(name, _)| !FREE.contains(&name.as_str())) {
                let Some(new) = new.get(name) else {
                    let names: Vec<_> = new.keys().collect();
                    return Err(format!("`{name}` is not there any more, among {names:?}"));
                };
                compare(old, new).map_err(|why| format!("`{name}`: {why}"))?;
            }
            Ok(())
        }
        (Value::Array(old), Value::Array(new)) if old.len() == new.len() => {
            old.iter().zip(new).try_for_each(|(old, new)| compare(old, new))
        }
        _ if recorded == present => Ok(()),
        _ => Err(format!("was {recorded}, is {present}")),
    }
}

/// Headers that differ in every run.
const FREE_HEADERS: [&str; 5] = ["x-amzn-requestid", "x-amz-apigw-id", "date", "content-length", "host"];

/// Asserts that an answer says what a recorded one said.
#[track_caller]
pub fn answers(recorded: &Message, present: &Message, of: &str) {
    assert_eq!(recorded.status(), present.status(), "{of}: {}", String::from_utf8_lossy(&present.bytes));
    for (name, value) in recorded.headers().filter(|(name, _)| !FREE_HEADERS.contains(&name.as_str())) {
        assert_eq!(present.header(&name), Some(value), "{of}: the header {name}");
    }
    holds(&recorded.json().unwrap(), &present.json().unwrap(), of);
}

/// Asserts a problem of this status and code.
#[track_caller]
pub fn is_problem(answer: &Message, status: u16, code: &str, of: &str) {
    let body = answer.json().unwrap();
    assert_eq!((answer.status(), body["code"].as_str()), (status, Some(code)), "{of}: {body}");
}

/// A table with these items in it.
pub async fn world_with<'a>(items: impl IntoIterator<Item = &'a Value>) -> World {
    let world = World::start().await.unwrap();
    for item in items {
        world.put(item).await.unwrap();
    }
    world
}

/// All of an entry's folder in a folder of the test's own.
pub fn copied_folder(entry: &Entry, name: &str) -> tempfile::TempDir {
    fn copy(from: &std::path::Path, to: &std::path::Path) {
        for file in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
            let to = to.join(file.file_name());
            if file.file_type().unwrap().is_dir() {
                std::fs::create_dir(&to).unwrap();
                copy(&file.path(), &to);
            } else {
                std::fs::copy(file.path(), to).unwrap();
            }
        }
    }
    let folder = tempfile::tempdir().unwrap();
    copy(&entry.path(name), folder.path());
    folder
}

/// An entry's file in a folder of the test's own: nothing here may touch the entry itself.
pub fn copied(entry: &Entry, files: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for file in files {
        let name = std::path::Path::new(file).file_name().unwrap();
        std::fs::copy(entry.path(file), folder.path().join(name)).unwrap();
    }
    folder
}

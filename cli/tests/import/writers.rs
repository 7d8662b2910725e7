//! Tables that others write, and what becomes of them when bytes are lost, doubled or changed: what is stored is what a strict
//! reader of another house (Python's `csv`, `strict=True`) reads, or nothing at all.

use std::{fs, path::Path, process::Command};

use super::{
    books, import, stored,
    support::{Api, api},
};

/// Cases for each of the five writers.
const CASES: u32 = 14;

#[derive(serde::Deserialize)]
struct Case {
    file: String,
    writer: String,
    /// Rows that the reference accepts and the contract allows: member and the other five; `None` where it refuses the file.
    stored: Option<Vec<(String, [String; 5])>>,
    /// Rows of the reference, good or bad.
    rows: u64,
}

#[test]
fn what_others_write_is_stored_as_they_read_it_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/import/tables.py");
    let longer = std::env::var("CLAIMS_TEST_LONGER").ok().and_then(|times| times.parse().ok()).unwrap_or(1);
    let seed = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().subsec_nanos();
    let written = Command::new("python3")
        .arg(&script)
        .arg(folder.path())
        .args([(CASES * longer).to_string(), seed.to_string()])
        .output();
    let Ok(written) = written else {
        eprintln!("SKIPPED: tables of other writers, for there is no python3 on this machine");
        return;
    };
    assert!(written.status.success(), "{}", String::from_utf8_lossy(&written.stderr));
    let cases = String::from_utf8(written.stdout).unwrap();
    let cases: Vec<Case> = cases.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let api = api();
    let (mut read, mut refused) = (0, 0);
    for case in cases {
        let path = folder.path().join(&case.file);
        let told = format!(
            "seed {seed}, {} by {}:\n{}",
            case.file,
            case.writer,
            String::from_utf8_lossy(&fs::read(&path).unwrap())
        );
        let said = import(&api, &path);
        match &case.stored {
            None => {
                refused += 1;
                assert!(
                    said.code == 2 && said.out.is_empty(),
                    "{told}\nshould have been refused: {}{}",
                    said.out,
                    said.err
                );
            }
            Some(rows) => {
                read += 1;
                assert!(said.code == 0 || said.code == 7, "{told}\n{}{}", said.out, said.err);
                let wanted = [case.rows, rows.len() as u64, 0, case.rows - rows.len() as u64, 0];
                assert_eq!(books(&said), wanted, "{told}\n{}", said.out);
                compare(&api, rows, &told);
            }
        }
    }
    assert!(read > 20 && refused > 5, "{read} were read and {refused} refused: no proof of anything");
}

fn compare(api: &Api, rows: &[(String, [String; 5])], told: &str) {
    let mut members: Vec<_> = rows.iter().map(|(member, _)| member).collect();
    members.sort();
    members.dedup();
    for member in members {
        let mut wanted: Vec<_> = rows.iter().filter(|(m, _)| m == member).map(|(_, claim)| claim.clone()).collect();
        let mut stored = stored(api, member);
        wanted.sort();
        stored.sort();
        assert_eq!(stored, wanted, "{told}\nmember {member}");
    }
}

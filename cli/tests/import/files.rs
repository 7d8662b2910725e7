//! Every file of `tests/files` with its outcome: what people really have, and what it must lead to.

use std::{fs, path::Path};

use super::{books, import, import_with, stored, support::api};

/// File; exit code; what is said; rejected rows; the claims of each member `M<nn>01`, `M<nn>02`, …
type Case = (&'static str, i32, &'static [&'static str], u64, &'static [&'static [(&'static str, &'static str)]]);

const ANN: &[(&str, &str)] = &[("19.99", "slipped on ice")];
const BEN: &[(&str, &str)] = &[("19.99", "cut a finger")];
const CLEO: &[(&str, &str)] = &[("19.99", "broken tooth")];
const DAN: &[(&str, &str)] = &[("19.99", "new glasses")];
const NONE: &[(&str, &str)] = &[];

const CASES: &[Case] = &[
    ("01-bom.csv", 0, &[], 0, &[ANN, BEN]),
    ("02-utf16.csv", 2, &["UTF-16", "--encoding utf-16le --delimiter tab"], 0, &[NONE, NONE]),
    (
        "03-windows-1252.csv",
        2,
        &["line 3: not UTF-8", "--encoding windows-1252", "iconv -f windows-1252"],
        0,
        &[NONE, NONE, NONE],
    ),
    ("04-semicolons.csv", 2, &["separated by ';'", "--delimiter ';'"], 0, &[NONE, NONE]),
    ("05-tabs.csv", 2, &["separated by tabs", "--delimiter tab"], 0, &[NONE, NONE]),
    ("06-sep-line.csv", 0, &["line 1 says sep=,"], 0, &[ANN, BEN]),
    ("07-spaced-heading.csv", 2, &["line 1: it has \" policyId\": write policyId"], 0, &[NONE, NONE]),
    (
        "08-heading-in-other-case.csv",
        2,
        &[
            "it has memberid: write memberId",
            "it has policy_id: write policyId",
            "it has Member Name: write memberName",
        ],
        0,
        &[NONE, NONE],
    ),
    ("09-trailing-commas.csv", 0, &[], 0, &[ANN, BEN]),
    ("10-title-line.csv", 2, &["the heading is on line 3", "tail -n +3"], 0, &[NONE, NONE]),
    (
        "11-unclosed-quote.csv",
        2,
        &["line 4: the quoted cell that begins here is never closed"],
        0,
        &[NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE],
    ),
    (
        "12-unclosed-quote-closed-later.csv",
        2,
        &["line 4: the quoted cell that begins here is closed on line 8"],
        0,
        &[NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE],
    ),
    (
        "13-text-after-closing-quote.csv",
        2,
        &["line 2: text after a closing quote", "line 3: text after a closing quote"],
        0,
        &[NONE, NONE, NONE],
    ),
    ("14-backslash-quotes.csv", 2, &["line 2: text after a closing quote"], 0, &[NONE, NONE]),
    (
        "15-ragged-rows.csv",
        7,
        &["line 3: the row has 7 cells", "line 4: the row has 5 cells"],
        2,
        &[ANN, NONE, NONE, DAN],
    ),
    ("16-decimal-comma.csv", 7, &["line 2: the row has 7 cells", "a decimal comma in claimAmount"], 1, &[NONE, BEN]),
    ("17-json-array.jsonl", 0, &["a JSON array"], 0, &[ANN, BEN, CLEO]),
    ("18-pretty-printed.jsonl", 0, &["JSON over several lines"], 0, &[ANN, BEN]),
    ("19-bom.jsonl", 0, &[], 0, &[ANN, BEN]),
    ("20-claimid.jsonl", 0, &["not stored", "createdAt, updatedAt, version"], 0, &[ANN, BEN]),
    ("21-claimid.csv", 0, &[], 0, &[ANN, BEN]),
    ("22-blank-lines-before-a-bad-row.csv", 7, &["line 6: claimAmount"], 1, &[ANN, NONE]),
    ("23-blank-lines-before-a-bad-row.jsonl", 7, &["line 5: claimAmount"], 1, &[ANN, NONE]),
    ("24-csv-named.jsonl", 2, &["this is CSV", "--format csv"], 0, &[NONE, NONE]),
    (
        "25-wrong-types.jsonl",
        7,
        &["line 1: policyId must be a JSON string", "line 2: memberName must be a JSON string"],
        2,
        &[NONE, NONE, CLEO, DAN],
    ),
    ("26-own-dates.csv", 0, &["not stored", "createdAt"], 0, &[ANN, BEN]),
    ("27-gzip.csv", 0, &["compressed with gzip"], 0, &[ANN, BEN]),
    (
        "28-all-rows-fail-alike.csv",
        7,
        &["40 rows: claimAmount must be a decimal number", "first on line 2"],
        40,
        &[NONE],
    ),
    ("29-two-equal-rows.csv", 0, &[], 0, &[&[ANN[0], ANN[0]], BEN]),
    ("30-one-key-twice.csv", 7, &["line 3: claimKey repeats the key of line 2"], 1, &[ANN]),
    ("31-empty.csv", 2, &["the file is empty"], 0, &[]),
    ("32-one-key-two-members.csv", 7, &["line 3: claimKey repeats the key of line 2"], 1, &[ANN, NONE]),
];

#[test]
fn every_file_that_people_have_leads_to_what_is_right_and_a_second_run_to_nothing_new() {
    let (api, folder) = (api(), tempfile::tempdir().unwrap());
    let files = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files");
    assert_eq!(fs::read_dir(&files).unwrap().count(), CASES.len(), "each file is a case");
    for (name, code, told, rejected, members) in CASES {
        let path = folder.path().join(name);
        fs::copy(files.join(name), &path).unwrap();
        let check = api.run(&["import", "--check", path.to_str().unwrap()]);
        let first = api.run(&["import", path.to_str().unwrap()]);
        assert_eq!((first.code, check.code), (*code, *code), "{name}: {}{}{}", first.err, check.err, check.out);
        for said in [&first, &check] {
            for told in *told {
                assert!(said.err.contains(told), "{name}: {told} is not in {}", said.err);
            }
            assert!(
                !["Example", "slipped", "M01", "€"].iter().any(|value| said.err.contains(value)),
                "{name}: {}",
                said.err
            );
        }
        if *code == 2 {
            assert!(first.err.contains("nothing was sent") && first.out.is_empty(), "{name}: {}", first.err);
        }
        for (i, wanted) in members.iter().enumerate() {
            let member = format!("M{}{:02}", &name[..2], i + 1);
            let stored = stored(&api, &member);
            let stored: Vec<_> = stored.iter().map(|claim| (claim[3].as_str(), claim[4].as_str())).collect();
            assert_eq!(stored, *wanted, "{name}: {member}");
        }
        if *code != 2 {
            let made: usize = members.iter().map(|claims| claims.len()).sum();
            let again = import(&api, &path);
            assert_eq!(books(again.ends(*code))[1..], [0, made as u64, *rejected, 0], "{name}");
        }
    }
}

#[test]
fn the_commands_that_are_named_read_what_was_refused() {
    let (api, folder) = (api(), tempfile::tempdir().unwrap());
    let files = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files");
    let read = |name: &str, options: &[&str]| {
        let path = folder.path().join(name);
        fs::copy(files.join(name), &path).unwrap();
        import_with(&api, &path, options)
    };
    assert_eq!(books(read("02-utf16.csv", &["--encoding", "utf-16le", "--delimiter", "tab"]).ends(0))[1], 2);
    assert_eq!(stored(&api, "M0202")[0][4], "cut a finger");
    assert_eq!(books(read("03-windows-1252.csv", &["--encoding", "windows-1252"]).ends(0))[1], 3);
    assert_eq!(
        (stored(&api, "M0302")[0][1].as_str(), stored(&api, "M0303")[0][4].as_str()),
        ("Jörg Beispiel", "Sturz über die Schwelle")
    );
    // A decimal comma is no guess of ours: it is asked for.
    let comma = read("04-semicolons.csv", &["--delimiter", ";"]);
    assert_eq!(books(comma.ends(7))[1..4], [1, 0, 1]);
    let problems = comma.json()["problems"].to_string();
    assert!(problems.contains("has a decimal comma") && problems.contains("--decimal-comma"), "{problems}");
    assert_eq!(books(read("04-semicolons.csv", &["--delimiter", ";", "--decimal-comma"]).ends(0))[1..3], [1, 1]);
    assert_eq!(stored(&api, "M0401")[0][3], "19.9");
    assert_eq!(books(read("05-tabs.csv", &["--delimiter", "tab"]).ends(0))[1], 2);
    assert_eq!(books(read("24-csv-named.jsonl", &["--format", "csv"]).ends(0))[1], 2);
    // What sed and tail are told to do.
    for name in ["07-spaced-heading.csv", "08-heading-in-other-case.csv", "10-title-line.csv"] {
        let refused = read(name, &[]);
        let path = folder.path().join(name);
        let command = refused
            .ends(2)
            .err
            .split(": ")
            .find(|part| part.starts_with("sed ") || part.starts_with("tail "))
            .unwrap()
            .to_owned();
        let command = command.split("\\n").next().unwrap().replace("FIXED.csv", "fixed.csv");
        assert!(command.contains(path.to_str().unwrap()), "{command}");
        let fixed =
            std::process::Command::new("sh").args(["-ec", &command]).current_dir(folder.path()).status().unwrap();
        assert!(fixed.success(), "{command}");
        assert_eq!(books(import(&api, &folder.path().join("fixed.csv")).ends(0))[1], 2, "{name}");
    }
}

#[test]
fn what_is_no_table_at_all_is_named() {
    let (api, folder) = (api(), tempfile::tempdir().unwrap());
    for (bytes, why) in [
        (&b"PK\x03\x04 and more"[..], "a workbook or a zip archive"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old workbook"),
        (b"BZh91AY&SY", "bzip2 -dc"),
        (b"\xfd7zXZ\x00", "xz -dc"),
        (b"\x28\xb5\x2f\xfd\x04", "zstd -dc"),
        (b"%PDF-1.7", "a PDF"),
        (b"PAR1....", "a Parquet file"),
        (b"\x1f\x8b\x08\x00 cut", "gzip, and damaged"),
        (b"  \n\n", "the file is empty"),
        (b"m,p,Ann,Health,1,a\n", "has to name the columns"),
        (b"{\"memberId\": 1}\n", "this is JSON, not CSV"),
    ] {
        let path = folder.path().join("claims.csv");
        fs::write(&path, bytes).unwrap();
        let refused = import(&api, &path);
        assert!(refused.ends(2).err.contains(why), "{why}: {}", refused.err);
        assert!(!folder.path().join(".claims-import").exists(), "{why}");
    }
}

#[test]
fn a_wrong_heading_is_refused_whole() {
    let (api, folder) = (api(), tempfile::tempdir().unwrap());
    let (first, long) = ("memberId,policyId,memberName,policyType,claimAmount", "a".repeat(500));
    for (heading, why) in [
        (String::new(), "lacks description"),
        (",description,statsu".to_owned(), "it has statsu: write status"),
        (",description,colour".to_owned(), "unknown columns: colour"),
        (",description,memberId".to_owned(), "memberId twice"),
        (",,description".to_owned(), "column 6 has no name"),
        (format!(",description,{long}"), "unknown columns"),
    ] {
        let csv = super::file(&folder, "claims.csv", &format!("{first}{heading}\n"));
        let refused = import(&api, &csv);
        assert!(refused.ends(2).err.contains(why) && refused.err.len() < 600, "{why}: {}", refused.err);
    }
}

#[test]
fn a_row_that_looks_swallowed_is_said_and_taken_as_it_is_written() {
    let (api, folder) = (api(), tempfile::tempdir().unwrap());
    let swallowed = "one\nm,p,Bob,Life,2,two\nm,p,Cid,Life,3,";
    let csv = super::file(&folder, "claims.csv", &format!("{}m,p,Ann,Life,1,\"{swallowed}\"\n", super::HEADING));
    let said = import(&api, &csv);
    assert!(said.ends(0).err.contains("line 2: a quoted cell goes on over lines that look like rows"), "{}", said.err);
    assert_eq!(stored(&api, "m")[0][4], swallowed);
}

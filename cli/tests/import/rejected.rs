//! The file of rejected rows: as strict as the file they come from, and never in a person's way.

use std::{fs, path::PathBuf, process::Command};

use claims_local::Fault;

use super::{HEADING, books, file, ids, import, import_with, stored, support::api};

/// Rejects of every kind.
const ROWS: &str = "m,p,Ann,Health,1,good\nm,p,Dan,Health,19,99,slipped on ice\nm,p,Secret Name,Helth,1.999,typo\nm,p,Eve,Health,4\nm,,Cid,Health,3,no policy\n";

fn rejected(folder: &tempfile::TempDir) -> Vec<PathBuf> {
    let names = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path());
    let mut names: Vec<_> = names.filter(|path| path.to_str().unwrap().contains(".rejected")).collect();
    names.sort();
    names
}

#[test]
fn rejected_rows_keep_their_cells_have_a_reason_each_and_are_refused_again_as_they_are() {
    let (api, folder) = (api(), tempfile::tempdir().unwrap());
    let csv = file(&folder, "claims.csv", &format!("{HEADING}{ROWS}"));
    let said = import(&api, &csv);
    assert_eq!(books(said.ends(7)), [5, 1, 0, 4, 0]);
    let summary = said.json();
    assert!(!said.err.contains("Secret") && !summary.to_string().contains("Secret"), "no personal data: {}", said.err);
    let path = folder.path().join("claims.rejected.csv");
    assert_eq!(summary["rejectedFile"], path.to_str().unwrap());
    let text = fs::read_to_string(&path).unwrap();
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines[0], format!("{},problem", HEADING.trim_end()));
    for (line, row) in lines[1..].iter().zip(ROWS.lines().skip(1)) {
        let problem = line.strip_prefix(row).unwrap_or_else(|| panic!("{row} is not kept: {line}"));
        assert!(problem.len() > 30 && problem.starts_with(',') && problem.contains('['), "{line}");
    }
    // Untouched, and again: nothing is made, and there is one file.
    for _ in 0..2 {
        let again = import(&api, &path);
        assert_eq!(books(again.ends(7)), [4, 0, 0, 4, 0]);
        assert!(again.json()["problems"].to_string().contains("unchanged since it was rejected"), "{}", again.out);
        assert_eq!((rejected(&folder), fs::read_to_string(&path).unwrap()), (vec![path.clone()], text.clone()));
    }
    assert_eq!(books(import(&api, &csv).ends(7)), [5, 0, 1, 4, 0]);
    assert_eq!((rejected(&folder), fs::read_to_string(&path).unwrap()), (vec![path.clone()], text.clone()));
    assert_eq!(stored(&api, "m").len(), 1);
}

#[test]
fn fixed_rows_go_in_with_or_without_their_reason_and_the_others_stay_out() {
    let (api, folder) = (api(), tempfile::tempdir().unwrap());
    let csv = file(&folder, "claims.csv", &format!("{HEADING}{ROWS}"));
    import(&api, &csv).ends(7);
    let path = folder.path().join("claims.rejected.csv");
    let text = fs::read_to_string(&path).unwrap();
    let fixed: String = text
        .lines()
        .map(|line| match line {
            // The reason stays; the reason goes, comma and all; one row is overlooked, one is still wrong.
            line if line.starts_with("m,p,Dan") => line.replace("19,99", "19.99") + "\n",
            line if line.starts_with("m,p,Secret") => "m,p,Secret Name,Health,1.99,typo\n".to_owned(),
            line if line.starts_with("m,,Cid") => line.replace("m,,Cid", "m,p,Cid").replace(",3,", ",-3,") + "\n",
            line => line.to_owned() + "\n",
        })
        .collect();
    fs::write(&path, &fixed).unwrap();
    assert_eq!(books(import(&api, &path).ends(7)), [4, 2, 0, 2, 0]);
    let all = stored(&api, "m");
    let amounts: Vec<_> = all.iter().map(|claim| (claim[3].as_str(), claim[4].as_str())).collect();
    assert_eq!(amounts, [("1", "good"), ("1.99", "typo"), ("19.99", "slipped on ice")]);
    // What a person has edited is not overwritten; what is still rejected is in the next file.
    assert_eq!(fs::read_to_string(&path).unwrap(), fixed);
    let next = folder.path().join("claims.rejected-2.csv");
    assert_eq!(rejected(&folder), [next.clone(), path.clone()]);
    let rest = fs::read_to_string(&next).unwrap();
    assert!(
        rest.lines().count() == 3
            && rest.contains("m,p,Eve,Health,4,\"the row has 5 cells")
            && rest.contains("m,p,Cid,Health,-3,")
    );
    // All of them once more: no row is there twice.
    assert_eq!(books(import(&api, &path).ends(7)), [4, 0, 2, 2, 0]);
    assert_eq!(books(import(&api, &next).ends(7)), [2, 0, 0, 2, 0]);
    let good = rest.replace("Eve,Health,4,", "Eve,Health,4,,").replace(",-3,", ",3,");
    fs::write(&next, good).unwrap();
    assert_eq!(books(import(&api, &next).ends(0)), [2, 2, 0, 0, 0]);
    assert_eq!(stored(&api, "m").len(), 5);
    // Fixed in the first file as well, where they are the very same rows.
    let whole = ROWS
        .replace("19,99", "19.99")
        .replace("Helth,1.999", "Health,1.99")
        .replace("Health,4\n", "Health,4,\n")
        .replace("m,,Cid", "m,p,Cid");
    fs::write(&csv, format!("{HEADING}{whole}")).unwrap();
    assert_eq!(books(import(&api, &csv).ends(0)), [5, 0, 5, 0, 0]);
}

#[test]
fn a_row_that_equals_a_good_one_once_it_is_fixed_is_one_more_claim() {
    let (api, folder) = (api(), tempfile::tempdir().unwrap());
    let csv = file(&folder, "claims.csv", &format!("{HEADING}m,p,Ann,Health,1.50,x\nm,p,Ann,Health,1,50,x\n"));
    import(&api, &csv).ends(7);
    let path = folder.path().join("claims.rejected.csv");
    let fixed = fs::read_to_string(&path).unwrap().replace("1,50", "1.50");
    fs::write(&path, fixed).unwrap();
    for made in [1, 0] {
        assert_eq!(books(import(&api, &path).ends(0))[1], made);
    }
    assert_eq!(ids(&api).len(), 2);
    // And in the file itself: still two.
    fs::write(&csv, format!("{HEADING}m,p,Ann,Health,1.50,x\nm,p,Ann,Health,1.50,x\n")).unwrap();
    assert_eq!(books(import(&api, &csv).ends(0)), [2, 0, 2, 0, 0]);
}

#[test]
fn rows_that_were_fixed_in_the_file_itself_are_not_made_again_from_their_old_rejects() {
    let (api, folder) = (api(), tempfile::tempdir().unwrap());
    let csv = file(&folder, "claims.csv", &format!("{HEADING}m,p,Ann,Health,1.50,x\nm,p,Ann,Health,1,50,x\n"));
    import(&api, &csv).ends(7);
    fs::write(&csv, format!("{HEADING}m,p,Ann,Health,1.50,x\nm,p,Ann,Health,1.50,x\n")).unwrap();
    assert_eq!(books(import(&api, &csv).ends(0)), [2, 1, 1, 0, 0]);
    let path = folder.path().join("claims.rejected.csv");
    let fixed = fs::read_to_string(&path).unwrap().replace("1,50", "1.50");
    fs::write(&path, fixed).unwrap();
    let stale = import(&api, &path);
    assert!(stale.ends(2).err.contains("rejected by an earlier run") && stale.err.contains("--new"), "{}", stale.err);
    assert_eq!(ids(&api).len(), 2);
    import_with(&api, &path, &["--new"]).ends(0);
    assert_eq!(ids(&api).len(), 3);
}

#[test]
fn a_spreadsheet_may_pad_and_quote_as_it_likes() {
    let (api, folder) = (api(), tempfile::tempdir().unwrap());
    let csv = file(&folder, "claims.csv", &format!("{HEADING}{ROWS}"));
    import(&api, &csv).ends(7);
    let path = folder.path().join("claims.rejected.csv");
    // Saved again: all rows of one length, everything quoted, CRLF, a byte order mark.
    let text = fs::read_to_string(&path).unwrap();
    let rows: Vec<Vec<&str>> = text.lines().map(cells).collect();
    let most = rows.iter().map(Vec::len).max().unwrap();
    let quoted = |row: &Vec<&str>| {
        let padded = row.iter().copied().chain(std::iter::repeat_n("", most - row.len()));
        padded.map(|cell| format!("\"{cell}\"")).collect::<Vec<_>>().join(",") + "\r\n"
    };
    fs::write(&path, format!("\u{feff}{}", rows.iter().map(quoted).collect::<String>())).unwrap();
    let again = import(&api, &path);
    assert_eq!(books(again.ends(7)), [4, 0, 0, 4, 0]);
    let unchanged = again.json()["problems"].to_string().matches("unchanged").count();
    assert_eq!((unchanged, stored(&api, "m").len()), (4, 1), "{}", again.out);
}

/// These rows' reasons hold commas in quotes, and nothing else does.
fn cells(line: &str) -> Vec<&str> {
    match line.split_once(",\"") {
        Some((cells, reason)) => cells.split(',').chain([reason.trim_end_matches('"')]).collect(),
        None => line.split(',').collect(),
    }
}

#[cfg(target_os = "linux")]
#[test]
fn rejected_rows_reach_another_file_system_than_the_keys() {
    use std::os::unix::fs::MetadataExt;
    let device = |path: &std::path::Path| fs::metadata(path).map(|there| there.dev()).ok();
    let here = device(&std::env::temp_dir());
    let places = [env!("CARGO_TARGET_TMPDIR"), "/run", "/var/tmp"].into_iter();
    let mut others =
        places.filter(|place| device(place.as_ref()) != here).filter_map(|place| tempfile::tempdir_in(place).ok());
    let Some(other) = others.next() else {
        eprintln!("SKIPPED: rejected rows on another file system, for this machine has one only");
        return;
    };
    // The keys here, the file and its rejected rows there.
    let (api, folder) = (api(), tempfile::tempdir().unwrap());
    let csv = file(&folder, "claims.csv", &format!("{HEADING}{ROWS}"));
    let linked = other.path().join("claims.csv");
    import(&api, &csv).ends(7);
    fs::write(&linked, fs::read(&csv).unwrap()).unwrap();
    fs::create_dir(other.path().join(".claims-import")).unwrap();
    let imports = folder.path().join(".claims-import").canonicalize().unwrap();
    fs::write(other.path().join(".claims-import/elsewhere"), format!("{}\n", imports.display())).unwrap();
    for _ in 0..2 {
        assert_eq!(books(import(&api, &linked).ends(7)), [5, 0, 1, 4, 0]);
        assert_eq!(rejected(&other), [other.path().join("claims.rejected.csv")]);
    }
}

#[test]
fn what_0_1_0_rejected_is_as_safe() {
    let (api, folder) = (api(), tempfile::tempdir().unwrap());
    let key = |n| format!("01a21344-eef3-711a-b6eb-7fce356346{n:02}");
    // It wrote no reason to ragged rows: the seventh cell of the first stands where a reason should be.
    let rows = format!(
        "{},m,p,Ann,Health,19,99,slipped on ice\n{},m,p,Bob,Health,3,b,\"policyType must be one of Health, Dental\"\n{},m,p,Cid,Health\n",
        key(10),
        key(11),
        key(12)
    );
    let csv = file(&folder, "claims.rejected.csv", &format!("claimKey,{},problem\n{rows}", HEADING.trim_end()));
    let said = import(&api, &csv);
    assert_eq!(books(said.ends(7)), [3, 1, 0, 2, 0]);
    assert!(said.out.contains("under problem, is not a reason"), "{}", said.out);
    assert_eq!(stored(&api, "m"), [["p", "Bob", "Health", "3", "b"].map(str::to_owned)]);
}

#[test]
fn python_finds_the_reason_last_in_every_row() {
    let (api, folder) = (api(), tempfile::tempdir().unwrap());
    import(&api, &file(&folder, "claims.csv", &format!("{HEADING}{ROWS}"))).ends(7);
    let script = "import csv,sys; rows=list(csv.reader(open(sys.argv[1],newline=''),strict=True)); print(rows[0][-1], [bool(r[-1].strip()) for r in rows[1:]], [len(r) for r in rows[1:]])";
    match Command::new("python3").args(["-c", script]).arg(folder.path().join("claims.rejected.csv")).output() {
        Ok(said) => {
            assert_eq!(String::from_utf8(said.stdout).unwrap().trim(), "problem [True, True, True, True] [8, 7, 6, 7]")
        }
        Err(_) => eprintln!("SKIPPED: Python reads the rejected rows, for there is no python3 on this machine"),
    }
}

#[test]
fn json_that_is_rejected_keeps_its_text_and_comes_back_as_an_object() {
    let (api, folder) = (api(), tempfile::tempdir().unwrap());
    let good = r#"{"memberId":"m","policyId":"p","memberName":"Zoë","policyType":"Dental","claimAmount":999999999.99,"description":"line\nbreak"}"#;
    let lines = [
        good,
        "",
        "not json",
        r#"{"claimKey":"0190f8f4-0d3c-7c3a-9d53-6f1f2f7a9b10","memberId":"m","policyId":"p","memberName":"B","policyType":"Life","claimAmount":1,"description":"","status":"pending"}"#,
        r#"{"memberId":"m","memberId":"n","policyId":"p","memberName":"B","policyType":"Life","claimAmount":"1","description":"","amount":2}"#,
        "{}",
        r#"{"memberId":"m","policyId":"p","memberName":"B","policyType":"Life","claimAmount":1e400,"description":""}"#,
        r#"{"memberId":"m","policyId":"p","memberName":"\ud800","policyType":"Life","claimAmount":2,"description":""}"#,
        r#"{"claimId":"7d444840-9dc0-11d1-b245-5ffdce74fad2","memberId":"m","policyId":"p","memberName":"B","policyType":"Life","claimAmount":3,"description":""}"#,
    ];
    let jsonl = file(&folder, "claims.jsonl", &lines.join("\n"));
    let said = api.run(&["import", jsonl.to_str().unwrap()]);
    for told in [
        "line 3: the line is not one JSON object",
        "line 5: memberId is given more than once",
        "claimAmount must be a JSON number",
        "line 6: memberId is missing",
        "line 7: claimAmount",
        "line 8: memberName must be a JSON string",
        "line 9: claimId must be a UUID of version 7, for it becomes the claim's id: rename the column, or remove it",
    ] {
        assert!(said.ends(7).err.contains(told), "{told}: {}", said.err);
    }
    assert!(said.out.starts_with("8 rows read = 2 made + 0 already there + 6 rejected + 0 left"), "{}", said.out);
    let claims = api.claims("m");
    assert!(claims.iter().any(|claim| claim.claim_amount.cents() == 99_999_999_999));
    assert!(claims.iter().any(|claim| claim.claim_id.to_string() == "0190f8f4-0d3c-7c3a-9d53-6f1f2f7a9b10"));
    let path = folder.path().join("claims.rejected.jsonl");
    let text = fs::read_to_string(&path).unwrap();
    for line in text.lines() {
        // As text: 1e400 and lone surrogates are no values for serde_json.
        assert!(line.starts_with('{') && line.contains("\"problem\":\"") && line.ends_with("]\"}"), "{line}");
    }
    assert!(text.starts_with(r#"{"rejectedLine":"not json","problem":"the line is not one JSON object"#), "{text}");
    assert!(text.contains("1e400") && text.contains(r"\ud800"), "{text}");
    assert_eq!(books(import(&api, &path).ends(7)), [6, 0, 0, 6, 0]);
    let fixed = text.replace("1e400", "5").replace(r"\ud800", "Bo");
    fs::write(&path, fixed).unwrap();
    assert_eq!(books(import(&api, &path).ends(7)), [6, 2, 0, 4, 0]);
}

#[test]
fn what_the_api_refuses_is_kept_too_and_told_once() {
    let (api, folder) = (api(), tempfile::tempdir().unwrap());
    let key = |n| format!("0190f8f4-0d3c-7c3a-9d53-6f1f2f7a9b{n:02}");
    let rows = |amount| -> String { (10..40).map(|n| format!("{},m,p,Ann,Health,{n}.{amount},a\n", key(n))).collect() };
    let csv = file(&folder, "claims.csv", &format!("claimKey,{HEADING}{}", rows(1)));
    import(&api, &csv).ends(0);
    fs::write(&csv, format!("claimKey,{HEADING}{}", rows(2))).unwrap();
    let said = import(&api, &csv);
    assert_eq!(books(said.ends(7)), [30, 0, 0, 30, 0]);
    assert_eq!(said.json()["problems"].as_array().unwrap().len(), 1, "{}", said.out);
    assert_eq!(said.err.matches("has been used for other values").count(), 1, "{}", said.err);
    // The API's own bug is that row's only.
    api.api.inject(Fault::Throttle { retry_after: 0 });
    import(&api, &folder.path().join("claims.rejected.csv")).ends(7);
    assert_eq!(ids(&api).len(), 30);
}

#[test]
fn a_table_in_another_dialect_comes_back_in_it() {
    let (api, folder) = (api(), tempfile::tempdir().unwrap());
    let text = format!("{HEADING}m,p,Ann,Helth,1,a|b\n").replace(',', ";");
    let csv = file(&folder, "claims.csv", &text);
    import_with(&api, &csv, &["--delimiter", ";"]).ends(7);
    let path = folder.path().join("claims.rejected.csv");
    let rejected = fs::read_to_string(&path).unwrap();
    assert!(rejected.starts_with("sep=;\nmemberId;"), "{rejected}");
    fs::write(&path, rejected.replace("Helth", "Health")).unwrap();
    assert_eq!(books(import(&api, &path).ends(0))[1], 1);
}

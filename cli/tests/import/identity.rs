//! Which import a file belongs to: told by what its rows say, whatever it is called and whoever imports it.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use claims_local::Fault;

use super::{
    HEADING, books, file, ids, import, import_with, stored,
    support::{Said, api},
};

fn rows(numbers: impl Iterator<Item = u32>) -> String {
    numbers.map(|n| format!("m,p,Ann,Health,{n}.50,\"a, \"\"b\"\" {n}\"\n")).collect()
}

fn table(numbers: impl Iterator<Item = u32>) -> String {
    format!("{HEADING}{}", rows(numbers))
}

#[test]
fn equal_rows_are_two_claims_and_a_second_run_makes_none() {
    let (api, folder) = (api(), tempfile::tempdir().unwrap());
    let csv = file(&folder, "claims.csv", &format!("{HEADING}{0}{0}", rows(1..2)));
    assert_eq!(books(import(&api, &csv).ends(0)), [2, 2, 0, 0, 0]);
    let first = ids(&api);
    assert_eq!(first.len(), 2);
    assert!(stored(&api, "m").iter().all(|claim| claim[4] == "a, \"b\" 1" && claim[3] == "1.5"));
    assert_eq!(books(import(&api, &csv).ends(0)), [2, 0, 2, 0, 0]);
    // A third of the same is a third claim.
    fs::write(&csv, format!("{HEADING}{0}{0}{0}", rows(1..2))).unwrap();
    assert_eq!(books(import(&api, &csv).ends(0)), [3, 1, 2, 0, 0]);
    assert!(first.iter().all(|id| ids(&api).contains(id)));
}

#[test]
fn renamed_copied_linked_moved_and_written_anew_it_is_the_same_import() {
    let (api, folder) = (api(), tempfile::tempdir().unwrap());
    let csv = file(&folder, "claims.csv", &table(1..30));
    assert_eq!(books(import(&api, &csv).ends(0)), [29, 29, 0, 0, 0]);
    let first = ids(&api);
    let there = |path: &Path| assert_eq!(books(import(&api, path).ends(0)), [29, 0, 29, 0, 0], "{}", path.display());
    let path = |name: &str| folder.path().join(name);

    fs::rename(&csv, path("rec.csv")).unwrap();
    there(&path("rec.csv"));
    fs::copy(path("rec.csv"), path("copy.csv")).unwrap();
    there(&path("copy.csv"));
    // In another order, with other columns, quotes and line ends; as JSON.
    let other: String = (1..30)
        .rev()
        .map(|n| format!("\"a, \"\"b\"\" {n}\",{n}.5,\"Health\",Ann,p,m,pending,2019-01-01\r\n"))
        .collect();
    there(&file(
        &folder,
        "again.csv",
        &format!("description,claimAmount,policyType,memberName,policyId,memberId,status,createdAt\r\n{other}"),
    ));
    let json: Vec<String> = (1..30)
        .map(|n| format!(r#"{{"memberId":"m","policyId":"p","memberName":"Ann","policyType":"Health","claimAmount":{n}.5,"description":"a, \"b\" {n}"}}"#))
        .collect();
    there(&file(&folder, "again.json", &format!("[{}]", json.join(",\n"))));
    // By any path to it; and in another folder.
    there(&folder.path().join(".").join("rec.csv"));
    #[cfg(unix)]
    {
        let elsewhere = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink(path("rec.csv"), elsewhere.path().join("link.csv")).unwrap();
        there(&elsewhere.path().join("link.csv"));
        assert!(!elsewhere.path().join(".claims-import").exists(), "the keys are beside the file, not beside the link");
        // What was imported above keeps its place in the index by its file, not by its name.
        fs::hard_link(path("rec.csv"), elsewhere.path().join("hard.csv")).unwrap();
        there(&elsewhere.path().join("hard.csv"));
        fs::rename(path("rec.csv"), elsewhere.path().join("moved.csv")).unwrap();
        there(&elsewhere.path().join("moved.csv"));
        fs::copy(elsewhere.path().join("moved.csv"), elsewhere.path().join("copy.csv")).unwrap();
        there(&elsewhere.path().join("copy.csv"));
    }
    assert_eq!(ids(&api), first);
    // Appended: only what is new is made.
    let more = file(&folder, "more.csv", &table(1..40));
    assert_eq!(books(import(&api, &more).ends(0)), [39, 10, 29, 0, 0]);
    assert_eq!(books(import(&api, &more).ends(0)), [39, 0, 39, 0, 0]);
}

#[test]
fn a_file_with_some_rows_of_an_import_stops_and_asks() {
    let (api, folder) = (api(), tempfile::tempdir().unwrap());
    let rec = file(&folder, "rec.csv", &table(1..11));
    import(&api, &rec).ends(0);
    // Next month's: five of last month's claims once more, and five others.
    let next = file(&folder, "next.csv", &table(6..16));
    for _ in 0..2 {
        let asked = import(&api, &next);
        for told in
            ["5 of its 10 rows are rows of an earlier import (rec.csv, begun 2", "nothing was sent", "--same", "--new"]
        {
            assert!(asked.ends(2).err.contains(told), "{told}: {}", asked.err);
        }
    }
    assert_eq!(stored(&api, "m").len(), 10);
    assert_eq!(books(import_with(&api, &next, &["--new"]).ends(0)), [10, 10, 0, 0, 0]);
    assert_eq!(stored(&api, "m").len(), 20);
    // From here on both are known.
    assert_eq!(books(import(&api, &next).ends(0)), [10, 0, 10, 0, 0]);
    assert_eq!(books(import(&api, &rec).ends(0)), [10, 0, 10, 0, 0]);
    // Both in one file: it holds all rows of both.
    let both = file(&folder, "both.csv", &format!("{HEADING}{}{}{}", rows(1..11), rows(6..16), rows(90..91)));
    assert_eq!(books(import(&api, &both).ends(0)), [21, 1, 20, 0, 0]);
}

#[test]
fn the_same_import_with_rows_changed_is_said_once() {
    let (api, folder) = (api(), tempfile::tempdir().unwrap());
    let csv = file(&folder, "claims.csv", &table(1..11));
    import(&api, &csv).ends(0);
    fs::write(&csv, table(3..13)).unwrap();
    import(&api, &csv).ends(2);
    assert_eq!(books(import_with(&api, &csv, &["--same"]).ends(0)), [10, 2, 8, 0, 0]);
    assert_eq!(books(import(&api, &csv).ends(0)), [10, 0, 10, 0, 0]);
    // The rows that were taken out are still known.
    fs::write(&csv, table(1..13)).unwrap();
    assert_eq!(books(import(&api, &csv).ends(0)), [12, 0, 12, 0, 0]);
}

#[test]
fn an_interrupted_new_import_is_not_begun_a_third_time() {
    let (api, folder) = (api(), tempfile::tempdir().unwrap());
    let rec = file(&folder, "rec.csv", &table(1..31));
    import(&api, &rec).ends(0);
    let next = file(&folder, "next.csv", &table(1..31));
    // The very same rows: the same import, unless it is said that they are new.
    assert_eq!(books(import(&api, &next).ends(0)), [30, 0, 30, 0, 0]);
    (0..2).for_each(|_| api.api.inject(Fault::Delay(Duration::from_secs(30))));
    let mut running = api.command(&["import", next.to_str().unwrap(), "--new", "-c", "2"]);
    let mut running = running.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    while fs::read_dir(folder.path().join(".claims-import"))
        .unwrap()
        .filter(|e| e.as_ref().unwrap().path().join("import.json").exists())
        .count()
        < 2
    {
        std::thread::sleep(Duration::from_millis(5));
    }
    running.kill().unwrap();
    running.wait().unwrap();
    for made in [Some(30), None] {
        let said = import_with(&api, &next, if made.is_some() { &["--new"] } else { &[] });
        let [rows, new, there, ..] = books(said.ends(0));
        assert_eq!((rows, new + there), (30, 30));
    }
    assert_eq!(stored(&api, "m").len(), 60);
}

#[test]
fn one_imports_at_a_time_and_the_other_is_told_who() {
    let (api, folder) = (api(), tempfile::tempdir().unwrap());
    let csv = file(&folder, "claims.csv", &table(1..300));
    let copy = file(&folder, "copy.csv", &table(1..300));
    (0..8).for_each(|_| api.api.inject(Fault::Delay(Duration::from_secs(2))));
    let mut first = api.command(&["import", csv.to_str().unwrap(), "--json", "-c", "8"]);
    let first = first.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let holder = || {
        let folders = fs::read_dir(folder.path().join(".claims-import")).ok()?;
        folders
            .filter_map(|f| fs::read_to_string(f.ok()?.path().join("lock")).ok())
            .find(|text| text.contains("process"))
    };
    while holder().is_none() {
        std::thread::sleep(Duration::from_millis(5));
    }
    for path in [&csv, &copy] {
        let second = import(&api, path);
        let who = format!("another import of these rows is running: process {} on", first.id());
        assert!(second.ends(5).err.contains(&who), "{}", second.err);
    }
    let first = Said::of(first.wait_with_output().unwrap());
    assert_eq!(books(first.ends(0)), [299, 299, 0, 0, 0]);
    assert_eq!(books(import(&api, &copy).ends(0)), [299, 0, 299, 0, 0]);
    assert_eq!(stored(&api, "m").len(), 299);
}

#[test]
fn an_import_that_0_1_0_began_is_finished_with_its_keys() {
    let (api, folder) = (api(), tempfile::tempdir().unwrap());
    let key = |n| format!("01a21344-eef3-711a-b6eb-7fce356346{n:02}");
    let keyed: String = (10..20).map(|n| format!("{},m,p,Ann,Health,{n}.50,\"a, \"\"b\"\" {n}\"\n", key(n))).collect();
    // One that 0.1.0 rejected, and that was fixed there under its key.
    let wrong = |kind| format!("m,p,Ann,{kind},77,fixed\n");
    file(&folder, "claims.keyed.csv", &format!("claimKey,{HEADING}{keyed}{},{}", key(77), wrong("Helth")));
    let csv = file(&folder, "claims.csv", &format!("{}{}", table(10..20), wrong("Helth")));
    let fixed = file(
        &folder,
        "claims.rejected.csv",
        &format!(
            "claimKey,{},problem\n{},m,p,Ann,Health,77,fixed,\"policyType must be one of Health\"\n",
            HEADING.trim_end(),
            key(77)
        ),
    );
    // Three had been made when it was interrupted.
    let three: String = keyed.lines().take(3).map(|line| format!("{line}\n")).collect();
    let begun = tempfile::tempdir().unwrap();
    assert_eq!(books(import(&api, &file(&begun, "three.csv", &format!("claimKey,{HEADING}{three}"))).ends(0))[1], 3);
    assert_eq!(books(import(&api, &fixed).ends(0))[1], 1);

    let said = import(&api, &csv);
    assert_eq!(books(said.ends(7)), [11, 7, 3, 1, 0]);
    assert!(said.err.contains("goes on with the import of claims.keyed.csv"), "{}", said.err);
    let mut wanted: Vec<_> = (10..20).map(key).chain([key(77)]).collect();
    wanted.sort();
    assert_eq!(ids(&api), wanted);
    // The manifest has taken them over: there is one, and the next run goes on with it.
    let again = import(&api, &csv);
    assert_eq!(books(again.ends(7)), [11, 0, 10, 1, 0]);
    assert!(again.err.contains("goes on with the import of claims.csv"), "{}", again.err);
    let imports = fs::read_dir(folder.path().join(".claims-import")).unwrap();
    assert_eq!(
        imports.filter(|entry| entry.as_ref().unwrap().path().is_dir()).count(),
        2,
        "this one and the rejected rows'"
    );
    // The row that has been fixed under its key is not made again under another.
    fs::write(&csv, format!("{}{}", table(10..20), wrong("Health"))).unwrap();
    assert_eq!(ids(&api), wanted);
    // Without the copy the manifest knows them; and under another name.
    fs::write(&csv, table(10..20)).unwrap();
    fs::remove_file(folder.path().join("claims.keyed.csv")).unwrap();
    fs::rename(&csv, folder.path().join("other.csv")).unwrap();
    assert_eq!(books(import(&api, &folder.path().join("other.csv")).ends(0)), [10, 0, 10, 0, 0]);
    assert_eq!(ids(&api), wanted);
}

#[test]
fn a_row_of_a_keyed_copy_that_was_fixed_in_the_file_is_asked_about() {
    let (api, folder) = (api(), tempfile::tempdir().unwrap());
    let key = |n| format!("01a21344-eef3-711a-b6eb-7fce356346{n:02}");
    let keyed: String = (10..12).map(|n| format!("{},m,p,Ann,Health,{n}.50,\"a, \"\"b\"\" {n}\"\n", key(n))).collect();
    file(&folder, "claims.keyed.csv", &format!("claimKey,{HEADING}{keyed}{},m,p,Ann,Helth,77,fixed\n", key(77)));
    let csv = file(&folder, "claims.csv", &format!("{}m,p,Ann,Health,77,fixed\n", table(10..12)));
    // It may have been made under the key that 0.1.0 gave it.
    assert!(import(&api, &csv).ends(2).err.contains("claims.keyed.csv"));
    assert_eq!(books(import_with(&api, &csv, &["--same"]).ends(0))[1], 3);
    assert!(ids(&api).contains(&key(10)));
}

#[test]
fn a_manifest_of_this_release_is_understood_for_ever() {
    let (api, folder) = (api(), tempfile::tempdir().unwrap());
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/manifest");
    let import_of = fs::read_dir(kept.join("claims-import")).unwrap().next().unwrap().unwrap().path();
    let imports = folder.path().join(".claims-import").join(import_of.file_name().unwrap());
    fs::create_dir_all(&imports).unwrap();
    for name in ["keys", "import.json"] {
        fs::copy(import_of.join(name), imports.join(name)).unwrap();
    }
    let csv = file(&folder, "renamed.csv", &fs::read_to_string(kept.join("claims.csv")).unwrap());
    import(&api, &csv).ends(7);
    let wanted = fs::read_to_string(kept.join("ids")).unwrap();
    assert_eq!(ids(&api).join("\n") + "\n", wanted);
    let rejected = folder.path().join("claims.rejected.csv");
    let kept = fs::read_to_string(kept.join("claims.rejected.csv")).unwrap();
    assert_eq!(fs::read_to_string(&rejected).unwrap(), kept, "the same row has the same mark");
    let again = import(&api, &rejected);
    assert_eq!(books(again.ends(7)), [1, 0, 0, 1, 0]);
    assert!(again.out.contains("unchanged since it was rejected"), "{}", again.out);
}

#[test]
fn a_manifest_that_cannot_be_trusted_stops_the_import() {
    let (api, folder) = (api(), tempfile::tempdir().unwrap());
    let csv = file(&folder, "claims.csv", &table(1..5));
    import(&api, &csv).ends(0);
    let import_of = fs::read_dir(folder.path().join(".claims-import"))
        .unwrap()
        .map(|e| e.unwrap().path())
        .find(|p| p.is_dir())
        .unwrap();
    let keys = fs::read(import_of.join("keys")).unwrap();
    for at in [5, 30, keys.len() - 1] {
        let mut wrong = keys.clone();
        wrong[at] ^= 1;
        fs::write(import_of.join("keys"), &wrong).unwrap();
        assert!(import(&api, &csv).ends(1).err.contains("keys"), "byte {at}");
        fs::write(import_of.join("keys"), &keys[..at]).unwrap();
        assert!(import(&api, &csv).ends(1).err.contains("damaged"), "cut at {at}");
    }
    fs::write(import_of.join("keys"), &keys).unwrap();
    let state = fs::read_to_string(import_of.join("import.json")).unwrap();
    for wrong in [state.replace("\"format\":1", "\"format\":2"), state[..20].to_owned()] {
        fs::write(import_of.join("import.json"), wrong).unwrap();
        assert!(import(&api, &csv).ends(1).err.contains("later version"));
    }
    fs::write(import_of.join("import.json"), state).unwrap();
    assert_eq!(books(import(&api, &csv).ends(0)), [4, 0, 4, 0, 0]);
}

#[test]
fn an_export_imports_elsewhere_as_the_same_claims_and_lists_do_too() {
    let (here, there, folder) = (api(), api(), tempfile::tempdir().unwrap());
    import(&here, &file(&folder, "claims.csv", &table(1..131))).ends(0);
    for name in ["out.csv", "out.jsonl"] {
        let out = folder.path().join(name);
        here.run(&["export", "-m", "m", out.to_str().unwrap()]).ends(0);
        import(&there, &out).ends(0);
        assert_eq!(ids(&there), ids(&here));
    }
    let list = here.run(&["--json", "list", "-m", "m", "--all"]);
    let list = file(&folder, "list.jsonl", &list.ends(0).out);
    for api in [&here, &there] {
        assert_eq!(books(import(api, &list).ends(0)), [130, 0, 130, 0, 0]);
    }
    assert_eq!(stored(&here, "m"), stored(&there, "m"));
    // The file's order is the list's order.
    let mut listed: Vec<_> = here.claims("m").iter().map(|claim| claim.claim_amount.cents()).collect();
    listed.reverse();
    assert!(listed.is_sorted());
    let both = file(
        &folder,
        "both.csv",
        &format!(
            "claimId,claimKey,{HEADING}0190f8f4-0d3c-7c3a-9d53-6f1f2f7a9b10,0190f8f4-0d3c-7c3a-9d53-6f1f2f7a9b11,m,p,A,Life,1,\n"
        ),
    );
    assert!(import(&here, &both).ends(7).out.contains("claimId and claimKey are one thing, and differ here"));
}

#[cfg(unix)]
#[test]
fn a_folder_that_cannot_be_written_is_told_with_the_way_out() {
    use std::os::unix::fs::PermissionsExt;
    let (api, folder, state) = (api(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let csv = file(&folder, "claims.csv", &format!("{}m,p\n", table(1..5)));
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o555)).unwrap();
    // Root may write everywhere.
    let root = Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout == b"0\n");
    if !root {
        assert!(import(&api, &csv).ends(1).err.contains("--state-dir"));
    }
    for made in [4, 0] {
        let said = import_with(&api, &csv, &["--state-dir", state.path().to_str().unwrap()]);
        assert_eq!(books(said.ends(7))[1], made);
        assert_eq!(said.json()["rejectedFile"], state.path().join("claims.rejected.csv").to_str().unwrap());
    }
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn an_import_that_is_repeated_after_a_delete_makes_nothing_anew() {
    let (api, folder) = (api(), tempfile::tempdir().unwrap());
    let csv = file(&folder, "claims.csv", &table(0..4));
    assert_eq!(books(import(&api, &csv).ends(0)), [4, 4, 0, 0, 0]);
    let deleted = api.claims("m")[0].claim_id.to_string();
    api.run(&["delete", "-m", "m", &deleted]).ends(0);
    let again = import(&api, &csv);
    assert_eq!(books(again.ends(7)), [4, 0, 3, 1, 0]);
    let rejected = fs::read_to_string(folder.path().join("claims.rejected.csv")).unwrap();
    assert!(rejected.contains("its claim was filed and deleted"), "{rejected}");
    assert_eq!(stored(&api, "m").len(), 3);
}

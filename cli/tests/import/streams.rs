//! Files, links, pipes and devices: nothing is overwritten, and everything that can be read or written is.

use std::{
    fs,
    io::{Read, Write},
    path::Path,
    process::{Command, Stdio},
};

use super::{
    HEADING, books, file, import, stored,
    support::{Api, Said, api, command},
};

const ROW: &str = "m,p,Ann,Health,1,a\n";

fn piped(api: &Api, arguments: &[&str], folder: &Path, input: &str) -> Said {
    let mut command = api.command(arguments);
    command.current_dir(folder).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut running = command.spawn().unwrap();
    running.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    Said::of(running.wait_with_output().unwrap())
}

#[cfg(unix)]
fn mode(path: &Path) -> u32 {
    std::os::unix::fs::PermissionsExt::mode(&fs::metadata(path).unwrap().permissions()) & 0o777
}

#[test]
fn standard_input_is_a_file_like_any_other() {
    let (api, folder) = (api(), tempfile::tempdir().unwrap());
    let text = format!("{HEADING}{ROW}m,p\n");
    for made in [1, 0] {
        let said = piped(&api, &["import", "-", "--json"], folder.path(), &text);
        assert_eq!(books(said.ends(7))[1], made);
        assert_eq!(said.json()["rejectedFile"], "stdin.rejected.csv");
    }
    let json =
        r#"[{"memberId":"n","policyId":"p","memberName":"A","policyType":"Life","claimAmount":1,"description":""}]"#;
    assert_eq!(books(piped(&api, &["import", "-", "--json"], folder.path(), json).ends(0))[1], 1);
    assert!(piped(&api, &["import", "-"], folder.path(), "").ends(2).err.contains("the file is empty"));
}

#[cfg(unix)]
#[test]
fn a_pipe_is_read_once_and_imported_whole_and_an_export_goes_through_one() {
    let (api, folder) = (api(), tempfile::tempdir().unwrap());
    let fifo = folder.path().join("claims.csv");
    assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let writing = fifo.clone();
    let writer = std::thread::spawn(move || fs::write(writing, format!("{HEADING}{ROW}")).unwrap());
    let said = api.command(&["import", fifo.to_str().unwrap(), "--json"]).current_dir(folder.path()).output().unwrap();
    writer.join().unwrap();
    assert_eq!(books(Said::of(said).ends(0))[1], 1);

    let reading = fifo.clone();
    let reader = std::thread::spawn(move || {
        let mut text = String::new();
        fs::File::open(reading).unwrap().read_to_string(&mut text).unwrap();
        text
    });
    api.run(&["export", "-m", "m", fifo.to_str().unwrap()]).ends(0);
    let text = reader.join().unwrap();
    assert!(text.starts_with("claimKey,memberId,") && text.lines().count() == 2, "{text}");
    assert!(std::os::unix::fs::FileTypeExt::is_fifo(&fs::metadata(&fifo).unwrap().file_type()));
}

#[test]
fn an_export_replaces_nothing_without_force_and_no_claims_are_no_success() {
    let (api, folder) = (api(), tempfile::tempdir().unwrap());
    import(&api, &file(&folder, "in.csv", &format!("{HEADING}{ROW}"))).ends(0);
    let out = file(&folder, "claims.csv", "precious");
    let path = out.to_str().unwrap();
    let refused = api.run(&["export", "-m", "m", path]);
    assert!(refused.ends(2).err.contains("is there already; --force replaces it"), "{}", refused.err);
    // A mistyped member.
    api.run(&["export", "-m", "nobody", path]).ends(2);
    assert_eq!(fs::read_to_string(&out).unwrap(), "precious");
    let nobody = api.run(&["export", "-m", "nobody", folder.path().join("none.csv").to_str().unwrap()]);
    assert!(nobody.ends(3).err.contains("the member has no such claims; nothing was written"), "{}", nobody.err);
    assert!(!folder.path().join("none.csv").exists());
    assert_eq!(api.run(&["export", "-m", "nobody", "--format", "jsonl", "-"]).ends(3).out, "");
    api.run(&["export", "-m", "m", "--force", path]).ends(0);
    assert_eq!(fs::read_to_string(&out).unwrap().lines().count(), 2);
    #[cfg(unix)]
    {
        assert_eq!(mode(&out), 0o600);
        // A link is followed, to a file and to none yet; it stays a link.
        for (link, to) in [("a.csv", "claims.csv"), ("b.csv", "new.csv")] {
            let link = folder.path().join(link);
            std::os::unix::fs::symlink(to, &link).unwrap();
            if to == "claims.csv" {
                api.run(&["export", "-m", "m", link.to_str().unwrap()]).ends(2);
            }
            api.run(&["export", "-m", "m", "--force", link.to_str().unwrap()]).ends(0);
            assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
            assert_eq!(fs::read_to_string(folder.path().join(to)).unwrap().lines().count(), 2);
        }
    }
    let piped = api.run(&["export", "-m", "m", "--format", "jsonl", "-"]);
    assert_eq!(piped.ends(0).out.lines().count(), 1);
}

#[test]
fn a_reader_of_an_export_that_stops_reading_is_no_error() {
    let (api, folder) = (api(), tempfile::tempdir().unwrap());
    let rows: String = (1..300).map(|i| format!("m,p,Ann,Health,{i},{}\n", "x".repeat(400))).collect();
    import(&api, &file(&folder, "in.csv", &format!("{HEADING}{rows}"))).ends(0);
    let mut export = api.command(&["export", "-m", "m", "--format", "csv", "-"]);
    let mut export = export.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(export.stdout.take());
    assert_eq!(String::from_utf8(export.wait_with_output().unwrap().stderr).unwrap(), "");
}

#[test]
fn a_standard_error_that_cannot_be_written_stops_nothing() {
    let (api, folder) = (api(), tempfile::tempdir().unwrap());
    let csv = file(&folder, "claims.csv", &format!("{HEADING}{ROW}m,p\n{ROW}"));
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let said = api.command(&["import", csv.to_str().unwrap(), "--json"]).stderr(writer).output().unwrap();
    assert_eq!(books(Said::of(said).ends(7)), [3, 2, 0, 1, 0]);
    assert_eq!(stored(&api, "m").len(), 2);
}

#[cfg(unix)]
#[test]
fn whatever_holds_claims_is_for_its_owner_only() {
    let (api, folder) = (api(), tempfile::tempdir().unwrap());
    import(&api, &file(&folder, "claims.csv", &format!("{HEADING}{ROW}m,p\n"))).ends(7);
    assert_eq!(mode(&folder.path().join("claims.rejected.csv")), 0o600);
    let mut folders = vec![folder.path().join(".claims-import")];
    let mut seen = 0;
    while let Some(of) = folders.pop() {
        assert_eq!(mode(&of), 0o700, "{}", of.display());
        for entry in fs::read_dir(&of).unwrap().map(|e| e.unwrap().path()) {
            if entry.is_dir() {
                folders.push(entry);
            } else {
                assert_eq!(mode(&entry), 0o600, "{}", entry.display());
                seen += 1;
            }
        }
    }
    assert!(seen >= 4);
}

#[test]
fn an_example_is_written_once_and_is_right() {
    let (api, folder) = (api(), tempfile::tempdir().unwrap());
    for name in ["claims.csv", "claims.jsonl"] {
        let path = folder.path().join(name);
        let example = |options: &[&str]| {
            Said::of(command(&[&["import", "--example", path.to_str().unwrap()], options].concat()).output().unwrap())
        };
        example(&[]).ends(0);
        assert!(example(&[]).ends(2).err.contains("--force"));
        example(&["--force"]).ends(0);
        // The second is the first in another form: the same import.
        let made = if name == "claims.csv" { 3 } else { 0 };
        assert_eq!(books(import(&api, &path).ends(0))[1], made);
    }
    let piped = Said::of(command(&["import", "--example", "-"]).output().unwrap());
    assert_eq!(piped.ends(0).out, fs::read_to_string(folder.path().join("claims.csv")).unwrap());
}

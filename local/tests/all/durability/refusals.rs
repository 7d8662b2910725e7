//! Files that cannot be used, or must not be: what is said, and that they stay as they are.

use std::{
    collections::BTreeMap,
    fs,
    os::unix::{
        fs::{MetadataExt, PermissionsExt},
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::Command,
};

use rusqlite::Connection;

use crate::common::{
    new_claim,
    running::{Running, data_file, fails, fails_as, unmark},
};

/// Every file of a folder, to the last byte.
fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.clone(), fs::read(&path).unwrap_or_default()))
        .collect()
}

/// Refuses `file`, in words that say how to go on, and leaves no trace in its folder.
fn leaves(file: &Path, words: &str) {
    let folder = file.parent().unwrap();
    let before = contents(folder);
    let said = fails(&["--port", "0", "--data", file.to_str().unwrap()]);
    assert!(said.contains(&*file.to_string_lossy()) && said.contains(words), "{said}");
    assert!(said.contains("choose another file"), "it does not say how to go on: {said}");
    assert_eq!(contents(folder).keys().collect::<Vec<_>>(), before.keys().collect::<Vec<_>>(), "{said}");
    assert!(contents(folder) == before, "{file:?} was changed");
}

#[test]
fn files_of_other_programs_stay_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("notes.txt");
    fs::write(&text, "not a database, and not to be overwritten").unwrap();
    leaves(&text, "is not a database of this program");
    fs::write(&text, "x".repeat(100_000)).unwrap();
    leaves(&text, "is not a database of this program");
    fs::create_dir(folder.path().join("folder")).unwrap();
    leaves(&folder.path().join("folder"), "is a folder");

    let foreign = "is the SQLite database of another program";
    let make = |name: &str, sql: &str| {
        let path = folder.path().join(name);
        Connection::open(&path).unwrap().execute_batch(sql).unwrap();
        path
    };
    let table = "CREATE TABLE songs (name TEXT); INSERT INTO songs VALUES ('mine')";
    leaves(&make("songs.db", table), foreign);
    leaves(&make("wal.db", &format!("PRAGMA journal_mode = WAL; {table}")), foreign);
    leaves(&make("config.db", "CREATE TABLE _config (key TEXT, value TEXT)"), foreign);
    leaves(&make("marked.db", "PRAGMA application_id = 7"), foreign);
    leaves(&make("numbered.db", "PRAGMA user_version = 7"), foreign);
}

#[test]
fn a_database_that_another_program_has_open_stays_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("songs.db");
    let theirs = Connection::open(&path).unwrap();
    theirs.execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE songs (name TEXT)").unwrap();
    // All of it is in the write-ahead log, and the file itself says nothing yet.
    let said = fails(&["--port", "0", "--data", path.to_str().unwrap()]);
    assert!(said.contains("is the SQLite database of another program"), "{said}");
    theirs.execute_batch("INSERT INTO songs VALUES ('mine')").unwrap();
    let tables: i64 = theirs.query_row("SELECT count(*) FROM sqlite_master", [], |row| row.get(0)).unwrap();
    assert_eq!(tables, 1, "our tables are in their database");
    assert!(!folder.path().join("songs.db.lock").exists());
}

#[tokio::test]
async fn names_that_mean_something_else_to_sqlite_are_files() {
    let folder = tempfile::tempdir().unwrap();
    for name in [":memory:", "file:claims.db?mode=memory", "claims%41.db", "an empty file"] {
        let path = folder.path().join(name);
        if name.contains(' ') {
            fs::write(&path, "").unwrap();
        }
        // As the user writes it: relative.
        let command = || {
            let mut command = crate::common::running::command(&["--port", "0", "--data", name]);
            command.current_dir(folder.path());
            command
        };
        let running = Running::of(&mut command());
        let claim = running.client().create_claim(new_claim("m")).await.unwrap();
        running.kill();
        assert!(fs::metadata(&path).unwrap().len() > 0, "{name} is no file");
        let again = Running::of(&mut command());
        assert_eq!(again.client().get_claim(&claim.member_id, claim.claim_id).await.unwrap(), claim, "{name}");
    }
    let said = fails(&["--port", "0", "--data", ""]);
    assert!(said.contains("--data"), "{said}");
}

#[tokio::test]
async fn an_empty_file_keeps_its_owner_and_permissions_and_its_neighbours_stay() {
    let folder = tempfile::tempdir().unwrap();
    let file = data_file(folder.path());
    fs::write(&file, "").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    // Only root may give a file away.
    let owner = if fs::metadata(&file).unwrap().uid() == 0 { 65534 } else { fs::metadata(&file).unwrap().uid() };
    std::os::unix::fs::chown(&file, Some(owner), None).unwrap();
    for name in ["claims.db.new", "claims.db.bak"] {
        fs::write(folder.path().join(name), "a copy that somebody has put aside").unwrap();
    }
    let running = Running::start(&["--port", "0", "--data", &file]);
    running.client().create_claim(new_claim("m")).await.unwrap();
    running.interrupt();
    let made = fs::metadata(&file).unwrap();
    assert!(made.len() > 0);
    assert_eq!((made.mode() & 0o777, made.uid()), (0o600, owner));
    for name in ["claims.db.new", "claims.db.bak"] {
        assert_eq!(fs::read_to_string(folder.path().join(name)).unwrap(), "a copy that somebody has put aside");
    }
}

#[tokio::test]
async fn a_link_leads_to_the_file_and_to_its_lock() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("disk")).unwrap();
    let file = folder.path().join("disk/claims.db");
    let link = data_file(folder.path());
    // Nothing there yet, then an empty file, then a full one.
    std::os::unix::fs::symlink("disk/claims.db", &link).unwrap();
    for empty in [false, true] {
        if empty {
            fs::write(&file, "").unwrap();
        }
        let running = Running::start(&["--port", "0", "--data", &link]);
        let claim = running.client().create_claim(new_claim("m")).await.unwrap();
        let said = fails(&["--port", "0", "--data", file.to_str().unwrap()]);
        assert!(said.contains("in use by another claims-local"), "{said}");
        running.kill();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        let again = Running::start(&["--port", "0", "--data", file.to_str().unwrap()]);
        assert_eq!(again.client().get_claim(&claim.member_id, claim.claim_id).await.unwrap(), claim);
        again.interrupt();
        fs::remove_file(&file).unwrap();
    }
    fs::remove_file(&link).unwrap();
    std::os::unix::fs::symlink("claims.db", &link).unwrap();
    let said = fails(&["--port", "0", "--data", &link]);
    assert!(said.contains("claims.db") && said.contains("link"), "{said}");
}

#[tokio::test]
async fn a_table_that_was_not_made_whole_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = data_file(folder.path());
    Running::start(&["--port", "0", "--data", &file]).interrupt();
    // What a kill between the engine's two steps leaves, in a file from before there were marks.
    unmark(&file);
    let connection = Connection::open(&file).unwrap();
    let name: String = connection
        .query_row("SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE '%claimsTable%'", [], |row| {
            row.get(0)
        })
        .unwrap();
    connection.execute_batch(&format!("DROP TABLE \"{name}\"")).unwrap();
    connection.close().unwrap();
    let said = fails(&["--port", "0", "--data", &file]);
    assert!(said.contains("claimsTable") && said.contains("choose another table, or another file"), "{said}");
}

/// The program as somebody whom permissions bind: root is not.
fn unprivileged(folder: &Path) -> Command {
    let program = folder.join("claims-local");
    if fs::metadata("/proc/self").or_else(|_| fs::metadata(folder)).unwrap().uid() != 0 {
        return Command::new(env!("CARGO_BIN_EXE_claims-local"));
    }
    if !program.exists() {
        fs::copy(env!("CARGO_BIN_EXE_claims-local"), &program).unwrap();
    }
    let mut command = Command::new(program);
    command.uid(65534).gid(65534).current_dir("/");
    command
}

#[tokio::test]
async fn a_file_or_folder_that_may_not_be_written_is_named() {
    let mode = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    let outer = tempfile::tempdir().unwrap();
    mode(outer.path(), 0o755);
    let folder = outer.path().join("data");
    fs::create_dir(&folder).unwrap();
    let file = data_file(&folder);
    let running = Running::start(&["--port", "0", "--data", &file]);
    let claim = running.client().create_claim(new_claim("m")).await.unwrap();
    running.kill();
    let files: Vec<_> = contents(&folder).into_keys().collect();

    for (folder_mode, file_mode) in [(0o777, 0o444), (0o555, 0o666), (0o555, 0o444), (0o777, 0o000)] {
        files.iter().for_each(|file| mode(file, if file.ends_with("claims.db.lock") { 0o666 } else { file_mode }));
        if folder_mode == 0o555 {
            let _ = fs::remove_file(folder.join("claims.db.lock"));
        }
        mode(&folder, folder_mode);
        let said = fails_as(unprivileged(outer.path()).args(["--port", "0", "--data", &file]));
        mode(&folder, 0o777);
        let what = format!("{folder_mode:o} {file_mode:o}: {said}");
        assert!(said.contains("claims.db") && said.contains("let this user write the file and its folder"), "{what}");
        fs::write(folder.join("claims.db.lock"), "").unwrap();
    }
    files.iter().for_each(|file| mode(file, 0o666));
    let again = Running::start(&["--port", "0", "--data", &file]);
    assert_eq!(again.client().get_claim(&claim.member_id, claim.claim_id).await.unwrap(), claim);
}

#[tokio::test]
async fn a_second_process_is_kept_out_and_the_first_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let file = data_file(folder.path());
    let first = Running::start(&["--port", "0", "--data", &file]);
    let claim = first.client().create_claim(new_claim("m")).await.unwrap();
    for _ in 0..3 {
        let said = fails(&["--port", "0", "--data", &file]);
        assert!(said.contains("in use by another claims-local") && said.contains("choose another file"), "{said}");
        first.client().create_claim(new_claim("m")).await.unwrap();
    }
    first.kill();
    // A kill frees the file at once.
    let next = Running::start(&["--port", "0", "--data", &file]);
    assert_eq!(next.client().get_claim(&claim.member_id, claim.claim_id).await.unwrap(), claim);
}

#[tokio::test]
async fn a_damaged_file_is_named_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let file = data_file(folder.path());
    let running = Running::start(&["--port", "0", "--data", &file]);
    running.client().create_claim(new_claim("m")).await.unwrap();
    // A clean end puts everything into the file itself.
    running.interrupt();
    let mut bytes = fs::read(&file).unwrap();
    bytes[100..4096].fill(0xee);
    fs::write(&file, bytes).unwrap();
    leaves(Path::new(&file), "damaged");
}

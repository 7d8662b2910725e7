//! Regular files only, and for their owner only.

use std::{
    fs,
    os::unix::{fs::PermissionsExt, net::UnixListener},
    path::Path,
    process::Command,
};

use crate::common::{
    new_claim,
    running::{PROGRAM, Running, data_file, fails},
};

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn what_is_no_file_is_refused_before_anything_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    assert!(Command::new("mkfifo").arg(at("fifo")).status().unwrap().success());
    let _socket = UnixListener::bind(at("socket")).unwrap();
    fs::create_dir(at("folder")).unwrap();
    for kind in ["fifo", "socket", "folder"] {
        std::os::unix::fs::symlink(kind, at(&format!("to-{kind}"))).unwrap();
    }
    let before = names(folder.path());
    for (name, what) in [
        ("fifo", "is a FIFO"),
        ("to-fifo", "is a FIFO"),
        ("socket", "is a socket"),
        ("to-socket", "is a socket"),
        ("folder", "is a folder"),
        ("to-folder", "is a folder"),
    ] {
        let path = at(name);
        let said = fails(&["--port", "0", "--data", path.to_str().unwrap()]);
        assert!(said.contains(what) && said.contains("choose another file"), "{name}: {said}");
        let said = fails(&["verify", path.to_str().unwrap()]);
        assert!(said.contains(what), "{name}: {said}");
        assert_eq!(names(folder.path()), before, "{name}");
    }
}

/// What SQLite would open beside it.
#[test]
fn what_lies_where_the_log_would_be_is_looked_at_as_well() {
    for ending in ["-wal", "-shm", "-journal"] {
        let folder = tempfile::tempdir().unwrap();
        let file = data_file(folder.path());
        let beside = format!("{file}{ending}");
        assert!(Command::new("mkfifo").arg(&beside).status().unwrap().success());
        let said = fails(&["--port", "0", "--data", &file]);
        assert!(said.contains(&beside) && said.contains("is a FIFO"), "{said}");
        fs::remove_file(&beside).unwrap();
        std::os::unix::fs::symlink(folder.path().join("elsewhere"), &beside).unwrap();
        let said = fails(&["--port", "0", "--data", &file]);
        assert!(said.contains(&beside) && said.contains("is a link"), "{said}");
        assert!(!folder.path().join("elsewhere").exists());
    }
}

#[tokio::test]
async fn its_files_are_their_owners_whatever_the_umask() {
    let folder = tempfile::tempdir().unwrap();
    let file = data_file(folder.path());
    let mut loose = Command::new("sh");
    loose.args(["-c", "umask 000; exec \"$0\" --port 0 --data \"$1\""]).arg(PROGRAM).arg(&file);
    let running = Running::of(&mut loose);
    running.client().create_claim(new_claim("m")).await.unwrap();
    for name in names(folder.path()) {
        let mode = fs::metadata(folder.path().join(&name)).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{name}");
    }
    let (_, log) = running.end("TERM");
    assert!(!log.contains("chmod"), "{log}");
    // A looser one is somebody's wish, but a line says so.
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    let (_, log) = Running::start(&["--port", "0", "--data", &file]).end("TERM");
    assert!(log.contains("mode 640") && log.contains("chmod 600"), "{log}");
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640);
}

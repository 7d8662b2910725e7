//! `claims-local` as a process.

use std::{
    io::{BufRead, BufReader, Read},
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
    time::{Duration, Instant},
};

use claims_client::{ClaimsClient, Endpoint};

pub struct Running {
    pub child: Child,
    out: BufReader<ChildStdout>,
    pub greeting: String,
}

impl Running {
    pub fn start(arguments: &[&str]) -> Self {
        Self::of(&mut command(arguments))
    }

    /// Waits until the program serves.
    pub fn of(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut greeting = String::new();
        while !greeting.contains("Ctrl-C") {
            let read = out.read_line(&mut greeting).unwrap();
            assert!(read > 0, "it ended before it served: {greeting}");
        }
        Self { child, out, greeting }
    }

    pub fn url(&self) -> String {
        let start = self.greeting.find("http://127.0.0.1:").unwrap();
        self.greeting[start..].split_whitespace().next().unwrap().to_owned()
    }

    pub fn client(&self) -> ClaimsClient {
        ClaimsClient::builder().endpoint(Endpoint::url(self.url())).build().unwrap()
    }

    #[cfg(unix)]
    pub fn interrupt(self) -> (Option<i32>, String) {
        self.end("INT")
    }

    /// Sends it a signal and waits for its end.
    #[cfg(unix)]
    pub fn end(mut self, signal: &str) -> (Option<i32>, String) {
        let signal = format!("-{signal}");
        let status = Command::new("kill").args([&signal, &self.child.id().to_string()]).status().unwrap();
        assert!(status.success());
        let code = self.child.wait().unwrap().code();
        let mut log = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut log).unwrap();
        self.out.read_to_string(&mut log).unwrap();
        (code, log)
    }

    /// SIGKILL; what it has logged.
    pub fn kill(mut self) -> String {
        self.child.kill().unwrap();
        self.log()
    }

    /// Waits for its end; what it has logged.
    pub fn log(&mut self) -> String {
        let mut log = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut log).unwrap();
        log
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub const PROGRAM: &str = env!("CARGO_BIN_EXE_claims-local");

/// With SIGHUP as a program usually has it: under `nohup` a test's children would ignore it and never end.
pub fn command(arguments: &[&str]) -> Command {
    let mut command = if cfg!(target_os = "linux") {
        let mut env = Command::new("env");
        env.args(["--default-signal=HUP", PROGRAM]);
        env
    } else {
        Command::new(PROGRAM)
    };
    command.args(arguments).env_remove("RUST_LOG").stdin(Stdio::null());
    command
}

pub fn fails(arguments: &[&str]) -> String {
    fails_as(&mut command(arguments))
}

/// What it says when it ends by itself, as it should.
pub fn fails_as(command: &mut Command) -> String {
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let begun = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if begun.elapsed() > Duration::from_secs(120) {
            child.kill().unwrap();
            panic!("it serves: {command:?}");
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert!(!status.success(), "{said}");
    said
}

pub fn data_file(folder: &Path) -> String {
    folder.join("claims.db").to_str().unwrap().to_owned()
}

/// Makes of a closed file what release 0.1.0 left behind.
pub fn unmark(file: &str) {
    let connection = rusqlite::Connection::open(file).unwrap();
    let triggers = "SELECT name FROM sqlite_master WHERE type = 'trigger'";
    let triggers: Vec<String> =
        connection.prepare(triggers).unwrap().query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    assert!(!triggers.is_empty(), "not one of ours");
    for trigger in triggers {
        connection.execute_batch(&format!("DROP TRIGGER \"{trigger}\"")).unwrap();
    }
    connection.execute_batch("DROP TABLE _private_api; DROP TABLE _private_api_sums").unwrap();
    connection.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(())).unwrap();
}

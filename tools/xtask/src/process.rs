//! Running other programs: found on the path, bounded in time, their output kept; servers that end with their value.

use std::{
    env,
    error::Error,
    fs::{self, File},
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

/// The repository's root.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_path_buf()
}

/// Where cargo builds.
pub fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// Builds programs with the features that `cargo test --workspace` gives them: with others, all below them would be built anew.
pub fn build_as_tested(programs: &[&str]) -> Result<PathBuf, Box<dyn Error>> {
    let mut build = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    // It is a test that brings the tests' features.
    build.args(["build", "--quiet", "--workspace", "--test", "all"]);
    for program in programs {
        build.args(["--bin", program]);
    }
    run_shown(build.current_dir(root()))?;
    Ok(target().join("debug"))
}

/// Finds a program on the path.
pub fn find(program: &str) -> Option<PathBuf> {
    let file = format!("{program}{}", env::consts::EXE_SUFFIX);
    env::split_paths(&env::var_os("PATH")?).map(|folder| folder.join(&file)).find(|path| path.is_file())
}

/// Runs a command to its end or to its time limit, both output streams into `log`.
pub fn run_logged(command: &mut Command, log: &Path, limit: Duration) -> Result<ExitStatus, Box<dyn Error>> {
    if let Some(folder) = log.parent() {
        fs::create_dir_all(folder)?;
    }
    let output = File::create(log)?;
    let name = command.get_program().to_string_lossy().into_owned();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(output.try_clone()?)
        .stderr(output)
        .spawn()
        .map_err(|why| format!("{name} does not start: {why}"))?;
    let started = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        if started.elapsed() > limit {
            child.kill()?;
            child.wait()?;
            return Err(
                format!("{name} took longer than {} s; its output is in {}", limit.as_secs(), log.display()).into()
            );
        }
        thread::sleep(Duration::from_millis(50));
    }
}

/// Runs a command with its output shown, and fails where it fails.
pub fn run_shown(command: &mut Command) -> Result<(), Box<dyn Error>> {
    let name = command.get_program().to_string_lossy().into_owned();
    let status = command.status().map_err(|why| format!("{name} does not start: {why}"))?;
    if status.success() { Ok(()) } else { Err(format!("{name} failed ({status})").into()) }
}

/// A server that picks a port of its own and says its URL on standard output. It ends with this value.
pub struct Server {
    child: Child,
    pub url: String,
}

impl Server {
    /// Starts the command, which has to be the server itself (of a child of cargo's nobody would know the end), and waits for
    /// its URL.
    pub fn start(command: &mut Command) -> Result<Self, Box<dyn Error>> {
        let name = command.get_program().display().to_string();
        let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn();
        let mut server =
            Self { child: child.map_err(|why| format!("{name} does not start: {why}"))?, url: String::new() };
        let mut lines = BufReader::new(server.child.stdout.take().ok_or("a server without output")?).lines();
        let is_url = |line: String| line.split_whitespace().find(|word| word.starts_with("http://")).map(str::to_owned);
        let url = lines.by_ref().map_while(Result::ok).find_map(is_url);
        server.url = url.ok_or_else(|| format!("{name} ended without saying where it serves"))?;
        // It may have more to say, and must find somebody who listens.
        thread::spawn(move || lines.for_each(drop));
        Ok(server)
    }

    /// `claims-local` on a free port, with an empty table.
    pub fn claims_local(folder: &Path) -> Result<Self, Box<dyn Error>> {
        Self::claims_local_with(folder, &[])
    }

    /// The same, with further arguments.
    pub fn claims_local_with(folder: &Path, arguments: &[&str]) -> Result<Self, Box<dyn Error>> {
        let program = folder.join(format!("claims-local{}", env::consts::EXE_SUFFIX));
        Self::start(Command::new(program).args(["--port", "0"]).args(arguments).env("RUST_LOG", "error"))
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

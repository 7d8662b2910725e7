//! Running other programs: found on the path, bounded in time, their output kept.

use std::{
    env,
    error::Error,
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, ExitStatus, Stdio},
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
    build.args(["build", "--quiet", "--workspace", "--test", "operations"]);
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

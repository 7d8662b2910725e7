//! Tools from PyPI, npm and crates.io, pinned, installed once below `target/`.

use std::{
    env,
    error::Error,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::process::{find, run_shown, target};

type Done = Result<(), Box<dyn Error>>;

/// Where a virtual environment has its programs.
const PROGRAMS: &str = if cfg!(windows) { "venv/Scripts" } else { "venv/bin" };

/// A copy of a folder with lock files, its tools installed.
pub struct Tools {
    pub dir: PathBuf,
}

impl Tools {
    /// Copies the folder's files and installs what its lock files say, unless that is what is installed.
    pub fn ready(folder: &Path) -> Result<Self, Box<dyn Error>> {
        let dir = target().join("tools").join(folder.file_name().ok_or("tools without a folder")?);
        fs::create_dir_all(&dir)?;
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            fs::copy(entry.path(), dir.join(entry.file_name()))?;
        }
        let tools = Self { dir: fs::canonicalize(dir)? };
        tools.install("requirements.txt", |dir| {
            let python = find("python3").or_else(|| find("python")).ok_or("python3 is not on the path")?;
            run_shown(Command::new(python).args(["-m", "venv", "--clear", "venv"]).current_dir(dir))?;
            let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", "requirements.txt"];
            run_shown(Command::new(dir.join(PROGRAMS).join("python")).args(pip).current_dir(dir))
        })?;
        tools.install("package-lock.json", |dir| {
            let npm = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"];
            run_shown(Command::new(find("npm").ok_or("npm is not on the path")?).args(npm).current_dir(dir))
        })?;
        Ok(tools)
    }

    /// Installs by a lock file and remembers which one it was.
    fn install(&self, lock: &str, install: impl FnOnce(&Path) -> Done) -> Done {
        let Ok(wanted) = fs::read(self.dir.join(lock)) else { return Ok(()) };
        let installed = self.dir.join(format!("{lock}.installed"));
        if fs::read(&installed).is_ok_and(|there| there == wanted) {
            return Ok(());
        }
        eprintln!("installing by {}", self.dir.join(lock).display());
        install(&self.dir)?;
        Ok(fs::write(installed, wanted)?)
    }

    /// A program of the virtual environment, run in the copy.
    pub fn python(&self, program: &str) -> Command {
        self.command(self.dir.join(PROGRAMS).join(program))
    }

    /// A program of an npm package, run in the copy.
    pub fn node(&self, program: &str) -> Command {
        self.command(self.dir.join("node_modules/.bin").join(program))
    }

    /// Any program, run in the copy.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.dir);
        // Redocly reports its use and looks for updates otherwise.
        command.env("REDOCLY_TELEMETRY", "off").env("REDOCLY_SUPPRESS_UPDATE_NOTICE", "true");
        command
    }
}

/// A program from crates.io in this version: ours, if it has been installed, else the caller's on the path.
pub fn cargo_tool(name: &str, version: &str) -> Option<PathBuf> {
    let own = cargo_tools(name, version).join("bin").join(format!("{name}{}", env::consts::EXE_SUFFIX));
    if own.is_file() { Some(own) } else { find(name).filter(|program| has_version(program, version)) }
}

fn has_version(program: &Path, version: &str) -> bool {
    let said = Command::new(program).arg("--version").output();
    said.is_ok_and(|said| String::from_utf8_lossy(&said.stdout).split_whitespace().any(|word| word == version))
}

/// Compiles it, by its own lock file, so that it is the same everywhere.
pub fn install_cargo_tool(name: &str, version: &str, options: &[&str]) -> Result<PathBuf, Box<dyn Error>> {
    let folder = cargo_tools(name, version);
    eprintln!("compiling {name} {version} into {}", folder.display());
    let mut install = Command::new("cargo");
    install.args(["install", name, "--version", version, "--locked", "--quiet", "--root"]).arg(&folder);
    run_shown(install.args(options).env_remove("CARGO_TARGET_DIR"))?;
    cargo_tool(name, version).ok_or_else(|| format!("{name} was compiled and is not in {}", folder.display()).into())
}

fn cargo_tools(name: &str, version: &str) -> PathBuf {
    target().join("tools").join(format!("{name}-{version}"))
}

//! Tools that no package manager of the machine has to bring: from PyPI, npm and crates.io, pinned, installed once below `target/`.

use std::{
    env,
    error::Error,
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    process::{find, root, run_shown, target},
    python::Venv,
};

type Done = Result<(), Box<dyn Error>>;

/// Installs what a lock file says, unless the stamp says that this is what is installed.
pub fn install_once(lock: &Path, stamp: &Path, install: impl FnOnce() -> Done) -> Done {
    let wanted = fs::read(lock).map_err(|why| format!("{}: {why}", lock.display()))?;
    if fs::read(stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    eprintln!("installing by {}", lock.display());
    install()?;
    Ok(fs::write(stamp, wanted)?)
}

/// A copy of a folder with lock files, its tools installed.
pub struct Tools {
    pub dir: PathBuf,
    venv: Option<Venv>,
}

impl Tools {
    /// Copies the folder's files and installs what its lock files say.
    pub fn ready(folder: &Path) -> Result<Self, Box<dyn Error>> {
        let dir = target().join("tools").join(folder.file_name().ok_or("tools without a folder")?);
        fs::create_dir_all(&dir)?;
        let dir = fs::canonicalize(dir)?;
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            fs::copy(entry.path(), dir.join(entry.file_name()))?;
        }
        let [list, lock] = ["requirements.txt", "package-lock.json"].map(|name| dir.join(name));
        let venv = if list.exists() { Some(Venv::by(&list, dir.join("venv"))?) } else { None };
        if lock.exists() {
            install_once(&lock, &dir.join("npm.complete"), || {
                let npm = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"];
                run_shown(Command::new(find("npm").ok_or("npm is not on the path")?).args(npm).current_dir(&dir))
            })?;
        }
        Ok(Self { dir, venv })
    }

    /// A program of the virtual environment, run in the copy.
    pub fn python(&self, program: &str) -> Command {
        self.command(self.venv.as_ref().map_or_else(|| program.into(), |venv| venv.program(program)))
    }

    /// A program of an npm package, run in the copy.
    pub fn node(&self, program: &str) -> Command {
        self.command(self.dir.join("node_modules/.bin").join(program))
    }

    /// Any program, run in the copy.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.dir);
        // Redocly reports its use and looks for updates otherwise.
        command.env("REDOCLY_TELEMETRY", "off").env("REDOCLY_SUPPRESS_UPDATE_NOTICE", "true");
        command
    }
}

/// A program from crates.io.
pub struct CargoTool {
    pub name: &'static str,
    pub version: &'static str,
}

impl CargoTool {
    /// Ours, the caller's of this version, or one that is compiled now, by its own lock file, so that it is the same everywhere.
    pub fn installed(&self) -> Result<PathBuf, Box<dyn Error>> {
        let Self { name, version } = self;
        let folder = target().join("tools").join(format!("{name}-{version}"));
        let own = folder.join("bin").join(format!("{name}{}", env::consts::EXE_SUFFIX));
        if own.is_file() {
            return Ok(own);
        }
        if let Some(theirs) = find(name).filter(|program| self.is_version_of(program)) {
            return Ok(theirs);
        }
        eprintln!("compiling {name} {version} into {}", folder.display());
        let mut install = Command::new("cargo");
        // Unoptimised: compiling it takes longer than ever running it will.
        install.args(["install", name, "--version", version, "--locked", "--debug", "--quiet", "--root"]).arg(&folder);
        install.env("CARGO_PROFILE_DEV_DEBUG", "0").env_remove("CARGO_TARGET_DIR").current_dir(root());
        run_shown(&mut install)?;
        Ok(own)
    }

    fn is_version_of(&self, program: &Path) -> bool {
        let said = Command::new(program).arg("--version").output();
        said.is_ok_and(|said| String::from_utf8_lossy(&said.stdout).split_whitespace().any(|word| word == self.version))
    }
}

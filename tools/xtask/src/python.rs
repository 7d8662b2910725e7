//! Tools from PyPI, each in a virtual environment of its own under `target/`.

use std::{
    error::Error,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::process::{find, root, run_shown};

/// A virtual environment that holds one tool and what it needs, by the list in `tools/xtask/python/`.
pub struct Venv {
    folder: PathBuf,
}

impl Venv {
    /// Makes the environment, or takes the one that an earlier run has made by the same list. Needs the package index the
    /// first time only.
    pub fn with(tool: &str) -> Result<Self, Box<dyn Error>> {
        let venv = Self { folder: root().join("target/venv").join(tool) };
        let list = root().join("tools/xtask/python").join(format!("{tool}.txt"));
        let wanted = fs::read(&list).map_err(|why| format!("{}: {why}", list.display()))?;
        let complete = venv.folder.join("complete");
        if !fs::read(&complete).is_ok_and(|installed| installed == wanted) {
            let python =
                find("python3").or_else(|| find("python")).ok_or("python3 is not on the path (for tools from PyPI)")?;
            eprintln!("installing {tool} into {}", venv.folder.display());
            run_shown(Command::new(python).args(["-m", "venv", "--clear"]).arg(&venv.folder))?;
            let install =
                ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--requirement"];
            run_shown(Command::new(venv.program("python")).args(install).arg(&list))?;
            fs::write(complete, wanted)?;
        }
        Ok(venv)
    }

    /// A program of the environment.
    pub fn program(&self, name: &str) -> PathBuf {
        self.programs().join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
    }

    /// The folder of its programs, for the path.
    pub fn programs(&self) -> PathBuf {
        self.folder.join(Path::new(if cfg!(windows) { "Scripts" } else { "bin" }))
    }
}

//! Virtual environments: tools from PyPI, each with all that it needs by a list of versions.

use std::{
    env,
    error::Error,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    process::{find, root, run_shown, target},
    tools::install_once,
};

/// A virtual environment that holds what one list names.
pub struct Venv {
    folder: PathBuf,
}

impl Venv {
    /// The environment of one tool, by its list in `tools/xtask/python/`.
    pub fn with(tool: &str) -> Result<Self, Box<dyn Error>> {
        let list = root().join("tools/xtask/python").join(format!("{tool}.txt"));
        Self::by(&list, target().join("venv").join(tool))
    }

    /// Makes the environment, or takes the one that an earlier run has made by the same list. Needs the package index the
    /// first time only.
    pub fn by(list: &Path, folder: PathBuf) -> Result<Self, Box<dyn Error>> {
        let venv = Self { folder };
        install_once(list, &venv.folder.join("complete"), || {
            let python =
                find("python3").or_else(|| find("python")).ok_or("python3 is not on the path (for tools from PyPI)")?;
            run_shown(Command::new(python).args(["-m", "venv", "--clear"]).arg(&venv.folder))?;
            // What the list does not name is not there.
            let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--requirement"];
            run_shown(Command::new(venv.program("python")).args(pip).arg(list))
        })?;
        Ok(venv)
    }

    /// A program of the environment.
    pub fn program(&self, name: &str) -> PathBuf {
        self.programs().join(format!("{name}{}", env::consts::EXE_SUFFIX))
    }

    /// The folder of its programs, for the path.
    pub fn programs(&self) -> PathBuf {
        self.folder.join(if cfg!(windows) { "Scripts" } else { "bin" })
    }
}

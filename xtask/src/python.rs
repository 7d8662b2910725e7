//! Tools from PyPI, each in a virtual environment of its own under `target/`.

use std::{
    error::Error,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::process::{find, root, run_shown};

/// A virtual environment that holds one pinned tool.
pub struct Venv {
    folder: PathBuf,
}

impl Venv {
    /// Makes the environment, or takes the one that an earlier run has made: `tool` is a pip requirement such as
    /// `checkov==3.3.30`. Needs the package index the first time only.
    pub fn with(tool: &str) -> Result<Self, Box<dyn Error>> {
        let name: String = tool.chars().map(|c| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' }).collect();
        let venv = Self { folder: root().join("target/venv").join(name) };
        let complete = venv.folder.join("complete");
        if !complete.exists() {
            let python =
                find("python3").or_else(|| find("python")).ok_or("python3 is not on the path (for tools from PyPI)")?;
            eprintln!("installing {tool} into {}", venv.folder.display());
            run_shown(Command::new(python).args(["-m", "venv", "--clear"]).arg(&venv.folder))?;
            run_shown(Command::new(venv.program("python")).args(["-m", "pip", "install", "--quiet", tool]))?;
            fs::write(complete, tool)?;
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

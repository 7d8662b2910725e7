//! A `claims-local` of our own, on a free port, for as long as a check runs.

use std::{
    env,
    error::Error,
    io::{self, BufRead, BufReader},
    process::{Child, Command, Stdio},
    thread,
};

use crate::process::build_as_tested;

/// The running program; it ends with this value.
pub struct Local {
    child: Child,
    /// The base URL with the stage.
    pub url: String,
}

impl Local {
    pub fn start() -> Result<Self, Box<dyn Error>> {
        // Built first, so that the child is the program itself and not cargo, which would leave it behind.
        let built = build_as_tested(&["claims-local"])?;
        let program = built.join(format!("claims-local{}", env::consts::EXE_SUFFIX));
        let mut child =
            Command::new(program).args(["--port", "0"]).env("RUST_LOG", "error").stdout(Stdio::piped()).spawn()?;
        let stdout = child.stdout.take().ok_or("claims-local has no output")?;
        let mut local = Self { child, url: String::new() };
        let (mut stdout, mut line) = (BufReader::new(stdout), String::new());
        stdout.read_line(&mut line)?;
        // It has more to say, and must find somebody who listens.
        thread::spawn(move || io::copy(&mut stdout, &mut io::sink()));
        let url = line.split_whitespace().find(|word| word.starts_with("http://"));
        local.url = url.ok_or_else(|| format!("claims-local did not say where it serves: {line}"))?.to_owned();
        Ok(local)
    }
}

impl Drop for Local {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

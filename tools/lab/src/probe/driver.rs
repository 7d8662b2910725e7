//! The lab's side of a probe.

use std::{
    collections::BTreeMap,
    error::Error,
    fs::File,
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, ChildStdout, Stdio},
};

use super::{Answer, Command};
use crate::{lab::Lab, network::inside};

/// A process in a namespace; it ends with this value.
pub struct Probe {
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
}

impl Probe {
    /// Starts one with the client's variables.
    pub fn start(lab: &Lab, role: &str, environment: &BTreeMap<String, String>) -> Result<Self, Box<dyn Error>> {
        let mut child = inside(&lab.ns(role), &std::env::current_exe()?, &["probe"], environment)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(File::options().create(true).append(true).open(lab.file("probe.log"))?)
            .spawn()?;
        let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
        let (Some(stdin), Some(stdout)) = (stdin, stdout) else { return Err("a probe without pipes".into()) };
        Ok(Self { child, stdin, stdout: BufReader::new(stdout) })
    }

    /// Starts one whose client uses the addressing mode as Terraform's output describes it.
    pub fn in_mode(lab: &Lab, role: &str, mode: &str) -> Result<Self, Box<dyn Error>> {
        Self::start(lab, role, &lab.environment(mode)?)
    }

    pub fn ask(&mut self, command: &Command) -> Result<Answer, Box<dyn Error>> {
        writeln!(self.stdin, "{}", serde_json::to_string(command)?)?;
        let mut line = String::new();
        self.stdout.read_line(&mut line)?;
        serde_json::from_str(&line).map_err(|e| format!("the probe broke off ({e}) at {command:?}").into())
    }
}

impl Drop for Probe {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

//! The local AWS: a moto server on a free port of this machine, gone when the proof ends.

use std::{
    error::Error,
    fs::File,
    io::{Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use super::workspace::{Workspace, without_cloud_environment};
use crate::{process::root, python::Venv};

/// Its log, in the folder of the steps' logs.
pub const LOG: &str = "simulator-server.log";

/// A running server; dropping it ends the process.
pub struct Simulator {
    server: Child,
    endpoint: String,
}

impl Simulator {
    /// Starts the server and waits until it listens.
    pub fn start(moto: &Venv, logs: &Path) -> Result<Self, Box<dyn Error>> {
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?;
        let log = File::create(logs.join(LOG))?;
        let mut command = Command::new(moto.program("python"));
        without_cloud_environment(&mut command);
        let server = command
            .arg(root().join("terraform/tests/simulator/server.py"))
            .args(["--host", "127.0.0.1", "--port", &free.port().to_string()])
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()?;
        let mut simulator = Self { server, endpoint: format!("http://{free}") };
        simulator.wait_for(free)?;
        Ok(simulator)
    }

    /// Terraform that sees this AWS and no other.
    pub fn terraform(&self, workspace: &Workspace, args: &[&str]) -> Command {
        let mut command = workspace.terraform(args);
        self.environment(&mut command);
        command
    }

    /// Python with boto3 that sees this AWS and no other.
    pub fn python(&self, moto: &Venv) -> Command {
        let mut command = Command::new(moto.program("python"));
        without_cloud_environment(&mut command);
        self.environment(&mut command);
        command
    }

    /// Another AWS with all that is in this one, which neither notices what happens in the other.
    pub fn copy(&self) -> Result<Copy, Box<dyn Error>> {
        let answer = ask(&self.endpoint, "POST", "fork")?;
        let port = answer["port"].as_u64().ok_or("the simulator has made no copy")?;
        Ok(Copy { endpoint: format!("http://127.0.0.1:{port}") })
    }

    fn environment(&self, command: &mut Command) {
        command
            .env("AWS_ENDPOINT_URL", &self.endpoint)
            .env("AWS_ACCESS_KEY_ID", "testing")
            .env("AWS_SECRET_ACCESS_KEY", "testing")
            .env("AWS_REGION", "eu-central-1")
            .env("AWS_DEFAULT_REGION", "eu-central-1")
            .env("AWS_MAX_ATTEMPTS", "2")
            .env("NO_PROXY", "127.0.0.1");
    }

    fn wait_for(&mut self, address: SocketAddr) -> Result<(), Box<dyn Error>> {
        let started = Instant::now();
        while TcpStream::connect_timeout(&address, Duration::from_secs(1)).is_err() {
            if let Some(status) = self.server.try_wait()? {
                return Err(format!("the simulator ended at once ({status}); see {LOG}").into());
            }
            if started.elapsed() > Duration::from_secs(60) {
                return Err("the simulator does not listen after a minute".into());
            }
            thread::sleep(Duration::from_millis(100));
        }
        Ok(())
    }
}

/// A copy, in a process of its own; dropping it ends it.
pub struct Copy {
    endpoint: String,
}

impl Copy {
    /// Lets a command see this AWS in place of the one it was made for.
    pub fn environment(&self, command: &mut Command) {
        command.env("AWS_ENDPOINT_URL", &self.endpoint);
    }

    /// From here on the service has to stand, which it does now.
    pub fn watch(&self) -> Result<(), Box<dyn Error>> {
        let answer = ask(&self.endpoint, "POST", "watch")?;
        if answer["watched"].as_array().is_some_and(|watched| !watched.is_empty()) {
            return Ok(());
        }
        Err("no API stands before the change".into())
    }

    /// Each call after which it did not, with what was missing.
    pub fn broken(&self) -> Result<Vec<String>, Box<dyn Error>> {
        let answer = ask(&self.endpoint, "GET", "broken")?;
        Ok(answer.as_array().into_iter().flatten().map(ToString::to_string).collect())
    }

    /// How many calls since the watch began may have changed something.
    pub fn changes(&self) -> Result<u64, Box<dyn Error>> {
        ask(&self.endpoint, "GET", "changes")?.as_u64().ok_or_else(|| "the simulator does not count".into())
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        // It ends with the simulator at the latest.
        let _ = ask(&self.endpoint, "POST", "end");
    }
}

/// What service.py answers besides AWS.
fn ask(endpoint: &str, method: &str, what: &str) -> Result<serde_json::Value, Box<dyn Error>> {
    let address = endpoint.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(60)))?;
    write!(stream, "{method} /simulator/{what} HTTP/1.0\r\nHost: {address}\r\nContent-Length: 0\r\n\r\n")?;
    let mut answer = Vec::new();
    let mut chunk = [0; 4096];
    // By its length: a copy holds the connection of the call that has made it.
    loop {
        let read = stream.read(&mut chunk)?;
        answer.extend_from_slice(&chunk[..read]);
        let text = String::from_utf8_lossy(&answer);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse().ok());
            if length.is_some_and(|length: usize| body.len() >= length) {
                return Ok(serde_json::from_str(body)?);
            }
        }
        if read == 0 {
            return Err(format!("the simulator does not answer to {what}: {text}").into());
        }
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        // It may have ended already; then there is nothing to do.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

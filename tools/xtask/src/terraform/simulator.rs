//! The local AWS: a moto server on a free port of this machine, gone when the proof ends.

use std::{
    error::Error,
    fs::File,
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

impl Drop for Simulator {
    fn drop(&mut self) {
        // It may have ended already; then there is nothing to do.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

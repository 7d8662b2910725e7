//! The [Lambda Runtime API](https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html) on 127.0.0.1 for one
//! function's process: what Lambda does to a function, without Lambda. For tests and benchmarks.
//!
//! ```no_run
//! # async fn f() -> Result<(), Box<dyn std::error::Error>> {
//! use private_api_runtime::{Function, environment};
//!
//! let mut command = tokio::process::Command::new("target/release/orders-lambda");
//! command.env_clear().envs(environment("getOrder")).env("DYNAMODB_TABLE_NAME", "ordersTable");
//! let mut function = Function::start(command).await?;
//! let answer = function.invoke(br#"{"httpMethod":"GET"}"#.to_vec()).await?;
//! # Ok(()) }
//! ```
//!
//! One event at a time, as Lambda does it. What it leaves out: the init's and the invocation's time limits, freezing
//! between invocations, response streaming, extensions.

mod runtime_api;
mod tls_front;

use std::{
    fs, io,
    process::{ExitStatus, Stdio},
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use tokio::{
    io::{AsyncRead, AsyncReadExt},
    net::TcpListener,
    process::{Child, Command},
    sync::{Notify, OnceCell, mpsc},
    task::JoinHandle,
};

pub use tls_front::TlsFront;

/// What a function sent back for an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Its result.
    Response(Bytes),
    /// It reported an error: its handler's, or (before any event) its init's.
    Error(Bytes),
}

/// An event, and how long after it is taken its deadline lies.
struct Event {
    json: Bytes,
    limit: Duration,
}

/// So long that no deadline comes near.
const LONG: Duration = Duration::from_secs(24 * 60 * 60);

/// A function's process and its Runtime API. The process ends when this is dropped.
pub struct Function {
    child: Child,
    events: mpsc::UnboundedSender<Event>,
    answers: mpsc::UnboundedReceiver<Answer>,
    ready: Arc<Notify>,
    server: JoinHandle<()>,
    streams: JoinHandle<io::Result<Vec<u8>>>,
    log: OnceCell<String>,
}

impl Function {
    /// Starts `command` with `AWS_LAMBDA_RUNTIME_API` added to its environment. What it writes is kept, as Lambda keeps
    /// it in its log: see [`Function::log`].
    ///
    /// # Errors
    /// When no port is free or the program does not start.
    pub async fn start(mut command: Command) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        command
            .env("AWS_LAMBDA_RUNTIME_API", listener.local_addr()?.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        let (events, pending) = mpsc::unbounded_channel();
        let (answered, answers) = mpsc::unbounded_channel();
        let ready = Arc::new(Notify::new());
        let server = tokio::spawn(runtime_api::serve(listener, pending, answered, ready.clone()));
        let mut child = command.spawn()?;
        let (output, errors) = (read(child.stdout.take()), read(child.stderr.take()));
        let streams = tokio::spawn(async {
            let (mut output, errors) = tokio::try_join!(output, errors)?;
            output.extend(errors);
            Ok(output)
        });
        Ok(Self { child, events, answers, ready, server, streams, log: OnceCell::new() })
    }

    /// Waits until its init is done, which is when it asks for its first event. Only before the first event.
    ///
    /// # Errors
    /// When the process has ended or ends before: says how, with its log.
    pub async fn ready(&mut self) -> io::Result<()> {
        tokio::select! {
            () = self.ready.notified() => Ok(()),
            status = self.child.wait() => Err(self.ended(status?).await),
        }
    }

    /// Invokes it with an event and waits for the answer.
    ///
    /// # Errors
    /// When the process has ended or ends before it answers: says how, with its log.
    pub async fn invoke(&mut self, event: impl Into<Bytes>) -> io::Result<Answer> {
        self.invoke_within(event, LONG).await
    }

    /// As [`invoke`](Self::invoke), with a deadline that lies `limit` after the moment at which it takes the event. What
    /// Lambda does then is not done: whoever waits can see how late the answer comes.
    ///
    /// # Errors
    /// As [`invoke`](Self::invoke).
    pub async fn invoke_within(&mut self, event: impl Into<Bytes>, limit: Duration) -> io::Result<Answer> {
        let event = Event { json: event.into(), limit };
        self.events.send(event).map_err(|_| io::Error::other("the Runtime API has stopped"))?;
        tokio::select! {
            answer = self.answers.recv() => answer.ok_or_else(|| io::Error::other("the Runtime API has stopped")),
            status = self.child.wait() => Err(self.ended(status?).await),
        }
    }

    /// Waits until it has ended by itself, and says how.
    ///
    /// # Errors
    /// When the system cannot tell.
    pub async fn ended_by_itself(&mut self) -> io::Result<ExitStatus> {
        self.child.wait().await
    }

    /// The most memory it has held so far, in bytes; `None` where the system does not say (it is Linux's `VmHWM`).
    #[must_use]
    pub fn peak_memory(&self) -> Option<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()?)).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        let kib: u64 = line.trim().strip_suffix(" kB")?.trim().parse().ok()?;
        Some(kib * 1024)
    }

    /// Ends the process, if it has not ended by itself, and gives what Lambda would have put into its log: what it wrote
    /// to standard output, and after that what it wrote to standard error.
    ///
    /// # Errors
    /// When the process cannot be ended or its output not be read.
    pub async fn log(mut self) -> io::Result<String> {
        if self.child.id().is_some() {
            self.child.kill().await?;
        }
        self.written().await.cloned()
    }

    async fn ended(&mut self, status: ExitStatus) -> io::Error {
        let log = self.written().await.map_or_else(|e| format!("it cannot be read: {e}"), Clone::clone);
        io::Error::other(format!("the function has ended: {status}; its log: {log}"))
    }

    /// All that it wrote, once it has ended.
    async fn written(&mut self) -> io::Result<&String> {
        let Self { streams, log, .. } = self;
        log.get_or_try_init(|| async { Ok(String::from_utf8_lossy(&streams.await??).into_owned()) }).await
    }
}

/// All of a stream, as it comes: a function whose log nobody reads stops when the pipe is full.
async fn read(stream: Option<impl AsyncRead + Unpin>) -> io::Result<Vec<u8>> {
    let mut all = Vec::new();
    if let Some(mut stream) = stream {
        stream.read_to_end(&mut all).await?;
    }
    Ok(all)
}

impl Drop for Function {
    fn drop(&mut self) {
        self.server.abort();
        self.streams.abort();
    }
}

/// The environment that Lambda gives a function of this handler string, with made-up credentials.
#[must_use]
pub fn environment(handler: &str) -> Vec<(&'static str, String)> {
    [
        ("_HANDLER", handler),
        ("AWS_REGION", "eu-central-1"),
        ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
        ("AWS_SESSION_TOKEN", "token"),
        ("AWS_LAMBDA_FUNCTION_NAME", handler),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/function"),
        ("AWS_LAMBDA_LOG_STREAM_NAME", "stream"),
        ("AWS_LAMBDA_HTTP_IGNORE_STAGE_IN_PATH", "true"),
    ]
    .map(|(name, value)| (name, value.to_owned()))
    .to_vec()
}

//! Namespaces and what runs in them, by the programs `ip` and `nft`.

pub mod packet_faults;
pub mod resolvers;
pub mod topology;

use std::{
    env,
    error::Error,
    fs::File,
    io::{BufRead, BufReader, Write},
    os::unix::process::CommandExt,
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

pub type Done<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

/// What this process has started and not yet ended.
static CHILDREN: Mutex<Vec<Child>> = Mutex::new(Vec::new());

/// Ends what this process has started, and waits for its end.
pub fn end_children() {
    let mut children = CHILDREN.lock().unwrap_or_else(PoisonError::into_inner);
    for mut child in children.drain(..) {
        // One that has ended by itself is as good.
        let _ = child.kill();
        let _ = child.wait();
    }
}

/// Set by Ctrl-C: nothing new is started.
pub static STOPPED: AtomicBool = AtomicBool::new(false);

/// Runs a command to its end; its output, or what it complained about.
pub fn run(program: &str, arguments: &[&str]) -> Done<String> {
    if STOPPED.load(Ordering::Relaxed) {
        return Err("stopped".into());
    }
    run_always(program, arguments, "")
}

/// As [`run`], also while the lab is being stopped; `input` goes to the command.
pub fn run_always(program: &str, arguments: &[&str], input: &str) -> Done<String> {
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        // Ctrl-C is for us, not for what we use to clean up.
        .process_group(0)
        .spawn()
        .map_err(|e| format!("{program} does not start: {e}"))?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(input.as_bytes())?;
    }
    let output = child.wait_with_output()?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let complaint = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(format!("{program} {}: {complaint}", arguments.join(" ")).into())
}

/// `ip` inside a namespace, a line of arguments each.
pub fn ip(namespace: &str, lines: &str) -> Done {
    lines.lines().try_for_each(|line| {
        let arguments: Vec<_> = ["-n", namespace].into_iter().chain(line.split_whitespace()).collect();
        run("ip", &arguments).map(drop)
    })
}

/// Loads nftables rules inside a namespace.
pub fn nft(namespace: &str, rules: &str) -> Done {
    run_always("ip", &["netns", "exec", namespace, "nft", "-f", "-"], rules).map(drop)
}

/// A command that will run inside a namespace, without the caller's settings.
pub fn inside(namespace: &str, program: &Path) -> Command {
    let mut command = Command::new("ip");
    // In a group of its own, so that Ctrl-C reaches the lab alone, which then ends the rest in order.
    command.args(["netns", "exec", namespace]).arg(program).process_group(0).stdin(Stdio::null());
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CLAIMS_") || text.starts_with("AWS_") {
            command.env_remove(&name);
        }
    }
    command
}

/// Starts a server of ours inside a namespace and waits until it says that it serves. It ends with its namespace.
pub fn serve(namespace: &str, arguments: [&Path; 2], log: &Path) -> Done {
    let mut command = inside(namespace, &env::current_exe()?);
    command.arg("serve").args(arguments).stdout(Stdio::piped()).stderr(File::create(log)?);
    let stdout = start(&mut command)?.ok_or("a server without output")?;
    let mut line = String::new();
    BufReader::new(stdout).read_line(&mut line)?;
    if line.trim() == "ready" {
        return Ok(());
    }
    Err(format!("the server in {namespace} did not start: see {}", log.display()).into())
}

/// Starts a program that ends with its namespace; its output, if that is piped.
pub fn start(command: &mut Command) -> Done<Option<ChildStdout>> {
    let mut child = command.spawn()?;
    let stdout = child.stdout.take();
    CHILDREN.lock().unwrap_or_else(PoisonError::into_inner).push(child);
    Ok(stdout)
}

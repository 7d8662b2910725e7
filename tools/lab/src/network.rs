//! Namespaces and what runs in them, by the programs `ip` and `nft`.

pub mod faults;
pub mod names;
pub mod topology;

use std::{
    collections::BTreeMap,
    error::Error,
    fs::File,
    io::{BufRead, BufReader, Write},
    os::unix::process::CommandExt,
    path::Path,
    process::{Child, Command, Stdio},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

pub type Done = Result<(), Box<dyn Error>>;

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

fn keep(child: Child) {
    CHILDREN.lock().unwrap_or_else(PoisonError::into_inner).push(child);
}

/// Set by Ctrl-C: nothing new is started.
pub static STOPPED: AtomicBool = AtomicBool::new(false);

/// Runs a command to its end; its output, or what it complained about.
pub fn run(program: &str, arguments: &[&str]) -> Result<String, Box<dyn Error>> {
    if STOPPED.load(Ordering::Relaxed) {
        return Err("stopped".into());
    }
    run_always(program, arguments, "")
}

/// As [`run`], also while the lab is being stopped; `input` goes to the command.
pub fn run_always(program: &str, arguments: &[&str], input: &str) -> Result<String, Box<dyn Error>> {
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
pub fn ip(namespace: &str, lines: &[String]) -> Done {
    for line in lines {
        let mut arguments = vec!["-n", namespace];
        arguments.extend(line.split_whitespace());
        run("ip", &arguments)?;
    }
    Ok(())
}

/// Loads nftables rules inside a namespace.
pub fn nft(namespace: &str, rules: &str) -> Done {
    run_always("ip", &["netns", "exec", namespace, "nft", "-f", "-"], rules).map(drop)
}

/// A command that will run inside a namespace.
pub fn inside(namespace: &str, program: &Path, arguments: &[&str], environment: &BTreeMap<String, String>) -> Command {
    let mut command = Command::new("ip");
    // In a group of its own, so that Ctrl-C reaches the lab alone, which then ends the rest in order.
    command.args(["netns", "exec", namespace]).arg(program).args(arguments).process_group(0);
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CLAIMS_") || text.starts_with("AWS_") {
            command.env_remove(&name);
        }
    }
    command.envs(environment);
    command
}

/// Starts a server of ours inside a namespace and waits until it says that it serves. It ends with its namespace.
pub fn serve(namespace: &str, arguments: &[&str], log: &Path) -> Done {
    let this_program = std::env::current_exe()?;
    let mut child = inside(namespace, &this_program, arguments, &BTreeMap::new())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(File::create(log)?)
        .spawn()?;
    let stdout = child.stdout.take();
    keep(child);
    let stdout = stdout.ok_or("a server without output")?;
    let mut line = String::new();
    BufReader::new(stdout).read_line(&mut line)?;
    if line.trim() == "ready" {
        return Ok(());
    }
    Err(format!("{} in {namespace} did not start: see {}", arguments.join(" "), log.display()).into())
}

/// Starts a program that does not say when it is ready; a namespace's end is also its end.
pub fn start(namespace: &str, program: &str, arguments: &[&str], log: &Path) -> Done {
    let output = File::create(log)?;
    let mut command = inside(namespace, Path::new(program), arguments, &BTreeMap::new());
    keep(command.stdin(Stdio::null()).stdout(output.try_clone()?).stderr(output).spawn()?);
    Ok(())
}

//! `cargo xtask lab`: plans the network with Terraform, builds `tools/lab/`, and hands over to it.

use std::{
    error::Error,
    fs,
    path::{Path, PathBuf},
    process::{self, Command},
    time::Duration,
};

use serde_json::{Value, json};

use crate::{
    process::{build_as_tested, find, root, run_logged},
    terraform::workspace::Workspace,
};

/// What the lab is made of.
pub const PROGRAMS: &[&[&str]] = &[&["ip"], &["ss"], &["dnsmasq"], &["nft"]];

/// What to do with it.
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// Builds a lab, says who is where, and leaves it standing
    Up,
    /// Builds a lab, proves everything in it, takes it down
    Test,
    /// Takes a lab down
    Down {
        /// Its id [default: all labs]
        id: Option<String>,
    },
}

/// Builds what is needed and becomes the lab's own program, so that Ctrl-C is that program's to handle.
pub fn run(args: &Args) -> Result<(), Box<dyn Error>> {
    if let Some(why) = hindrance() {
        return Err(why.into());
    }
    let built = build_as_tested(&["claims-lab", "claims"])?;
    let mut lab = Command::new(built.join("claims-lab"));
    match &args.what {
        What::Down { id } => {
            lab.arg("down").args(id);
        }
        What::Up => with_the_design(lab.arg("up"))?,
        What::Test => with_the_design(lab.arg("test").arg("--examples").arg(built))?,
    }
    become_it(lab)
}

/// Why there can be no lab here, if there can be none.
pub fn hindrance() -> Option<String> {
    if !cfg!(target_os = "linux") {
        return Some("the lab is made of Linux network namespaces: run it on Linux, as root".to_owned());
    }
    if !is_root() {
        return Some("the lab makes network namespaces: run it as root".to_owned());
    }
    if let Some(group) = PROGRAMS.iter().find(|group| !group.iter().any(|program| find(program).is_some())) {
        let packages = "apt-get install dnsmasq-base iproute2 nftables";
        return Some(format!("the lab needs {}, which is not on the path ({packages})", group.join(" or ")));
    }
    // Root in a container may not be root enough.
    let name = format!("claims-try-{}", process::id());
    let netns = |verb: &str| Command::new("ip").args(["netns", verb, &name]).output();
    match netns("add") {
        Ok(made) if made.status.success() => netns("delete").err().map(|e| e.to_string()),
        Ok(made) => {
            let complaint = String::from_utf8_lossy(&made.stderr).trim().to_owned();
            Some(format!("this root may not make network namespaces: {complaint}"))
        }
        Err(e) => Some(format!("ip does not start: {e}")),
    }
}

/// The plan of part 2; where there is no Terraform, the lab reads the files themselves.
fn with_the_design(lab: &mut Command) -> Result<(), Box<dyn Error>> {
    lab.arg("--terraform").arg(root().join("terraform"));
    if find("terraform").is_none() {
        eprintln!(
            "NO PLAN: terraform is not on the path; the lab is built from the values in terraform/*.tf* as they stand"
        );
        return Ok(());
    }
    // A folder of its own: two labs may plan at once.
    let base = root().join(format!("target/lab/{}", process::id()));
    let planned = plan(&base);
    // Only the provider's plugin cache and the copy of the configuration.
    let _ = fs::remove_dir_all(base.join("work"));
    lab.arg("--plan").arg(planned?);
    Ok(())
}

fn plan(base: &Path) -> Result<PathBuf, Box<dyn Error>> {
    let workspace = Workspace::prepare(base.to_path_buf(), &root().join("terraform/tests/package.stand-in"), None)?;
    fs::copy(root().join("tools/lab/plan.tftest.hcl"), workspace.folder().join("tests/lab.tftest.hcl"))?;
    let log = base.join("init.log");
    if !run_logged(&mut workspace.terraform(&["init"]), &log, Duration::from_secs(300))?.success() {
        return Err(format!("terraform init failed:\n{}", fs::read_to_string(log)?).into());
    }
    let test = ["test", "-json", "-verbose", "-var-file=part-2.tfvars", "-filter=tests/lab.tftest.hcl"];
    let log = base.join("plan.log");
    let planned = run_logged(&mut workspace.terraform(&test), &log, Duration::from_secs(300))?.success();
    let messages: Vec<Value> =
        fs::read_to_string(&log)?.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let plan = messages.iter().find_map(|message| message.get("test_plan"));
    let Some(plan) = plan.filter(|_| planned) else {
        let complaints = messages.iter().filter_map(|message| message["diagnostic"]["summary"].as_str());
        return Err(format!("terraform cannot plan: {}", complaints.collect::<Vec<_>>().join("; ")).into());
    };
    let file = base.join("plan.json");
    // The rest is the provider's schema, a hundred times as long.
    let kept = json!({ "resource_changes": plan["resource_changes"], "output_changes": plan["output_changes"] });
    fs::write(&file, kept.to_string())?;
    fs::remove_file(&log)?;
    Ok(file)
}

#[cfg(target_os = "linux")]
fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    fs::metadata("/proc/self").is_ok_and(|this| this.uid() == 0)
}

#[cfg(not(target_os = "linux"))]
fn is_root() -> bool {
    false
}

#[cfg(unix)]
fn become_it(mut lab: Command) -> Result<(), Box<dyn Error>> {
    use std::os::unix::process::CommandExt;
    Err(lab.exec().into())
}

#[cfg(not(unix))]
fn become_it(mut lab: Command) -> Result<(), Box<dyn Error>> {
    run_shown(&mut lab)
}

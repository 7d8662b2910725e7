//! `cargo xtask lab`: plans the network with Terraform, builds `tools/lab/`, and hands over to it.

use std::{
    error::Error,
    fs,
    path::{Path, PathBuf},
    process::{self, Command},
    time::Duration,
};

use claims_api_types::Operation;
use serde_json::{Value, json};

use crate::{
    ci::absent,
    process::{build_as_tested, root, run_logged, target},
    terraform::workspace::Workspace,
};

/// What to do with it.
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
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
    match &args.action {
        Action::Down { id } => lab.arg("down").args(id),
        Action::Up => lab.arg("up").arg(plan()?),
        Action::Test => lab.arg("test").arg(plan()?).arg(built.join("claims")),
    };
    become_it(lab)
}

/// Why there can be no lab here, if there can be none.
pub fn hindrance() -> Option<String> {
    if !cfg!(target_os = "linux") {
        return Some("the lab is made of Linux network namespaces: run it on Linux, as root".to_owned());
    }
    for program in ["ip", "ss", "dnsmasq", "nft"] {
        if let Some(why) = absent(&[program]) {
            return Some(format!("{why}: the lab is made of it (apt-get install dnsmasq-base iproute2 nftables)"));
        }
    }
    if let Some(why) = absent(&["terraform"]) {
        let place = "1.11 or newer: developer.hashicorp.com/terraform/install";
        return Some(format!("{why}: the lab is built from its plan ({place})"));
    }
    // Root in a container may not be root enough.
    let name = format!("claims-try-{}", process::id());
    let netns = |verb: &str| Command::new("ip").args(["netns", verb, &name]).output();
    match netns("add") {
        Ok(made) if made.status.success() => netns("delete").err().map(|e| e.to_string()),
        Ok(made) => {
            let complaint = String::from_utf8_lossy(&made.stderr).trim().to_owned();
            Some(format!("the lab makes network namespaces, which takes root's rights: {complaint}"))
        }
        Err(e) => Some(format!("ip does not start: {e}")),
    }
}

/// The plan of part 2, as a file.
fn plan() -> Result<PathBuf, Box<dyn Error>> {
    // A folder of its own: two labs may plan at once.
    let base = target().join("lab").join(process::id().to_string());
    let planned = plan_in(&base);
    // Only the provider's plugin cache and the copy of the configuration.
    let _ = fs::remove_dir_all(base.join("work"));
    planned
}

fn plan_in(base: &Path) -> Result<PathBuf, Box<dyn Error>> {
    let workspace = Workspace::prepare(base.to_path_buf(), &root().join("terraform/tests/package.stand-in"), None)?;
    fs::write(workspace.folder().join("tests/lab.tftest.hcl"), test_file()?)?;
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

/// The committed file, and for each operation an ARN to quote: without one the resource policy, which
/// carries the document's hash, would be unknown until apply.
fn test_file() -> Result<String, Box<dyn Error>> {
    let mut text = fs::read_to_string(root().join("tools/lab/plan.tftest.hcl"))?;
    for id in Operation::ALL.iter().map(|operation| operation.id()) {
        text += &format!(
            "\noverride_resource {{\n  target          = module.function[\"{id}\"].aws_lambda_function.this\n  \
             override_during = plan\n  values          = {{ invoke_arn = \"invoke-arn-of-{id}\" }}\n}}\n"
        );
    }
    Ok(text)
}

#[cfg(unix)]
fn become_it(mut lab: Command) -> Result<(), Box<dyn Error>> {
    use std::os::unix::process::CommandExt;
    Err(lab.exec().into())
}

#[cfg(not(unix))]
fn become_it(mut lab: Command) -> Result<(), Box<dyn Error>> {
    crate::process::run_shown(&mut lab)
}

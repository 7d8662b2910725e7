//! `cargo xtask terraform`: the proof of `terraform/`, from formatting to an apply and destroy on a local AWS.
//!
//! Two lanes at once: what only reads the configuration, and what needs the simulator. Offline but for the first
//! installation of the tools from PyPI.

mod chain;
mod changes;
mod permissions;
mod released;
mod simulator;
mod steps;
mod tables;
pub mod workspace;

use std::{
    error::Error,
    fs,
    path::{Path, PathBuf},
    process::Command,
    thread,
    time::Duration,
};

use self::{changes::Sample, simulator::Simulator, steps::Steps, workspace::Workspace};
use crate::{
    package, policies,
    process::{root, run_shown},
    python::Venv,
    tools::Tools,
};

/// Plays AWS; terraform/tests/simulator/server.py corrects it.
pub const MOTO: &str = "moto";
const CHECKOV: &str = "checkov";

/// Everything that an apply of part 2 needs beside its variables file.
const PART_2: &str = "-var-file=part-2.tfvars";

/// So that it can be destroyed.
const UNPROTECTED: &str = "-var=deletion_protection=false";

/// A further endpoint of another VPC, as terraform/tests/callers/api.js knows it.
const ANOTHER_ENDPOINT: &str = "-var=additional_endpoint_ids=[\"vpce-0fedcba9876543210\"]";

/// Who may do what, as terraform/tests/callers/api.js knows them.
const CALLERS: &str = "-var=callers_file=tests/callers.json";

/// The simulator's region has no logging role: this deployment brings it.
const OWN_LOGGING_ROLE: &str = "-var=manage_api_gateway_account=true";

/// What to prove.
#[derive(clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Args {
    #[command(subcommand)]
    part: Option<Part>,
    /// Lambda package to deploy [default: target/lambda/claims-lambda.zip; if it is missing, one that is not optimised]
    #[arg(long)]
    zip: Option<PathBuf>,
    /// Folder that holds registry.terraform.io/hashicorp/aws [default: searched for, else the registry]
    #[arg(long)]
    provider_mirror: Option<PathBuf>,
    /// Rewrite terraform/tests/permissions.txt from the plan; reasons are kept
    #[arg(long)]
    bless: bool,
}

#[derive(clap::Subcommand)]
enum Part {
    /// What every change does to a running deployment, from every mode: whole or refused, and the service stands (hours)
    Changes(changes::Args),
}

/// Runs every step, prints them with their times, and fails if one failed.
pub fn run(args: &Args) -> Result<(), Box<dyn Error>> {
    if let Some(Part::Changes(args)) = &args.part {
        return changes::run(args);
    }
    let zip = match &args.zip {
        Some(zip) => fs::canonicalize(zip).map_err(|why| format!("{}: {why}", zip.display()))?,
        None => package::any_zip()?,
    };
    let tools = Installed {
        moto: Venv::with(MOTO)?,
        checkov: Venv::with(CHECKOV)?,
        callers: Tools::ready(&root().join("terraform/tests/callers"))?,
    };
    let workspace = Workspace::prepare(root().join("target/terraform"), &zip, args.provider_mirror.as_deref())?;
    let steps = Steps::new(workspace.logs());

    let done = prove(&steps, &workspace, &tools, &zip, args.bless);
    steps.print();
    done.map_err(Into::into)
}

/// What is not Terraform's own.
struct Installed {
    moto: Venv,
    checkov: Venv,
    /// The table of callers and the evaluator of policies.
    callers: Tools,
}

fn prove(steps: &Steps, workspace: &Workspace, tools: &Installed, zip: &Path, bless: bool) -> Result<(), String> {
    let minutes = |count: u64| Duration::from_secs(60 * count);
    // In the repository itself: the work folder is a copy.
    let mut fmt = workspace.terraform(&["fmt", "-check", "-recursive", "-diff"]);
    steps.command("fmt", minutes(1), fmt.current_dir(root().join("terraform")))?;
    steps.work("tables", || tables::are_true(&root().join("terraform/modules/claims-api"), bless))?;
    steps.command("init", minutes(5), &mut workspace.terraform(&["init"]))?;

    thread::scope(|scope| {
        let reading = scope.spawn(|| {
            steps.command("validate", minutes(2), &mut workspace.terraform(&["validate"]))?;
            steps.work("create before destroy", || chain::is_free_of_names(workspace))?;
            steps.command("test", minutes(15), &mut workspace.terraform(&["test"]))?;
            let mut scan = Command::new(tools.checkov.program("checkov"));
            scan.args(["--directory", ".", "--framework", "terraform", "--compact", "--quiet", "--skip-download"]);
            scan.args(["--skip-path", "tests"]);
            steps.command("checkov", minutes(10), scan.current_dir(workspace.folder()))
        });
        let applying = apply_and_destroy(steps, workspace, tools, zip, bless);
        let reading = reading.join().unwrap_or_else(|_| Err("the lane of test and checkov panicked".to_owned()));
        reading.and(applying)
    })
}

/// Apply, look at what landed from three sides, destroy.
fn apply_and_destroy(
    steps: &Steps,
    workspace: &Workspace,
    tools: &Installed,
    zip: &Path,
    bless: bool,
) -> Result<(), String> {
    let minutes = |count: u64| Duration::from_secs(60 * count);
    let moto = &tools.moto;
    let simulator = steps.work("simulator", || Simulator::start(moto, &workspace.logs()))?;
    let terraform = |args: &[&str]| simulator.terraform(workspace, args);
    let read_back = |args: &[&Path]| {
        let mut command = simulator.python(moto);
        command.arg(root().join("terraform/tests/simulator/read_back.py")).args(args);
        command
    };

    steps.command("apply", minutes(5), &mut terraform(&["apply", "-auto-approve", PART_2, OWN_LOGGING_ROLE]))?;
    // 0: nothing to change. 2, a difference, counts as failure.
    let second = &["plan", "-detailed-exitcode", "-out=second.tfplan", PART_2, OWN_LOGGING_ROLE];
    steps.command("second plan is empty", minutes(3), &mut terraform(second))?;
    let plan = steps.work("permissions", || {
        let plan = workspace.json(terraform(&["show", "-json", "second.tfplan"]))?;
        permissions::check(&plan, &root().join("terraform/tests/permissions.txt"), bless)?;
        Ok(plan)
    })?;
    who_gets_in(steps, workspace, tools, "who gets in", &plan["prior_state"])?;
    let outputs = workspace.folder().join("outputs.json");
    steps.work("outputs", || {
        let json = workspace.json(terraform(&["output", "-json"]))?;
        fs::write(&outputs, json.to_string()).map_err(Into::into)
    })?;
    let log = steps.command("read back", minutes(3), &mut read_back(&[Path::new("landed"), &outputs, zip]))?;
    steps.remember_gaps(&log);
    steps.remember_gaps(&workspace.logs().join(simulator::LOG));
    steps.work("a sample of changes", || Sample::run(workspace, &simulator, "part-2-resolver"))?;
    steps.work("from 0.1.0", || released::plans_to_no_loss(workspace, &simulator))?;
    // Body and policy change together: both must be deployed, and the policy must outlive the new body.
    let signed = &[
        "apply",
        "-auto-approve",
        PART_2,
        OWN_LOGGING_ROLE,
        "-var=authorization=AWS_IAM",
        ANOTHER_ENDPOINT,
        CALLERS,
        UNPROTECTED,
    ];
    steps.command("apply with IAM", minutes(5), &mut terraform(signed))?;
    steps.command("read back with IAM", minutes(1), &mut read_back(&[Path::new("signed"), &outputs]))?;
    let state = steps.work("state with IAM", || workspace.json(terraform(&["show", "-json"])))?;
    who_gets_in(steps, workspace, tools, "who gets in with IAM", &state)?;
    steps.work("policies", || policies::compare(&tools.callers, workspace.folder(), 500, 1))?;
    steps.command("destroy", minutes(5), &mut terraform(&["destroy", "-auto-approve", PART_2, UNPROTECTED]))?;
    steps.command("nothing is left", minutes(1), &mut read_back(&[Path::new("gone")]))?;
    Ok(())
}

/// Every caller of the tables against the policies as applied.
fn who_gets_in(
    steps: &Steps,
    workspace: &Workspace,
    tools: &Installed,
    name: &str,
    state: &serde_json::Value,
) -> Result<(), String> {
    let file = workspace.folder().join(format!("{}.json", name.replace(' ', "-")));
    fs::write(&file, state.to_string()).map_err(|why| format!("{}: {why}", file.display()))?;
    let log =
        steps.command(name, Duration::from_secs(120), tools.callers.command("node").arg("evaluate.js").arg(&file))?;
    eprint!("{}", fs::read_to_string(log).unwrap_or_default());
    // The twin's evaluator on the same rows, and the twin itself as this deployment.
    steps.work(&format!("{name}, by ours"), || policies::answers_rows(&tools.callers, &file))?;
    steps.work(&format!("{name}, over HTTP"), || {
        let mut test = Command::new("cargo");
        // All of that name, so that what was built with the workspace's features is not built anew.
        test.args(["test", "--quiet", "--workspace", "--test", "all", "deployment::"]);
        run_shown(test.env("CLAIMS_TEST_STATE", &file).current_dir(root()))
    })
}

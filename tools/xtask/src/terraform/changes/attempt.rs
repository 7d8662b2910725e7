//! One change on a copy of the deployment, and what came of it.

use std::{
    error::Error,
    fmt, fs,
    path::PathBuf,
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant},
};

use serde_json::Value;

use super::{
    cases::{Case, Kind},
    modes::Mode,
    scratch,
};
use crate::{
    process::{root, run_logged},
    python::Venv,
    terraform::{
        MOTO,
        simulator::{Copy, Simulator},
        workspace::Workspace,
    },
};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Whatever takes longer is a resource that never goes.
const LIMIT: Duration = Duration::from_secs(600);
/// Refusals that say why, as Terraform heads them.
const REASONS: [&str; 3] = [
    "Error: Resource postcondition failed",
    "Error: Resource precondition failed",
    "Error: Invalid value for variable",
];
/// What holds claims, what they are read with, and who did what.
const STATEFUL: [&str; 2] = ["aws_dynamodb_table", "aws_kms_key"];
/// Not a resource of AWS's: memory of protection.tf, by which it tells a replacement.
const MEMORY: [&str; 2] = ["module.claims.terraform_data.since[", "module.claims.terraform_data.kept["];

/// A deployment that changes start from.
pub struct Base<'a> {
    workspace: &'a Workspace,
    simulator: &'a Simulator,
    mode: &'a Mode,
    state: PathBuf,
    count: AtomicUsize,
}

/// What came of a change.
pub struct Attempt {
    pub case: Case,
    pub outcome: Outcome,
    pub time: Duration,
}

pub enum Outcome {
    /// By `plan`, with the first words of the reason.
    Refused(String),
    /// Made, with nothing left to do and the service standing throughout.
    Applied,
    /// Neither whole nor refused.
    Wrong(String),
    /// There was no time.
    LeftOut,
}

impl<'a> Base<'a> {
    /// Applies the mode; its state lies apart from the workspace's own.
    pub fn applied(workspace: &'a Workspace, simulator: &'a Simulator, mode: &'a Mode) -> Result<Self> {
        let folder = scratch(workspace, "base")?;
        step(&folder, "init", &mut workspace.terraform(&["init"]))?;
        let state = folder.join("terraform.tfstate");
        if state.exists() {
            fs::remove_file(&state)?;
        }
        prepare_values(workspace)?;
        let base = Self { workspace, simulator, mode, state, count: AtomicUsize::new(0) };
        let at = At { base: &base, copy: None, state: base.state.clone(), folder };
        at.run("apply", &["apply", "-auto-approve"], &mode.options())?;
        Ok(base)
    }

    /// A deployment that is there already.
    pub fn found(workspace: &'a Workspace, simulator: &'a Simulator, mode: &'a Mode) -> Result<Self> {
        prepare_values(workspace)?;
        let state = workspace.folder().join("terraform.tfstate");
        Ok(Self { workspace, simulator, mode, state, count: AtomicUsize::new(0) })
    }

    /// Every address of the state that is of AWS's, or a guard.
    pub fn addresses(&self) -> Result<Vec<String>> {
        let mut list = self.simulator.terraform(self.workspace, &["state", "list"]);
        list.arg(format!("-state={}", self.state.display()));
        let output = list.output()?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
        }
        let addresses = String::from_utf8(output.stdout)?;
        let managed = addresses.lines().filter(|line| !line.starts_with("data.") && !line.contains(".data."));
        Ok(managed.filter(|line| !MEMORY.iter().any(|memory| line.starts_with(memory))).map(str::to_owned).collect())
    }

    /// Tries it on a copy; whatever is in the way is an outcome.
    pub fn attempt(&self, case: Case) -> Attempt {
        let started = Instant::now();
        let outcome = self.outcome(&case).unwrap_or_else(|why| Outcome::Wrong(why.to_string()));
        Attempt { case, outcome, time: started.elapsed() }
    }

    fn outcome(&self, case: &Case) -> Result<Outcome> {
        let folder = scratch(self.workspace, &format!("{:03}", self.count.fetch_add(1, Ordering::Relaxed)))?;
        fs::write(folder.join("what"), &case.name)?;
        let state = folder.join("terraform.tfstate");
        fs::copy(&self.state, &state)?;
        let copy = self.simulator.copy()?;
        copy.watch()?;
        let at = At { base: self, copy: Some(&copy), state, folder };
        let options = [self.mode.options(), case.options.clone()].concat();
        let outcome = match case.kind {
            Kind::Change => at.change(&options)?,
            Kind::DestroyProtected => at.destroy_protected(&options)?,
            Kind::DestroyAndAgain => at.destroy_and_again(&options)?,
            Kind::SideBySide => at.side_by_side()?,
            Kind::RestoreTable => at.restore_table(&options)?,
            Kind::GivenNetwork => at.given_network()?,
        };
        let broken = copy.broken()?;
        let watched =
            self.mode.protected && matches!(case.kind, Kind::Change | Kind::SideBySide | Kind::DestroyProtected);
        match broken.first() {
            Some(first) if watched => Ok(Outcome::Wrong(format!("down after {} calls, first {first}", broken.len()))),
            _ => Ok(outcome),
        }
    }
}

impl Attempt {
    /// Not tried.
    pub const fn left_out(case: Case) -> Self {
        Self { case, outcome: Outcome::LeftOut, time: Duration::ZERO }
    }
}

impl fmt::Display for Attempt {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mark, words) = match &self.outcome {
            Outcome::Refused(why) => ("refused", why.as_str()),
            Outcome::Applied => ("applied", ""),
            Outcome::Wrong(why) => ("WRONG  ", why.as_str()),
            Outcome::LeftOut => ("left out", ""),
        };
        write!(to, "{mark} {} ({:.0} s) {words}", self.case.name, self.time.as_secs_f64())
    }
}

/// Terraform on one copy, with a state of its own.
struct At<'a> {
    base: &'a Base<'a>,
    copy: Option<&'a Copy>,
    state: PathBuf,
    folder: PathBuf,
}

impl At<'_> {
    fn change(&self, options: &[String]) -> Result<Outcome> {
        let plan = self.folder.join("plan");
        let out = format!("-out={}", plan.display());
        // The state is as it was left a moment ago: nothing to refresh.
        if let Err(why) = self.run("plan", &["plan", "-refresh=false", &out], options) {
            let log = fs::read_to_string(self.folder.join("plan.log")).unwrap_or_default();
            return Ok(refusal(&log).map_or_else(|| Outcome::Wrong(why.to_string()), Outcome::Refused));
        }
        self.keeps_what_is_stateful(&plan)?;
        let mut apply = self.terraform(&["apply"], &[]);
        apply.arg(&plan);
        step(&self.folder, "apply", &mut apply)?;
        let after: Vec<String> = options.iter().filter(|option| !option.starts_with("-replace")).cloned().collect();
        self.nothing_to_do(&after)?;
        Ok(Outcome::Applied)
    }

    fn destroy_protected(&self, options: &[String]) -> Result<Outcome> {
        let before = self.changes()?;
        if self.run("destroy", &["destroy", "-auto-approve"], options).is_ok() {
            return Ok(Outcome::Wrong("a protected deployment was destroyed".to_owned()));
        }
        let log = fs::read_to_string(self.folder.join("destroy.log"))?;
        if self.changes()? != before {
            return Ok(Outcome::Wrong("something had gone before the refusal".to_owned()));
        }
        // Terraform itself forgets the outputs when a destroy begins; to have them back changes nothing of AWS.
        self.run("outputs", &["apply", "-auto-approve"], options)?;
        if self.changes()? != before {
            return Ok(Outcome::Wrong("the next apply had something to make good".to_owned()));
        }
        self.nothing_to_do(options)?;
        let said = log.lines().find(|line| line.contains("nothing has been destroyed"));
        Ok(said.map_or_else(|| Outcome::Wrong("without a reason".to_owned()), |line| Outcome::Refused(line.to_owned())))
    }

    fn destroy_and_again(&self, options: &[String]) -> Result<Outcome> {
        let open = [options, &["-var=deletion_protection=false".to_owned()]].concat();
        self.run("unprotect", &["apply", "-auto-approve"], &open)?;
        self.run("destroy", &["destroy", "-auto-approve"], &open)?;
        self.run("again", &["apply", "-auto-approve"], options)?;
        self.nothing_to_do(options)?;
        let log = fs::read_to_string(self.folder.join("again.log"))?;
        let taken_over =
            log.lines().filter(|line| line.contains("log_group") && line.contains("Import complete")).count();
        if taken_over < 7 {
            return Ok(Outcome::Wrong(format!("only {taken_over} log groups were left and taken over")));
        }
        Ok(Outcome::Applied)
    }

    fn side_by_side(&self) -> Result<Outcome> {
        let second = At { state: self.folder.join("second.tfstate"), folder: self.folder.clone(), ..*self };
        let options = ["-var=name=claims2".to_owned(), "-var=bastion=false".to_owned()];
        let signed = [options.as_slice(), &["-var=authorization=AWS_IAM".to_owned()]].concat();
        let open = [signed.as_slice(), &["-var=deletion_protection=false".to_owned()]].concat();
        second.run("second-apply", &["apply", "-auto-approve"], &options)?;
        second.nothing_to_do(&options)?;
        second.run("second-change", &["apply", "-auto-approve"], &signed)?;
        second.nothing_to_do(&signed)?;
        second.run("second-unprotect", &["apply", "-auto-approve"], &open)?;
        second.run("second-destroy", &["destroy", "-auto-approve"], &open)?;
        self.nothing_to_do(&self.base.mode.options())?;
        Ok(Outcome::Applied)
    }

    /// terraform/README.md, "Restore", command by command.
    fn restore_table(&self, options: &[String]) -> Result<Outcome> {
        const TABLE: &str = "module.claims.module.table.aws_dynamodb_table.this";
        const MEMORY: [&str; 2] =
            ["module.claims.terraform_data.kept[\"the table\"]", "module.claims.terraform_data.since[\"the table\"]"];
        self.restoring("begin")?;
        self.forget(&[TABLE])?;
        let restored = [options, &["-var=table_name=claims-restored".to_owned()]].concat();
        let mut import = self.terraform(&["import"], &restored);
        import.args([TABLE, "claims-restored"]);
        step(&self.folder, "import", &mut import)?;
        self.forget(&MEMORY)?;
        self.run("apply", &["apply", "-auto-approve"], &restored)?;
        self.nothing_to_do(&restored)?;
        self.restoring("check")?;
        Ok(Outcome::Applied)
    }

    fn forget(&self, addresses: &[&str]) -> Result<()> {
        step(&self.folder, "forget", self.terraform(&["state", "rm"], &[]).args(addresses))
    }

    fn restoring(&self, what: &str) -> Result<()> {
        let mut python = self.base.simulator.python(&Venv::with(MOTO)?);
        if let Some(copy) = self.copy {
            copy.environment(&mut python);
        }
        python.arg(root().join("terraform/tests/simulator/restore.py")).arg(what);
        step(&self.folder, what, &mut python)
    }

    fn given_network(&self) -> Result<Outcome> {
        let given = self.base.workspace.folder().join("tests/simulator/brought");
        step(&self.folder, "init", self.base.workspace.terraform(&["init"]).current_dir(&given))?;
        let at = At { state: self.folder.join("given.tfstate"), folder: self.folder.clone(), ..*self };
        step(&at.folder, "apply", at.terraform(&["apply", "-auto-approve"], &[]).current_dir(&given))?;
        step(&at.folder, "second", at.terraform(&["plan", "-detailed-exitcode"], &[]).current_dir(&given))?;
        Ok(Outcome::Applied)
    }

    /// No table, key or kept log group is deleted, unless the protection was off.
    fn keeps_what_is_stateful(&self, plan: &std::path::Path) -> Result<()> {
        if !self.base.mode.protected {
            return Ok(());
        }
        let mut show = self.terraform(&["show", "-json"], &[]);
        show.arg(plan);
        let plan = self.base.workspace.json(show)?;
        for change in plan["resource_changes"].as_array().into_iter().flatten() {
            let deleted =
                change["change"]["actions"].as_array().is_some_and(|all| all.iter().any(|one| one == "delete"));
            if deleted && STATEFUL.iter().any(|kind| change["type"] == *kind) {
                return Err(format!("{} would be deleted", change["address"].as_str().unwrap_or_default()).into());
            }
        }
        Ok(())
    }

    fn nothing_to_do(&self, options: &[String]) -> Result<()> {
        // 0: nothing to change. 2, a difference, counts as failure.
        self.run("second", &["plan", "-detailed-exitcode"], options).map_err(|why| {
            let log = fs::read_to_string(self.folder.join("second.log")).unwrap_or_default();
            let rest: Vec<&str> = log.lines().filter(|line| line.starts_with("  # ")).collect();
            format!(
                "the second plan is not empty: {} {}",
                rest.join(";"),
                if rest.is_empty() { why.to_string() } else { String::new() }
            )
            .into()
        })
    }

    fn changes(&self) -> Result<u64> {
        self.copy.map_or(Ok(0), Copy::changes)
    }

    fn run(&self, name: &str, command: &[&str], options: &[String]) -> Result<()> {
        step(&self.folder, name, &mut self.terraform(command, options))
    }

    fn terraform(&self, command: &[&str], options: &[String]) -> std::process::Command {
        let mut terraform = self.base.simulator.terraform(self.base.workspace, command);
        if let Some(copy) = self.copy {
            copy.environment(&mut terraform);
        }
        if command.first() != Some(&"show") {
            terraform.arg(format!("-state={}", self.state.display()));
        }
        terraform.args(options);
        terraform
    }
}

/// The reason's first words, if it is one.
fn refusal(log: &str) -> Option<String> {
    let errors: Vec<&str> = log.lines().filter(|line| line.starts_with("Error: ")).collect();
    if errors.is_empty() || errors.iter().any(|error| !REASONS.contains(error)) {
        return None;
    }
    let mut lines = log.lines().skip_while(|line| !line.starts_with("Error: "));
    lines.find(|line| line.is_empty());
    let words = lines.skip_while(|line| !starts_a_reason(line)).take_while(|line| !line.is_empty());
    Some(words.collect::<Vec<_>>().join(" "))
}

/// Not the quoted condition and its values, which are indented.
fn starts_a_reason(line: &str) -> bool {
    line.starts_with(|first: char| first.is_ascii_alphabetic())
}

fn step(folder: &std::path::Path, name: &str, command: &mut std::process::Command) -> Result<()> {
    let log = folder.join(format!("{name}.log"));
    let status = run_logged(command, &log, LIMIT)?;
    if status.success() {
        return Ok(());
    }
    let text = fs::read_to_string(&log).unwrap_or_default();
    let error = text.lines().skip_while(|line| !line.starts_with("Error: ")).filter(|line| !line.trim().is_empty());
    Err(format!("{name}: {} ({})", error.take(4).collect::<Vec<_>>().join(" "), log.display()).into())
}

/// Another document, package and folder of examples, for the variables that name files.
fn prepare_values(workspace: &Workspace) -> Result<()> {
    let folder = workspace.folder().join("changed");
    fs::create_dir_all(&folder)?;
    let document = root().join("openapi/claims.apigateway.json");
    let mut document: Value = serde_json::from_str(&fs::read_to_string(document)?)?;
    document["info"]["description"] = "changed".into();
    fs::write(folder.join("claims.json"), serde_json::to_string_pretty(&document)?)?;
    fs::write(folder.join("package.zip"), "another package")?;
    Ok(())
}

//! A few of the changes for every run of the proof: what the last commit has touched first, then others, as far as the time goes.

use std::{
    collections::BTreeSet,
    error::Error,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use sha2::{Digest, Sha256};

use super::{
    attempt::{Attempt, Base, Outcome},
    cases::{self, Case, Kind},
    each,
    modes::MODES,
};
use crate::{
    process::root,
    terraform::{simulator::Simulator, workspace::Workspace},
};

/// None is begun later. With the longest one that has begun by then, it is three minutes.
const BEGIN_WITHIN: Duration = Duration::from_secs(75);

/// Always among the first.
const ALWAYS: [&str; 2] = ["destroy while protected", "table_name = claimsTable2"];

pub struct Sample;

impl Sample {
    /// Tries them on the deployment that the workspace holds, which is of this mode.
    pub fn run(workspace: &Workspace, simulator: &Simulator, mode: &str) -> Result<(), Box<dyn Error>> {
        let ends = Instant::now() + BEGIN_WITHIN;
        let mode = MODES.iter().find(|known| known.name == mode).ok_or("no such mode")?;
        let base = Base::found(workspace, simulator, mode)?;
        let (touched, commit) = (touched_folders(), git(&["rev-parse", "HEAD"]).unwrap_or_default());
        let modules = modules(workspace.folder());
        // Those of a whole deployment take as long as everything else here.
        let mut cases: Vec<Case> = cases::of(mode, &base)?
            .into_iter()
            .filter(|case| matches!(case.kind, Kind::Change | Kind::DestroyProtected))
            .collect();
        cases.sort_by_cached_key(|case| {
            let first = !ALWAYS.contains(&case.name.as_str());
            (first, !touched.contains(&folder_of(&case.name, &modules)), order(&commit, &case.name))
        });
        let all = cases.len();
        let tried: Vec<Attempt> = each(&base, cases, 2, ends)
            .into_iter()
            .filter(|attempt| !matches!(attempt.outcome, Outcome::LeftOut))
            .collect();
        eprintln!("{} of {all} changes tried, those of {touched:?} first", tried.len());
        let wrong: Vec<String> = tried
            .iter()
            .filter(|attempt| matches!(attempt.outcome, Outcome::Wrong(_)))
            .map(ToString::to_string)
            .collect();
        if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
    }
}

/// Another order for each commit, the same for the same one.
fn order(commit: &str, name: &str) -> Vec<u8> {
    Sha256::digest(format!("{commit} {name}")).to_vec()
}

/// Folders below terraform/ with a file that is not committed yet or differs from the commit before; "." is the root module.
fn touched_folders() -> BTreeSet<String> {
    let committed = git(&["diff", "--name-only", "HEAD^", "HEAD", "--", "terraform"]).unwrap_or_default();
    let local = git(&["diff", "--name-only", "HEAD", "--", "terraform"]).unwrap_or_default();
    let files = committed.lines().chain(local.lines()).filter_map(|file| file.strip_prefix("terraform/"));
    files
        .filter(|file| Path::new(file).extension().is_some_and(|kind| kind == "tf"))
        .map(|file| file.rsplit_once('/').map_or(".", |(folder, _)| folder).to_owned())
        .collect()
}

fn git(args: &[&str]) -> Option<String> {
    let output = Command::new("git").args(args).current_dir(root()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Folder of each module by its address without keys, as `terraform init` has written it down.
fn modules(workspace: &Path) -> Vec<(String, String)> {
    let file = workspace.join(".terraform/modules/modules.json");
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let known: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
    let list = known["Modules"].as_array().cloned().unwrap_or_default();
    list.iter().filter_map(|one| Some((one["Key"].as_str()?.to_owned(), one["Dir"].as_str()?.to_owned()))).collect()
}

/// The folder whose module the change is about; a variable is of the root module.
fn folder_of(case: &str, modules: &[(String, String)]) -> String {
    let Some(address) = case.strip_prefix("replace ") else { return ".".to_owned() };
    let mut rest = address;
    let mut path = Vec::new();
    while let Some(after) = rest.strip_prefix("module.") {
        let end = after.find(['.', '[']).unwrap_or(after.len());
        path.push(&after[..end]);
        rest = after[end..]
            .split_once("].")
            .filter(|_| after[end..].starts_with('['))
            .map_or_else(|| after[end..].trim_start_matches('.'), |(_, more)| more);
    }
    let key = path.join(".");
    modules.iter().find(|(known, _)| *known == key).map_or_else(|| ".".to_owned(), |(_, folder)| folder.clone())
}

#[cfg(test)]
mod tests {
    use super::folder_of;

    #[test]
    fn a_change_belongs_to_the_folder_of_its_module() {
        let modules = [
            ("function", "modules/function"),
            ("claims", "modules/claims-api"),
            ("claims.function", "modules/function"),
            ("client_vpc.network", "modules/network"),
            ("", "."),
        ];
        let modules: Vec<_> = modules.iter().map(|(key, folder)| ((*key).to_owned(), (*folder).to_owned())).collect();
        for (change, folder) in [
            ("replace module.function[\"getClaim\"].aws_lambda_function.this", "modules/function"),
            ("replace module.client_vpc[\"client\"].module.network.aws_vpc.this", "modules/network"),
            ("replace aws_iam_role.function[\"getClaim\"]", "."),
            ("replace module.claims.module.function[\"getClaim\"].aws_lambda_function.this", "modules/function"),
            ("replace module.claims.aws_iam_role.function[\"getClaim\"]", "modules/claims-api"),
            ("stage = prod", "."),
        ] {
            assert_eq!(folder_of(change, &modules), folder, "{change}");
        }
    }
}

//! Create-before-destroy is handed on to everything that such a resource depends on, however far. Nothing with a name that can be had
//! once only may be among that: the new one would collide with the old one, or go with it.

use std::{
    collections::{BTreeMap, BTreeSet},
    error::Error,
    fs,
    path::Path,
};

use super::workspace::Workspace;

/// Types whose names are fixed here.
const NAMED: [&str; 12] = [
    "aws_api_gateway_account",
    "aws_api_gateway_stage",
    "aws_cloudwatch_log_group",
    "aws_dynamodb_table",
    "aws_iam_instance_profile",
    "aws_iam_role",
    "aws_iam_role_policy",
    "aws_kms_alias",
    "aws_lambda_function",
    "aws_lambda_permission",
    "aws_s3_bucket_policy",
    "aws_vpc_endpoint_policy",
];

/// Fails where a resource that is made before its old one goes rests on one with a fixed name.
pub fn is_free_of_names(workspace: &Workspace) -> Result<(), Box<dyn Error>> {
    let output = workspace.terraform(&["graph"]).output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
    }
    let graph = String::from_utf8(output.stdout)?;
    let edges = edges(&graph);
    let first = made_first(workspace.folder(), &edges)?;
    let mistakes: Vec<String> = first
        .iter()
        .flat_map(|from| {
            below(from, &edges).into_iter().filter(|on| is_named(on)).map(move |on| format!("{from} rests on {on}"))
        })
        .collect();
    if first.is_empty() {
        return Err("no resource with create_before_destroy is in the graph: is it still read as it is written?".into());
    }
    if mistakes.is_empty() { Ok(()) } else { Err(mistakes.join("\n").into()) }
}

/// What depends on what.
fn edges(graph: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut edges = BTreeMap::<String, BTreeSet<String>>::new();
    for line in graph.lines() {
        let mut quoted = line.split('"').skip(1).step_by(2);
        if let (Some(from), Some(to), true) = (quoted.next(), quoted.next(), line.contains("->")) {
            edges.entry(from.to_owned()).or_default().insert(to.to_owned());
        }
    }
    edges
}

/// Addresses in the graph of what says `create_before_destroy = true`: by type and name, which is wide enough.
fn made_first(folder: &Path, edges: &BTreeMap<String, BTreeSet<String>>) -> Result<BTreeSet<String>, Box<dyn Error>> {
    let mut saying = BTreeSet::new();
    for file in configuration(folder)? {
        let text = fs::read_to_string(&file)?;
        for block in text
            .split("\nresource \"")
            .skip(1)
            .filter(|block| block.split("\n}").next().is_some_and(|body| body.contains("create_before_destroy = true")))
        {
            let mut quoted = block.split('"');
            if let (Some(kind), Some(name)) = (quoted.next(), quoted.nth(1)) {
                let module = file.parent().and_then(Path::file_name).is_some_and(|folder| folder != "work");
                saying.insert((format!("{kind}.{name}"), module));
            }
        }
    }
    let is_one = |address: &&String| {
        saying.iter().any(|(resource, module)| {
            address
                .strip_suffix(resource.as_str())
                .is_some_and(|path| path.is_empty() != *module && (path.is_empty() || path.ends_with('.')))
        })
    };
    Ok(edges.keys().filter(is_one).cloned().collect())
}

fn configuration(folder: &Path) -> Result<Vec<std::path::PathBuf>, Box<dyn Error>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    folders.extend(
        fs::read_dir(folder.join("modules"))?.collect::<Result<Vec<_>, _>>()?.into_iter().map(|entry| entry.path()),
    );
    for folder in folders {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.extension().is_some_and(|kind| kind == "tf") {
                files.push(path);
            }
        }
    }
    Ok(files)
}

fn below(from: &str, edges: &BTreeMap<String, BTreeSet<String>>) -> BTreeSet<String> {
    let (mut found, mut waiting) = (BTreeSet::new(), vec![from.to_owned()]);
    while let Some(one) = waiting.pop() {
        for on in edges.get(&one).into_iter().flatten() {
            if found.insert(on.clone()) {
                waiting.push(on.clone());
            }
        }
    }
    found
}

fn is_named(address: &str) -> bool {
    !address.split('.').any(|part| part == "data") && address.split('.').any(|part| NAMED.contains(&part))
}

#[cfg(test)]
mod tests {
    use super::{below, edges, is_named};

    #[test]
    fn what_it_rests_on_is_found_however_far() {
        let edges = edges(
            "digraph G {\n  \"module.a.aws_x.this\" -> \"aws_y.z\";\n  \"aws_y.z\" -> \"aws_iam_role.r\";\n  \"aws_y.z\" [label=\"aws_y.z\"];\n}",
        );
        assert_eq!(below("module.a.aws_x.this", &edges), ["aws_iam_role.r", "aws_y.z"].map(str::to_owned).into());
        assert!(is_named("module.f.aws_iam_role.this") && !is_named("data.aws_iam_role.this"));
    }
}

//! What other people's tools say about the documents.

use std::{collections::BTreeMap, fs, path::PathBuf, process::Command};

use super::{Done, folder};
use crate::{
    process::{Server, build_as_tested, root, run_shown, target},
    python::Venv,
    terraform::MOTO,
    tools::Tools,
};

fn contract() -> Result<PathBuf, std::io::Error> {
    fs::canonicalize(folder().join("claims.openapi.json"))
}

fn full() -> Result<PathBuf, std::io::Error> {
    fs::canonicalize(folder().join("claims.openapi-3.0.json"))
}

fn import() -> Result<PathBuf, std::io::Error> {
    fs::canonicalize(folder().join("claims.apigateway.json"))
}

fn tools(name: &str) -> Result<Tools, Box<dyn std::error::Error>> {
    Tools::ready(&folder().join("tools").join(name))
}

fn local() -> Result<Server, Box<dyn std::error::Error>> {
    Server::claims_local(&build_as_tested(&["claims-local"])?)
}

/// All documents are valid, and the contract has nothing that strict rules would mind.
pub fn lint() -> Done {
    let tools = tools("lint")?;
    run_shown(tools.python("openapi-spec-validator").args([contract()?, full()?, import()?]))?;
    run_shown(tools.node("redocly").args(["lint", "--config", "redocly.yaml"]).arg(contract()?))
}

/// What `private-api-openapi` makes of its corpus is what the foreign tools take.
pub fn corpus() -> Done {
    // The workspace, as the tests before: one package alone has other features, and would be built anew.
    run_shown(
        Command::new("cargo")
            .args(["test", "--workspace", "--quiet", "--test", "it", "corpus_lowering"])
            .current_dir(root()),
    )?;
    let folder = target().join("tmp/corpus");
    // The contract itself, as 3.0.3, beside them.
    fs::copy(full()?, folder.join("contract-full.json"))?;
    let moto = Venv::with(MOTO)?;
    let script = root().join("tools/xtask/src/openapi/corpus.py");
    run_shown(Command::new(moto.program("python")).arg(script).arg(folder))
}

/// Clients that are made in seconds get through a claim's life, and the runtimes of the examples do what the vectors of
/// `contract/` say.
pub fn clients() -> Done {
    with_clients(|tools, url, readme| {
        run_shown(tools.command("node").args(["zoo.mjs", url]).arg(readme).arg("--quick"))?;
        let vectors = fs::canonicalize(root().join("contract/vectors/retry.json"))?;
        run_shown(tools.command("node").args(["vectors.js", url]).arg(&vectors))?;
        run_shown(tools.python("python").args(["vectors.py", url]).arg(&vectors))
    })
}

/// All clients of the README, and runtimes that are wrong: the vectors notice each.
pub fn zoo(only: Option<&str>, write: bool) -> Done {
    with_clients(|tools, url, readme| {
        let mut zoo = tools.command("node");
        zoo.args(["zoo.mjs", url]).arg(readme);
        zoo.args(only.map(|word| format!("--only={word}"))).args(write.then_some("--write"));
        run_shown(&mut zoo)?;
        let vectors = fs::canonicalize(root().join("contract/vectors/retry.json"))?;
        if only.is_some() { Ok(()) } else { run_shown(tools.command("node").args(["mutants.mjs", url]).arg(vectors)) }
    })
}

fn with_clients(run: impl FnOnce(&Tools, &str, PathBuf) -> Done) -> Done {
    let tools = tools("clients")?;
    // The runtimes of the examples, beside the types that they are written over, and the documents.
    let files = ["examples/typescript/exactly-once.ts", "examples/typescript/vectors.ts"];
    let more = ["examples/python/exactly_once.py", "examples/python/vectors.py"];
    let documents = ["openapi/claims.openapi.json", "openapi/claims.openapi-3.0.json"];
    for file in files.iter().chain(&more).chain(&documents) {
        let file = root().join(file);
        fs::copy(&file, tools.dir.join(file.file_name().ok_or("a file without a name")?))?;
    }
    let local = Server::claims_local_with(&build_as_tested(&["claims-local"])?, &["--faults-by-header"])?;
    run(&tools, &local.url, fs::canonicalize(folder().join("README.md"))?)
}

/// The server keeps to the contract, whatever a generator of requests thinks of. Seed and number of examples are in
/// schemathesis.toml.
pub fn conformance() -> Done {
    let tools = tools("conformance")?;
    let local = local()?;
    run_shown(tools.python("schemathesis").arg("run").arg(contract()?).args(["--checks", "all", "--url", &local.url]))?;
    let sent: BTreeMap<String, u64> = serde_json::from_slice(&fs::read(tools.dir.join("cases.json"))?)?;
    let (all, invalid) = (sent.values().sum::<u64>(), sent.get("negative").copied().unwrap_or_default());
    eprintln!("{all} requests, {invalid} of them invalid on purpose");
    if invalid * 4 < all || invalid < 200 {
        return Err("too few of the requests were invalid: nothing is shown about bad input".into());
    }
    Ok(())
}

/// The docs page renders offline, and a claim that is created through it comes back.
pub fn page(screenshot: bool) -> Done {
    let tools = tools("page")?;
    let programs = build_as_tested(&["claims-local", "claims"])?;
    let local = Server::claims_local(&programs)?;
    let origin = local.url.trim_end_matches("/dev");
    let mut check: Command = tools.command("node");
    check.args(["check.js", origin]).arg(import()?).arg(programs.join("claims"));
    if screenshot {
        let docs = root().join("docs");
        fs::create_dir_all(&docs)?;
        check.arg(fs::canonicalize(docs)?.join("docs-page.png"));
    }
    run_shown(&mut check)
}

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

/// Clients made of the contract compile under the strictest settings, get through a claim's life, and on the runtimes of the
/// examples do what the vectors of `contract/` say.
pub fn clients() -> Done {
    let tools = tools("clients")?;
    let contract = contract()?;
    // The runtimes of the examples, beside the types that they are written over.
    let examples = root().join("examples");
    for file in ["typescript/exactly-once.ts", "typescript/vectors.ts", "python/exactly_once.py", "python/vectors.py"] {
        let file = examples.join(file);
        fs::copy(&file, tools.dir.join(file.file_name().ok_or("a file without a name")?))?;
    }
    run_shown(tools.node("openapi-typescript").arg(&contract).args(["--output", "claims.ts"]))?;
    run_shown(tools.node("tsc").args(["--project", "."]))?;
    let generate = ["generate", "--meta", "none", "--overwrite", "--fail-on-warning"];
    run_shown(
        tools
            .python("openapi-python-client")
            .args(generate)
            .args(["--config", "openapi-python-client.yaml", "--output-path", "claims_client", "--path"])
            .arg(&contract),
    )?;

    let local = Server::claims_local_with(&build_as_tested(&["claims-local"])?, &["--faults-by-header"])?;
    run_shown(tools.command("node").arg("round-trip.js").arg(&local.url))?;
    run_shown(tools.python("python").arg("round_trip.py").arg(&local.url))?;
    let vectors = fs::canonicalize(root().join("contract/vectors/retry.json"))?;
    run_shown(tools.command("node").arg("vectors.js").arg(&local.url).arg(&vectors))?;
    run_shown(tools.python("python").arg("vectors.py").arg(&local.url).arg(&vectors))
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

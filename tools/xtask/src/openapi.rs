//! `cargo xtask openapi`: the three documents of `openapi/`, and everything that is checked with them.

mod document_checks;

use std::{error::Error, fs, path::PathBuf, time::Instant};

use claims_openapi::{
    compat,
    generate::{UPDATE_COMMAND, documents},
};

use crate::process::root;
use clap::{Args as ClapArgs, Subcommand};

type Done = Result<(), Box<dyn Error>>;

#[derive(ClapArgs)]
pub struct Args {
    /// Only say whether the committed documents are current
    #[arg(long)]
    check: bool,
    /// Also make the contract the blessed one: what later changes are compared with
    #[arg(long, conflicts_with = "check")]
    bless: bool,
    #[command(subcommand)]
    action: Option<Action>,
}

/// The first run of each installs pinned tools below target/; later ones need no network.
#[derive(Clone, Debug, Subcommand)]
enum Action {
    /// openapi-spec-validator on all documents, Redocly's strict rules on the contract
    Lint,
    /// Other APIs' documents, lowered: openapi-spec-validator, moto's importer with warnings fatal
    Corpus,
    /// Clients that others' generators make of the contract, against claims-local: those that are made in seconds
    Clients,
    /// All of them, and the vectors of contract/ on runtimes that are wrong
    Zoo {
        /// Only those whose heading in openapi/README.md has this word
        #[arg(long)]
        only: Option<String>,
        /// Also renew the README's table
        #[arg(long)]
        write: bool,
    },
    /// schemathesis, all checks, against claims-local
    Conformance,
    /// The docs page of claims-local in headless Chromium
    Page {
        /// Also renew docs/docs-page.png
        #[arg(long)]
        screenshot: bool,
    },
}

pub fn run(args: &Args) -> Done {
    let start = Instant::now();
    let done = match &args.action {
        None => write(args),
        Some(Action::Lint) => document_checks::lint(),
        Some(Action::Corpus) => document_checks::corpus(),
        Some(Action::Clients) => document_checks::clients(),
        Some(Action::Zoo { only, write }) => document_checks::zoo(only.as_deref(), *write),
        Some(Action::Conformance) => document_checks::conformance(),
        Some(Action::Page { screenshot }) => document_checks::page(*screenshot),
    };
    if let Some(action) = &args.action {
        eprintln!("{action:?}: {:.1} s", start.elapsed().as_secs_f64());
    }
    done
}

fn folder() -> PathBuf {
    root().join("openapi")
}

fn write(args: &Args) -> Done {
    let made = documents()?;
    let blessed = folder().join("blessed/claims.openapi.json");
    let old = serde_json::from_str(&fs::read_to_string(&blessed)?)?;
    let exceptions = folder().join("blessed/exceptions.json");
    let excepted: Vec<compat::Exception> = serde_json::from_str(&fs::read_to_string(&exceptions)?)?;
    let said = compat::may_replace_except(&old, &serde_json::from_str(&made.contract)?, &excepted)
        .map_err(|why| format!("{why}\ninfo.version is CONTRACT_VERSION in api-types/src/openapi.rs."))?;
    said.iter().for_each(|line| eprintln!("{line}"));
    for (name, text) in [
        ("claims.openapi.json", &made.contract),
        ("claims.openapi-3.0.json", &made.full),
        ("claims.apigateway.json", &made.import),
    ] {
        let file = folder().join(name);
        if fs::read_to_string(&file).is_ok_and(|committed| committed == *text) {
            eprintln!("openapi/{name} is current");
        } else if args.check {
            return Err(format!("openapi/{name} has drifted from the code: run `{UPDATE_COMMAND}`").into());
        } else {
            fs::write(&file, text)?;
            eprintln!("openapi/{name} written");
        }
    }
    if args.bless {
        fs::write(&blessed, &made.contract)?;
        // They are part of what is blessed now.
        fs::write(&exceptions, "[]\n")?;
        eprintln!("openapi/blessed/claims.openapi.json written");
    }
    Ok(())
}

//! `cargo xtask openapi`: the two documents of `openapi/`.

use std::{error::Error, fs, path::Path};

use claims_openapi::generate::{UPDATE_COMMAND, documents};

/// What to do with the documents.
#[derive(clap::Args)]
pub struct Args {
    /// Only say whether the committed documents are current
    #[arg(long)]
    check: bool,
}

/// Writes or checks both documents.
pub fn run(args: &Args) -> Result<(), Box<dyn Error>> {
    let made = documents()?;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../openapi");
    for (name, text) in [("claims.openapi.json", &made.contract), ("claims.apigateway.json", &made.import)] {
        let file = folder.join(name);
        if fs::read_to_string(&file).is_ok_and(|committed| committed == *text) {
            eprintln!("openapi/{name} is current");
        } else if args.check {
            return Err(format!("openapi/{name} has drifted from the code: run `{UPDATE_COMMAND}`").into());
        } else {
            fs::write(&file, text)?;
            eprintln!("openapi/{name} written");
        }
    }
    Ok(())
}

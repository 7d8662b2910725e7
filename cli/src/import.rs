//! `claims import`: a file of any size, each row exactly once, however often it is interrupted and run again.
//!
//! A row's key becomes its claim's id, and the API creates nothing twice under one key. So running an import again sends
//! every row again, and only those that are missing are created: nothing has to be remembered besides the file.

mod file;
mod keyed;
mod pace;
mod progress;
mod rejected;
mod send;

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use claims_client::ClaimsClient;

use super::{Failure, Format, Status, output};
use file::{Raw, Rows};
use progress::Progress;
use rejected::Rejected;

/// What to import, and how fast.
#[derive(clap::Args)]
#[command(after_help = "\
A CSV file has a heading with memberId, policyId, memberName, policyType, claimAmount and description; a JSON line has fields
of these names. claimKey, a UUIDv7, is each row's key and becomes its claim's id. Where rows have none, a copy with keys is
written beside the file (claims.keyed.csv) and imported: keep it until the import is done. Running the import again, after
whatever interruption, doubles nothing.

Rows that are refused go to claims.rejected.csv with the reason in the column problem: mend them there, and import that file.")]
pub struct Args {
    /// The file's format, where its name does not say it
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// At most so many rows under way at once; fewer while the API is busy
    #[arg(long, short, default_value_t = 16, value_parser = clap::value_parser!(u16).range(1..=256))]
    concurrency: u16,
    /// Give up when the API has taken no row for so many seconds
    #[arg(long, default_value_t = 120, value_name = "SECONDS")]
    patience: u64,
    /// How long nothing new is begun after the first "not now"; doubles with each further one
    #[arg(skip = Duration::from_millis(200))]
    first_wait: Duration,
    /// The file: .csv, .jsonl or .ndjson
    file: PathBuf,
}

impl Args {
    /// An import of `file` with everything else as by default.
    #[must_use]
    pub fn of(file: &Path, concurrency: u16) -> Self {
        let first_wait = Duration::from_millis(200);
        Self { format: None, concurrency, patience: 120, first_wait, file: file.to_owned() }
    }

    /// With another first wait when the API is busy.
    #[must_use]
    pub fn with_first_wait(self, first_wait: Duration) -> Self {
        Self { first_wait, ..self }
    }
}

/// How an import ended.
enum End {
    Finished,
    Interrupted,
    /// What stopped it.
    Stopped(Failure),
}

/// Runs an import and sums it up.
///
/// # Errors
/// The file cannot be read; or no row can be imported, and why.
pub async fn run(client: &ClaimsClient, args: &Args, json: bool) -> Result<Status, Failure> {
    let format = args.format.or_else(|| Format::of(&args.file)).ok_or_else(|| {
        Failure::new(Status::Usage, "the file's name does not say its format: give --format csv or --format jsonl")
    })?;
    let keyed = keyed::keyed(&args.file, format)?;
    let shown = keyed.path.display().to_string();
    if keyed.copied {
        anstream::eprintln!("importing {shown}, which has a key for each row: keep it until all is imported");
    }
    let rows = Rows::open(&keyed.path, format).map_err(|e| Failure::file(&keyed.path, e))?;
    let mut rejected = Rejected::of(&args.file, rows.heading().cloned());
    let mut progress = Progress::new(keyed.rows);

    let (imported, end) = send::all(client, args, rows, &mut rejected, &mut progress).await;
    progress.finish();
    let refused = rejected.count;
    let rejects = rejected.finish()?;

    let left = keyed.rows.saturating_sub(imported + refused);
    let rejects = rejects.map(|path| path.display().to_string());
    if json {
        output::json(&serde_json::json!({
            "file": shown, "rows": keyed.rows, "imported": imported, "rejected": refused, "left": left,
            "rejectedFile": rejects, "rowsPerSecond": progress.rate().round(),
        }))?;
    } else {
        output::line(&format!("{imported} of {} rows imported, {:.0} a second", keyed.rows, progress.rate()))?;
        if let Some(rejects) = &rejects {
            output::line(&format!("{refused} rejected: mend them in {rejects} and import that"))?;
        }
        if left > 0 {
            output::line(&format!("{left} left: run the same command again, nothing is doubled"))?;
        }
    }
    match end {
        End::Stopped(failure) => Err(failure),
        End::Interrupted => Ok(Status::Interrupted),
        End::Finished if refused > 0 => Ok(Status::Rejected),
        End::Finished => Ok(Status::Done),
    }
}

/// A row with its place, ready to be sent or to be refused.
struct Entry {
    line: u64,
    raw: Raw,
    row: Result<super::record::Row, String>,
}

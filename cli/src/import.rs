//! `claims import`: a file of any size, each row exactly once, however often it is interrupted, renamed and run again.
//!
//! A row's key becomes its claim's id, and the API creates nothing twice under one key. So every run sends every row again, and
//! only those that are missing are created. What has to be remembered is which key a row has: by what it says, in a
//! manifest, which is on the disk before the first row is sent.
//!
//! - `source` and `look`: what the file is.
//! - `survey`: every row, by the API's rules.
//! - `register`: which import it is, and a key for each row.
//! - `send`: the rows once more, to the API.
//! - `reject`: what was wrong, for a person to fix.

mod books;
mod csv;
mod encoding;
mod example;
mod groups;
mod heading;
mod json;
mod keyed_copy;
mod keys;
mod look;
mod manifest;
mod mark;
mod mint;
mod pace;
mod progress;
mod register;
mod reject;
mod rows;
mod send;
mod sort;
mod source;
mod store;
mod survey;

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
    time::Duration,
};

use claims_client::ClaimsClient;
use serde_json::{Value, json};

use super::{Failure, Format, Status, output};
pub(super) use store::unfinished;

use books::Books;
use encoding::Encoding;
use groups::Groups;
use progress::Progress;
use reject::Rejects;
use send::Second;
use source::Source;
use survey::Survey;

/// What to import, and how fast.
#[derive(clap::Args)]
#[command(after_help = "\
A CSV file has a heading with memberId, policyId, memberName, policyType, claimAmount and description; a JSON object has fields of
these names. `claims import --example claims.csv` writes one. A column claimKey or claimId, a UUIDv7, is each row's key and becomes its
claim's id; the keys of rows without one are kept in .claims-import beside the file, by what the rows say: running the import again,
after whatever interruption and under whatever name, doubles nothing.

Rows that are refused go to claims.rejected.csv, each with its reason: fix them there, and import that file.")]
pub struct Args {
    /// The file's format, where its name does not say it
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// How the text is encoded, if not in UTF-8: utf-16le, utf-16be, windows-1252 or iso-8859-1
    #[arg(long, value_name = "NAME")]
    encoding: Option<Encoding>,
    /// What separates the columns, if not commas: ';', '|' or tab
    #[arg(long, value_name = "CHARACTER", value_parser = delimiter)]
    delimiter: Option<u8>,
    /// Amounts are written 19,90
    #[arg(long)]
    decimal_comma: bool,
    /// Look through the file by all rules of the API, and send nothing; no API is needed
    #[arg(long)]
    check: bool,
    /// Write a file to begin with, instead of reading one
    #[arg(long, conflicts_with = "check")]
    example: bool,
    /// The file is that earlier import, though some of its rows were changed or taken out
    #[arg(long, conflicts_with = "new")]
    same: bool,
    /// All rows are new claims, though earlier ones look alike
    #[arg(long)]
    new: bool,
    /// Replace files that are there: an example, rejected rows that somebody has edited
    #[arg(long)]
    force: bool,
    /// Keep the keys and the rejected rows in this folder, not beside the file
    #[arg(long, value_name = "FOLDER")]
    state_dir: Option<PathBuf>,
    /// At most so many rows under way at once; fewer while the API is busy
    #[arg(long, short, default_value_t = 16, value_parser = clap::value_parser!(u16).range(1..=256))]
    concurrency: u16,
    /// Give up when the API has taken no row for so many seconds
    #[arg(long, default_value_t = 120, value_name = "SECONDS")]
    patience: u64,
    /// How long nothing new is begun after the first "not now"; doubles with each further one
    #[arg(skip = Duration::from_millis(200))]
    first_wait: Duration,
    /// The file: CSV, JSON Lines or a JSON array, also compressed with gzip; - is standard input
    file: PathBuf,
}

impl Args {
    /// An import of `file` with everything else as by default.
    #[must_use]
    pub fn of(file: &Path, concurrency: u16) -> Self {
        Self {
            format: None,
            encoding: None,
            delimiter: None,
            decimal_comma: false,
            check: false,
            example: false,
            same: false,
            new: false,
            force: false,
            state_dir: None,
            concurrency,
            patience: 120,
            first_wait: Duration::from_millis(200),
            file: file.to_owned(),
        }
    }

    /// With another first wait when the API is busy.
    #[must_use]
    pub fn with_first_wait(self, first_wait: Duration) -> Self {
        Self { first_wait, ..self }
    }

    /// Whether no API is needed.
    pub(super) fn is_offline(&self) -> bool {
        self.check || self.example
    }
}

fn delimiter(text: &str) -> Result<u8, String> {
    match text.as_bytes() {
        b"tab" | b"\\t" => Ok(b'\t'),
        [one] if one.is_ascii() && !one.is_ascii_alphanumeric() && !matches!(one, b'"' | b'\n' | b'\r') => Ok(*one),
        _ => Err("must be one character, such as ';', or tab".to_owned()),
    }
}

/// How an import ended.
enum End {
    Finished,
    /// And why the API took nothing, if it did not.
    Interrupted(Option<String>),
    /// What stopped it.
    Stopped(Failure),
}

/// Writes a CSV record as an import reads it.
pub(super) fn write_csv<'a>(out: &mut impl Write, cells: impl ExactSizeIterator<Item = &'a str>) -> io::Result<()> {
    csv::write(out, b',', cells.map(str::as_bytes))
}

/// What an import does without an API: `--check`, `--example`.
pub(super) fn offline(args: &Args, json: bool) -> Result<Status, Failure> {
    if args.example {
        return example::write(args, json);
    }
    let source = Source::open(args, &args.file)?;
    let mut progress = Progress::new(json);
    let survey = Survey::of(&source, &mut progress)?;
    tell(&survey, &progress, json);
    let wrong = survey.wrong.rows;
    let right = survey.rows - wrong;
    if json {
        output::json(&json!({
            "file": source.shown, "checked": true, "rows": survey.rows, "right": right, "rejected": wrong,
            "problems": survey.wrong.iter().collect::<Vec<_>>(), "ignoredColumns": survey.not_stored, "notes": survey.notes,
        }))?;
    } else {
        let [rows, right, wrong] = [survey.rows, right, wrong].map(groups::thousands);
        output::line(&format!("{rows} rows read = {right} right + {wrong} that would be rejected; nothing was sent"))?;
    }
    Ok(if wrong > 0 { Status::Rejected } else { Status::Done })
}

/// What is known of the file before anything is sent.
fn tell(survey: &Survey, progress: &Progress, json: bool) {
    for note in &survey.notes {
        progress.note(note);
    }
    // With --json they are in the answer.
    for group in survey.wrong.iter().filter(|_| !json) {
        progress.note(&group.to_string());
    }
}

/// Runs an import and sums it up.
///
/// # Errors
/// The file is refused, or cannot be read; or no row can be imported, and why.
pub async fn run(client: &ClaimsClient, args: &Args, json: bool) -> Result<Status, Failure> {
    let mut progress = Progress::new(json);
    let source = Source::open(args, &args.file)?;
    let survey = Survey::of(&source, &mut progress)?;
    tell(&survey, &progress, json);
    let registered = register::register(&survey, &source, args, &progress)?;
    if let Some(note) = &registered.note {
        progress.note(note);
    }
    let mut manifest = registered.manifest;
    let mut rejects = Rejects::new(&manifest, &survey.reading, source.kind);
    let second = Second {
        rows: source.rows().map_err(|e| Failure::file(&args.file, e))?,
        reading: survey.reading.clone(),
        work: registered.work.iter().peekable(),
        repeats: survey.repeats.iter().peekable(),
        count: survey.rows,
    };
    progress.begin(survey.rows);
    let sent = send::all(client, args, second.read(), survey.rows, &mut rejects, &mut progress).await;
    progress.finish();

    let books = sent.books;
    let rejected = rejects.finish(&mut manifest, &source.folder, books.left(), args.force);
    let rejected = rejected.map_err(|e| Failure::new(Status::Failed, format!("the rejected rows cannot be kept: {e}")));
    if books.left() == 0 && books.rejected == 0 && !registered.fixes {
        // What was rejected once has been dealt with in the file itself.
        manifest.state.rejected_file = None;
    }
    manifest.state.finished |= books.left() == 0 && rejected.is_ok() && !registered.fixes;
    manifest.commit()?;
    let mut problems = survey.wrong.clone();
    problems.extend(&sent.refused);
    let file = rejected.as_ref().ok().and_then(|path| path.as_deref());
    sum_up(&source, &survey, books, &problems, file, &progress, json)?;
    rejected?;
    match sent.end {
        End::Stopped(failure) => Err(failure),
        End::Interrupted(Some(trouble)) => Err(Failure::new(Status::Interrupted, format!("interrupted; {trouble}"))),
        End::Interrupted(None) => Ok(Status::Interrupted),
        End::Finished if books.left() > 0 => Ok(Status::Left),
        End::Finished if books.rejected > 0 => Ok(Status::Rejected),
        End::Finished => Ok(Status::Done),
    }
}

fn sum_up(
    source: &Source,
    survey: &Survey,
    books: Books,
    problems: &Groups,
    rejected: Option<&Path>,
    progress: &Progress,
    json: bool,
) -> io::Result<()> {
    let rejected = rejected.map(|path| path.strip_prefix(".").unwrap_or(path).display().to_string());
    if json {
        let rate = progress.rate().round();
        let problems: Value = problems.iter().map(|group| json!(group)).collect();
        return output::json(&json!({
            "file": source.shown, "rows": books.read, "made": books.made, "alreadyThere": books.there,
            "rejected": books.rejected, "left": books.left(), "rejectedFile": rejected, "problems": problems,
            "ignoredColumns": survey.not_stored, "notes": survey.notes, "rowsPerSecond": rate,
            // What 0.1.0 called it: all that are there now.
            "imported": books.made + books.there,
        }));
    }
    output::line(&format!("{books}, {:.0} a second", progress.rate()))?;
    if let Some(rejected) = rejected {
        let import = format!("claims import{} {}", source.options(), look::shell(&rejected));
        output::line(&format!("rejected rows are in {rejected}, each with its reason: fix them there, then {import}"))?;
    }
    if books.left() > 0 {
        output::line(&format!(
            "{} left: run the same command again, nothing is doubled",
            groups::thousands(books.left())
        ))?;
    }
    Ok(())
}

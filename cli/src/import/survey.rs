//! The look through the whole file before anything is sent: its form, every row by the API's own rules, and what tells its
//! rows apart. In bounded memory, however long the file is.

use std::io;

use sha2::{Digest, Sha256};

use super::{
    groups::Groups,
    look::{self, Kind, Refusal},
    mark::Mark,
    progress::Progress,
    rows::{self, Fault, Parsed, Raw, Reading, Reason, Rows},
    sort::{Records, Sorter},
    source::Source,
};
use crate::{Failure, record};

/// Faults of one file that are told.
const MOST_FAULTS: usize = 10;

/// A row that is right: `kind`, its content or its key (16 bytes), its place in the file, its line.
pub(super) const PLACED: usize = 1 + 16 + 8 + 8;
/// A row without a key of its own, known by its content.
const BY_CONTENT: u8 = 0;
/// A row with a key of its own.
const BY_KEY: u8 = 1;

/// What the file holds.
pub(super) struct Survey {
    pub reading: Reading,
    /// All rows, right or wrong.
    pub rows: u64,
    pub wrong: Groups,
    /// The rows that are right and have no key, by content, then place.
    pub by_content: Placed,
    /// Rows that repeat an earlier row's key: place, and the line of the first.
    pub repeats: Records<16>,
    /// Which rows are wrong here, whatever the API would say: equal if and only if these are.
    pub wrong_digest: [u8; 16],
    /// What the file holds, for an import that no row's content names.
    pub digest: [u8; 16],
    /// The import whose rejected rows these are.
    pub mark: Option<Mark>,
    /// Columns and fields that no claim has a place for.
    pub not_stored: Vec<String>,
    pub notes: Vec<String>,
}

/// Rows by content; those with keys follow, and are left out.
#[derive(Clone)]
pub(super) struct Placed {
    records: Records<PLACED>,
    pub count: u64,
}

impl Placed {
    /// Content and place of each.
    pub(super) fn iter(&self) -> impl Iterator<Item = io::Result<([u8; 16], u64)>> + use<> {
        self.records.iter().take(self.count as usize).map(|record| record.map(|record| (id(&record), place(&record))))
    }
}

fn id(record: &[u8; PLACED]) -> [u8; 16] {
    let mut id = [0; 16];
    id.copy_from_slice(&record[1..17]);
    id
}

fn place(record: &[u8; PLACED]) -> u64 {
    number(&record[17..25])
}

pub(super) fn number(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

impl Survey {
    /// Looks through the file.
    ///
    /// # Errors
    /// The file is refused as a whole, with all that is wrong with it.
    pub(super) fn of(source: &Source, progress: &mut Progress) -> Result<Self, Failure> {
        let failed = |e: io::Error| Failure::file(source.shown.as_ref(), e);
        let refused = |refusal: Refusal| refusal.into_failure(&source.shown);
        let mut rows = source.rows().map_err(failed)?;
        let columns = match rows.heading() {
            Ok(None) => None,
            Ok(Some((line, heading))) => {
                Some(super::heading::Columns::read(&heading, line, &source.shown).map_err(refused)?)
            }
            Err(fault) => return Err(faults(source, &mut rows, fault)),
        };
        let form = match source.kind {
            Kind::Json(form) => Some(form),
            Kind::Csv { .. } => None,
        };
        let reading = Reading { columns, form, decimal_comma: source.decimal_comma };
        let mut looked = Looked::default();
        loop {
            match rows.read() {
                Ok(None) => break,
                Ok(Some((line, raw))) => {
                    let parsed = reading.parse(line, &raw).map_err(|refusal| refused(in_words(refusal, source)))?;
                    looked.row(line, &raw, &reading, parsed).map_err(failed)?;
                    if looked.rows.is_multiple_of(4096) {
                        progress.looked(looked.rows);
                    }
                }
                Err(fault) => return Err(faults(source, &mut rows, fault)),
            }
        }
        looked.finish(reading, source).map_err(failed)
    }
}

/// Not UTF-8 has a cause and a command.
fn in_words(refusal: Refusal, source: &Source) -> Refusal {
    if source.told.encoding.is_some() || !refusal.to_string().contains("UTF-8") {
        return refusal;
    }
    let command = source.told.command(&["--encoding windows-1252".to_owned()], &source.shown);
    let iconv = format!("iconv -f windows-1252 -t utf-8 {} > FIXED.csv", look::shell(&source.shown));
    refusal
        .because("what a spreadsheet saves as plain \"CSV\" is Windows-1252")
        .with_command(format!("{command}, or {iconv}"))
}

/// Everything that is wrong with the file's form, from the first fault on.
fn faults(source: &Source, rows: &mut Rows, first: Fault) -> Failure {
    let mut refusals = Vec::new();
    let mut next = Some(first);
    while let Some(fault) = next.take() {
        match fault {
            Fault::Io(e) => return Failure::file(source.shown.as_ref(), e),
            Fault::Refused(refusal) => refusals.push(refusal),
        }
        if refusals.len() == MOST_FAULTS || !rows.skip_line().is_ok_and(|more| more) {
            break;
        }
        // What comes behind the first fault may be its consequence: only faults of a single line are told.
        next = loop {
            match rows.read() {
                Ok(None) => break None,
                Ok(Some(_)) => {}
                Err(Fault::Refused(refusal)) if refusal.to_string().contains("never closed") => break None,
                Err(fault) => break Some(fault),
            }
        };
    }
    look::refuse(&source.shown, &refusals)
}

#[derive(Default)]
struct Looked {
    rows: u64,
    content: u64,
    wrong: Groups,
    sorter: Option<Sorter<PLACED>>,
    wrong_digest: Sha256,
    digest: Sha256,
    marks: Vec<Mark>,
    fields: Vec<&'static str>,
    /// Quoted cells that look like rows: how many, and the first one's line.
    swallowed: (u64, u64),
}

impl Looked {
    fn row(&mut self, line: u64, raw: &Raw, reading: &Reading, parsed: Parsed) -> io::Result<()> {
        let place = self.rows;
        self.rows += 1;
        if let Some(mark) = parsed.mark
            && !self.marks.iter().any(|m| (m.import, m.generation) == (mark.import, mark.generation))
            && self.marks.len() < 2
        {
            self.marks.push(mark);
        }
        if swallows(raw, reading) {
            self.swallowed.1 = if self.swallowed.0 == 0 { line } else { self.swallowed.1 };
            self.swallowed.0 += 1;
        }
        let row = match parsed.row {
            Err(reason) => {
                let digest = rows::raw_digest(raw);
                self.wrong_digest.update(digest);
                self.digest.update(digest);
                self.wrong.add(line, &reason.shown());
                return Ok(());
            }
            Ok(row) => row,
        };
        if let Raw::Text(text) = raw {
            self.not_stored(text);
        }
        let (kind, id) = match row.key {
            Some(key) => (BY_KEY, *key.as_uuid().as_bytes()),
            None => (BY_CONTENT, rows::fingerprint(&row.create)),
        };
        self.digest.update(id);
        self.content += u64::from(kind == BY_CONTENT);
        let mut record = [0; PLACED];
        record[0] = kind;
        record[1..17].copy_from_slice(&id);
        record[17..25].copy_from_slice(&place.to_be_bytes());
        record[25..].copy_from_slice(&line.to_be_bytes());
        self.sorter.get_or_insert_with(Sorter::new).push(record)
    }

    /// Fields of a JSON object that are left out, each once.
    fn not_stored(&mut self, text: &[u8]) {
        for name in record::NOT_STORED {
            let there = || memchr::memmem::find(text, format!("\"{name}\"").as_bytes()).is_some();
            if !self.fields.contains(&name) && there() {
                self.fields.push(name);
            }
        }
    }

    fn finish(mut self, reading: Reading, source: &Source) -> io::Result<Survey> {
        let records = self.sorter.unwrap_or_else(Sorter::new).finish()?;
        let mut repeats = Sorter::<16>::new();
        let mut first: Option<[u8; PLACED]> = None;
        for record in records.iter().skip(self.content as usize) {
            let record = record?;
            match &first {
                Some(first) if id(first) == id(&record) => {
                    let mut repeat = [0; 16];
                    repeat[..8].copy_from_slice(&record[17..25]);
                    repeat[8..].copy_from_slice(&first[25..]);
                    repeats.push(repeat)?;
                    self.wrong_digest.update(repeat);
                    self.wrong.add(number(&record[25..]), &repeated(number(&first[25..])).text);
                }
                _ => first = Some(record),
            }
        }
        let mut notes = source.notes.clone();
        let not_stored = reading.columns.as_ref().map_or_else(
            || self.fields.iter().map(|name| (*name).to_owned()).collect(),
            super::heading::Columns::not_stored,
        );
        if !not_stored.is_empty() {
            notes.push(format!("not stored, for the API sets them itself: {}", not_stored.join(", ")));
        }
        if self.swallowed.0 > 0 {
            let (count, line) = self.swallowed;
            let more = if count > 1 { format!(" (and {} more)", count - 1) } else { String::new() };
            notes.push(format!(
                "line {line}{more}: a quoted cell goes on over lines that look like rows; if they are rows, a quote is not \
                 closed where it should be: stop, and look"
            ));
        }
        Ok(Survey {
            reading,
            rows: self.rows,
            wrong: self.wrong,
            by_content: Placed { records, count: self.content },
            repeats: repeats.finish()?,
            wrong_digest: short(self.wrong_digest),
            digest: short(self.digest),
            mark: match self.marks[..] {
                [] => None,
                [mark] => Some(mark),
                // Two imports, or two generations: their rows cannot be told apart row by row.
                _ => Some(Mark::of_several()),
            },
            not_stored,
            notes,
        })
    }
}

/// A row whose key an earlier row has.
pub(super) fn repeated(first: u64) -> Reason {
    Reason::new(format!("{} repeats the key of line {first}", record::KEY))
}

/// A line within a quoted cell has as many delimiters as a row: nearly always a quote that is closed too late.
fn swallows(raw: &Raw, reading: &Reading) -> bool {
    let (Raw::Cells(record), Some(columns)) = (raw, &reading.columns) else { return false };
    let commas = columns.own().len().saturating_sub(1);
    record.breaks
        && record.cells().any(|cell| {
            let mut lines = cell.split(|b| matches!(b, b'\n' | b'\r')).skip(1);
            lines.any(|line| line.iter().filter(|b| matches!(b, b',' | b';' | b'\t' | b'|')).count() >= commas)
        })
}

fn short(hash: Sha256) -> [u8; 16] {
    let mut short = [0; 16];
    short.copy_from_slice(&hash.finalize()[..16]);
    short
}

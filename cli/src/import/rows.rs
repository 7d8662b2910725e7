//! A file's rows, whatever its form: as they stand there, and as the claims that they are to become.

use std::{fs::File, io, io::BufReader};

use claims_client::{CreateClaim, FieldError, types::CreateClaimRequest};
use sha2::{Digest, Sha256};

use super::{
    csv::{self, Record},
    heading::Columns,
    json::{self, Form},
    look::{Kind, Refusal},
    mark::{self, Mark},
};
use crate::record::{self, Fields, Row};

/// A row as it stands in its file.
#[derive(Clone)]
pub(super) enum Raw {
    Cells(Record),
    Text(Vec<u8>),
}

pub(super) enum Rows {
    Csv(csv::Reader<BufReader<File>>),
    Json(json::Reader<BufReader<File>>),
}

/// Why no further row can be read.
#[derive(Debug)]
pub(super) enum Fault {
    Refused(Refusal),
    Io(io::Error),
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl Rows {
    pub(super) fn new(input: BufReader<File>, kind: Kind) -> io::Result<Self> {
        Ok(match kind {
            Kind::Csv { delimiter, declared } => {
                let mut reader = csv::Reader::new(input, delimiter, 1);
                if declared {
                    reader.skip_line()?;
                }
                Self::Csv(reader)
            }
            Kind::Json(form) => Self::Json(json::Reader::new(input, form, 1)),
        })
    }

    /// The heading of a CSV file, with its line: to be read before any row.
    pub(super) fn heading(&mut self) -> Result<Option<(u64, Record)>, Fault> {
        match self {
            Self::Json(_) => Ok(None),
            Self::Csv(reader) => {
                let mut record = Record::default();
                Ok(reader.read(&mut record).map_err(said)?.map(|line| (line, record)))
            }
        }
    }

    /// The next row and the line on which it begins.
    pub(super) fn read(&mut self) -> Result<Option<(u64, Raw)>, Fault> {
        match self {
            Self::Csv(reader) => {
                let mut record = Record::default();
                Ok(reader.read(&mut record).map_err(said)?.map(|line| (line, Raw::Cells(record))))
            }
            Self::Json(reader) => {
                let mut text = Vec::new();
                match reader.read(&mut text) {
                    Ok(line) => Ok(line.map(|line| (line, Raw::Text(text)))),
                    Err(json::Fault::Io(e)) => Err(e.into()),
                    Err(json::Fault::Syntax { line, what }) => Err(Fault::Refused(Refusal::at(line, what))),
                }
            }
        }
    }

    /// After a fault in CSV: goes on behind it, only to find further ones.
    pub(super) fn skip_line(&mut self) -> io::Result<bool> {
        match self {
            Self::Csv(reader) => reader.skip_line().map(|()| true),
            Self::Json(_) => Ok(false),
        }
    }
}

fn said(fault: csv::Fault) -> Fault {
    const DOUBLE: &str = "double the quotes that belong to a cell's text";
    Fault::Refused(match fault {
        csv::Fault::Io(e) => return Fault::Io(e),
        csv::Fault::Unclosed { line } => {
            Refusal::at(line, format!("the quoted cell that begins here is never closed: close it, or {DOUBLE}"))
        }
        csv::Fault::AfterQuote { opened, line } if opened == line => {
            Refusal::at(line, format!("text after a closing quote: {DOUBLE}"))
        }
        csv::Fault::AfterQuote { opened, line } => Refusal::at(
            opened,
            format!(
                "the quoted cell that begins here is closed on line {line}, and text follows there: close it, or {DOUBLE}"
            ),
        ),
        csv::Fault::TooLong { line } => Refusal::at(line, "the row that begins here is longer than 16 MiB"),
    })
}

/// Why a row is rejected.
#[derive(Clone)]
pub(super) struct Reason {
    /// For the file of rejected rows.
    pub text: String,
    /// It was rejected before, and is as it was.
    pub unchanged: bool,
}

impl Reason {
    pub(super) fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), unchanged: false }
    }

    /// For the person who imports.
    pub(super) fn shown(&self) -> String {
        if self.unchanged { format!("unchanged since it was rejected: {}", self.text) } else { self.text.clone() }
    }
}

/// How rows are read, the same for all of a file.
#[derive(Clone)]
pub(super) struct Reading {
    /// `None` in JSON.
    pub columns: Option<Columns>,
    pub form: Option<Form>,
    pub decimal_comma: bool,
}

/// A row, read.
pub(super) struct Parsed {
    pub row: Result<Row, Reason>,
    /// Which import had rejected it.
    pub mark: Option<Mark>,
}

const NOT_UTF_8: &str = "not UTF-8";

impl Reading {
    /// What this row says.
    ///
    /// # Errors
    /// Nothing in the file can be trusted: it is not UTF-8, or no JSON.
    pub(super) fn parse(&self, line: u64, raw: &Raw) -> Result<Parsed, Refusal> {
        match (raw, &self.columns) {
            (Raw::Cells(record), Some(columns)) => self.cells(line, record, columns),
            (Raw::Text(text), _) => {
                let text = std::str::from_utf8(text).map_err(|_| Refusal::at(line, NOT_UTF_8))?;
                match Fields::read(text) {
                    Ok(fields) => Ok(object(&fields)),
                    Err(why) if self.form == Some(Form::Lines) => {
                        Ok(Parsed { row: Err(Reason::new(format!("the line is {why}"))), mark: None })
                    }
                    Err(why) => Err(Refusal::at(line, why)),
                }
            }
            (Raw::Cells(_), None) => Err(Refusal::of_file("the file has no heading")),
        }
    }

    fn cells(&self, line: u64, record: &Record, columns: &Columns) -> Result<Parsed, Refusal> {
        let mut texts = Vec::with_capacity(record.len());
        for cell in record.cells() {
            texts.push(std::str::from_utf8(cell).map_err(|_| Refusal::at(line, NOT_UTF_8))?);
        }
        let wanted = columns.own().len();
        let (mut cells, problem) = own(&texts, columns);
        let mark = problem.and_then(Mark::read);
        if let Some((mark, reason)) = mark.filter(|(mark, reason)| mark.fits(reason, mark::of_cells(cells))) {
            let reason = Reason { text: reason.to_owned(), unchanged: true };
            return Ok(Parsed { row: Err(reason), mark: Some(mark) });
        }
        let no_reason = mark.is_none() && problem.is_some_and(|text| !text.is_empty() && !mark::is_old_reason(text));
        let mark = mark.map(|(mark, _)| mark);
        if no_reason {
            let why =
                "the last cell, under problem, is not a reason that was given: is it a cell too many? If not, empty it";
            return Ok(Parsed { row: Err(Reason::new(why)), mark });
        }
        // Blank columns at the heading's end are no columns, as long as they are blank.
        if cells.len() > wanted && cells.len() <= columns.width && cells[wanted..].iter().all(|cell| cell.is_empty()) {
            cells = &cells[..wanted];
        }
        if cells.len() != wanted {
            let comma =
                if decimal_comma(cells, columns) { " (a decimal comma in claimAmount? write a point)" } else { "" };
            let why = format!("the row has {} cells, and the heading has {wanted}{comma}", cells.len());
            return Ok(Parsed { row: Err(Reason::new(why)), mark });
        }
        let row = record::from_cells(columns.own().zip(cells.iter().copied()), self.decimal_comma);
        Ok(Parsed { row: row.map_err(|errors| Reason::new(all(&errors))), mark })
    }
}

/// The cells of the row itself, and what was said to be wrong with it. Spreadsheets pad rows to one length, and whoever fixes a
/// row need not keep the reason: only its mark tells it from a cell for certain.
pub(super) fn own<'a, 'b>(texts: &'b [&'a str], columns: &Columns) -> (&'b [&'a str], Option<&'a str>) {
    let wanted = columns.own().len();
    if !columns.has_problem() {
        return (texts, None);
    }
    if let Some(last) = texts.iter().rposition(|cell| !cell.is_empty())
        && Mark::read(texts[last]).is_some()
    {
        return (&texts[..last], Some(texts[last]));
    }
    if texts.len() == wanted + 1 { (&texts[..wanted], Some(texts[wanted])) } else { (texts, None) }
}

/// One cell too many, because an amount's cents stand in a cell of their own.
fn decimal_comma(cells: &[&str], columns: &Columns) -> bool {
    let digits = |cell: Option<&&str>, most: usize| {
        cell.is_some_and(|cell| (1..=most).contains(&cell.len()) && cell.bytes().all(|b| b.is_ascii_digit()))
    };
    let at = columns.own().position(|name| name == "claimAmount");
    cells.len() == columns.own().len() + 1
        && at.is_some_and(|at| digits(cells.get(at), 9) && digits(cells.get(at + 1), 2))
}

fn object(fields: &Fields) -> Parsed {
    let problem = fields.0.iter().find(|(name, _)| name == record::PROBLEM);
    let problem = problem.and_then(|(_, value)| serde_json::from_str::<String>(value.get()).ok());
    let mark = problem.as_deref().and_then(Mark::read);
    if let Some((mark, reason)) = mark.filter(|(mark, reason)| mark.fits(reason, mark::of_fields(fields))) {
        let reason = Reason { text: reason.to_owned(), unchanged: true };
        return Parsed { row: Err(reason), mark: Some(mark) };
    }
    let mark = mark.map(|(mark, _)| mark);
    if fields.0.iter().any(|(name, _)| name == mark::NO_OBJECT) {
        let why = format!("{} holds what was no JSON object: put the object itself in its place", mark::NO_OBJECT);
        return Parsed { row: Err(Reason::new(why)), mark };
    }
    Parsed { row: record::from_object(fields).map_err(|errors| Reason::new(all(&errors))), mark }
}

pub(super) fn all(errors: &[FieldError]) -> String {
    let mut all: Vec<_> = errors.iter().map(|error| error.message.as_str()).collect();
    all.dedup();
    all.join("; ")
}

/// A row's identity: what it says, not how it is written. Stored in manifests: it must never change.
pub(super) fn fingerprint(claim: &CreateClaim) -> [u8; 16] {
    // A field that is forgotten here does not compile.
    let CreateClaim { member_id, policy_id, member_name, request } = claim;
    let CreateClaimRequest { policy_type, claim_amount, description } = request;
    let mut hash = Sha256::new();
    hash.update(b"claims row 1\n");
    for text in
        [member_id.as_str(), policy_id.as_str(), member_name.as_str(), policy_type.as_str(), description.as_str()]
    {
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text);
    }
    hash.update(claim_amount.cents().to_be_bytes());
    truncated(&hash.finalize())
}

/// A row as it stands, for those that are no claims.
pub(super) fn raw_digest(raw: &Raw) -> [u8; 16] {
    let mut hash = Sha256::new();
    let mut add = |bytes: &[u8]| {
        hash.update((bytes.len() as u64).to_be_bytes());
        hash.update(bytes);
    };
    match raw {
        Raw::Cells(record) => record.cells().for_each(&mut add),
        Raw::Text(text) => add(text),
    }
    truncated(&hash.finalize())
}

fn truncated(hash: &[u8]) -> [u8; 16] {
    let mut short = [0; 16];
    short.copy_from_slice(&hash[..16]);
    short
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use claims_client::types::PolicyType;

    use super::*;

    #[test]
    fn a_content_is_the_same_for_ever() {
        let claim = CreateClaim {
            member_id: "m".parse().unwrap(),
            policy_id: "p".parse().unwrap(),
            member_name: "Zoë".parse().unwrap(),
            request: CreateClaimRequest::new(PolicyType::Health, "1.5".parse().unwrap(), "a \"b\"".parse().unwrap()),
        };
        // Python's hashlib over the same bytes; manifests keep it.
        assert_eq!(super::super::mark::hex(&fingerprint(&claim)), "2075b513c0827ab20c985583afae6957");
    }
}

//! The first look at a file: what it is, from its first bytes; and if it cannot be read, the one cause and the command that
//! fixes it. Nothing is guessed: what is read otherwise than as it is called is what the file itself declares.

use std::fmt;

use super::{encoding::Encoding, heading, json::Form};
use crate::{Failure, Format, Status};

/// So much is looked at.
pub(super) const HEAD: usize = 1 << 16;

/// Lines above the heading that are recognised as a title.
const TITLES: usize = 30;

/// Why a file is refused before anything of it is sent.
#[derive(Debug)]
pub(super) struct Refusal {
    line: Option<u64>,
    why: String,
    command: Option<String>,
}

impl Refusal {
    pub(super) fn of_file(why: impl Into<String>) -> Self {
        Self { line: None, why: why.into(), command: None }
    }

    pub(super) fn at(line: u64, why: impl Into<String>) -> Self {
        Self { line: Some(line), why: why.into(), command: None }
    }

    pub(super) fn with_command(self, command: impl Into<String>) -> Self {
        Self { command: Some(command.into()), ..self }
    }

    /// Says more of the cause.
    pub(super) fn because(self, more: &str) -> Self {
        Self { why: format!("{}; {more}", self.why), ..self }
    }

    pub(super) fn into_failure(self, file: &str) -> Failure {
        refuse(file, &[self])
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}: ")?;
        }
        f.write_str(&self.why)?;
        self.command.as_ref().map_or(Ok(()), |command| write!(f, ": {command}"))
    }
}

/// All that is wrong with a file, a line each.
pub(super) fn refuse(file: &str, why: &[Refusal]) -> Failure {
    let why: Vec<_> = why.iter().map(ToString::to_string).collect();
    Failure::new(Status::Usage, format!("{file}: {}\nnothing was sent", why.join(&format!("\n{file}: "))))
}

/// What a file is, once it is text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Csv {
        delimiter: u8,
        /// The first line says `sep=`: it is no record.
        declared: bool,
    },
    Json(Form),
}

/// What the command line says about the file.
#[derive(Clone, Copy, Default)]
pub(super) struct Told {
    pub format: Option<Format>,
    /// The format was given, not only the name's.
    pub given: bool,
    pub delimiter: Option<u8>,
    pub encoding: Option<Encoding>,
}

impl Told {
    /// The command that reads the file with one option more; what was given stays.
    pub(super) fn command(&self, more: &[String], file: &str) -> String {
        let mut options = Vec::new();
        if self.given && !more.iter().any(|o| o.starts_with("--format")) {
            options.extend(self.format.map(|f| format!("--format {}", if f == Format::Csv { "csv" } else { "jsonl" })));
        }
        options.extend(self.encoding.map(|e| format!("--encoding {e}")));
        options.extend(self.delimiter.map(|d| format!("--delimiter {}", delimiter_word(d))));
        options.extend(more.iter().cloned());
        format!("claims import {} {}", options.join(" "), shell(file))
    }
}

/// What is packed or no text at all, by its first bytes; gzip is not among them, for it is read.
pub(super) fn foreign(head: &[u8], file: &str) -> Option<Refusal> {
    let stem = || shell(file.trim_end_matches(".gz"));
    let (what, command) = match head {
        [b'P', b'K', 3 | 5, 4 | 6, ..] => {
            ("a workbook or a zip archive: save its sheet as \"CSV UTF-8\", or unpack it", None)
        }
        [0xd0, 0xcf, 0x11, 0xe0, ..] => ("an old workbook (.xls): save its sheet as \"CSV UTF-8\"", None),
        [b'B', b'Z', b'h', ..] => ("compressed with bzip2", Some(format!("bzip2 -dc {} | claims import -", stem()))),
        [0xfd, b'7', b'z', b'X', b'Z', ..] => {
            ("compressed with xz", Some(format!("xz -dc {} | claims import -", stem())))
        }
        [0x28, 0xb5, 0x2f, 0xfd, ..] => {
            ("compressed with zstd", Some(format!("zstd -dc {} | claims import -", stem())))
        }
        [b'P', b'A', b'R', b'1', ..] => ("a Parquet file: export it as CSV", None),
        [b'%', b'P', b'D', b'F', ..] => ("a PDF: claims are read from CSV or JSON Lines", None),
        [b'S', b'Q', b'L', b'i', b't', b'e', b' ', ..] => ("a SQLite database: export the table with .mode csv", None),
        _ => return None,
    };
    let refusal = Refusal::of_file(what);
    Some(match command {
        Some(command) => refusal.with_command(command),
        None => refusal,
    })
}

/// What this text is.
///
/// # Errors
/// It is not what it is said to be, or nothing that is known.
pub(super) fn kind(head: &str, told: Told, file: &str) -> Result<Kind, Refusal> {
    let Some(first) = head.chars().find(|c| !c.is_whitespace()) else {
        return Err(Refusal::of_file("the file is empty"));
    };
    let json = first == '{' || first == '[';
    match told.format {
        Some(Format::Csv) if json => {
            let command = Told { delimiter: None, ..told }.command(&["--format jsonl".to_owned()], file);
            Err(Refusal::of_file("this is JSON, not CSV").with_command(command))
        }
        Some(Format::Jsonl) if !json && separated(head.lines().next().unwrap_or_default()).is_some() => {
            let command = told.command(&["--format csv".to_owned()], file);
            Err(Refusal::at(1, "this is CSV, not JSON").with_command(command))
        }
        Some(Format::Jsonl) => Ok(Kind::Json(form(head))),
        None if json => Ok(Kind::Json(form(head))),
        Some(Format::Csv) | None => csv(head, told, file),
    }
}

fn form(head: &str) -> Form {
    let text = head.trim_start();
    if text.starts_with('[') {
        return Form::Array;
    }
    // A first line that is the beginning of an object goes on in the next, unless that is an object itself.
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    let read = |line: &str| serde_json::from_str::<serde::de::IgnoredAny>(line.trim());
    let cut = lines.next().is_some_and(|first| read(first).is_err_and(|e| e.is_eof()));
    let goes_on = lines.next().is_some_and(|second| !second.trim_start().starts_with('{') || read(second).is_err());
    if cut && goes_on { Form::Sequence } else { Form::Lines }
}

fn csv(head: &str, told: Told, file: &str) -> Result<Kind, Refusal> {
    let mut lines = head.split(['\n', '\r']).map(|line| line.trim_end_matches('\r'));
    let first = lines.next().unwrap_or_default();
    if let Some(declared) = sep_line(first) {
        let delimiter = told.delimiter.unwrap_or(declared);
        return Ok(Kind::Csv { delimiter, declared: true });
    }
    let delimiter = told.delimiter.unwrap_or(b',');
    let kind = Kind::Csv { delimiter, declared: false };
    // Blank lines are skipped: the heading is the first that is none.
    let numbered = head.replace("\r\n", "\n").replace('\r', "\n");
    let mut written = numbered.split('\n').enumerate().filter(|(_, line)| !line.is_empty());
    let Some((at, first)) = written.next() else { return Ok(kind) };
    if names(first, delimiter) >= 2 {
        return Ok(kind);
    }
    if let Some(other) = separated(first).filter(|other| *other != delimiter) {
        let what = match other {
            b'\t' => "by tabs".to_owned(),
            other => format!("by '{}'", other as char),
        };
        let told = Told { delimiter: None, ..told };
        let command = told.command(&[format!("--delimiter {}", delimiter_word(other))], file);
        return Err(Refusal::at(at as u64 + 1, format!("the columns are separated {what}")).with_command(command));
    }
    if let Some((line, _)) = written.take(TITLES).find(|(_, line)| separated(line).is_some()) {
        let command = format!("tail -n +{} {} > FIXED.csv", line + 1, shell(file));
        let why = format!("the heading is on line {}; take out what stands above it", line + 1);
        return Err(Refusal::at(at as u64 + 1, why).with_command(command));
    }
    let columns = crate::record::REQUIRED.join(",");
    Err(Refusal::at(at as u64 + 1, format!("the first line has to name the columns: {columns}")))
}

/// Excel's `sep=;`.
fn sep_line(line: &str) -> Option<u8> {
    let line = line.trim_matches('"');
    let separator = line.strip_prefix("sep=").or_else(|| line.strip_prefix("SEP="))?;
    match separator.as_bytes() {
        [one] if one.is_ascii() => Some(*one),
        _ => None,
    }
}

/// By what a heading's names are separated, if it is one.
fn separated(line: &str) -> Option<u8> {
    [b',', b';', b'\t', b'|'].into_iter().find(|delimiter| names(line, *delimiter) >= 2)
}

fn names(line: &str, delimiter: u8) -> usize {
    heading::known(line.split(delimiter as char))
}

fn delimiter_word(delimiter: u8) -> String {
    match delimiter {
        b'\t' => "tab".to_owned(),
        other => format!("'{}'", other as char),
    }
}

/// A name as a shell takes it.
pub(super) fn shell(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./+,:@%".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

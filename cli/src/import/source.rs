//! The file as it is read: opened once, spooled where it cannot be read twice, unpacked and decoded where that is certain.

use std::{
    fs::File,
    io::{self, BufReader, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use super::{
    Args,
    encoding::{self, Encoding},
    json::Form,
    look::{self, Kind, Refusal, Told},
    rows::Rows,
};
use crate::{Failure, Format};

/// A file of claims, ready to be read as often as need be.
pub(super) struct Source {
    /// The person's own file, or the spool: UTF-8, seekable.
    file: File,
    /// Where its text begins: after a byte order mark.
    start: u64,
    pub kind: Kind,
    pub told: Told,
    pub decimal_comma: bool,
    /// As the person calls it.
    pub shown: String,
    /// What names of files beside it are made of.
    pub name: String,
    /// Where the keys and the rejected rows are kept.
    pub folder: PathBuf,
    /// The file itself, whatever path led to it; `None` for what came through a pipe.
    pub identity: Option<(u64, u64)>,
    /// What a person should know of how it is read.
    pub notes: Vec<String>,
}

impl Source {
    /// Opens what `args` name and looks at its beginning.
    ///
    /// # Errors
    /// It cannot be read; or it is refused, and why.
    pub(super) fn open(args: &Args, path: &Path) -> Result<Self, Failure> {
        let shown = path.display().to_string();
        let failed = |e: io::Error| Failure::file(path, e);
        let mut notes = Vec::new();
        let standard = path.as_os_str() == "-";
        let metadata = if standard { None } else { Some(std::fs::metadata(path).map_err(failed)?) };
        if metadata.as_ref().is_some_and(std::fs::Metadata::is_dir) {
            return Err(Refusal::of_file("this is a folder: name a file in it").into_failure(&shown));
        }
        let regular = metadata.as_ref().is_some_and(std::fs::Metadata::is_file);
        let mut file = if standard {
            spool(|out| io::copy(&mut io::stdin().lock(), out).map(drop)).map_err(failed)?
        } else {
            let mut file = File::open(path).map_err(failed)?;
            // What comes through a pipe comes once, and is wanted twice.
            if regular { file } else { spool(|out| io::copy(&mut file, out).map(drop)).map_err(failed)? }
        };
        // Beside the file itself, not beside a link to it.
        let real = if regular { Some(path.canonicalize().map_err(failed)?) } else { None };
        let beside = real.as_deref().and_then(Path::parent).map(Path::to_owned);
        // In the person's own words where no link leads elsewhere.
        let typed = path.parent().map(|p| if p.as_os_str().is_empty() { Path::new(".") } else { p });
        let typed = typed.filter(|typed| beside.is_some() && typed.canonicalize().ok() == beside).map(Path::to_owned);
        let folder = args.state_dir.clone().or(typed).or(beside).unwrap_or_else(|| PathBuf::from("."));
        let name = real.as_deref().and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());

        let mut head = head(&mut file).map_err(failed)?;
        if head.starts_with(&[0x1f, 0x8b]) {
            file.rewind().map_err(failed)?;
            file = spool(|out| io::copy(&mut flate2::read::MultiGzDecoder::new(BufReader::new(&file)), out).map(drop))
                .map_err(|_| {
                    Refusal::of_file("compressed with gzip, and damaged: it cannot be unpacked").into_failure(&shown)
                })?;
            notes.push("compressed with gzip: unpacked".to_owned());
            head = self::head(&mut file).map_err(failed)?;
        }
        if let Some(refusal) = look::foreign(&head, &shown) {
            return Err(refusal.into_failure(&shown));
        }
        let told = Told {
            format: args.format.or_else(|| Format::of(path)),
            given: args.format.is_some(),
            delimiter: args.delimiter.or_else(|| tabs(path).then_some(b'\t')),
            encoding: args.encoding,
        };
        let declared = encoding::declared(&head);
        let mut start = 0;
        match (declared, told.encoding) {
            (Some(Encoding::Utf8), None | Some(Encoding::Utf8)) => start = 3,
            (Some(wide), None | Some(Encoding::Utf8)) => return Err(wide_text(&head, wide, told, &shown)),
            (_, None | Some(Encoding::Utf8)) => {}
            (declared, Some(given)) => {
                // The mark knows which of the two it is.
                let wide =
                    declared.filter(|d| *d != Encoding::Utf8 && matches!(given, Encoding::Utf16Le | Encoding::Utf16Be));
                let encoding = wide.unwrap_or(given);
                if std::str::from_utf8(&head).is_ok_and(|text| !text.is_ascii()) && wide.is_none() {
                    notes.push(format!("read as {encoding}, as told, though it looks like UTF-8"));
                }
                file.rewind().map_err(failed)?;
                file = spool(|out| decode(encoding, &file, out)).map_err(|e| match e.kind() {
                    io::ErrorKind::InvalidData => Refusal::of_file(e.to_string()).into_failure(&shown),
                    _ => failed(e),
                })?;
                head = self::head(&mut file).map_err(failed)?;
            }
        }
        let text = String::from_utf8_lossy(&head[start..]);
        let kind = look::kind(&text, told, &shown).map_err(|refusal| refusal.into_failure(&shown))?;
        match kind {
            Kind::Csv { delimiter, declared: true } => {
                notes.push(format!("line 1 says sep={}: it is no row", (delimiter as char).escape_default()));
            }
            Kind::Json(Form::Array) => notes.push("a JSON array: each element is a row".to_owned()),
            Kind::Json(Form::Sequence) => notes.push("JSON over several lines: each object is a row".to_owned()),
            _ => {}
        }
        let identity = if regular { identity(metadata.as_ref()) } else { None };
        let name =
            name.unwrap_or_else(|| if matches!(kind, Kind::Json(_)) { "stdin.jsonl" } else { "stdin.csv" }.to_owned());
        let decimal_comma = args.decimal_comma;
        Ok(Self { file, start: start as u64, kind, told, decimal_comma, shown, name, folder, identity, notes })
    }

    /// Its rows, from the first.
    pub(super) fn rows(&self) -> io::Result<Rows> {
        let mut file = self.file.try_clone()?;
        file.seek(SeekFrom::Start(self.start))?;
        Rows::new(BufReader::with_capacity(1 << 16, file), self.kind)
    }

    /// The options with which a file in this one's form is imported.
    pub(super) fn options(&self) -> &'static str {
        if self.decimal_comma { " --decimal-comma" } else { "" }
    }
}

/// The first bytes; the file is at its beginning afterwards.
fn head(file: &mut File) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    file.rewind()?;
    Read::by_ref(file).take(look::HEAD as u64).read_to_end(&mut head)?;
    file.rewind()?;
    Ok(head)
}

/// A file without a name, which only this process can read and which ends with it.
fn spool(fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<File> {
    let mut out = io::BufWriter::with_capacity(1 << 16, tempfile::tempfile()?);
    fill(&mut out)?;
    out.into_inner().map_err(io::IntoInnerError::into_error)
}

fn decode(encoding: Encoding, file: &File, mut out: &mut dyn Write) -> io::Result<()> {
    encoding::decode(encoding, file, &mut out).map_err(|fault| match fault {
        encoding::Fault::Io(e) => e,
        encoding::Fault::NotThis { line } => {
            io::Error::new(io::ErrorKind::InvalidData, format!("line {line}: this is not {encoding}"))
        }
    })
}

fn tabs(path: &Path) -> bool {
    let name = path.to_string_lossy().to_ascii_lowercase();
    let name = name.trim_end_matches(".gz");
    name.ends_with(".tsv") || name.ends_with(".tab")
}

/// UTF-16 is refused with the whole command, separator included.
fn wide_text(head: &[u8], encoding: Encoding, told: Told, shown: &str) -> Failure {
    let mut text = Vec::new();
    // The head may end within a character; what was decoded so far is enough.
    let _ = encoding::decode(encoding, &head[..head.len() & !1], &mut text);
    let told = Told { encoding: Some(encoding), ..told };
    let told = match look::kind(&String::from_utf8_lossy(&text), Told { delimiter: Some(b'\t'), ..told }, shown) {
        Ok(Kind::Csv { delimiter: b'\t', declared: false }) if told.delimiter.is_none() => {
            Told { delimiter: Some(b'\t'), ..told }
        }
        _ => told,
    };
    let name = if encoding == Encoding::Utf16Le { "UTF-16 (Excel's \"Unicode Text\")" } else { "UTF-16" };
    let why = format!("this is {name}: save it as \"CSV UTF-8\", or read it as it is");
    Refusal::of_file(why).with_command(told.command(&[], shown)).into_failure(shown)
}

#[cfg(unix)]
#[allow(clippy::unnecessary_wraps)] // as on other systems
fn identity(metadata: Option<&std::fs::Metadata>) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    metadata.map(|metadata| (metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn identity(_: Option<&std::fs::Metadata>) -> Option<(u64, u64)> {
    None
}

//! The file of rejected rows: every cell as it was, and the reason last. There is one current file per import, and what a
//! person has edited is never overwritten.

use std::{
    fs::{self, File},
    io::{self, BufReader, BufWriter, Write},
    path::{Path, PathBuf},
};

use super::{
    csv,
    heading::Columns,
    json::Form,
    look::Kind,
    manifest::Manifest,
    mark::{self, Mark},
    rows::{self, Raw, Reading, Rows},
};
use crate::record::{Fields, PROBLEM};
use crate::state::private_file;

pub(super) struct Rejects {
    import: [u8; 8],
    generation: u32,
    reading: Reading,
    kind: Kind,
    part: PathBuf,
    out: Option<BufWriter<File>>,
    pub count: u64,
}

impl Rejects {
    pub(super) fn new(manifest: &Manifest, reading: &Reading, kind: Kind) -> Self {
        let (import, generation) = (manifest.id, manifest.state.generation);
        let part = manifest.folder.join("rejected.part");
        Self { import, generation, reading: reading.clone(), kind, part, out: None, count: 0 }
    }

    /// Keeps a row with what is wrong with it.
    pub(super) fn add(&mut self, raw: &Raw, reason: &str) -> io::Result<()> {
        let out = match &mut self.out {
            Some(out) => out,
            None => {
                let mut out = BufWriter::new(private_file(&self.part)?);
                if let (Kind::Csv { delimiter, .. }, Some(columns)) = (self.kind, &self.reading.columns) {
                    if delimiter != b',' {
                        writeln!(out, "sep={}", delimiter as char)?;
                    }
                    let names: Vec<_> = columns.own().chain([PROBLEM]).map(str::as_bytes).collect();
                    csv::write(&mut out, delimiter, names.into_iter())?;
                }
                self.out.insert(out)
            }
        };
        let mark = |parts| Mark::new(self.import, self.generation, reason, parts).after(reason);
        match (raw, self.kind, &self.reading.columns) {
            (Raw::Cells(record), Kind::Csv { delimiter, .. }, Some(columns)) => {
                let texts: Vec<_> = record.cells().map(|cell| std::str::from_utf8(cell).unwrap_or_default()).collect();
                let mut cells = rows::own(&texts, columns).0;
                let wanted = columns.own().len();
                if cells.len() > wanted && cells[wanted..].iter().all(|cell| cell.is_empty()) {
                    cells = &cells[..wanted];
                }
                let problem = mark(mark::of_cells(cells));
                let cells: Vec<_> = cells.iter().copied().chain([&*problem]).map(str::as_bytes).collect();
                csv::write(out, delimiter, cells.into_iter())?;
            }
            (Raw::Text(text), _, _) => {
                let text = std::str::from_utf8(text).unwrap_or_default();
                let fields = match Fields::read(text) {
                    Ok(fields) => fields,
                    Err(_) => Fields(vec![(mark::NO_OBJECT.to_owned(), serde_json::value::to_raw_value(text)?)]),
                };
                let problem = mark(mark::of_fields(&fields));
                write_object(out, &fields, &problem)?;
            }
            _ => return Err(io::Error::other("a row of another form than its file")),
        }
        self.count += 1;
        Ok(())
    }

    /// Puts the file in its place; its name, if rows were rejected. `left`: rows that were not looked at this time.
    pub(super) fn finish(
        mut self,
        manifest: &mut Manifest,
        folder: &Path,
        left: u64,
        force: bool,
    ) -> io::Result<Option<PathBuf>> {
        let Some(out) = self.out.take() else { return Ok(None) };
        let file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.sync_all()?;
        let named = |name: &str| folder.join(name);
        let first = name(&manifest.state.source, self.kind, 1);
        // Noted by an earlier run, or written by one that ended before it could note it.
        let noted = manifest.state.rejected_file.as_deref().map(named).filter(|path| path.exists());
        let current = noted.or_else(|| Some(named(&first)).filter(|path| self.is_ours(path, false)));
        if let Some(current) = &current {
            if same(current, &self.part)? || left > 0 {
                // What is there says as much, or more than this run has seen.
                fs::remove_file(&self.part)?;
                return Ok(Some(self.note(manifest, current.clone())));
            }
            if self.is_ours(current, true) {
                replace(&self.part, current)?;
                return Ok(Some(self.note(manifest, current.clone())));
            }
        }
        if force {
            replace(&self.part, &named(&first))?;
            return Ok(Some(self.note(manifest, named(&first))));
        }
        for number in 1.. {
            let path = named(&name(&manifest.state.source, self.kind, number));
            match place(&self.part, &path) {
                Ok(()) => return Ok(Some(self.note(manifest, path))),
                Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
                Err(e) => return Err(io::Error::new(e.kind(), format!("{}: {e}", path.display()))),
            }
        }
        Err(io::Error::other("no free name for the rejected rows"))
    }

    fn note(&self, manifest: &mut Manifest, path: PathBuf) -> PathBuf {
        manifest.state.rejected_file = path.file_name().map(|name| name.to_string_lossy().into_owned());
        path
    }

    /// Whether a file holds rejected rows of this import only; `untouched`: each as it was written.
    fn is_ours(&self, path: &Path, untouched: bool) -> bool {
        let read = || -> Option<bool> {
            let input = BufReader::new(File::open(path).ok()?);
            let declared = matches!(self.kind, Kind::Csv { delimiter, .. } if delimiter != b',');
            let kind = match self.kind {
                Kind::Csv { delimiter, .. } => Kind::Csv { delimiter, declared },
                Kind::Json(_) => Kind::Json(Form::Lines),
            };
            let mut rows = Rows::new(input, kind).ok()?;
            let columns = match rows.heading().ok()? {
                Some((line, heading)) => Some(Columns::read(&heading, line, "").ok()?),
                None => None,
            };
            let form = matches!(kind, Kind::Json(_)).then_some(Form::Lines);
            let reading = Reading { columns, form, decimal_comma: self.reading.decimal_comma };
            while let Some((line, raw)) = rows.read().ok()? {
                let parsed = reading.parse(line, &raw).ok()?;
                let unchanged = parsed.row.err().is_some_and(|reason| reason.unchanged);
                if parsed.mark?.import != self.import || untouched && !unchanged {
                    return Some(false);
                }
            }
            Some(true)
        };
        read().unwrap_or(false)
    }
}

/// Moves a file to where nothing is.
fn place(part: &Path, path: &Path) -> io::Result<()> {
    match fs::hard_link(part, path) {
        Ok(()) => {}
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => return Err(e),
        // Another file system, or one without links.
        Err(_) => copied(part, path)?.persist_noclobber(path).map(drop).map_err(|e| e.error)?,
    }
    fs::remove_file(part)
}

/// Moves a file to where another one may be.
fn replace(part: &Path, path: &Path) -> io::Result<()> {
    if fs::rename(part, path).is_err() {
        copied(part, path)?.persist(path).map_err(|e| e.error)?;
        fs::remove_file(part)?;
    }
    Ok(())
}

/// A copy beside `path`, whole and on the disk.
fn copied(part: &Path, path: &Path) -> io::Result<tempfile::NamedTempFile> {
    let mut copy = tempfile::NamedTempFile::new_in(path.parent().unwrap_or(Path::new(".")))?;
    io::copy(&mut File::open(part)?, copy.as_file_mut())?;
    copy.as_file().sync_all()?;
    Ok(copy)
}

fn write_object(out: &mut impl Write, fields: &Fields, problem: &str) -> io::Result<()> {
    out.write_all(b"{")?;
    for (name, value) in fields.0.iter().filter(|(name, _)| name != PROBLEM) {
        serde_json::to_writer(&mut *out, name)?;
        // One line, however the value was written.
        write!(out, ":{},", value.get().replace(['\n', '\r'], " "))?;
    }
    serde_json::to_writer(&mut *out, PROBLEM)?;
    out.write_all(b":")?;
    serde_json::to_writer(&mut *out, problem)?;
    out.write_all(b"}\n")
}

fn same(a: &Path, b: &Path) -> io::Result<bool> {
    if fs::metadata(a)?.len() != fs::metadata(b)?.len() {
        return Ok(false);
    }
    let (mut a, mut b) = (BufReader::new(File::open(a)?), BufReader::new(File::open(b)?));
    loop {
        let (x, y) = (io::BufRead::fill_buf(&mut a)?, io::BufRead::fill_buf(&mut b)?);
        let most = x.len().min(y.len());
        if most == 0 || x[..most] != y[..most] {
            return Ok(x.is_empty() && y.is_empty());
        }
        io::BufRead::consume(&mut a, most);
        io::BufRead::consume(&mut b, most);
    }
}

/// `claims.csv` → `claims.rejected.csv`, `claims.rejected-2.csv`, …
fn name(source: &str, kind: Kind, number: u64) -> String {
    let source = source.strip_suffix(".gz").unwrap_or(source);
    let (stem, extension) = match source.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() => (stem, extension),
        _ => (source, ""),
    };
    let extension = match (kind, extension.to_ascii_lowercase().as_str()) {
        (Kind::Csv { .. }, "tsv" | "tab") | (Kind::Json(_), "ndjson") => extension,
        (Kind::Csv { .. }, _) => "csv",
        (Kind::Json(_), _) => "jsonl",
    };
    let number = if number == 1 { String::new() } else { format!("-{number}") };
    format!("{stem}.rejected{number}.{extension}")
}

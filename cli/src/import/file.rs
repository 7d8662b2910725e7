//! Rows as they stand in a file, in either format: read one by one, written as they were.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, BufWriter, Write},
    path::Path,
};

use csv::ByteRecord;

use crate::{Format, record};

/// A row as it stands in its file.
pub(super) enum Raw {
    Cells(ByteRecord),
    Line(Vec<u8>),
}

/// The rows of a file, with the number of the line on which each begins.
pub(super) enum Rows {
    Csv { reader: csv::Reader<BufReader<File>>, heading: ByteRecord },
    Jsonl { reader: BufReader<File>, line: u64 },
}

impl Rows {
    pub(super) fn open(path: &Path, format: Format) -> io::Result<Self> {
        let file = BufReader::with_capacity(1 << 16, File::open(path)?);
        Ok(match format {
            Format::Csv => {
                // A row of another length is that row's mistake, not the file's end.
                let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(file);
                let heading = reader.byte_headers()?.clone();
                Self::Csv { reader, heading }
            }
            Format::Jsonl => Self::Jsonl { reader: file, line: 0 },
        })
    }

    /// The names of a CSV file's columns; none in JSON Lines.
    pub(super) fn heading(&self) -> Option<&ByteRecord> {
        match self {
            Self::Csv { heading, .. } => Some(heading),
            Self::Jsonl { .. } => None,
        }
    }
}

impl Iterator for Rows {
    type Item = io::Result<(u64, Raw)>;

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::Csv { reader, .. } => {
                let mut cells = ByteRecord::new();
                match reader.read_byte_record(&mut cells) {
                    Ok(true) => Some(Ok((cells.position().map_or(0, csv::Position::line), Raw::Cells(cells)))),
                    Ok(false) => None,
                    Err(e) => Some(Err(e.into())),
                }
            }
            Self::Jsonl { reader, line } => loop {
                let mut text = Vec::new();
                match reader.read_until(b'\n', &mut text) {
                    Ok(0) => return None,
                    Ok(_) => *line += 1,
                    Err(e) => return Some(Err(e)),
                }
                let trimmed = text.trim_ascii_end().len();
                text.truncate(trimmed);
                if *line == 1 && text.starts_with("\u{feff}".as_bytes()) {
                    text.drain(..3);
                }
                if !text.is_empty() {
                    return Some(Ok((*line, Raw::Line(text))));
                }
            },
        }
    }
}

/// Writes rows as they were read.
pub(super) enum Sink {
    Csv(Box<csv::Writer<File>>),
    Jsonl(BufWriter<File>),
}

impl Sink {
    /// Writes to `file`, beginning with the heading if the format has one.
    pub(super) fn new(file: File, heading: Option<&ByteRecord>) -> io::Result<Self> {
        Ok(match heading {
            Some(heading) => {
                let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(file);
                writer.write_byte_record(heading)?;
                Self::Csv(Box::new(writer))
            }
            None => Self::Jsonl(BufWriter::new(file)),
        })
    }

    pub(super) fn write(&mut self, row: &Raw) -> io::Result<()> {
        match (self, row) {
            (Self::Csv(writer), Raw::Cells(cells)) => writer.write_byte_record(cells)?,
            (Self::Jsonl(writer), Raw::Line(line)) => {
                writer.write_all(line)?;
                writer.write_all(b"\n")?;
            }
            _ => return Err(io::Error::other("a row of the other format")),
        }
        Ok(())
    }

    /// Ends it: all is on the disk afterwards.
    pub(super) fn finish(self) -> io::Result<()> {
        let file = match self {
            Self::Csv(writer) => writer.into_inner().map_err(|e| io::Error::other(e.to_string()))?,
            Self::Jsonl(writer) => writer.into_inner().map_err(io::IntoInnerError::into_error)?,
        };
        file.sync_all()
    }
}

/// Where a CSV file has this column.
pub(super) fn column(heading: &ByteRecord, name: &str) -> Option<usize> {
    heading.iter().position(|column| column == name.as_bytes())
}

/// The same row with its key: in the key's empty cell, in a new first one, or as the object's first field. A row that has
/// a key, or that cannot take one, stays as it is.
pub(super) fn with_key(row: Raw, column: Option<usize>, key: &str) -> Raw {
    match row {
        Raw::Cells(cells) => Raw::Cells(match column {
            Some(index) if cells.get(index).is_some_and(<[u8]>::is_empty) => {
                cells.iter().enumerate().map(|(i, cell)| if i == index { key.as_bytes() } else { cell }).collect()
            }
            Some(_) => cells,
            None => [key.as_bytes()].into_iter().chain(cells.iter()).collect(),
        }),
        Raw::Line(line) => Raw::Line(match std::str::from_utf8(&line).map(|text| (text, record::line_has_key(text))) {
            Ok((text, Some(false))) => {
                let rest = text.trim_start().trim_start_matches('{');
                let comma = if rest.trim_start().starts_with('}') { "" } else { "," };
                format!("{{\"{}\":\"{key}\"{comma}{rest}", record::KEY).into_bytes()
            }
            _ => line,
        }),
    }
}

/// Whether [`with_key`] would change this row.
pub(super) fn wants_key(row: &Raw, column: Option<usize>) -> bool {
    match row {
        Raw::Cells(cells) => column.is_none_or(|index| cells.get(index).is_some_and(<[u8]>::is_empty)),
        Raw::Line(line) => std::str::from_utf8(line).ok().and_then(record::line_has_key) == Some(false),
    }
}

/// The key that a keyed row has.
pub(super) fn key(row: &Raw, column: Option<usize>) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct Keyed {
        #[serde(rename = "claimKey")]
        key: String,
    }
    match row {
        Raw::Cells(cells) => String::from_utf8(cells.get(column.unwrap_or(0))?.to_vec()).ok(),
        Raw::Line(line) => serde_json::from_slice::<Keyed>(line).ok().map(|keyed| keyed.key),
    }
}

impl PartialEq for Raw {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Cells(a), Self::Cells(b)) => a.iter().eq(b.iter()),
            (Self::Line(a), Self::Line(b)) => a == b,
            _ => false,
        }
    }
}

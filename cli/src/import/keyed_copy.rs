//! What release 0.1.0 left beside a file: a copy with a key for each row, `claims.keyed.csv`. An import that it began is
//! finished with those keys.

use std::{fs, path::Path};

use super::{
    csv, json,
    keys::{self, ENTRY},
    look::Kind,
    rows::{self, Reading, Rows},
    sort::{Records, Sorter},
    source::Source,
};
use crate::Format;

/// A copy that can be read.
pub(super) struct Copy {
    pub name: String,
    pub keys: Records<ENTRY>,
    /// Rows that are no claims: their keys are kept in 0.1.0's file of rejected rows.
    pub wrong: u64,
}

/// All copies beside the file.
pub(super) fn beside(source: &Source) -> std::io::Result<Vec<Copy>> {
    let mut copies = Vec::new();
    for entry in fs::read_dir(&source.folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let keyed = path.file_stem().is_some_and(|stem| stem.to_string_lossy().ends_with(".keyed"));
        if let (true, true, Some(format)) = (keyed, name != source.name, Format::of(&path))
            && let Some((keys, wrong)) = read(&path, format)
        {
            copies.push(Copy { name, keys, wrong });
        }
    }
    Ok(copies)
}

/// `None` for a file that 0.1.0 has not written.
fn read(path: &Path, format: Format) -> Option<(Records<ENTRY>, u64)> {
    let input = std::io::BufReader::new(fs::File::open(path).ok()?);
    let (mut rows, columns) = match format {
        Format::Jsonl => (Rows::Json(json::Reader::new(input, json::Form::Lines, 1)), None),
        Format::Csv => {
            let mut rows = Rows::new(input, Kind::Csv { delimiter: b',', declared: false }).ok()?;
            let (line, heading): (u64, csv::Record) = rows.heading().ok()??;
            (rows, Some(super::heading::Columns::read(&heading, line, "").ok()?))
        }
    };
    let form = matches!(format, Format::Jsonl).then_some(json::Form::Lines);
    let reading = Reading { columns, form, decimal_comma: false };
    let (mut sorter, mut wrong) = (Sorter::new(), 0);
    while let Some((line, raw)) = rows.read().ok()? {
        match reading.parse(line, &raw).ok()?.row {
            Ok(row) => {
                let key = *row.key?.as_uuid().as_bytes();
                sorter.push(keys::entry(rows::fingerprint(&row.create), keys::REQUIRED, key)).ok()?;
            }
            Err(_) => wrong += 1,
        }
    }
    Some((sorter.finish().ok()?, wrong))
}

//! The keyed copy: every row gets its key before the first one is sent, so that running an import again doubles nothing.

use std::{
    io,
    path::{Path, PathBuf},
};

use claims_client::IdempotencyKey;
use csv::ByteRecord;

use super::file::{Rows, Sink, column, key, wants_key, with_key};
use crate::{Failure, Format, Status, record};

/// A file of which every row that can have a key has one.
pub(super) struct Keyed {
    pub path: PathBuf,
    pub rows: u64,
    /// It was made now, or an earlier run's copy is gone on with.
    pub copied: bool,
}

/// Looks through `path`; if rows have no key, makes (or goes on with) the copy beside it that has them all.
pub(super) fn keyed(path: &Path, format: Format) -> Result<Keyed, Failure> {
    let failed = |e| Failure::file(path, e);
    let mut rows = Rows::open(path, format).map_err(failed)?;
    if let Some(heading) = rows.heading() {
        check(path, heading)?;
    }
    let at = rows.heading().and_then(|heading| column(heading, record::KEY));
    let (mut count, mut wanting) = (0, false);
    for row in &mut rows {
        let (_, row) = row.map_err(failed)?;
        count += 1;
        wanting |= wants_key(&row, at);
    }
    if !wanting {
        return Ok(Keyed { path: path.to_owned(), rows: count, copied: false });
    }
    let copy = beside(path, "keyed");
    make(path, &copy, format)?;
    Ok(Keyed { path: copy, rows: count, copied: true })
}

/// `claims.csv` → `claims.keyed.csv`
pub(super) fn beside(path: &Path, what: &str) -> PathBuf {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    match path.extension() {
        Some(extension) => path.with_file_name(format!("{stem}.{what}.{}", extension.to_string_lossy())),
        None => path.with_file_name(format!("{stem}.{what}")),
    }
}

fn make(path: &Path, copy: &Path, format: Format) -> Result<(), Failure> {
    let failed = |e| Failure::file(path, e);
    let copy_failed = |e| Failure::file(copy, e);
    let rows = Rows::open(path, format).map_err(failed)?;
    let heading = rows.heading().cloned();
    let at = heading.as_ref().and_then(|heading| column(heading, record::KEY));
    let heading = heading.map(|heading| match at {
        Some(_) => heading,
        None => [record::KEY.as_bytes()].into_iter().chain(heading.iter()).collect::<ByteRecord>(),
    });
    let mut earlier = match Rows::open(copy, format) {
        Ok(earlier) => Some(earlier),
        Err(e) if e.kind() == io::ErrorKind::NotFound => None,
        Err(e) => return Err(copy_failed(e)),
    };
    if earlier.as_ref().is_some_and(|earlier| earlier.heading() != heading.as_ref()) {
        return Err(changed(path, copy, 1));
    }

    // Whole or not there: keys that were used and then lost would double their rows.
    let folder = copy.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let part = tempfile::NamedTempFile::new_in(folder).map_err(copy_failed)?;
    let mut sink = Sink::new(part.reopen().map_err(copy_failed)?, heading.as_ref()).map_err(copy_failed)?;
    for row in rows {
        let (line, row) = row.map_err(failed)?;
        let before = match earlier.as_mut().and_then(Iterator::next) {
            Some(before) => Some(before.map_err(copy_failed)?.1),
            // Rows that were added since get new keys.
            None => None,
        };
        let known = before.as_ref().and_then(|before| key(before, at));
        let row = with_key(row, at, &known.unwrap_or_else(|| IdempotencyKey::mint().to_string()));
        if before.is_some_and(|before| before != row) {
            return Err(changed(path, copy, line));
        }
        sink.write(&row).map_err(copy_failed)?;
    }
    if earlier.as_mut().is_some_and(|earlier| earlier.next().is_some()) {
        return Err(Failure::new(
            Status::Usage,
            format!("{} has fewer rows than {}, which was made from it; {}", path.display(), copy.display(), MEND),
        ));
    }
    sink.finish().map_err(copy_failed)?;
    part.persist(copy).map_err(|e| copy_failed(e.error))?;
    Ok(())
}

const MEND: &str = "import the keyed copy itself to finish that import; or, if it was never begun, delete the copy: new \
                    keys make new claims of rows that were imported before";

fn changed(path: &Path, copy: &Path, line: u64) -> Failure {
    Failure::new(
        Status::Usage,
        format!("{}, line {line}: differs from {}, which was made from it; {MEND}", path.display(), copy.display()),
    )
}

/// A heading is wrong for every row, so it is refused before the first.
fn check(path: &Path, heading: &ByteRecord) -> Result<(), Failure> {
    let refuse = |why: String| Err(Failure::new(Status::Usage, format!("{}, line 1: {why}", path.display())));
    let names: Vec<String> = heading.iter().map(|name| String::from_utf8_lossy(name).into_owned()).collect();
    let missing: Vec<_> = record::REQUIRED.iter().filter(|name| !names.iter().any(|n| n == *name)).copied().collect();
    if missing.len() == record::REQUIRED.len() {
        return refuse(format!("the first line has to name the columns: {}", record::REQUIRED.join(",")));
    }
    if !missing.is_empty() {
        return refuse(format!("the heading lacks {}", missing.join(", ")));
    }
    if let Some(twice) = names.iter().enumerate().find(|(i, name)| names[..*i].contains(name)) {
        return refuse(format!("the heading has {} twice", twice.1));
    }
    let unknown = record::unknown_columns(names.iter().map(String::as_str));
    if !unknown.is_empty() {
        // A misspelt column would be lost silently.
        return refuse(format!("unknown columns: {}", unknown.join(", ")));
    }
    Ok(())
}

//! The mark at the end of a rejected row's reason: ` [0123456789abcdef-1-89abcdef]`, the import, its generation of rejected rows,
//! and a checksum over the reason and the row. It tells a row that nobody has touched, and a reason from a cell.
//!
//! These files are kept by people: the form of a mark must never change.

use sha2::{Digest, Sha256};

use crate::record::{Fields, PROBLEM, REQUIRED, optional};

/// The field in which a line that is no JSON object is kept.
pub(super) const NO_OBJECT: &str = "rejectedLine";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    pub import: [u8; 8],
    pub generation: u32,
    check: [u8; 4],
}

impl Mark {
    /// The mark of a row with this reason, of these parts.
    pub(super) fn new(import: [u8; 8], generation: u32, reason: &str, parts: [u8; 32]) -> Self {
        let mut hash = Sha256::new();
        hash.update(b"claims rejected row 1\n");
        hash.update(import);
        hash.update(generation.to_be_bytes());
        hash.update((reason.len() as u64).to_be_bytes());
        hash.update(reason);
        hash.update(parts);
        let hash = hash.finalize();
        Self { import, generation, check: [hash[0], hash[1], hash[2], hash[3]] }
    }

    /// Stands for rows of more than one import, or of more than one generation.
    pub(super) fn of_several() -> Self {
        Self { import: [0; 8], generation: 0, check: [0; 4] }
    }

    /// The mark and the reason before it.
    pub(super) fn read(problem: &str) -> Option<(Self, &str)> {
        let (reason, mark) = problem.strip_suffix(']')?.rsplit_once(" [")?;
        let mut parts = mark.split('-');
        let import = unhex(parts.next()?)?;
        let generation = parts.next()?.parse().ok()?;
        let check = unhex(parts.next()?)?;
        parts.next().is_none().then_some((Self { import, generation, check }, reason))
    }

    /// The reason with its mark.
    pub(super) fn after(&self, reason: &str) -> String {
        format!("{reason} [{}-{}-{}]", hex(&self.import), self.generation, hex(&self.check))
    }

    /// Whether reason and row are as they were.
    pub(super) fn fits(&self, reason: &str, parts: [u8; 32]) -> bool {
        *self == Self::new(self.import, self.generation, reason, parts)
    }
}

/// A CSV row's own cells: those before the reason, for a spreadsheet pads behind it.
pub(super) fn of_cells(cells: &[&str]) -> [u8; 32] {
    digest(cells.iter().copied())
}

/// A JSON object's fields, but for the reason.
pub(super) fn of_fields(fields: &Fields) -> [u8; 32] {
    digest(fields.0.iter().filter(|(name, _)| name != PROBLEM).flat_map(|(name, value)| [name.as_str(), value.get()]))
}

fn digest<'a>(parts: impl Iterator<Item = &'a str>) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

/// Whether a text without a mark can be a reason: 0.1.0 wrote them so. Anything else in the reason's place may be a cell too many.
pub(super) fn is_old_reason(text: &str) -> bool {
    let of_a_field = |name: &'static str| text.strip_prefix(name).is_some_and(|rest| rest.starts_with(' '));
    REQUIRED.into_iter().chain(optional()).any(of_a_field)
        || ["the row ", "the line ", "createClaim: "].iter().any(|begin| text.starts_with(begin))
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(super) fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let lower = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
    if text.len() != 2 * N || !text.bytes().all(lower) {
        return None;
    }
    let mut bytes = [0; N];
    for (i, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * i..2 * i + 2], 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_mark_fits_its_row_and_no_other() {
        let cells = ["a", "b", ""];
        let mark = Mark::new([7; 8], 3, "why [x]", of_cells(&cells));
        let text = mark.after("why [x]");
        // Kept by people: this very text has to be understood for ever.
        assert_eq!(text, "why [x] [0707070707070707-3-0dd78252]");
        let (read, reason) = Mark::read(&text).unwrap();
        assert_eq!((read, reason), (mark, "why [x]"));
        assert!(read.fits(reason, of_cells(&cells)) && !read.fits(reason, of_cells(&["a", "b"])));
        assert!(!read.fits(reason, of_cells(&["a", "c"])) && !read.fits("other", of_cells(&cells)));
        assert!(!read.fits(reason, of_cells(&["ab"])));
        for none in
            ["", "why", "why []", "why [07-3-6a]", "[0707070707070707-3-0dd78252]", "x [0707070707070707-3-0DD78252]"]
        {
            assert!(Mark::read(none).is_none(), "{none}");
        }
    }
}

//! CSV by RFC 4180 and no guessing: what a quote leaves open is a fault of the whole file, not one row's.
//!
//! Beyond the RFC: any delimiter of one byte, LF and CR end a line as CRLF does, empty lines are skipped, and a quote inside
//! an unquoted cell is a character like any other.

use std::io::{self, BufRead, Write};

use memchr::{memchr, memchr3};

/// A record longer than this is a swallowed file, not a claim.
const LONGEST: usize = 16 << 20;

/// Why a file cannot be read as CSV: nothing after this place can be trusted. Lines count from 1.
#[derive(Debug)]
pub(super) enum Fault {
    /// The file ends within the quoted cell that begins on this line.
    Unclosed {
        line: u64,
    },
    /// The quoted cell that begins on `opened` is closed on `line`, and text follows there.
    AfterQuote {
        opened: u64,
        line: u64,
    },
    /// The record that begins on this line is longer than any claim.
    TooLong {
        line: u64,
    },
    Io(io::Error),
}

/// The cells of one record.
#[derive(Clone, Default, PartialEq, Eq)]
pub(super) struct Record {
    bytes: Vec<u8>,
    ends: Vec<usize>,
    /// A line ends within a quoted cell.
    pub breaks: bool,
}

impl Record {
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn cells(&self) -> impl DoubleEndedIterator<Item = &[u8]> + ExactSizeIterator {
        (0..self.ends.len()).map(|i| {
            let start = i.checked_sub(1).map_or(0, |before| self.ends[before]);
            &self.bytes[start..self.ends[i]]
        })
    }

    fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
        self.breaks = false;
    }
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    CellStart,
    Unquoted,
    Quoted,
    /// After a quote within a quoted cell: its end, or the first of two.
    Quote,
}

pub(super) struct Reader<R> {
    input: R,
    delimiter: u8,
    line: u64,
    /// The last byte was a CR: a LF that follows belongs to it.
    after_cr: bool,
}

impl<R: BufRead> Reader<R> {
    /// Reads `input`, whose first line has this number.
    pub(super) fn new(input: R, delimiter: u8, line: u64) -> Self {
        Self { input, delimiter, line, after_cr: false }
    }

    /// Reads the next record; the line on which it begins, or `None` at the end.
    pub(super) fn read(&mut self, record: &mut Record) -> Result<Option<u64>, Fault> {
        loop {
            record.clear();
            let begun = self.line;
            let Some(quoted) = self.record(record)? else { return Ok(None) };
            let blank = record.len() == 1 && record.bytes.is_empty() && !quoted;
            if !blank {
                return Ok(Some(begun));
            }
        }
    }

    /// After a fault: goes on with the next line, to find further faults. What it reads is for diagnosis only.
    pub(super) fn skip_line(&mut self) -> io::Result<()> {
        loop {
            let buffer = self.input.fill_buf()?;
            if buffer.is_empty() {
                return Ok(());
            }
            let (used, done) = match buffer.iter().position(|b| matches!(b, b'\n' | b'\r')) {
                Some(at) => {
                    self.after_cr = buffer[at] == b'\r';
                    self.line += 1;
                    (at + 1, true)
                }
                None => (buffer.len(), false),
            };
            self.input.consume(used);
            if done {
                return Ok(());
            }
        }
    }

    /// One record, blank ones too; whether any of its cells is quoted, or `None` at the end.
    fn record(&mut self, record: &mut Record) -> Result<Option<bool>, Fault> {
        let begun = self.line;
        let (mut state, mut any, mut quoted, mut opened) = (State::CellStart, false, false, begun);
        loop {
            let buffer = self.input.fill_buf().map_err(Fault::Io)?;
            if buffer.is_empty() {
                return match state {
                    State::Quoted => Err(Fault::Unclosed { line: opened }),
                    _ if !any => Ok(None),
                    _ => {
                        record.ends.push(record.bytes.len());
                        Ok(Some(quoted))
                    }
                };
            }
            let mut at = 0;
            if self.after_cr {
                self.after_cr = false;
                if state != State::Quoted && !any && buffer[0] == b'\n' {
                    at = 1;
                } else if state == State::Quoted && buffer[0] == b'\n' {
                    record.bytes.push(b'\n');
                    at = 1;
                }
            }
            let mut ended = false;
            while at < buffer.len() {
                any = true;
                let rest = &buffer[at..];
                match state {
                    State::CellStart if rest[0] == b'"' => {
                        (state, quoted, opened) = (State::Quoted, true, self.line);
                        at += 1;
                    }
                    State::CellStart | State::Unquoted => {
                        let plain = memchr3(self.delimiter, b'\n', b'\r', rest).unwrap_or(rest.len());
                        record.bytes.extend_from_slice(&rest[..plain]);
                        at += plain;
                        state = State::Unquoted;
                        if plain < rest.len() {
                            ended =
                                end_of_cell(rest[plain], self.delimiter, record, &mut self.line, &mut self.after_cr);
                            state = State::CellStart;
                            at += 1;
                        }
                    }
                    State::Quoted => {
                        let text = memchr(b'"', rest).unwrap_or(rest.len());
                        let (lines, cr) = lines(&rest[..text]);
                        self.line += lines;
                        record.breaks |= lines > 0;
                        record.bytes.extend_from_slice(&rest[..text]);
                        at += text;
                        if text < rest.len() {
                            state = State::Quote;
                            at += 1;
                        } else {
                            self.after_cr = cr;
                        }
                    }
                    State::Quote => match rest[0] {
                        b'"' => {
                            record.bytes.push(b'"');
                            state = State::Quoted;
                            at += 1;
                        }
                        b if b == self.delimiter || b == b'\n' || b == b'\r' => {
                            ended = end_of_cell(b, self.delimiter, record, &mut self.line, &mut self.after_cr);
                            state = State::CellStart;
                            at += 1;
                        }
                        _ => {
                            let line = self.line;
                            self.input.consume(at);
                            return Err(Fault::AfterQuote { opened, line });
                        }
                    },
                }
                if ended {
                    break;
                }
            }
            self.input.consume(at);
            if ended {
                return Ok(Some(quoted));
            }
            if record.bytes.len() > LONGEST {
                return self.too_long(state, begun, opened);
            }
        }
    }

    /// Reads on without keeping anything: is the cell closed at all?
    fn too_long(&mut self, state: State, begun: u64, opened: u64) -> Result<Option<bool>, Fault> {
        if state == State::Quoted {
            loop {
                let buffer = self.input.fill_buf().map_err(Fault::Io)?;
                if buffer.is_empty() {
                    return Err(Fault::Unclosed { line: opened });
                }
                if memchr(b'"', buffer).is_some() {
                    break;
                }
                let all = buffer.len();
                self.input.consume(all);
            }
        }
        Err(Fault::TooLong { line: begun })
    }
}

/// Ends a cell; whether the record ends with it.
fn end_of_cell(by: u8, delimiter: u8, record: &mut Record, line: &mut u64, after_cr: &mut bool) -> bool {
    record.ends.push(record.bytes.len());
    if by == delimiter {
        return false;
    }
    *line += 1;
    *after_cr = by == b'\r';
    true
}

/// How many lines end in here, and whether the last byte is a CR, whose LF may be still to come.
fn lines(text: &[u8]) -> (u64, bool) {
    let mut count = 0;
    for (i, byte) in text.iter().enumerate() {
        if *byte == b'\r' || *byte == b'\n' && (i == 0 || text[i - 1] != b'\r') {
            count += 1;
        }
    }
    (count, text.last() == Some(&b'\r'))
}

/// Writes a record so that any reader reads the same cells.
pub(super) fn write<'a>(
    out: &mut impl Write,
    delimiter: u8,
    cells: impl ExactSizeIterator<Item = &'a [u8]>,
) -> io::Result<()> {
    let alone = cells.len() == 1;
    for (i, cell) in cells.enumerate() {
        if i > 0 {
            out.write_all(&[delimiter])?;
        }
        let special = |b: &u8| *b == delimiter || matches!(b, b'"' | b'\n' | b'\r');
        if !(cell.iter().any(special) || alone && cell.is_empty()) {
            out.write_all(cell)?;
            continue;
        }
        out.write_all(b"\"")?;
        for (i, part) in cell.split(|b| *b == b'"').enumerate() {
            if i > 0 {
                out.write_all(b"\"\"")?;
            }
            out.write_all(part)?;
        }
        out.write_all(b"\"")?;
    }
    out.write_all(b"\n")
}

#[cfg(test)]
#[path = "csv_tests.rs"]
mod tests;

//! JSON in the forms people have it: an object a line, an array, or objects one after the other over any number of lines.
//!
//! In JSON Lines a line that is none is that line's mistake. In the other forms nothing can be trusted after the first
//! mistake, so it is the whole file's.

use std::io::{self, BufRead, Read};

/// An object longer than this is no claim.
const LONGEST: usize = 16 << 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Lines,
    /// `[{…}, {…}]`
    Array,
    /// `{…} {…}`, pretty-printed for instance.
    Sequence,
}

#[derive(Debug)]
pub(super) enum Fault {
    /// On this line stands what cannot stand there, in these words.
    Syntax {
        line: u64,
        what: &'static str,
    },
    Io(io::Error),
}

pub(super) struct Reader<R> {
    input: R,
    form: Form,
    line: u64,
    /// How many values of an array have been read, and whether it has ended.
    values: u64,
    closed: bool,
}

impl<R: BufRead> Reader<R> {
    pub(super) fn new(input: R, form: Form, line: u64) -> Self {
        Self { input, form, line, values: 0, closed: false }
    }

    /// Reads the next value's text; the line on which it begins, or `None` at the end.
    pub(super) fn read(&mut self, text: &mut Vec<u8>) -> Result<Option<u64>, Fault> {
        text.clear();
        match self.form {
            Form::Lines => self.read_line(text),
            Form::Array => self.read_element(text),
            Form::Sequence => match self.blank()? {
                None => Ok(None),
                Some(b'{') => self.object(text).map(Some),
                Some(_) => Err(self.syntax("something other than a JSON object")),
            },
        }
    }

    fn read_line(&mut self, text: &mut Vec<u8>) -> Result<Option<u64>, Fault> {
        loop {
            text.clear();
            let most = LONGEST as u64 + 1;
            if self.input.by_ref().take(most).read_until(b'\n', text).map_err(Fault::Io)? == 0 {
                return Ok(None);
            }
            let begun = self.line;
            self.line += 1;
            if text.len() > LONGEST {
                return Err(Fault::Syntax { line: begun, what: "a line longer than 16 MiB" });
            }
            let from = text.iter().position(|b| !b.is_ascii_whitespace()).unwrap_or(text.len());
            text.drain(..from);
            let to = text.trim_ascii_end().len();
            text.truncate(to);
            if !text.is_empty() {
                return Ok(Some(begun));
            }
        }
    }

    fn read_element(&mut self, text: &mut Vec<u8>) -> Result<Option<u64>, Fault> {
        if self.values == 0 && !self.closed {
            self.blank()?;
            self.input.consume(1);
        }
        let mut next = self.blank()?;
        if self.closed {
            return next.map_or(Ok(None), |_| Err(self.syntax("something after the array's end")));
        }
        if self.values > 0 && next == Some(b',') {
            self.input.consume(1);
            next = self.blank()?;
        } else if next == Some(b']') {
            self.input.consume(1);
            self.closed = true;
            return self.read_element(text);
        } else if self.values > 0 && next.is_some() {
            return Err(self.syntax("no comma between two objects of the array"));
        }
        self.values += 1;
        match next {
            Some(b'{') => self.object(text).map(Some),
            Some(_) => Err(self.syntax("something other than a JSON object in the array")),
            None => Err(self.syntax("the file ends within the array")),
        }
    }

    /// Skips white space; what comes then, not yet consumed.
    fn blank(&mut self) -> Result<Option<u8>, Fault> {
        loop {
            let buffer = self.input.fill_buf().map_err(Fault::Io)?;
            let Some(first) = buffer.first().copied() else { return Ok(None) };
            if !matches!(first, b' ' | b'\t' | b'\r' | b'\n') {
                return Ok(Some(first));
            }
            self.line += u64::from(first == b'\n');
            self.input.consume(1);
        }
    }

    /// From a brace to the one that closes it; whether it is JSON in between is for the reader of fields.
    fn object(&mut self, text: &mut Vec<u8>) -> Result<u64, Fault> {
        let begun = self.line;
        let (mut depth, mut quoted, mut escaped) = (0_u32, false, false);
        loop {
            let buffer = self.input.fill_buf().map_err(Fault::Io)?;
            if buffer.is_empty() || text.len() > LONGEST {
                let what =
                    if buffer.is_empty() { "an object begins that never ends" } else { "an object longer than 16 MiB" };
                return Err(Fault::Syntax { line: begun, what });
            }
            for (i, byte) in buffer.iter().enumerate() {
                self.line += u64::from(*byte == b'\n');
                match byte {
                    _ if escaped => escaped = false,
                    b'\\' if quoted => escaped = true,
                    b'"' => quoted = !quoted,
                    b'{' | b'[' if !quoted => depth += 1,
                    b'}' | b']' if !quoted => depth -= 1,
                    _ => {}
                }
                if depth == 0 {
                    text.extend_from_slice(&buffer[..=i]);
                    self.input.consume(i + 1);
                    return Ok(begun);
                }
            }
            let all = buffer.len();
            text.extend_from_slice(buffer);
            self.input.consume(all);
        }
    }

    fn syntax(&self, what: &'static str) -> Fault {
        Fault::Syntax { line: self.line, what }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::io::{BufReader, Cursor};

    use super::*;

    fn read(text: &str, form: Form, buffer: usize) -> Result<Vec<(u64, String)>, String> {
        let mut reader = Reader::new(BufReader::with_capacity(buffer, Cursor::new(text)), form, 1);
        let (mut value, mut all) = (Vec::new(), Vec::new());
        while let Some(line) = reader.read(&mut value).map_err(|fault| format!("{fault:?}"))? {
            all.push((line, String::from_utf8(value.clone()).unwrap()));
        }
        Ok(all)
    }

    #[test]
    fn each_form_yields_its_values_with_their_lines() {
        for buffer in [1, 3, 64] {
            let values = |text, form| read(text, form, buffer).unwrap();
            assert_eq!(
                values("\n {\"a\":1} \r\nnot json\n", Form::Lines),
                [(2, r#"{"a":1}"#.into()), (3, "not json".into())]
            );
            assert_eq!(
                values("[\n{\"a\":\"]}\\\"\"},\n\n{}]\n", Form::Array),
                [(2, r#"{"a":"]}\""}"#.into()), (4, "{}".into())]
            );
            assert_eq!(values("[]", Form::Array), []);
            assert_eq!(
                values("{\n\"a\":[{}]\n}\n{\n}", Form::Sequence),
                [(1, "{\n\"a\":[{}]\n}".into()), (4, "{\n}".into())]
            );
        }
    }

    #[test]
    fn a_mistake_between_values_is_the_whole_files() {
        for (text, form, line, what) in [
            ("[{}\n{}]", Form::Array, 2, "no comma"),
            ("[{},\n]", Form::Array, 2, "other than a JSON object"),
            ("[{},\n1]", Form::Array, 2, "other than a JSON object"),
            ("[{}\n", Form::Array, 2, "ends within the array"),
            ("[{}]\n{}", Form::Array, 2, "after the array's end"),
            ("[\n{\"a\":1", Form::Array, 2, "never ends"),
            ("{}\n]", Form::Sequence, 2, "other than a JSON object"),
            ("{}\n{\"a", Form::Sequence, 2, "never ends"),
        ] {
            let fault = read(text, form, 2).unwrap_err();
            assert!(fault.contains(&format!("line: {line}")) && fault.contains(what), "{text}: {fault}");
        }
    }
}

//! What the strict reader takes, and what it refuses.
#![allow(clippy::unwrap_used)]

use std::io::{BufReader, Cursor};

use proptest::prelude::*;

use super::*;

type Records = Vec<(u64, Vec<String>)>;

/// Everything that is read, over a buffer of this size: no state may depend on where a buffer ends.
fn read(text: &[u8], delimiter: u8, buffer: usize) -> Result<Records, String> {
    let mut reader = Reader::new(BufReader::with_capacity(buffer, Cursor::new(text)), delimiter, 1);
    let (mut record, mut all) = (Record::default(), Vec::new());
    while let Some(line) = reader.read(&mut record).map_err(|fault| format!("{fault:?}"))? {
        all.push((line, record.cells().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect()));
    }
    Ok(all)
}

fn is(text: &str, wanted: &[(u64, &[&str])]) {
    for buffer in [1, 2, 3, 64] {
        let got = read(text.as_bytes(), b',', buffer).unwrap();
        let got: Vec<(u64, Vec<&str>)> =
            got.iter().map(|(l, c)| (*l, c.iter().map(String::as_str).collect())).collect();
        let wanted: Vec<(u64, Vec<&str>)> = wanted.iter().map(|(l, c)| (*l, c.to_vec())).collect();
        assert_eq!(got, wanted, "{text:?} with a buffer of {buffer}");
    }
}

fn is_refused(text: &str, wanted: &str) {
    for buffer in [1, 2, 3, 64] {
        assert_eq!(read(text.as_bytes(), b',', buffer).unwrap_err(), wanted, "{text:?} with a buffer of {buffer}");
    }
}

#[test]
fn any_line_ends_a_record_and_empty_lines_are_none() {
    is("a,b\r\nc,d\n\n\r\n\re,f", &[(1, &["a", "b"]), (2, &["c", "d"]), (6, &["e", "f"])]);
    is("a\rb\r\nc", &[(1, &["a"]), (2, &["b"]), (3, &["c"])]);
    is("", &[]);
    is("\n\n", &[]);
    is("a,\n,b\n", &[(1, &["a", ""]), (2, &["", "b"])]);
    is("a,", &[(1, &["a", ""])]);
    is("\"\"\n", &[(1, &[""])]);
    is(" \n", &[(1, &[" "])]);
}

#[test]
fn quoted_cells_keep_everything_and_lines_in_them_count() {
    is("\"a,\"\"b\"\"\",\"c\r\nd\re\nf\"\ng,\"\"", &[(1, &["a,\"b\"", "c\r\nd\re\nf"]), (5, &["g", ""])]);
    is("a\"b,c\"\"\n", &[(1, &["a\"b", "c\"\""])]);
    is("\"a\"", &[(1, &["a"])]);
    is("\"a\"\"\"\r\"b\"", &[(1, &["a\""]), (2, &["b"])]);
    is("\"\r\n\",x\ny", &[(1, &["\r\n", "x"]), (3, &["y"])]);
}

#[test]
fn what_a_quote_leaves_open_is_refused_with_its_line() {
    is_refused("a,b\nc,\"d\ne,f\n", "Unclosed { line: 2 }");
    is_refused("a,\"", "Unclosed { line: 1 }");
    is_refused("a,\"b\"\"", "Unclosed { line: 1 }");
    is_refused("a\n\"b\nc\" d,e\n", "AfterQuote { opened: 2, line: 3 }");
    is_refused("\"a\"b", "AfterQuote { opened: 1, line: 1 }");
    is_refused("x\n\"a\" ,b\n", "AfterQuote { opened: 2, line: 2 }");
    is_refused(r#"a,"hit by a \"soft\" ball""#, "AfterQuote { opened: 1, line: 1 }");
}

#[test]
fn an_open_quote_in_a_long_file_takes_no_memory_and_has_its_line() {
    let text = format!("a\n\"{}", "b,c\n".repeat(6 << 20));
    let mut reader = Reader::new(BufReader::new(Cursor::new(text)), b',', 1);
    let mut record = Record::default();
    assert_eq!(reader.read(&mut record).unwrap(), Some(1));
    assert!(matches!(reader.read(&mut record), Err(Fault::Unclosed { line: 2 })));
    assert!(record.bytes.len() < LONGEST + (1 << 20));
}

/// The grammar, written down a second time and as simply as it goes: the whole text, character by character.
fn reference(text: &str) -> Option<Vec<Vec<String>>> {
    let mut rest = text.replace("\r\n", "\n").replace('\r', "\n").chars().collect::<Vec<_>>();
    // In quoted cells line ends are kept; here they are compared after the same replacement.
    rest.reverse();
    let (mut records, mut record) = (Vec::new(), Vec::new());
    while !rest.is_empty() {
        let mut cell = String::new();
        let quoted = rest.last() == Some(&'"');
        if quoted {
            rest.pop();
            loop {
                match (rest.pop()?, rest.last()) {
                    ('"', Some('"')) => {
                        rest.pop();
                        cell.push('"');
                    }
                    ('"', None | Some(',' | '\n')) => break,
                    ('"', Some(_)) => return None,
                    (other, _) => cell.push(other),
                }
            }
        } else {
            while rest.last().is_some_and(|c| !matches!(c, ',' | '\n')) {
                cell.extend(rest.pop());
            }
        }
        record.push((cell, quoted));
        match rest.pop() {
            Some(',') if rest.is_empty() => record.push((String::new(), false)),
            Some(',') => continue,
            _ => {}
        }
        let record = std::mem::take(&mut record);
        if record.len() > 1 || record[0].1 || !record[0].0.is_empty() {
            records.push(record.into_iter().map(|(cell, _)| cell).collect());
        }
    }
    Some(records)
}

proptest! {
    #[test]
    fn it_reads_what_the_grammar_says_and_refuses_the_rest(
        text in "(a|b|,|\"|\"\"|\n|\r\n|\r| |,\"|\",|\n\"){0,24}",
        buffer in 1_usize..9,
    ) {
        let got = read(text.as_bytes(), b',', buffer).ok().map(|records| {
            records.into_iter()
                .map(|(_, cells)| cells.iter().map(|c| c.replace("\r\n", "\n").replace('\r', "\n")).collect())
                .collect::<Vec<Vec<String>>>()
        });
        prop_assert_eq!(got, reference(&text));
    }

    #[test]
    fn what_is_written_is_read_back(records in prop::collection::vec(
        prop::collection::vec("(a|,|;|\"|\n|\r|\t| |ü){0,4}", 1..5), 0..5), delimiter in prop::sample::select(vec![b',', b';', b'\t']))
    {
        let mut text = Vec::new();
        for record in &records {
            write(&mut text, delimiter, record.iter().map(String::as_bytes)).unwrap();
        }
        let got: Vec<Vec<String>> = read(&text, delimiter, 7).unwrap().into_iter().map(|(_, cells)| cells).collect();
        prop_assert_eq!(got, records);
    }
}

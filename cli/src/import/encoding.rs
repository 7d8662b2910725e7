//! Text that is not UTF-8, made into it: only where the command line says what it is.

use std::{
    fmt,
    io::{self, BufRead, BufReader, Read, Write},
    str::FromStr,
};

/// The encodings that spreadsheets and databases write. Any other is `iconv`'s work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Utf8,
    Utf16Le,
    Utf16Be,
    Windows1252,
    Latin1,
}

impl FromStr for Encoding {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.to_ascii_lowercase().as_str() {
            "utf-8" | "utf8" => Ok(Self::Utf8),
            "utf-16le" | "utf-16" | "utf16" => Ok(Self::Utf16Le),
            "utf-16be" => Ok(Self::Utf16Be),
            "windows-1252" | "cp1252" => Ok(Self::Windows1252),
            "iso-8859-1" | "latin1" => Ok(Self::Latin1),
            _ => {
                Err("must be utf-8, utf-16le, utf-16be, windows-1252 or iso-8859-1; others: iconv -f … -t utf-8"
                    .to_owned())
            }
        }
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Utf8 => "utf-8",
            Self::Utf16Le => "utf-16le",
            Self::Utf16Be => "utf-16be",
            Self::Windows1252 => "windows-1252",
            Self::Latin1 => "iso-8859-1",
        })
    }
}

/// What the first bytes declare, or give away: a byte order mark, or every second byte zero.
pub(super) fn declared(head: &[u8]) -> Option<Encoding> {
    match head {
        [0xef, 0xbb, 0xbf, ..] => Some(Encoding::Utf8),
        [0xff, 0xfe, ..] => Some(Encoding::Utf16Le),
        [0xfe, 0xff, ..] => Some(Encoding::Utf16Be),
        [a, 0, b, 0, ..] if *a != 0 && *b != 0 => Some(Encoding::Utf16Le),
        [0, a, 0, b, ..] if *a != 0 && *b != 0 => Some(Encoding::Utf16Be),
        _ => None,
    }
}

/// Why text cannot be decoded: the line, counted from 1.
#[derive(Debug)]
pub(super) enum Fault {
    NotThis { line: u64 },
    Io(io::Error),
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Reads all of `input` and writes it as UTF-8, without a byte order mark.
pub(super) fn decode(encoding: Encoding, input: impl Read, out: &mut impl Write) -> Result<(), Fault> {
    let mut input = BufReader::with_capacity(1 << 16, input);
    let (mut line, mut first, mut high) = (1, true, None);
    let mut put = |char: Option<char>, out: &mut dyn Write| -> Result<(), Fault> {
        let char = char.ok_or(Fault::NotThis { line })?;
        line += u64::from(char == '\n');
        let mark = std::mem::replace(&mut first, false) && char == '\u{feff}';
        if mark { Ok(()) } else { Ok(out.write_all(char.encode_utf8(&mut [0; 4]).as_bytes())?) }
    };
    loop {
        let mut unit = [0; 2];
        let wide = matches!(encoding, Encoding::Utf16Le | Encoding::Utf16Be);
        let buffer = input.fill_buf()?;
        if buffer.is_empty() {
            // Half a pair at the end.
            return if high.is_some() { put(None, out) } else { Ok(()) };
        }
        if !wide {
            let all = buffer.len();
            for byte in buffer {
                let char = match encoding {
                    Encoding::Windows1252 => windows_1252(*byte),
                    _ => Some(char::from(*byte)),
                };
                put(char, out)?;
            }
            input.consume(all);
            continue;
        }
        if let Err(e) = input.read_exact(&mut unit) {
            return if e.kind() == io::ErrorKind::UnexpectedEof { put(None, out) } else { Err(e.into()) };
        }
        let unit = if encoding == Encoding::Utf16Le { u16::from_le_bytes(unit) } else { u16::from_be_bytes(unit) };
        match (high.take(), unit) {
            (None, 0xd800..=0xdbff) => high = Some(unit),
            (pair, unit) => {
                let mut chars = char::decode_utf16(pair.into_iter().chain([unit]));
                put(chars.next().and_then(Result::ok), out)?;
                if chars.next().is_some() {
                    return put(None, out);
                }
            }
        }
    }
}

fn windows_1252(byte: u8) -> Option<char> {
    // 0x80 to 0x9f; five of them stand for nothing.
    const HIGH: [u16; 32] = [
        0x20ac, 0, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017d,
        0, 0, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0,
        0x017e, 0x0178,
    ];
    match byte {
        0x80..=0x9f => match HIGH[usize::from(byte - 0x80)] {
            0 => None,
            code => char::from_u32(u32::from(code)),
        },
        _ => Some(char::from(byte)),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn decoded(encoding: Encoding, bytes: &[u8]) -> Result<String, String> {
        let mut out = Vec::new();
        decode(encoding, bytes, &mut out).map_err(|fault| format!("{fault:?}"))?;
        Ok(String::from_utf8(out).unwrap())
    }

    #[test]
    fn what_python_encodes_is_decoded() {
        // bytes(range(128, 256)).decode("cp1252", "replace"), of Python 3.11
        let python = "€\u{fffd}‚ƒ„…†‡ˆ‰Š‹Œ\u{fffd}Ž\u{fffd}\u{fffd}‘’“”•–—˜™š›œ\u{fffd}žŸ\u{a0}¡¢£¤¥¦§¨©ª«¬\u{ad}®¯°±²³´µ¶·¸¹º»¼½¾¿ÀÁÂÃÄÅÆÇÈÉÊË\
                      ÌÍÎÏÐÑÒÓÔÕÖ×ØÙÚÛÜÝÞßàáâãäåæçèéêëìíîïðñòóôõö÷øùúûüýþÿ";
        for (byte, char) in (0x80..=0xff_u8).zip(python.chars()) {
            let wanted = (char != '\u{fffd}').then(|| char.to_string());
            assert_eq!(decoded(Encoding::Windows1252, &[byte]).ok(), wanted, "{byte:#x}");
        }
        // "a😀\n".encode("utf-16")
        let little = [0xff, 0xfe, b'a', 0, 0x3d, 0xd8, 0x00, 0xde, b'\n', 0];
        assert_eq!(decoded(Encoding::Utf16Le, &little).unwrap(), "a😀\n");
        assert_eq!(decoded(Encoding::Utf16Be, &[0, b'a', 0xd8, 0x3d, 0xde, 0]).unwrap(), "a😀");
    }

    #[test]
    fn what_it_is_not_is_refused_with_its_line() {
        assert_eq!(decoded(Encoding::Windows1252, b"a\nb\n\x81").unwrap_err(), "NotThis { line: 3 }");
        for bytes in
            [&[b'a', 0, b'\n', 0, 0x3d, 0xd8][..], &[b'a', 0, b'\n', 0, b'b'], &[b'\n', 0, 0x3d, 0xd8, b'a', 0]]
        {
            assert_eq!(decoded(Encoding::Utf16Le, bytes).unwrap_err(), "NotThis { line: 2 }");
        }
    }
}

//! The one text that a request comes down to, whoever writes it.

use std::{borrow::Cow, fmt::Write};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, percent_encode};
use sha2::{Digest, Sha256};

use super::Sent;

/// All but the unreserved characters of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
const SIGNATURE: &str = "X-Amz-Signature";

/// `by_query`: the signature stands in the query, and does not sign itself.
pub(super) fn request(sent: &Sent<'_>, signed_headers: &str, by_query: bool) -> Vec<u8> {
    let mut names: Vec<_> = signed_headers.split(';').map(str::to_ascii_lowercase).collect();
    names.sort_unstable();
    let mut text = format!("{}\n{}\n{}\n", sent.method, path(sent.path), query(sent.query, by_query)).into_bytes();
    for name in &names {
        text.extend_from_slice(name.as_bytes());
        text.push(b':');
        let values = sent.headers.get_all(name).iter().map(|value| folded(value.as_bytes()));
        text.extend(values.collect::<Vec<_>>().join(&b","[..]));
        text.push(b'\n');
    }
    text.extend_from_slice(format!("\n{}\n{}", names.join(";"), sha256(sent.body)).as_bytes());
    text
}

/// Dots resolved, slashes that follow each other made one, and escaped once more than it was sent: all services but S3.
fn path(sent: &str) -> String {
    let mut segments: Vec<&str> = Vec::new();
    for segment in sent.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop();
            }
            segment => segments.push(segment),
        }
    }
    let is_folder = matches!(sent.rsplit('/').next(), None | Some("" | "." | ".."));
    let mut path: String =
        segments.iter().map(|segment| format!("/{}", percent_encode(segment.as_bytes(), RESERVED))).collect();
    if is_folder || path.is_empty() {
        path.push('/');
    }
    path
}

fn query(sent: &str, by_query: bool) -> String {
    let mut pairs: Vec<_> = pairs(sent)
        .filter(|(name, _)| !(by_query && **name == *SIGNATURE.as_bytes()))
        .map(|(name, value)| [name, value].map(|text| percent_encode(&text, RESERVED).to_string()))
        .collect();
    pairs.sort_unstable();
    pairs.iter().map(|[name, value]| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}

/// Names and values, decoded: however the sender has escaped them, they are escaped in one way.
fn pairs(query: &str) -> impl Iterator<Item = (Cow<'_, [u8]>, Cow<'_, [u8]>)> {
    query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decoded(name), decoded(value))
    })
}

/// A plus sign is a space, as it is for the function.
fn decoded(text: &str) -> Cow<'_, [u8]> {
    match text.contains('+') {
        true => percent_decode_str(&text.replace('+', " ")).collect::<Vec<_>>().into(),
        false => percent_decode_str(text).into(),
    }
}

/// The value of a parameter. Of several the first.
pub(super) fn parameter(query: &str, wanted: &str) -> Option<String> {
    let (_, value) = pairs(query).find(|(name, _)| **name == *wanted.as_bytes())?;
    Some(String::from_utf8_lossy(&value).into_owned())
}

/// Without spaces around it, and with one where several follow each other.
fn folded(value: &[u8]) -> Vec<u8> {
    let mut folded = value.trim_ascii().to_vec();
    folded.dedup_by(|after, before| (*after, *before) == (b' ', b' '));
    folded
}

pub(super) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut hex, byte| {
        // Writing to a `String` cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

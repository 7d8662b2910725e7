//! What goes to standard output: lines, JSON and tables that fit 80 columns.

use std::io::{self, Write};

use claims_client::Claim;
use serde::Serialize;

/// Prints a line; colours only where they are seen.
pub(super) fn line(text: &str) -> io::Result<()> {
    writeln!(anstream::stdout().lock(), "{text}")
}

/// Text in lines of 80 columns at most; the first begins at column `indent`, and so do the others.
pub(super) fn wrapped(text: &str, indent: usize) -> String {
    let (mut lines, mut column) = (String::new(), indent);
    for word in text.split_whitespace() {
        let width = word.chars().count();
        if column > indent && column + 1 + width > 80 {
            lines.push('\n');
            lines.push_str(&" ".repeat(indent));
            column = indent;
        } else if column > indent {
            lines.push(' ');
            column += 1;
        }
        lines.push_str(word);
        column += width;
    }
    lines
}

/// Prints bytes as they are.
pub(super) fn raw(bytes: &[u8]) -> io::Result<()> {
    io::stdout().lock().write_all(bytes)
}

/// Prints one JSON document on one line.
pub(super) fn json(value: &impl Serialize) -> io::Result<()> {
    line(&serde_json::to_string(value)?)
}

/// Prints everything about a claim, one field a line.
pub(super) fn claim(claim: &Claim) -> io::Result<()> {
    for (name, text) in Claim::FIELDS.into_iter().zip(claim.texts()) {
        let text = if name == "claimAmount" { amount(claim) } else { printable(&text) };
        // Absent: there is no such line.
        if !text.is_empty() || name == "description" {
            line(&format!("{name:<12} {text}"))?;
        }
    }
    Ok(())
}

/// The heading over [`row`]s.
pub(super) fn heading() -> io::Result<()> {
    line(&format!("{:<36} {:<9} {:<10} {:>11} {}", "CLAIM", "STATUS", "TYPE", "AMOUNT", "DAY"))
}

/// A claim in one line of 80 columns: names and descriptions are for `get`.
pub(super) fn row(claim: &Claim) -> io::Result<()> {
    line(&format!(
        "{} {:<9} {:<10} {:>11} {}",
        claim.claim_id,
        claim.status.as_str(),
        claim.policy_type.as_str(),
        amount(claim),
        claim.created_at.to_string().get(..10).unwrap_or_default(),
    ))
}

/// Money as people write it, with both decimals.
fn amount(claim: &Claim) -> String {
    let cents = claim.claim_amount.cents();
    format!("{}.{:02}", cents / 100, cents % 100)
}

/// Text of somebody else's in a terminal: no escape sequences, and nothing that turns what follows or cannot be seen.
pub(super) fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => shown.push(c),
            c if c.is_control() => shown.push('\u{fffd}'),
            // Bidirectional controls, line and paragraph separators, invisible and deprecated format characters.
            '\u{61c}'
            | '\u{200b}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{e0000}'..='\u{e007f}' => shown.push_str(&format!("<U+{:04X}>", u32::from(c))),
            c => shown.push(c),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    #[test]
    fn nothing_of_a_text_turns_or_hides_what_follows() {
        assert_eq!(
            super::printable("a\u{202e}b\u{2066}c\x1b[2Jd\te\nf"),
            "a<U+202E>b<U+2066>c\u{fffd}[2Jd\u{fffd}e\nf"
        );
        let plain = "Jörg Łukasz 李 👩\u{200d}⚕ עברית";
        assert_eq!(super::printable(plain), plain);
    }
}

//! What goes to standard output: lines, JSON and tables that fit 80 columns.

use std::io::{self, Write};

use claims_client::Claim;
use serde::Serialize;

/// Prints a line; colours only where they are seen.
pub(super) fn line(text: &str) -> io::Result<()> {
    writeln!(anstream::stdout().lock(), "{text}")
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
    for (name, value) in [
        ("claimId", claim.claim_id.to_string()),
        ("memberId", claim.member_id.to_string()),
        ("policyId", claim.policy_id.to_string()),
        ("memberName", printable(claim.member_name.as_str())),
        ("policyType", claim.policy_type.to_string()),
        ("claimAmount", amount(claim)),
        ("description", printable(claim.description.as_str())),
        ("status", claim.status.to_string()),
        ("createdAt", claim.created_at.to_string()),
        ("updatedAt", claim.updated_at.to_string()),
        ("version", claim.version.to_string()),
    ] {
        line(&format!("{name:<12} {value}"))?;
    }
    Ok(())
}

/// The heading over [`row`]s.
pub(super) fn heading() -> io::Result<()> {
    line(&format!("{:<36}  {:<9}  {:<10} {:>12}  {}", "CLAIM", "STATUS", "TYPE", "AMOUNT", "DAY"))
}

/// A claim in one line of 79 columns: names and descriptions are for `get`.
pub(super) fn row(claim: &Claim) -> io::Result<()> {
    line(&format!(
        "{}  {:<9}  {:<10} {:>12}  {}",
        claim.claim_id,
        claim.status.as_str(),
        claim.policy_type.as_str(),
        amount(claim),
        // Month and day are where the eye looks; the year is in --json, with the time.
        claim.created_at.to_string().get(5..10).unwrap_or_default(),
    ))
}

/// Money as people write it, with both decimals.
fn amount(claim: &Claim) -> String {
    let cents = claim.claim_amount.cents();
    format!("{}.{:02}", cents / 100, cents % 100)
}

/// Text of somebody else's in a terminal: no escape sequences.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' { '\u{fffd}' } else { c }).collect()
}

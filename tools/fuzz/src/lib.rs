//! What must hold for any bytes from outside.
//!
//! Each function takes bytes, and panics when a law is broken. `tests/bounded.rs` runs them over `corpus/` and some thousand
//! mutations of it in every test run; the targets of `targets/` hand them to cargo-fuzz, which looks for new paths through
//! the code for as long as it is let (`cargo xtask nightly`).
#![allow(clippy::unwrap_used, clippy::expect_used)] // A panic is what a fuzz target reports with.

mod proxy_events;
mod server_answers;

use std::{fmt::Display, str::FromStr};

use claims_api_types::{
    ClaimAmount, ClaimId, CreateClaimRequest, IdempotencyKey, IfMatch, MemberId, MemberName, NextToken, PageLimit,
    PolicyId, Problem, Timestamp, UpdateClaimRequest, Version, validate::Findings,
};
pub use proxy_events::event;
pub use server_answers::answer;

/// A target: its name, which is also its corpus's, and its function.
pub type Target = (&'static str, fn(&[u8]));

/// All of them.
pub const TARGETS: [Target; 7] = [
    ("event", event),
    ("body", body),
    ("id", id),
    ("token", token),
    ("problem", problem),
    ("answer", answer),
    ("lowering", lowering),
];

/// A request's body: what is accepted is written back as something that means the same; what is not has findings.
pub fn body(data: &[u8]) {
    let mut findings = Findings::new();
    match CreateClaimRequest::read(&mut findings, data) {
        Some(read) if findings.is_empty() => {
            let written = serde_json::to_vec(&read).unwrap();
            assert!(CreateClaimRequest::read(&mut Findings::new(), &written) == Some(read), "a create changed");
        }
        _ => refused(findings),
    }
    let mut findings = Findings::new();
    match UpdateClaimRequest::read(&mut findings, data) {
        Some(read) if findings.is_empty() => {
            let written = serde_json::to_vec(&read).unwrap();
            assert!(UpdateClaimRequest::read(&mut Findings::new(), &written) == Some(read), "an update changed");
        }
        _ => refused(findings),
    }
}

fn refused(findings: Findings) {
    assert!(!findings.is_empty(), "neither read nor refused");
    let problem: claims_api_types::Problem = findings.into_problem();
    assert!(problem.status.is_some_and(|status| (400..500).contains(&status)), "{:?}", problem.status);
}

/// Ids, amounts, times and tags: what is read is written in one form only, which is read as the same.
pub fn id(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    for (name, written) in [("member id", stable::<MemberId>(text)), ("policy id", stable::<PolicyId>(text))] {
        if let Some(written) = written {
            let legal = |c: char| c.is_ascii_alphanumeric() || "_-".contains(c);
            assert!((1..=64).contains(&written.len()) && written.chars().all(legal), "{name}");
            assert_eq!(written, text, "{name}");
        }
    }
    for written in [stable::<ClaimId>(text), stable::<IdempotencyKey>(text)].into_iter().flatten() {
        assert!(written.len() == 36 && written.is_ascii(), "{written}");
    }
    if let Some(name) = stable::<MemberName>(text) {
        assert!((1..=128).contains(&name.chars().count()) && !name.chars().any(char::is_control));
    }
    if let Some(amount) = stable::<ClaimAmount>(text) {
        assert!(amount.len() <= 14, "{amount}");
    }
    stable::<Timestamp>(text);
    if let Ok(version) = Version::from_etag(text) {
        assert_eq!(Version::from_etag(&version.etag()).unwrap(), version);
    }
    let _ = text.parse::<IfMatch>();
    if let Ok(limit) = text.parse::<PageLimit>() {
        assert!((1..=100).contains(&limit.get()));
    }
}

/// The written form of what a text is read as, which is read as the same and written as the same again.
fn stable<T>(text: &str) -> Option<String>
where
    T: FromStr + Display,
{
    let written = text.parse::<T>().ok()?.to_string();
    let again = text_of::<T>(&written).unwrap_or_else(|| panic!("what was written cannot be read"));
    assert_eq!(written, again, "not one form");
    Some(written)
}

fn text_of<T: FromStr + Display>(text: &str) -> Option<String> {
    Some(text.parse::<T>().ok()?.to_string())
}

/// Page tokens: one that is accepted names a claim, and that claim's token is the same.
pub fn token(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(token) = serde_json::from_value::<NextToken>(text.into()) else { return };
    if let Ok(claim) = token.last::<ClaimId>() {
        let again = NextToken::from(claim);
        assert!(again.last::<ClaimId>().is_ok_and(|last| last == claim), "another claim");
    }
}

/// Problems as the client reads them: what is read is written as something that is read as the same.
pub fn problem(data: &[u8]) {
    if let Ok(problem) = serde_json::from_slice::<Problem>(data) {
        let written = serde_json::to_vec(&problem).unwrap();
        assert!(serde_json::from_slice::<Problem>(&written).is_ok_and(|again| again == problem), "a problem changed");
        let _ = format!("{problem:?}");
    }
}

/// The lowering to API Gateway's OpenAPI: a document is lowered or refused with its place, and never passed through unseen.
pub fn lowering(data: &[u8]) {
    let Ok(document) = serde_json::from_slice::<serde_json::Value>(data) else { return };
    // The other journeys of a document end, too.
    let _ = claims_openapi::down::down(&document);
    let _ = claims_openapi::compat::breaking_changes(&document, &document);
    match claims_openapi::lower::lower(&document, &claims_openapi::lower::Options::default()) {
        Ok(made) => assert_eq!(made.document["openapi"], "3.0.3"),
        Err(why) => assert!(why.refusals.iter().all(|r| r.at.starts_with('#') && !r.what.is_empty()), "{why}"),
    }
}

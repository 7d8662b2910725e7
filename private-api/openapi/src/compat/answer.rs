//! Answers: their statuses, bodies and headers.

use serde_json::{Value, json};

use super::{
    Pair, Report,
    schema::{self, Direction, Own},
    words,
};

pub(super) fn compare(at: &str, responses: &Pair<'_>, own: &Own, report: &mut Report) {
    for (status, response) in responses.members().filter(|(status, _)| !status.starts_with("x-")) {
        let at = format!("{at}, answer {status}");
        if response.new.is_null() {
            report.add(&at, "is gone");
            continue;
        }
        contents(&at, &response.get("content"), own, report);
        headers(&at, &response.get("headers"), own, report);
        links(&at, &response.get("links"), report);
        let codes = words(&response.new["x-problem-codes"]);
        for code in words(&response.old["x-problem-codes"]).iter().filter(|code| !codes.contains(code)) {
            report.add(&at, format!("the problem code {code} is gone"));
        }
    }
    // Errors of a new status are errors like all others; a new success is one that nobody reads.
    for status in responses.added().filter(|status| !status.starts_with("x-")) {
        let at = format!("{at}, answer {status}");
        if status.starts_with(['4', '5']) || status == "default" {
            report.allow(&at, super::NEW_STATUS);
        } else if status == "304" && responses.new[status]["content"].as_object().is_none_or(serde_json::Map::is_empty)
        {
            report.allow(&at, super::NOT_MODIFIED);
        } else {
            report.add(&at, "is a new way to succeed");
        }
    }
}

fn contents(at: &str, content: &Pair<'_>, own: &Own, report: &mut Report) {
    for (media_type, content) in content.members() {
        let at = format!("{at}, {media_type}");
        if content.new.is_null() {
            report.add(&at, "is gone");
        } else {
            schema::compare(&at, content.documents, content.old, content.new, Direction::Response, own, report);
        }
    }
    let nothing = content.old.as_object().is_none_or(serde_json::Map::is_empty);
    for media_type in content.added() {
        let what = if nothing { "is a body where there was none" } else { "is a new way to answer" };
        report.add(&format!("{at}, {media_type}"), what);
    }
}

/// Header names are the same in any letters.
fn headers(at: &str, headers: &Pair<'_>, own: &Own, report: &mut Report) {
    for (name, header) in headers.members() {
        let at = format!("{at}, header {name}");
        let renamed = headers.new.as_object().into_iter().flatten().find(|(n, _)| n.eq_ignore_ascii_case(name));
        let Some((_, new)) = renamed else {
            report.add(&at, "is gone");
            continue;
        };
        let header = header.documents.pair(header.old, new);
        if header.old["required"] == json!(true) && header.new["required"] != json!(true) {
            report.add(&at, "is no longer always there");
        }
        let wire = |h: &Value| json!([h["explode"] == true, h.get("content").is_some()]);
        if wire(header.old) != wire(header.new) {
            report.add(&at, "travels otherwise now: explode or content");
        }
        schema::compare(&at, header.documents, header.old, header.new, Direction::Response, own, report);
    }
}

/// What generated clients follow.
fn links(at: &str, links: &Pair<'_>, report: &mut Report) {
    for (name, link) in links.members() {
        if link.new.is_null() {
            report.add(&format!("{at}, link {name}"), "is gone");
        } else if !super::same(link.documents, link.old, link.new) {
            report.add(&format!("{at}, link {name}"), "has changed");
        }
    }
}

//! Paths, parameters, bodies and answers.

use serde_json::{Value, json};

use super::{
    Pair, Report,
    schema::{self, Direction},
    words,
};

const METHODS: [&str; 7] = ["get", "put", "post", "delete", "patch", "head", "options"];

pub(super) fn compare_all(document: &Pair<'_>, report: &mut Report) {
    for alternative in document.old["security"].as_array().into_iter().flatten() {
        if !document.new["security"].as_array().is_some_and(|new| new.contains(alternative)) {
            report.add("security", format!("{alternative} is no longer enough"));
        }
    }
    for (path, item) in document.get("paths").members() {
        for method in METHODS.into_iter().filter(|method| item.old.get(method).is_some()) {
            let at = format!("{} {path}", method.to_ascii_uppercase());
            if item.new.get(method).is_none() {
                report.add(&at, "the operation is gone");
            } else {
                operation(&at, &item, &item.get(method), report);
            }
        }
    }
}

fn operation(at: &str, item: &Pair<'_>, operation: &Pair<'_>, report: &mut Report) {
    if operation.old["operationId"] != operation.new["operationId"] {
        report.add(at, "the operationId names the method of generated clients and has changed");
    }
    let old = parameters(item.old, operation.old);
    let new = parameters(item.new, operation.new);
    parameter_lists(at, operation, &old, &new, report);
    request_body(at, &operation.get("requestBody"), report);
    responses(at, &operation.get("responses"), report);
}

/// The parameters of an operation, those of its path included.
fn parameters<'a>(item: &'a Value, operation: &'a Value) -> Vec<&'a Value> {
    let of = |node: &'a Value| node["parameters"].as_array().into_iter().flatten();
    of(item).chain(of(operation)).collect()
}

fn parameter_lists(at: &str, pair: &Pair<'_>, old: &[&Value], new: &[&Value], report: &mut Report) {
    let find = |list: &[&Value], wanted: &Value| {
        list.iter().rposition(|p| p["name"] == wanted["name"] && p["in"] == wanted["in"])
    };
    for parameter in old {
        let at = format!("{at}, parameter {}", label(parameter));
        match find(new, parameter) {
            None => report.add(&at, "is gone"),
            Some(i) => {
                if new[i]["required"] == true && parameter["required"] != true {
                    report.add(&at, "is now required");
                }
                let schemas = pair.with(&parameter["schema"], &new[i]["schema"]);
                schema::compare(&at, &schemas, Direction::Request, report);
            }
        }
    }
    for parameter in new.iter().filter(|p| p["required"] == true && find(old, p).is_none()) {
        report.add(&format!("{at}, parameter {}", label(parameter)), "is new and required");
    }
}

fn label(parameter: &Value) -> &str {
    parameter["name"].as_str().unwrap_or("(unnamed)")
}

fn request_body(at: &str, body: &Pair<'_>, report: &mut Report) {
    let at = format!("{at}, request body");
    if body.new["required"] == true && body.old["required"] != true {
        report.add(&at, "is now required");
    }
    contents(&at, body, Direction::Request, report);
}

fn contents(at: &str, holder: &Pair<'_>, direction: Direction, report: &mut Report) {
    for (media_type, content) in holder.get("content").members() {
        let at = format!("{at}, {media_type}");
        if content.new.is_null() {
            report.add(&at, "is gone");
        } else {
            schema::compare(&at, &content.get("schema"), direction, report);
        }
    }
}

fn responses(at: &str, responses: &Pair<'_>, report: &mut Report) {
    for (status, response) in responses.members() {
        let at = format!("{at}, answer {status}");
        if response.new.is_null() {
            report.add(&at, "is gone");
            continue;
        }
        contents(&at, &response, Direction::Response, report);
        headers(&at, &response.get("headers"), report);
        let codes = words(&response.new["x-problem-codes"]);
        for code in words(&response.old["x-problem-codes"]).iter().filter(|code| !codes.contains(code)) {
            report.add(&at, format!("the problem code {code} is gone"));
        }
    }
    // Errors of a new status are problems like all others; a new success is one that nobody reads.
    for (status, _) in responses.added().filter(|(status, _)| status.starts_with('2')) {
        report.add(&format!("{at}, answer {status}"), "is a new way to succeed");
    }
}

fn headers(at: &str, headers: &Pair<'_>, report: &mut Report) {
    for (name, header) in headers.members() {
        let at = format!("{at}, header {name}");
        if header.new.is_null() {
            report.add(&at, "is gone");
            continue;
        }
        if header.old["required"] == json!(true) && header.new["required"] != json!(true) {
            report.add(&at, "is no longer always there");
        }
        schema::compare(&at, &header.get("schema"), Direction::Response, report);
    }
}

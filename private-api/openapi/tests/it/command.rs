//! The command-line tool: what it writes, what it says, how it ends.

use std::{
    fs,
    path::PathBuf,
    process::{Command, Output},
};

use serde_json::{Value, json};

use crate::corpus;

fn file(name: &str, value: &Value) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("command");
    fs::create_dir_all(&folder).unwrap();
    let file = folder.join(name);
    fs::write(&file, value.to_string()).unwrap();
    file
}

fn run(args: &[&str]) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } =
        Command::new(env!("CARGO_BIN_EXE_private-api-openapi")).args(args).output().unwrap();
    (status.code(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

fn document(name: &str) -> Value {
    corpus::all().into_iter().find(|api| api.name == name).unwrap().document
}

#[test]
fn lower_writes_the_document_and_says_what_it_left_out() {
    let source = file("measurements.json", &document("measurements"));
    let (code, out, said) = run(&["lower", source.to_str().unwrap(), "--template"]);
    assert_eq!(code, Some(0), "{said}");
    let made: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(made["openapi"], "3.0.3");
    assert!(
        said.contains("parameter-word") && said.contains("#/paths/~1measurements/get/parameters/2/explode"),
        "{said}"
    );
    let target = source.with_file_name("made.json");
    let (_, out, said) =
        run(&["lower", source.to_str().unwrap(), "--no-models", "--quiet", "--output", target.to_str().unwrap()]);
    assert_eq!((out.as_str(), said.as_str()), ("", ""));
    assert!(serde_json::from_str::<Value>(&fs::read_to_string(target).unwrap()).unwrap().get("components").is_none());
}

#[test]
fn all_refusals_come_at_once_with_a_way_out() {
    let source = file("tenants.json", &document("tenants"));
    let (code, out, said) = run(&["lower", source.to_str().unwrap(), "--template"]);
    assert_eq!((code, out.as_str()), (Some(1), ""));
    assert!(said.starts_with("4 things are in the way:"), "{said}");
    assert_eq!(said.matches("instead: ").count(), 4, "{said}");
    assert_eq!(said.matches("source: ").count(), 4, "{said}");
}

#[test]
fn a_credential_is_mapped_from_outside() {
    let source = file("graph.json", &document("graph"));
    let refused = run(&["lower", source.to_str().unwrap(), "--no-models"]);
    assert!(refused.0 == Some(1) && refused.2.contains("AWS_IAM"), "{}", refused.2);
    let authorizer = file(
        "authorizer.json",
        &json!({"type": "apiKey", "name": "Authorization", "in": "header", "x-amazon-apigateway-authorizer": {"type": "token"}}),
    );
    for what in ["AWS_IAM", "NONE", authorizer.to_str().unwrap()] {
        let (code, _, said) =
            run(&["lower", source.to_str().unwrap(), "--no-models", "--authorization", &format!("Token={what}")]);
        assert_eq!(code, Some(0), "{said}");
    }
    assert_eq!(run(&["lower", source.to_str().unwrap(), "--authorization", "Token"]).0, Some(2));
}

#[test]
fn down_writes_a_full_document() {
    let source = file("trains.json", &document("trains"));
    let (code, out, said) = run(&["down", source.to_str().unwrap()]);
    assert_eq!(code, Some(0), "{said}");
    let made: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(made["openapi"], "3.0.3");
    assert!(made["components"]["schemas"]["Booking"].is_object());
}

#[test]
fn compat_says_what_breaks_and_what_was_let_pass() {
    let old = document("graph");
    let mut new = old.clone();
    new["paths"]["/api/v1/db/list"]["get"]["responses"]["429"] = json!({"description": "Later."});
    let (old_file, new_file) = (file("old.json", &old), file("new.json", &new));
    let (code, _, said) = run(&["compat", old_file.to_str().unwrap(), new_file.to_str().unwrap()]);
    assert_eq!((code, said.trim()), (Some(0), "let pass by new-error-status: GET /api/v1/db/list, answer 429"));
    new["paths"].as_object_mut().unwrap().remove("/api/v1/user/login");
    let new_file = file("new.json", &new);
    let (code, _, said) = run(&["compat", old_file.to_str().unwrap(), new_file.to_str().unwrap()]);
    assert_eq!(code, Some(1));
    assert!(said.contains("POST /api/v1/user/login: the operation is gone"), "{said}");
    let exceptions =
        json!([{"at": "POST /api/v1/user/login", "what": "the operation is gone", "why": "nobody logs in"}]);
    let except = file("except.json", &exceptions);
    let (code, _, said) =
        run(&["compat", old_file.to_str().unwrap(), new_file.to_str().unwrap(), "--except", except.to_str().unwrap()]);
    assert!(
        code == Some(0) && said.contains("excepted: POST /api/v1/user/login: the operation is gone (nobody logs in)"),
        "{said}"
    );
}

#[test]
fn what_is_no_document_is_said_and_ends_with_2() {
    let text = file("text.json", &json!({})).with_file_name("text.yaml");
    fs::write(&text, "openapi: 3.1.0").unwrap();
    for args in
        [&["lower", text.to_str().unwrap()][..], &["down", "nowhere.json"], &["compat", "nowhere.json", "nowhere.json"]]
    {
        let (code, _, said) = run(args);
        assert!(code == Some(2) && said.contains("error: "), "{args:?}: {said}");
    }
    let empty = file("empty.json", &json!({}));
    assert_eq!(run(&["lower", empty.to_str().unwrap()]).0, Some(1));
}

#[test]
fn rules_are_listed_with_their_sources() {
    let (code, out, _) = run(&["rules"]);
    assert_eq!(code, Some(0));
    assert!(out.matches("source: ").count() >= 40 && out.contains("own-value (compat)"), "{out}");
}

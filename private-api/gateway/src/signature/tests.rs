#![allow(clippy::unwrap_used)]

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use http::{HeaderMap, HeaderName, HeaderValue};

use super::*;

/// AWS's published vectors, where the aws-sigv4 crate's package keeps them.
fn vectors() -> PathBuf {
    let text = |output: std::process::Output| String::from_utf8(output.stdout).unwrap();
    let rustc = text(Command::new("rustc").arg("-vV").output().unwrap());
    let host = rustc.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    // For this machine only: other platforms' crates may never have been downloaded.
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["metadata", "--format-version=1", "--offline", "--filter-platform", host]);
    cargo.args(["--manifest-path", concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")]);
    let metadata: serde_json::Value = serde_json::from_str(&text(cargo.output().unwrap())).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let package = packages.iter().find(|p| p["name"] == "aws-sigv4").unwrap();
    let manifest = PathBuf::from(package["manifest_path"].as_str().unwrap());
    manifest.with_file_name("aws-signing-test-suite").join("v4")
}

/// A request as the vectors write it: a request line, headers (some folded, some repeated), a body.
struct Vector {
    method: String,
    path: String,
    query: String,
    headers: HeaderMap,
    body: String,
}

impl Vector {
    fn read(file: &Path) -> Self {
        let text = fs::read_to_string(file).unwrap();
        let (head, body) = text.split_once("\n\n").unwrap_or((&text, ""));
        let mut lines = head.lines();
        let (method, rest) = lines.next().unwrap().split_once(' ').unwrap();
        let target = rest.strip_suffix(" HTTP/1.1").unwrap();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let mut headers: Vec<(String, String)> = Vec::new();
        for line in lines {
            match line.split_once(':') {
                Some((name, value)) if !line.starts_with(' ') => headers.push((name.to_owned(), value.to_owned())),
                _ => headers.last_mut().unwrap().1.push_str(line),
            }
        }
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(name.parse::<HeaderName>().unwrap(), HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        let [method, path, query, body] = [method, path, query, body].map(str::to_owned);
        Self { method, path, query, headers: map, body }
    }

    fn sent(&self) -> Sent<'_> {
        let Self { method, path, query, headers, body } = self;
        Sent { method, path, query, headers, body: body.as_bytes() }
    }
}

#[test]
fn requests_come_down_to_what_the_published_vectors_say() {
    let mut checked = 0;
    for entry in fs::read_dir(vectors()).unwrap() {
        let folder = entry.unwrap().path();
        // Two folders are not of AWS's suite but of the crate itself, in another form.
        let Ok(context) = fs::read_to_string(folder.join("context.json")) else { continue };
        let context: serde_json::Value = serde_json::from_str(&context).unwrap();
        // Unnormalised paths are S3's.
        if context["normalize"] == false {
            continue;
        }
        let secret = context["credentials"]["secret_access_key"].as_str().unwrap();
        for form in ["header", "query"] {
            let name = format!("{} {form}", folder.file_name().unwrap().to_string_lossy());
            // A token that is added after the signature: execute-api is not among the services that do so.
            if form == "query" && context["omit_session_token"] == true {
                continue;
            }
            let read = |what: &str| fs::read_to_string(folder.join(format!("{form}-{what}.txt"))).unwrap();
            let vector = Vector::read(&folder.join(format!("{form}-signed-request.txt")));
            let sent = vector.sent();
            let stated = stated(&sent).unwrap_or_else(|refusal| panic!("{name}: {refusal:?}"));
            assert_eq!(stated.form == Form::Query, form == "query", "{name}");
            assert_eq!(stated.token.as_deref(), context["credentials"]["token"].as_str(), "{name}");
            check_headers(&stated, &sent).unwrap();
            let now: Timestamp = context["timestamp"].as_str().unwrap().parse().unwrap();
            let at = check_time(&stated, now).unwrap();
            let calculated = calculate(&stated, &sent, at, secret);
            assert_eq!(String::from_utf8(calculated.canonical).unwrap(), read("canonical-request"), "{name}");
            assert_eq!(calculated.to_sign, read("string-to-sign"), "{name}");
            assert_eq!(calculated.signature, read("signature").trim(), "{name}");
            assert!(is_equal(&calculated.signature, &stated.signature), "{name}");
            checked += 1;
        }
    }
    assert!(checked >= 60, "{checked}");
}

#[test]
fn what_is_escaped_in_a_path_is_escaped_once_more() {
    // The crate's own vector, which is of this very service.
    let folder = vectors().join("double-encode-path");
    let request = folder.join("header-signed-request.txt");
    let vector = Vector::read(&request);
    let canonical = canonical::request(&vector.sent(), "host;x-amz-date", false);
    let path = String::from_utf8(canonical).unwrap().lines().nth(1).unwrap().to_owned();
    assert_eq!(path, "/test/%40connections/JBDvjfGEIAMCERw%253D");
}

#[test]
fn a_signatures_time_counts_to_the_second() {
    let vector = Vector::read(&vectors().join("get-vanilla").join("header-signed-request.txt"));
    let sent = vector.sent();
    let at = |text: &str| check_time(&stated(&sent).unwrap(), text.parse().unwrap()).map_err(|refusal| refusal.message);
    assert!(at("2015-08-30T12:31:00Z").is_ok() && at("2015-08-30T12:41:00Z").is_ok());
    assert_eq!(
        at("2015-08-30T12:41:01Z").unwrap_err(),
        "Signature expired: 20150830T123600Z is now earlier than 20150830T123601Z (20150830T124101Z - 5 min.)"
    );
    assert_eq!(
        at("2015-08-30T12:30:59Z").unwrap_err(),
        "Signature not yet current: 20150830T123600Z is still later than 20150830T123559Z (20150830T123059Z + 5 min.)"
    );
}

#[test]
fn a_query_may_ask_for_a_shorter_life_and_for_no_longer_one() {
    let mut vector = Vector::read(&vectors().join("get-vanilla").join("query-signed-request.txt"));
    let query = vector.query.clone();
    for (expires, seconds, is_alive) in [
        ("3600", 300, true),
        ("3600", 301, false),
        ("60", 60, true),
        ("60", 61, false),
        ("-9223372036854775808", 1, false),
    ] {
        vector.query = query.replace("X-Amz-Expires=3600", &format!("X-Amz-Expires={expires}"));
        let now = "2015-08-30T12:36:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_secs(seconds);
        assert_eq!(check_time(&stated(&vector.sent()).unwrap(), now).is_ok(), is_alive, "{expires} after {seconds} s");
    }
}

//! The problem codes in the contract are those of the types, each under its own status.
#![allow(missing_docs, clippy::unwrap_used)]

use std::collections::BTreeSet;

use claims_api_types::{Operation, ProblemCode, openapi::document};
use private_api_contract::ProblemCode as _;
use serde_json::Value;

/// Every documented pair of status and code, by operation.
fn documented() -> Vec<(Operation, u16, String)> {
    let document = document();
    let mut found = Vec::new();
    for &operation in Operation::ALL {
        let responses = &document["paths"][operation.path()][operation.method().to_ascii_lowercase()]["responses"];
        for (status, response) in responses.as_object().unwrap() {
            let response = match response["$ref"].as_str() {
                Some(target) => document.pointer(target.trim_start_matches('#')).unwrap(),
                None => response,
            };
            let status: u16 = status.parse().unwrap();
            let codes = response["x-problem-codes"].as_array().cloned().unwrap_or_default();
            assert_eq!(codes.is_empty(), status < 400, "{operation} {status} needs codes exactly if it is an error");
            let code = |code: Value| (operation, status, code.as_str().unwrap().to_owned());
            found.extend(codes.into_iter().map(code));
            let headers = response["headers"].as_object().unwrap();
            assert!(headers.contains_key("x-amzn-requestid"), "{operation} {status}");
            assert_eq!(headers.contains_key("Retry-After"), matches!(status, 429 | 503), "{operation} {status}");
        }
    }
    found
}

#[test]
fn every_code_stands_under_its_own_status() {
    for (operation, status, code) in documented() {
        let code = ProblemCode::known(&code).unwrap();
        let also_500 = code == ProblemCode::IntegrationFailed && status == 500;
        assert!(code.status() == Some(status) || also_500, "{operation}: {code} under {status}");
    }
}

#[test]
fn every_code_is_some_operations() {
    let documented: BTreeSet<String> = documented().into_iter().map(|(_, _, code)| code).collect();
    let known: BTreeSet<String> = ProblemCode::KNOWN.iter().map(ToString::to_string).collect();
    assert_eq!(documented, known);
}

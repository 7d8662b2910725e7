//! Requests are read strictly, and every mistake is named at once.
#![allow(missing_docs, clippy::unwrap_used, clippy::result_large_err)]

use claims_api_types::{CreateClaimRequest, Problem, ProblemCode, UpdateClaimRequest, validate::Findings};

fn create(body: &str) -> Result<CreateClaimRequest, Problem> {
    let mut findings = Findings::new();
    let request = CreateClaimRequest::read(&mut findings, body.as_bytes());
    if findings.is_empty() { Ok(request.unwrap()) } else { Err(findings.into_problem()) }
}

fn update(body: &str) -> Result<UpdateClaimRequest, Problem> {
    let mut findings = Findings::new();
    let request = UpdateClaimRequest::read(&mut findings, body.as_bytes());
    if findings.is_empty() { Ok(request.unwrap()) } else { Err(findings.into_problem()) }
}

fn summary(problem: &Problem) -> Vec<(&str, &str)> {
    problem.errors.iter().map(|e| (e.field.as_str(), e.code.as_str())).collect()
}

#[test]
fn what_a_request_writes_the_server_reads() {
    let text = r#"{"policyType":"Health","claimAmount":500,"description":"snow accident"}"#;
    let request = create(text).unwrap();
    assert_eq!(serde_json::to_string(&request).unwrap(), text);
    create(r#"{"policyType":"Health","claimAmount":500,"description":"snow accident","status":"pending"}"#).unwrap();

    let text = r#"{"policyType":"Life","claimAmount":19.99,"description":"","status":"in_review"}"#;
    assert_eq!(serde_json::to_string(&update(text).unwrap()).unwrap(), text);
}

#[test]
fn every_bad_value_is_named_at_once() {
    let problem = create(r#"{"policyType":"Car","claimAmount":0,"status":"paid"}"#).unwrap_err();
    assert_eq!(problem.code, ProblemCode::ValidationFailed);
    assert_eq!(
        summary(&problem),
        [
            ("policyType", "invalid_value"),
            ("claimAmount", "out_of_range"),
            ("description", "missing"),
            ("status", "invalid_value")
        ]
    );
    let problem = update("{}").unwrap_err();
    assert_eq!(problem.code, ProblemCode::ValidationFailed);
    assert_eq!(
        summary(&problem),
        [("policyType", "missing"), ("claimAmount", "missing"), ("description", "missing"), ("status", "missing")]
    );
}

#[test]
fn a_wrong_form_is_malformed_and_still_names_everything() {
    let body = r#"{"policyType":1,"claimAmount":"500","description":null,"description":"twice","PK":"x","SK":"y",
                   "claimId":"z","version":9}"#;
    let problem = create(body).unwrap_err();
    assert_eq!(problem.code, ProblemCode::MalformedBody);
    assert_eq!(
        summary(&problem),
        [
            ("policyType", "wrong_type"),
            ("claimAmount", "wrong_type"),
            ("description", "duplicate"),
            ("PK", "unknown_field"),
            ("SK", "unknown_field"),
            ("claimId", "unknown_field"),
            ("version", "unknown_field")
        ]
    );
}

#[test]
fn null_is_not_absent() {
    let problem = create(r#"{"policyType":"Life","claimAmount":1,"description":"","status":null}"#).unwrap_err();
    assert_eq!((problem.code.as_str(), summary(&problem)), ("malformed_body", vec![("status", "wrong_type")]));
}

#[test]
fn what_is_no_json_object_is_malformed_with_a_position_and_no_quotation() {
    for body in
        ["", "  ", "not json SECRET", "[]", "\"SECRET\"", "1", "{\"policyType\":\"SECRET", "{} SECRET", "\u{feff}{}"]
    {
        let problem = create(body).unwrap_err();
        assert_eq!(problem.code, ProblemCode::MalformedBody, "{body}");
        assert!(!serde_json::to_string(&problem).unwrap().contains("SECRET"), "{body}");
    }
    let deep = format!("{{\"a\":{}", "[".repeat(100_000));
    assert_eq!(create(&deep).unwrap_err().code, ProblemCode::MalformedBody);
    assert_eq!(create("{\"a\":\"\\ud800\"}").unwrap_err().code, ProblemCode::MalformedBody);
}

#[test]
fn an_unknown_field_is_echoed_only_if_it_looks_like_a_name() {
    let problem = create(r#"{"John Doe, born 1970":1,"":2}"#).unwrap_err();
    let text = serde_json::to_string(&problem).unwrap();
    assert!(!text.contains("John"), "{text}");
    assert_eq!(text.matches("(unnamed)").count(), 4, "{text}");
}

#[test]
fn lengths_count_characters_not_bytes() {
    let body = |n| format!(r#"{{"policyType":"Life","claimAmount":1,"description":"{}"}}"#, "é".repeat(n));
    create(&body(2000)).unwrap();
    assert_eq!(summary(&create(&body(2001)).unwrap_err()), [("description", "out_of_range")]);
}

#[test]
fn an_amount_is_read_from_its_digits_not_from_a_double() {
    let read = |amount: &str| {
        create(&format!(r#"{{"policyType":"Life","claimAmount":{amount},"description":""}}"#)).map(|r| r.claim_amount)
    };
    for (text, cents) in [
        ("19.99", 1999),
        ("19.990000000000000000000000000000", 1999),
        ("1999e-2", 1999),
        ("0.1999E+2", 1999),
        ("0.00001999e6", 1999),
        ("1e0", 100),
        ("0.01", 1),
        ("1e-2", 1),
        ("10e-3", 1),
        ("999999999.99", 99_999_999_999),
        ("99999999999e-2", 99_999_999_999),
        ("100000000", 10_000_000_000),
    ] {
        assert_eq!(read(text).unwrap().cents(), cents, "{text}");
    }
    for (text, code) in [
        ("19.99000000000000000000000000000001", "invalid_format"),
        ("19.999", "invalid_format"),
        ("1e400", "out_of_range"),
        ("1e-400", "out_of_range"),
        ("1e99999999999999999999", "out_of_range"),
        ("0", "out_of_range"),
        ("-0.0", "out_of_range"),
        ("-5", "out_of_range"),
        ("0.009", "out_of_range"),
        ("1000000000", "out_of_range"),
        ("1e9", "out_of_range"),
    ] {
        let problem = read(text).unwrap_err();
        assert_eq!(
            (problem.code.as_str(), summary(&problem)),
            ("validation_failed", vec![("claimAmount", code)]),
            "{text}"
        );
    }
}

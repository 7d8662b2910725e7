//! The committed documents are what the code says.
#![allow(missing_docs, clippy::unwrap_used)]

use claims_api_types::Operation;
use claims_openapi::{
    CLAIMS_APIGATEWAY_JSON, CLAIMS_OPENAPI_3_0_JSON, CLAIMS_OPENAPI_JSON,
    generate::{UPDATE_COMMAND, documents},
};

#[test]
fn the_committed_documents_are_those_of_the_code() {
    let made = documents().unwrap();
    for (name, committed, made) in [
        ("openapi/claims.openapi.json", CLAIMS_OPENAPI_JSON, &made.contract),
        ("openapi/claims.openapi-3.0.json", CLAIMS_OPENAPI_3_0_JSON, &made.full),
        ("openapi/claims.apigateway.json", CLAIMS_APIGATEWAY_JSON, &made.import),
    ] {
        let first = committed.lines().zip(made.lines()).position(|(a, b)| a != b);
        let line = first.unwrap_or_else(|| committed.lines().count().min(made.lines().count())) + 1;
        assert!(
            committed == made,
            "{name} has drifted from the code at line {line}: run `{UPDATE_COMMAND}` and commit it"
        );
    }
}

#[test]
fn the_import_document_is_a_template_of_exactly_the_agreed_variables() {
    let mut variables: Vec<&str> =
        CLAIMS_APIGATEWAY_JSON.split("${").skip(1).map(|rest| rest.split_once('}').unwrap().0).collect();
    variables.sort_unstable();
    variables.dedup();
    let mut agreed: Vec<_> = Operation::ALL.iter().map(|operation| format!("{operation}_invoke_arn")).collect();
    agreed.push("authorization_type".to_owned());
    agreed.sort_unstable();
    assert_eq!(variables, agreed);
    assert!(!CLAIMS_APIGATEWAY_JSON.contains("%{"), "a directive to Terraform");
}

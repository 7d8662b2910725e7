//! The committed documents are those of the code.

use orders::{
    Code, Operation,
    documents::{IMPORT, OPENAPI, make},
};
use private_api_contract::{ProblemCode, StandardCode};
use serde_json::Value;

#[test]
fn the_committed_documents_are_those_of_the_code() {
    let command = "run `cargo run -p orders --bin orders-documents examples/orders/openapi` and commit them";
    let [contract, import] = make().unwrap();
    assert!(contract == OPENAPI, "orders.openapi.json has drifted: {command}");
    assert!(import == IMPORT, "orders.apigateway.json has drifted: {command}");
}

#[test]
fn the_import_document_names_a_function_for_each_operation_and_the_gateways_problems_are_this_apis() {
    let import: Value = serde_json::from_str(IMPORT).unwrap();
    for &operation in Operation::ALL {
        let method = &import["paths"][operation.path()][operation.method().to_ascii_lowercase()];
        assert_eq!(method["operationId"], operation.id());
        let uri = &method["x-amazon-apigateway-integration"]["uri"];
        assert_eq!(*uri, format!("${{{operation}_invoke_arn}}"));
    }
    let denied = &import["x-amazon-apigateway-gateway-responses"]["ACCESS_DENIED"]["responseTemplates"];
    assert!(denied["application/json"].as_str().unwrap().contains("urn:orders-api:problem:forbidden"), "{denied}");
}

#[test]
fn every_standard_code_has_a_word_of_its_own() {
    for code in StandardCode::ALL.into_iter().filter(|code| *code != StandardCode::InvalidTransition) {
        assert_eq!(Code::standard(code).as_standard(), Some(code));
    }
    for code in Code::KNOWN {
        assert!(code.status().is_some() && code.title() != "Unknown problem", "{code}");
    }
}

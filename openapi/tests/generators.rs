//! What generators, pages and validators make of the contract: the rules that keep their results right.
#![allow(missing_docs, clippy::unwrap_used)]

use claims_api_types::{ClaimStatus, FieldErrorCode, PolicyType, ProblemCode, openapi::document};
use claims_openapi::CLAIMS_OPENAPI_3_0_JSON;
use serde_json::{Value, json};

/// Both documents for generators.
fn documents() -> [Value; 2] {
    [document(), serde_json::from_str(CLAIMS_OPENAPI_3_0_JSON).unwrap()]
}

/// Calls with every object below a node, and its place.
fn each(node: &Value, at: &str, look: &mut dyn FnMut(&str, &Value)) {
    match node {
        Value::Object(fields) => {
            look(at, node);
            fields.iter().for_each(|(key, child)| each(child, &format!("{at}/{key}"), look));
        }
        Value::Array(items) => items.iter().enumerate().for_each(|(i, child)| each(child, &format!("{at}/{i}"), look)),
        _ => {}
    }
}

fn resolved<'a>(document: &'a Value, node: &'a Value) -> &'a Value {
    node["$ref"].as_str().map_or(node, |target| document.pointer(target.trim_start_matches('#')).unwrap())
}

/// Every operation: its path, its method and itself.
fn operations(document: &Value) -> Vec<(&str, &str, &Value)> {
    let paths = document["paths"].as_object().unwrap().iter();
    paths
        .flat_map(|(path, item)| item.as_object().unwrap().iter().map(move |(m, o)| (path.as_str(), m.as_str(), o)))
        .collect()
}

/// Go takes 32 bits for a number without a width, and changes 1234567.89.
#[test]
fn every_number_says_its_width() {
    for document in documents() {
        let mut numbers = 0;
        each(&document, "#", &mut |at, node| {
            let width = match node["type"].as_str() {
                Some("number") => ["double", "double"],
                Some("integer") => ["int32", "int64"],
                _ => return,
            };
            numbers += 1;
            assert!(node["format"].as_str().is_some_and(|format| width.contains(&format)), "{at}: {node}");
        });
        assert!(numbers >= 5, "only {numbers} numbers are seen");
    }
}

/// Of two schemas for one status generators take one, and lose the `code`.
#[test]
fn every_status_has_one_schema_and_the_problems_type_comes_first() {
    for document in documents() {
        let mut errors = 0;
        for (path, method, operation) in operations(&document) {
            for (status, answer) in operation["responses"].as_object().unwrap() {
                let content = &resolved(&document, answer)["content"];
                let mut schemas: Vec<&Value> =
                    content.as_object().into_iter().flatten().map(|(_, content)| &content["schema"]).collect();
                schemas.dedup();
                assert!(schemas.len() <= 1, "{method} {path} {status}: {schemas:?}");
                let Some(schema) = schemas.first().filter(|_| status.as_str() >= "400") else { continue };
                assert!(content["application/problem+json"].is_object(), "{method} {path} {status}");
                assert!(resolved(&document, schema)["properties"]["code"].is_object(), "{method} {path} {status}");
                errors += 1;
            }
        }
        assert!(errors > 20, "only {errors} errors are seen");
    }
    let text = claims_openapi::CLAIMS_OPENAPI_JSON;
    let forbidden = text.split_once("\"Forbidden\": {").unwrap().1;
    assert!(forbidden.find("\"application/problem+json\"").unwrap() < forbidden.find("\"application/json\"").unwrap());
    // progenitor and others take one type for a status.
    let full = &documents()[1];
    for (path, method, operation) in operations(full) {
        for (status, answer) in operation["responses"].as_object().unwrap() {
            let types = resolved(full, answer)["content"].as_object().map_or(0, serde_json::Map::len);
            assert!(types <= 1, "{method} {path} {status}");
        }
    }
}

#[test]
fn a_refusal_reads_problems_and_the_gateways_bare_form() {
    let mut schema = document();
    schema["$ref"] = "#/components/schemas/Refusal".into();
    let refusal = jsonschema::validator_for(&schema).unwrap();
    schema["$ref"] = "#/components/schemas/Problem".into();
    let problem = jsonschema::validator_for(&schema).unwrap();
    assert!(
        schema["components"]["schemas"]["Problem"]["examples"].is_null(),
        "prism's mock would answer it to everything"
    );
    let invalid = &schema["components"]["responses"]["InvalidRequest"]["content"]["application/problem+json"];
    let example = invalid["examples"]["validation_failed"]["value"].clone();
    let bare = json!({"message": "Forbidden"});
    assert!(problem.is_valid(&example) && refusal.is_valid(&example));
    assert!(!problem.is_valid(&bare) && refusal.is_valid(&bare));
    assert!(!refusal.is_valid(&json!({"code": 1})), "it says what a code is");
}

#[test]
fn known_values_are_listed_and_others_are_legal() {
    fn words<T: ToString>(known: &[T]) -> Value {
        known.iter().map(ToString::to_string).collect()
    }
    for document in documents() {
        let schemas = &document["components"]["schemas"];
        for (name, known) in [
            ("ClaimStatus", words(ClaimStatus::KNOWN)),
            ("PolicyType", words(PolicyType::KNOWN)),
            ("ProblemCode", words(ProblemCode::KNOWN)),
            ("FieldErrorCode", words(FieldErrorCode::KNOWN)),
        ] {
            let schema = &schemas[name];
            assert_eq!(schema["type"], "string", "no composition: openapi-generator makes an empty type of one");
            assert_eq!(schema["x-extensible-enum"], known);
            for word in known.as_array().unwrap() {
                let said = schema["description"].as_str().unwrap();
                assert!(said.contains(&format!("`{}`", word.as_str().unwrap())), "{name}: {said}");
            }
        }
    }
    let mut schema = document();
    schema["$ref"] = "#/components/schemas/Claim".into();
    let claim = jsonschema::validator_for(&schema).unwrap();
    let mut example = schema["components"]["schemas"]["Claim"]["examples"][0].clone();
    example["status"] = "escalated".into();
    assert!(claim.is_valid(&example));
    example["status"] = 7.into();
    assert!(!claim.is_valid(&example));
}

/// Some generators do not look at the path's.
#[test]
fn every_operation_says_its_parameters_itself() {
    for document in documents() {
        for (path, method, operation) in operations(&document) {
            assert!(operation["operationId"].is_string(), "{path} has {method} beside its operations");
            let named = |name: &str| operation["parameters"].as_array().unwrap().iter().any(|p| p["name"] == name);
            assert!(named("memberId"), "{method} {path}");
            assert_eq!(named("claimId"), path.contains("{claimId}"), "{method} {path}");
        }
    }
}

/// Whoever names no server calls the first one; descriptions of variables trip validators, long ones become identifiers.
#[test]
fn the_servers_default_to_nothing_wrong() {
    for document in documents() {
        let servers = document["servers"].as_array().unwrap();
        assert!(servers[0]["url"].as_str().unwrap().starts_with("https://{apiId}.execute-api."), "{}", servers[0]);
        let plain: Vec<usize> =
            (0..servers.len()).filter(|&i| servers[i]["url"].as_str().unwrap().starts_with("http:")).collect();
        assert_eq!(plain, [servers.len() - 1], "only the local one is plain, and it is the last");
        for server in servers {
            assert!(server["description"].as_str().unwrap().len() <= 50, "{server}");
            for variable in server["variables"].as_object().unwrap().values() {
                assert!(variable.get("description").is_none() && variable["default"].is_string(), "{server}");
            }
        }
    }
}

/// Tools send the examples as they stand, again and again, in the order of the operations.
#[test]
fn the_examples_can_be_sent_and_contradict_nothing() {
    let document = document();
    for (path, method, operation) in operations(&document) {
        for parameter in operation["parameters"].as_array().unwrap() {
            let example = &resolved(&document, &parameter["schema"])["examples"][0];
            let name = parameter["name"].as_str().unwrap();
            match name {
                "Idempotency-Key" | "If-None-Match" | "nextToken" => assert!(example.is_null(), "{name} would be sent"),
                "If-Match" => assert_eq!(example, if method == "delete" { "\"2\"" } else { "\"1\"" }, "{path}"),
                _ => {}
            }
        }
        for (status, answer) in operation["responses"].as_object().unwrap() {
            let answer = resolved(&document, answer);
            let version = &answer["content"]["application/json"]["examples"]["example"]["value"]["version"];
            if let Some(version) = version.as_u64() {
                let etag = resolved(&document, &answer["headers"]["ETag"]);
                assert_eq!(etag["schema"]["examples"][0], format!("\"{version}\""), "{method} {path} {status}");
            }
            let id = resolved(&document, &answer["headers"]["x-amzn-requestid"])["schema"]["examples"][0].clone();
            for content in answer["content"].as_object().into_iter().flatten().map(|(_, content)| content) {
                for example in content["examples"].as_object().unwrap().values().map(|e| &e["value"]) {
                    assert!(example.get("requestId").is_none_or(|in_body| *in_body == id), "{method} {path} {status}");
                    let said = example["status"].as_u64();
                    assert!(said.is_none_or(|said| said.to_string() == *status), "{method} {path} {status}: {example}");
                }
            }
        }
    }
    let bare = |answer: &str| {
        document["components"]["responses"][answer]["content"]["application/json"]["examples"]["gateway"]["value"]
            .clone()
    };
    // What API Gateway answers, and the twin's recordings have.
    assert_eq!(bare("PayloadTooLarge"), json!({"message": "Request Too Long"}));
    assert_eq!(bare("Forbidden"), json!({"message": "Forbidden"}));
}

#[test]
fn a_token_is_opaque_in_a_request_as_in_an_answer() {
    for document in documents() {
        let (_, _, list) = *operations(&document).iter().find(|(_, _, o)| o["operationId"] == "listClaims").unwrap();
        let token = list["parameters"].as_array().unwrap().iter().find(|p| p["name"] == "nextToken").unwrap();
        for schema in [&token["schema"], &document["components"]["schemas"]["NextToken"]] {
            assert_eq!(schema["type"], "string");
            assert!(
                schema.get("pattern").is_none() && schema.get("format").is_none() && schema.get("maxLength").is_none()
            );
        }
    }
}

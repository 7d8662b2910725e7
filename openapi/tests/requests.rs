//! The request schemas of the contract say what the server does: they accept whatever it accepts and refuse what it
//! refuses as to shape. What no schema can say is named here: a third decimal of the amount.
#![allow(missing_docs, clippy::unwrap_used)]

use std::sync::LazyLock;

use claims_api_types::{
    ClaimStatus, CreateClaim, FieldErrorCode, PolicyType, Problem, UpdateClaimRequest, validate::Findings,
};
use claims_openapi::{CLAIMS_APIGATEWAY_JSON, CLAIMS_OPENAPI_JSON};
use jsonschema::{Draft, Validator};
use proptest::prelude::*;
use serde_json::{Value, json};

/// One request model of the contract as a validator.
fn model(name: &str) -> Validator {
    let mut schema: Value = serde_json::from_str(CLAIMS_OPENAPI_JSON).unwrap();
    schema["$ref"] = format!("#/components/schemas/{name}").into();
    jsonschema::options().with_draft(Draft::Draft202012).build(&schema).unwrap()
}

static CREATE: LazyLock<Validator> = LazyLock::new(|| model("CreateClaimRequest"));
static UPDATE: LazyLock<Validator> = LazyLock::new(|| model("UpdateClaimRequest"));

fn server_reads<T>(read: impl Fn(&mut Findings, &[u8]) -> Option<T>, body: &Value) -> Result<(), Box<Problem>> {
    let mut findings = Findings::new();
    read(&mut findings, body.to_string().as_bytes());
    if findings.is_empty() { Ok(()) } else { Err(Box::new(findings.into_problem())) }
}

/// Whether all that the server minds is what no schema can say.
fn only_too_precise(problem: &Problem) -> bool {
    !problem.errors.is_empty()
        && problem.errors.iter().all(|e| e.field == "claimAmount" && e.code == FieldErrorCode::InvalidFormat)
}

fn agree(model: &Validator, server: Result<(), Box<Problem>>, body: &Value) -> Result<(), TestCaseError> {
    let contract = model.is_valid(body);
    match server {
        Ok(()) => prop_assert!(contract, "the server takes what the schemas refuse: {}", body),
        Err(problem) if only_too_precise(&problem) => {}
        Err(problem) => prop_assert!(!contract, "the schemas take {body}, but {problem:?}"),
    }
    Ok(())
}

/// Any value, near and far from what a field wants.
fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_filter("JSON has no others", |n| n.is_finite()).prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        amounts(),
        words(),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::btree_map("[a-z]{0,4}", inner, 0..3).prop_map(|m| json!(m)),
        ]
    })
}

/// Numbers around both limits, with none to three decimals.
fn amounts() -> impl Strategy<Value = Value> {
    prop_oneof![
        (-2..=100_000i64).prop_map(|cents| json!(cents as f64 / 100.0)),
        (99_999_999_990..=100_000_000_010i64).prop_map(|cents| json!(cents as f64 / 100.0)),
        (0..=3_000i64).prop_map(|mills| json!(mills as f64 / 1000.0)),
        (-1..=1_000_000_001i64).prop_map(Value::from),
    ]
}

/// The words of the enumerations, also in the wrong place or letter case.
fn words() -> impl Strategy<Value = Value> {
    let known: Vec<String> = PolicyType::KNOWN
        .iter()
        .map(|p| p.as_str().to_owned())
        .chain(ClaimStatus::KNOWN.iter().map(|s| s.as_str().to_owned()))
        .chain(["health", "PENDING", "", " pending"].map(str::to_owned))
        .collect();
    prop::sample::select(known).prop_map(Value::from)
}

/// Texts around the longest description, also of characters that are several bytes or UTF-16 units.
fn texts() -> impl Strategy<Value = Value> {
    (prop::sample::select(vec!["x", "é", "😀", "\u{0}"]), prop::sample::select(vec![0usize, 1, 1999, 2000, 2001]))
        .prop_map(|(c, n)| Value::from(c.repeat(n)))
}

fn name(known: &'static [impl AsWord]) -> impl Strategy<Value = Value> {
    prop::sample::select(known.iter().map(|k| Value::from(k.word())).collect::<Vec<_>>())
}

trait AsWord {
    fn word(&self) -> &str;
}
impl AsWord for PolicyType {
    fn word(&self) -> &str {
        self.as_str()
    }
}
impl AsWord for ClaimStatus {
    fn word(&self) -> &str {
        self.as_str()
    }
}

/// A field that is mostly good, sometimes anything, sometimes absent.
fn field(good: impl Strategy<Value = Value> + 'static) -> impl Strategy<Value = Option<Value>> {
    prop_oneof![12 => good.prop_map(Some), 1 => any_value().prop_map(Some), 1 => Just(None)]
}

fn of_a_create(pattern: &'static str) -> impl Strategy<Value = Value> {
    pattern.prop_map(Value::from)
}

/// Bodies near the contract, so that both verdicts are frequent.
fn bodies() -> impl Strategy<Value = Value> {
    let fields = (
        field(name(PolicyType::KNOWN)),
        field(amounts()),
        field(texts()),
        field(name(ClaimStatus::KNOWN)),
        prop_oneof![3 => Just(None), 1 => field(of_a_create("[A-Za-z0-9_-]{1,64}"))],
        prop_oneof![3 => Just(None), 1 => field(of_a_create("\\PC{1,128}"))],
        prop_oneof![9 => Just(None), 1 => ("[a-zA-Z]{1,8}|PK|claimId", any_value()).prop_map(Some)],
    );
    fields.prop_map(|(policy_type, amount, description, status, policy_id, member_name, extra)| {
        let mut body = json!({});
        let named = [
            ("policyType", policy_type),
            ("claimAmount", amount),
            ("description", description),
            ("status", status),
            ("policyId", policy_id),
            ("memberName", member_name),
        ];
        for (name, value) in named.into_iter().filter_map(|(name, value)| Some((name, value?))) {
            body[name] = value;
        }
        if let Some((name, value)) = extra {
            body[name] = value;
        }
        body
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2_000) })]

    #[test]
    fn a_create_is_what_the_schema_says(body in prop_oneof![9 => bodies(), 1 => any_value()]) {
        // Policy and name stand in the query where the body has none.
        let query = |name: &str| {
            let in_query = ["policyId", "memberName"].contains(&name) && body.get(name).is_none();
            if name == "memberId" || in_query { vec!["123"] } else { Vec::new() }
        };
        let read = |findings: &mut Findings, body: &[u8]| CreateClaim::read(findings, query, body);
        agree(&CREATE, server_reads(read, &body), &body)?;
    }

    #[test]
    fn an_update_is_what_the_schema_says(body in prop_oneof![9 => bodies(), 1 => any_value()]) {
        agree(&UPDATE, server_reads(UpdateClaimRequest::read, &body), &body)?;
    }
}

#[test]
fn the_generated_bodies_are_of_both_kinds() {
    use proptest::{strategy::ValueTree, test_runner::TestRunner};
    let mut runner = TestRunner::deterministic();
    let taken = (0..500)
        .filter(|_| {
            let body = bodies().new_tree(&mut runner).unwrap().current();
            server_reads(UpdateClaimRequest::read, &body).is_ok()
        })
        .count();
    assert!((50..450).contains(&taken), "{taken} of 500 are good: the property would say little");
}

#[test]
fn the_import_document_has_no_request_models() {
    let import: Value = serde_json::from_str(CLAIMS_APIGATEWAY_JSON).unwrap();
    assert!(import.get("components").is_none(), "nobody would check them: the function is the only validator");
    for item in import["paths"].as_object().unwrap().values() {
        for operation in item.as_object().unwrap().values() {
            assert!(operation.get("requestBody").is_none(), "{}", operation["operationId"]);
        }
    }
}

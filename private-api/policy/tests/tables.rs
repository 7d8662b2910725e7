//! AWS's own tables and examples, row by row, and what is refused by name.
#![allow(missing_docs, clippy::unwrap_used)]

use private_api_policy::{Caller, Iam, Kind, Policies, Policy, Request, Source};
use serde_json::{Value, json};

const API: &str = "arn:aws:execute-api:eu-central-1:123456789012:a1b2c3d4e5";
const OWNER: &str = "123456789012";
const OTHER: &str = "999999999999";

fn statement(effect: &str, fields: Value) -> Value {
    let mut all = json!({ "Effect": effect, "Action": "execute-api:Invoke", "Resource": "*" });
    all.as_object_mut().unwrap().append(&mut fields.as_object().unwrap().clone());
    all
}

fn document(statements: &[Value]) -> Value {
    json!({ "Version": "2012-10-17", "Statement": statements })
}

fn resource(statements: &[Value]) -> Policy {
    Policy::read(Kind::Resource { api: API }, "the resource policy", &document(statements)).unwrap()
}

/// A role's session, to which these are attached.
fn session(account: &str, own: &[Value]) -> Caller {
    let mut iam = Iam::read(&format!("arn:aws:sts::{account}:assumed-role/clerk/ann"), None).unwrap();
    iam.policies = own
        .iter()
        .map(|one| Policy::read(Kind::Identity, "its own", &document(std::slice::from_ref(one))).unwrap())
        .collect();
    Caller::Iam(Box::new(iam))
}

fn answer(policies: &Policies, caller: &Caller, is_signed: bool) -> &'static str {
    answer_from(policies, caller, is_signed, &Source::default())
}

fn answer_from(policies: &Policies, caller: &Caller, is_signed: bool, source: &Source) -> &'static str {
    let method = format!("{API}/dev/GET/order");
    let request = Request { resource: &method, ..Request::of(caller, source) };
    match policies.decide(&request, is_signed) {
        Ok(()) => "allow",
        Err(refusal) if refusal.is_explicit() => "explicit deny",
        Err(_) => "implicit deny",
    }
}

/// *How API Gateway resource policies affect authorization workflow*: table A is of one account, table B of two.
#[test]
fn the_tables_of_awss_guide() {
    let either = |word: &str, fields: Value| match word {
        "allow" => vec![statement("Allow", fields)],
        "deny" => vec![statement("Deny", fields)],
        _ => vec![],
    };
    // Something that says nothing of the call.
    let nothing = statement("Allow", json!({ "Principal": "*", "Resource": format!("{API}/prod/*") }));
    for (own, api, one_account, two_accounts) in [
        ("allow", "allow", "allow", "allow"),
        ("allow", "neither", "allow", "implicit deny"),
        ("allow", "deny", "explicit deny", "explicit deny"),
        ("neither", "allow", "allow", "implicit deny"),
        ("neither", "neither", "implicit deny", "implicit deny"),
        ("neither", "deny", "explicit deny", "explicit deny"),
        ("deny", "allow", "explicit deny", "explicit deny"),
        ("deny", "neither", "explicit deny", "explicit deny"),
        ("deny", "deny", "explicit deny", "explicit deny"),
    ] {
        let mut statements = either(api, json!({ "Principal": "*" }));
        statements.push(nothing.clone());
        let policies = Policies::new(resource(&statements));
        for (account, expected) in [(OWNER, one_account), (OTHER, two_accounts)] {
            let caller = session(account, &either(own, json!({})));
            assert_eq!(answer(&policies, &caller, true), expected, "{own}, {api}, {account}");
        }
        // Without authentication, the resource policy alone counts, whoever has signed.
        let alone = match api {
            "allow" => "allow",
            "deny" => "explicit deny",
            _ => "implicit deny",
        };
        for caller in [Caller::Anonymous, session(OWNER, &either(own, json!({})))] {
            assert_eq!(answer(&policies, &caller, false), alone, "{api}");
        }
    }
}

#[test]
fn a_principal_is_named_by_itself_or_left_to_its_account() {
    let all = [statement("Allow", json!({}))];
    let named = |principal: Value| Policies::new(resource(&[statement("Allow", json!({ "Principal": principal }))]));
    let role = format!("arn:aws:iam::{OWNER}:role/clerk");
    let its_session = format!("arn:aws:sts::{OWNER}:assumed-role/clerk/ann");
    for (principal, without, with, anonymous) in [
        (json!("*"), "allow", "allow", "allow"),
        (json!({ "AWS": "*" }), "allow", "allow", "allow"),
        (json!({ "AWS": OWNER }), "implicit deny", "allow", "implicit deny"),
        (json!({ "AWS": format!("arn:aws:iam::{OWNER}:root") }), "implicit deny", "allow", "implicit deny"),
        (json!({ "AWS": [OTHER, role] }), "allow", "allow", "implicit deny"),
        (json!({ "AWS": its_session }), "allow", "allow", "implicit deny"),
        (json!({ "AWS": its_session.replace("ann", "ben") }), "implicit deny", "allow", "implicit deny"),
        (json!({ "Service": "lambda.amazonaws.com" }), "implicit deny", "allow", "implicit deny"),
    ] {
        let policies = named(principal.clone());
        let found =
            [session(OWNER, &[]), session(OWNER, &all), Caller::Anonymous].map(|who| answer(&policies, &who, true));
        assert_eq!(found, [without, with, anonymous], "{principal}");
    }
    // A role with a path is another one; the ARN of a session does not say it.
    let with_path = format!("arn:aws:iam::{OWNER}:role/team/clerk");
    let iam = Iam::read(&its_session, Some(&with_path)).unwrap();
    let policies = named(json!({ "AWS": with_path }));
    assert_eq!(answer(&policies, &Caller::Iam(Box::new(iam)), true), "allow");
    assert_eq!(answer(&policies, &session(OWNER, &[]), true), "implicit deny");
    for wrong in
        [format!("arn:aws:iam::{OTHER}:role/clerk"), format!("arn:aws:iam::{OWNER}:role/other"), "clerk".to_owned()]
    {
        assert!(Iam::read(&its_session, Some(&wrong)).is_err(), "{wrong}");
    }
    assert!(Iam::read(&format!("arn:aws:iam::{OWNER}:user/ann"), Some(&with_path)).is_err());
}

#[test]
fn whoever_is_not_to_be_denied_is_named_as_all_that_it_is() {
    let everything = statement("Allow", json!({ "Principal": "*" }));
    let forms = [
        format!("arn:aws:iam::{OWNER}:root"),
        format!("arn:aws:iam::{OWNER}:role/clerk"),
        format!("arn:aws:sts::{OWNER}:assumed-role/clerk/ann"),
    ];
    let ask = |named: &[String], caller: &Caller| {
        let deny = statement("Deny", json!({ "NotPrincipal": { "AWS": named } }));
        answer(&Policies::new(resource(&[everything.clone(), deny])), caller, true)
    };
    let clerk = session(OWNER, &[]);
    assert_eq!(ask(&forms, &clerk), "allow");
    for one in &forms {
        assert_eq!(ask(std::slice::from_ref(one), &clerk), "explicit deny", "{one}");
    }
    assert_eq!(ask(&forms, &session(OTHER, &[])), "explicit deny");
    assert_eq!(ask(&forms, &Caller::Anonymous), "explicit deny");
    assert_eq!(ask(&["*".to_owned()], &Caller::Anonymous), "allow");
    // Allowing everybody else reaches whoever is not named as anything.
    let ask = |named: &str, caller: &Caller| {
        let allow = statement("Allow", json!({ "NotPrincipal": { "AWS": named } }));
        answer(&Policies::new(resource(&[allow])), caller, true)
    };
    assert_eq!(ask(&forms[0], &clerk), "implicit deny");
    assert_eq!(ask(OTHER, &clerk), "allow");
    assert_eq!(ask(OTHER, &Caller::Anonymous), "allow");
}

/// *Use VPC endpoint policies for private APIs*: asked first, about whoever the signature says; both have to allow.
#[test]
fn the_endpoints_policy_has_to_allow_it_too() {
    let open = || resource(&[statement("Allow", json!({ "Principal": "*" }))]);
    let endpoint =
        |statements: &[Value]| Policy::read(Kind::Endpoint, "the endpoint's policy", &document(statements)).unwrap();
    let ask = |statements: &[Value], caller: &Caller, is_signed, vpce: &str| {
        let source = Source { vpce: Some(vpce.to_owned()), ..Source::default() };
        answer_from(&Policies::new(open()).with_endpoint("vpce-1", endpoint(statements)), caller, is_signed, &source)
    };
    let ours = statement("Allow", json!({ "Principal": "*", "Resource": format!("{API}/dev/GET/*") }));
    let others = statement("Allow", json!({ "Principal": "*", "Resource": format!("{API}/dev/POST/*") }));
    let clerk = statement("Allow", json!({ "Principal": { "AWS": OWNER } }));
    let deny = statement("Deny", json!({ "Principal": "*", "Resource": format!("{API}/*") }));
    for is_signed in [true, false] {
        assert_eq!(ask(std::slice::from_ref(&ours), &Caller::Anonymous, is_signed, "vpce-1"), "allow");
        assert_eq!(ask(std::slice::from_ref(&others), &Caller::Anonymous, is_signed, "vpce-1"), "implicit deny");
        assert_eq!(ask(std::slice::from_ref(&clerk), &Caller::Anonymous, is_signed, "vpce-1"), "implicit deny");
        // It bounds and grants nothing: an account is enough.
        assert_eq!(ask(std::slice::from_ref(&clerk), &session(OWNER, &[]), is_signed, "vpce-1"), "allow");
        assert_eq!(ask(&[ours.clone(), deny.clone()], &session(OWNER, &[]), is_signed, "vpce-1"), "explicit deny");
        // Another endpoint's policy is its owner's.
        assert_eq!(ask(std::slice::from_ref(&others), &Caller::Anonymous, is_signed, "vpce-2"), "allow");
    }
}

#[test]
fn the_short_form_is_the_apis_own() {
    let method =
        |short: &str| Policies::new(resource(&[statement("Allow", json!({ "Principal": "*", "Resource": short }))]));
    for (short, expected) in [
        ("execute-api:/*", "allow"),
        ("execute-api:/dev/GET/order", "allow"),
        ("execute-api:/*/GET/*", "allow"),
        ("execute-api:/d?v/???/order", "allow"),
        ("execute-api:/dev/POST/*", "implicit deny"),
        ("execute-api:/dev/GET/orders", "implicit deny"),
        ("arn:aws:execute-api:*:*:*/dev/GET/order", "allow"),
        ("arn:aws:execute-api:*:*:another/*", "implicit deny"),
        ("arn:aws:execute-api:us-east-1:*:*", "implicit deny"),
    ] {
        assert_eq!(answer(&method(short), &Caller::Anonymous, false), expected, "{short}");
    }
    let elements = json!({ "Principal": "*", "NotResource": "execute-api:/dev/POST/*", "NotAction": "execute-api:InvalidateCache" });
    let mut not = statement("Allow", elements);
    let fields = not.as_object_mut().unwrap();
    fields.remove("Resource");
    fields.remove("Action");
    assert_eq!(answer(&Policies::new(resource(&[not])), &Caller::Anonymous, false), "allow");
}

#[test]
fn what_is_not_understood_is_refused_by_name_and_place() {
    let fine = statement("Allow", json!({ "Sid": "First", "Principal": "*" }));
    let second = |fields: Value| document(&[fine.clone(), statement("Deny", fields)]);
    let on = |operator: &str, key: &str, values: Value| {
        second(json!({ "Principal": "*", "Condition": { operator: { key: values } } }))
    };
    for (policy, says) in [
        (
            second(json!({ "Principal": "*", "Sid": "X", "Extra": 1 })),
            ", statement 2 (X): the element Extra is not understood",
        ),
        (
            on("DateLessThan", "aws:CurrentTime", json!("2030-01-01")),
            ", statement 2: the condition operator DateLessThan is not understood",
        ),
        (on("stringequals", "aws:SourceVpce", json!("a")), "the condition operator stringequals is not"),
        (on("NullIfExists", "aws:SourceVpce", json!("true")), "the condition operator NullIfExists is not"),
        (
            on("ForSome:StringEquals", "aws:SourceVpce", json!("a")),
            "the condition operator ForSome:StringEquals is not",
        ),
        (
            on("StringEquals", "aws:PrincipalTag/team", json!("a")),
            "the condition key aws:PrincipalTag/team is not understood",
        ),
        (on("StringEquals", "aws:SourceVpce", json!([])), "StringEquals is neither a text nor a list of texts"),
        (on("StringEquals", "aws:SourceVpce", json!(7)), "StringEquals is neither a text nor a list of texts"),
        (on("StringEquals", "aws:PrincipalArn", json!("${aws:username}")), "variables are not understood"),
        (on("ArnLike", "aws:PrincipalArn", json!("clerk*")), "\"clerk*\", which is no ARN"),
        (on("IpAddress", "aws:VpcSourceIp", json!("10.0.0.0/33")), "\"10.0.0.0/33\" is no address and no range"),
        (on("Bool", "aws:SecureTransport", json!("yes")), "there are true and false"),
        (on("Null", "aws:SourceVpce", json!(["true", "false"])), "Null has one value"),
        (
            second(json!({ "Principal": { "AWS": "arn:aws:iam::123456789012:role/clerk-*" } })),
            "the principal arn:aws:iam::123456789012:role/clerk-* is not",
        ),
        (second(json!({ "Principal": { "AWS": "AROAEXAMPLE" } })), "the principal AROAEXAMPLE is not understood"),
        (second(json!({ "Principal": { "Federated": "x" } })), "principals of the kind Federated are not understood"),
        (second(json!({ "Principal": {} })), "a principal is"),
        (second(json!({})), "it has not one of Principal and NotPrincipal"),
        (second(json!({ "Principal": "*", "NotPrincipal": "*" })), "it has not one of Principal and NotPrincipal"),
        (
            second(json!({ "Principal": "*", "Resource": "execute-api/*" })),
            "the resource execute-api/* is not understood",
        ),
        (second(json!({ "Principal": "*", "Action": "Invoke" })), "the action Invoke is not understood"),
        (second(json!({ "Principal": "*", "NotAction": "s3:*" })), "it has not one of Action and NotAction"),
        (second(json!({ "Principal": "*", "Effect": "allow" })), "its Effect is neither"),
        (json!({ "Version": "2030-01-01", "Statement": fine }), "the resource policy: its Version"),
        (json!({ "Statement": [] }), "the resource policy: it has no Statement"),
        (json!([]), "the resource policy: it is no JSON object"),
        (json!({ "Statement": fine, "Statements": [] }), "the element Statements is not understood"),
    ] {
        let error = Policy::read(Kind::Resource { api: API }, "the resource policy", &policy).unwrap_err().to_string();
        assert!(error.starts_with("the resource policy") && error.contains(says), "{error} / {says}");
    }
    let error = Policy::read(Kind::Identity, "its own", &document(&[fine])).unwrap_err().to_string();
    assert_eq!(error, "its own, statement 1 (First): a user's or a role's own policy names no principal");
    let error = Policy::parse(Kind::Identity, "its own", "{").unwrap_err().to_string();
    assert!(error.starts_with("its own: it is no JSON: EOF"), "{error}");
    // Of other services' actions nothing is asked.
    let other = json!({ "Statement": [
        { "Effect": "Allow", "Action": "s3:ListBucket", "Resource": "*", "Condition": { "StringLike": { "s3:prefix": "a" } } },
        { "Effect": "Deny", "Action": ["ec2:*", "s?:*"], "Resource": "*" },
    ] });
    let mut iam = Iam::read(&format!("arn:aws:iam::{OWNER}:user/ann"), None).unwrap();
    iam.policies = vec![Policy::read(Kind::Identity, "its own", &other).unwrap()];
    let open = Policies::new(resource(&[statement("Allow", json!({ "Principal": "*" }))]));
    assert_eq!(answer(&open, &Caller::Iam(Box::new(iam)), true), "allow");
}

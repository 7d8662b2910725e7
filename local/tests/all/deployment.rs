//! The twin as Terraform has deployed the API: whom its policies let in over HTTP, and that each of them is noticed.
//!
//! `plan/` holds what decides of two states that were applied to a simulator, with `NONE` and with `AWS_IAM`, and of the second as
//! `terraform/tests/callers.json` makes it (`named`). `CLAIMS_TEST_STATE` names
//! another one, as `terraform show -json` prints it: `cargo xtask terraform` gives those that it has just applied.

use std::{env, fs};

use aws_credential_types::Credentials as Signs;
use claims_client::{ClaimsClient, Endpoint, Refusal, types::*};
use claims_local::{Credentials, LocalApi, Plan};
use serde_json::{Value, json};

use crate::common::{
    builder, new_claim,
    running::{Running, fails},
};

/// Allows everything, as an administrator may.
const EVERYTHING: &str = r#"{"Effect": "Allow", "Action": "*", "Resource": "*"}"#;
/// What changes no answer of this API, and why.
const THE_SAME: [&str; 1] = [
    // The twin serves one API and one stage, and the statements name it, or each of its routes.
    "any resource",
];

const NONE: &str = include_str!("../plan/none.json");
const IAM: &str = include_str!("../plan/iam.json");
const NAMED: &str = include_str!("../plan/named.json");

struct Deployment(Value);

impl Deployment {
    /// Those in the repository, or the one that is named.
    fn all() -> Vec<Self> {
        let texts = match env::var("CLAIMS_TEST_STATE") {
            Ok(file) => vec![fs::read_to_string(file).unwrap()],
            Err(_) => [NONE, IAM, NAMED].map(str::to_owned).to_vec(),
        };
        texts.iter().map(|text| Self::of(text)).collect()
    }

    fn of(text: &str) -> Self {
        let mut all = Self(serde_json::from_str(text).unwrap());
        let authorization = if text.contains(":root") { "AWS_IAM" } else { "NONE" };
        let api = all.resource("aws_api_gateway_rest_api");
        if api["body"].is_null() {
            // The committed document, filled in as Terraform does.
            let mut body = claims_openapi::CLAIMS_APIGATEWAY_JSON.replace("${authorization_type}", authorization);
            for operation in Operation::ALL {
                let arn = format!("invoke-arn-of-{}", operation.id());
                body = body.replace(&format!("${{{}_invoke_arn}}", operation.id()), &arn);
            }
            api["body"] = body.into();
        }
        all
    }

    fn resources(&mut self) -> Vec<&mut Value> {
        fn of(module: &mut Value) -> Vec<&mut Value> {
            let mut all = Vec::new();
            for (name, list) in module.as_object_mut().unwrap() {
                match (&**name, list) {
                    ("resources", Value::Array(list)) => all.extend(list),
                    ("child_modules", Value::Array(list)) => all.extend(list.iter_mut().flat_map(of)),
                    _ => {}
                }
            }
            all
        }
        of(&mut self.0["values"]["root_module"])
    }

    fn resource(&mut self, kind: &str) -> &mut Value {
        let mut of_kind = self.resources().into_iter().filter(|resource| resource["type"] == kind);
        &mut of_kind.next().unwrap()["values"]
    }

    /// Without what the file of callers adds: denials at the gateway, lists in the functions.
    fn without_names(&self) -> Self {
        self.without_lists().change(Of::Api, |policy| {
            policy["Statement"].as_array_mut().unwrap().retain(|statement| !is_by_name(statement));
        })
    }

    fn without_lists(&self) -> Self {
        let mut changed = Self(self.0.clone());
        for function in changed.resources().into_iter().filter(|resource| resource["type"] == "aws_lambda_function") {
            function["values"].as_object_mut().unwrap().remove("environment");
        }
        changed
    }

    fn plan(&self) -> Plan {
        self.0.to_string().parse().unwrap()
    }

    fn is_signed(&mut self) -> bool {
        self.resource("aws_api_gateway_rest_api")["body"].as_str().unwrap().contains(r#""type": "AWS_IAM""#)
    }

    /// The endpoint's policy, if it is the API's endpoint.
    fn policy(&mut self, of: Of) -> &mut Value {
        let endpoint =
            self.resource("aws_api_gateway_rest_api")["endpoint_configuration"][0]["vpc_endpoint_ids"][0].clone();
        match of {
            Of::Api => &mut self.resource("aws_api_gateway_rest_api_policy")["policy"],
            Of::Callers => &mut self.0["values"]["outputs"]["caller_policy"]["value"],
            Of::Endpoint => {
                self.found(|r| r["type"] == "aws_vpc_endpoint_policy" && r["values"]["vpc_endpoint_id"] == endpoint)
            }
            Of::Bastion => self.found(|r| {
                let policy = r["values"]["policy"].as_str().unwrap_or_default();
                r["type"] == "aws_iam_role_policy"
                    && r["values"]["role"] == "claims-bastion"
                    && policy.contains("execute-api")
            }),
        }
    }

    fn found(&mut self, is: impl Fn(&Value) -> bool) -> &mut Value {
        &mut self.resources().into_iter().find(|resource| is(resource)).unwrap()["values"]["policy"]
    }

    fn change(&self, of: Of, change: impl FnOnce(&mut Value)) -> Self {
        let mut changed = Self(self.0.clone());
        let text = changed.policy(of);
        let mut policy: Value = serde_json::from_str(text.as_str().unwrap()).unwrap();
        change(&mut policy);
        *text = policy.to_string().into();
        changed
    }
}

fn is_by_name(statement: &Value) -> bool {
    statement["Sid"].as_str().is_some_and(|sid| sid.starts_with("NobodyElse"))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Of {
    Api,
    Endpoint,
    /// What Terraform prints for callers' roles.
    Callers,
    /// What it attaches to its own.
    Bastion,
}

/// Who is known: by access key, with its ARN and what is attached to it.
const KNOWN: [(&str, &str, &str); 10] = [
    ("ASIABASTION", "arn:aws:sts::123456789012:assumed-role/claims-bastion/i-0abc", ""),
    ("ASIACALLER", "arn:aws:sts::123456789012:assumed-role/claims-caller/i-0abc", r#", "Policies": ["caller_policy"]"#),
    ("ASIANOBODY", "arn:aws:sts::123456789012:assumed-role/nobody/i-0abc", r#", "Policies": []"#),
    ("ASIAADMIN", "arn:aws:sts::123456789012:assumed-role/administrator/ann", "everything"),
    ("ASIASTRANGER", "arn:aws:sts::999999999999:assumed-role/administrator/ann", "everything"),
    ("ASIAINTAKE", "arn:aws:sts::123456789012:assumed-role/claims-intake/i-0abc", "everything"),
    ("ASIAADJUSTER", "arn:aws:sts::123456789012:assumed-role/adjuster-7/ann", "adjuster"),
    ("ASIALOOKALIKE", "arn:aws:sts::123456789012:assumed-role/adjuster-8/ann", "everything"),
    ("AKIAANN", "arn:aws:iam::123456789012:user/audit/ann", "everything"),
    ("AKIABEN", "arn:aws:iam::123456789012:user/audit/ben", "everything"),
];

fn credentials() -> String {
    let known = KNOWN.map(|(key, arn, attached)| {
        let everything = format!(r#", "Policies": [{{"Statement": {EVERYTHING}}}]"#);
        // The ARN of a session does not say its role's path.
        let adjuster = format!(r#"{everything}, "RoleArn": "arn:aws:iam::123456789012:role/team/adjuster-7""#);
        let attached = match attached {
            "everything" => &everything,
            "adjuster" => &adjuster,
            other => other,
        };
        format!(r#"{{"AccessKeyId": "{key}", "SecretAccessKey": "secret", "Arn": "{arn}"{attached}}}"#)
    });
    format!("[{}]", known.join(", "))
}

async fn start(deployment: &Deployment) -> LocalApi {
    let known: Credentials = credentials().parse().unwrap();
    builder().credentials(known).plan(deployment.plan()).unwrap().sources_by_header().start().await.unwrap()
}

/// Without a key, nobody signs.
fn client(url: String, key: &str) -> ClaimsClient {
    let client = ClaimsClient::builder().endpoint(Endpoint::url(url).in_region("eu-central-1"));
    let client =
        if key.is_empty() { client } else { client.credentials(Signs::new(key, "secret", None, None, "test")) };
    client.build().unwrap()
}

const OURS: &str = "";
const ANOTHER: &str = "vpce=vpce-0000000000other";
/// Listed by `additional_endpoint_ids` with `AWS_IAM`.
const FRIEND: &str = "vpce=vpce-0fedcba9876543210";

/// What a list of claims is answered with.
async fn ask(api: &LocalApi, key: &str, source: &str) -> &'static str {
    let member = "123".parse().unwrap();
    let mut call = client(api.url(), key).list_claims(&member);
    if !source.is_empty() {
        call = call.with_header("x-local-source", source);
    }
    let Err(error) = call.await else { return "in" };
    assert_eq!(error.status(), Some(403), "{error}");
    match error.refusal().unwrap() {
        Refusal::ExplicitDeny => "denied",
        Refusal::NotAllowed => "not allowed",
        Refusal::NoSuchRoute => "unsigned",
        other => panic!("{other:?}"),
    }
}

type Row = (&'static str, &'static str, &'static str);

async fn differences(deployment: &Deployment, rows: &[Row]) -> Vec<String> {
    let api = start(deployment).await;
    let mut found = Vec::new();
    for &(key, source, expected) in rows {
        let answer = ask(&api, key, source).await;
        if answer != expected {
            found.push(format!("{key} {source}: {answer}, not {expected}"));
        }
    }
    found
}

const UNSIGNED: &[Row] = &[
    ("", OURS, "in"),
    ("", FRIEND, "denied"),
    ("", ANOTHER, "denied"),
    // Who signs is nobody in particular to the API's policy.
    ("ASIANOBODY", OURS, "in"),
    ("ASIAADMIN", ANOTHER, "denied"),
];

const SIGNED: &[Row] = &[
    ("", OURS, "unsigned"),
    ("", ANOTHER, "unsigned"),
    ("ASIABASTION", OURS, "in"),
    ("ASIABASTION", FRIEND, "in"),
    ("ASIABASTION", ANOTHER, "denied"),
    ("ASIACALLER", OURS, "in"),
    ("ASIACALLER", FRIEND, "in"),
    ("ASIACALLER", ANOTHER, "denied"),
    ("ASIANOBODY", OURS, "not allowed"),
    ("ASIANOBODY", ANOTHER, "denied"),
    ("ASIAADMIN", OURS, "in"),
    ("ASIAADMIN", ANOTHER, "denied"),
    ("ASIASTRANGER", OURS, "not allowed"),
    ("ASIASTRANGER", ANOTHER, "denied"),
];

#[tokio::test]
async fn who_is_let_in_over_http() {
    for deployment in Deployment::all() {
        let mut deployment = deployment.without_names();
        let rows = if deployment.is_signed() { SIGNED } else { UNSIGNED };
        assert_eq!(differences(&deployment, rows).await, Vec::<String>::new());
    }
}

/// Rows that one policy decides, where the others are open.
fn alone(deployment: &Deployment, of: Of) -> (Deployment, &'static [Row]) {
    let open = |principal: Value| {
        move |policy: &mut Value| {
            let mut statement: Value = serde_json::from_str(EVERYTHING).unwrap();
            statement["Principal"] = principal;
            *policy = json!({ "Version": "2012-10-17", "Statement": [statement] });
        }
    };
    let is_signed = Deployment(deployment.0.clone()).is_signed();
    let without_endpoint = deployment.change(Of::Endpoint, open("*".into()));
    // A caller's own policy is alone where the API leaves it to the account.
    let left = || without_endpoint.change(Of::Api, open(json!({ "AWS": "123456789012" })));
    match (of, is_signed) {
        (Of::Api, true) => (
            without_endpoint,
            &[
                ("ASIAADMIN", OURS, "in"),
                ("ASIAADMIN", ANOTHER, "denied"),
                ("ASIANOBODY", OURS, "not allowed"),
                ("ASIASTRANGER", OURS, "not allowed"),
            ],
        ),
        (Of::Api, false) => (without_endpoint, &[("", OURS, "in"), ("", ANOTHER, "denied")]),
        (Of::Endpoint, true) => (deployment.change(Of::Api, open("*".into())), &[("ASIANOBODY", OURS, "in")]),
        (Of::Endpoint, false) => (deployment.change(Of::Api, open("*".into())), &[("", OURS, "in")]),
        (Of::Callers, _) => (
            left(),
            &[("ASIACALLER", OURS, "in"), ("ASIACALLER", FRIEND, "in"), ("ASIACALLER", ANOTHER, "not allowed")],
        ),
        (Of::Bastion, _) => (
            left(),
            &[("ASIABASTION", OURS, "in"), ("ASIABASTION", FRIEND, "in"), ("ASIABASTION", ANOTHER, "not allowed")],
        ),
    }
}

/// Each with what it is, and the statement as it is then; `None`: it is gone.
fn loosened(statement: &Value) -> Vec<(String, Option<Value>)> {
    if statement["Effect"] == "Deny" {
        return vec![("no deny".to_owned(), None)];
    }
    let mut all = Vec::new();
    let mut with = |what: String, change: &dyn Fn(&mut Value)| {
        let mut changed = statement.clone();
        change(&mut changed);
        all.push((what, Some(changed)));
    };
    for (operator, tested) in statement["Condition"].as_object().into_iter().flatten() {
        for key in tested.as_object().unwrap().keys() {
            with(format!("any {key}"), &|changed| {
                changed["Condition"][operator].as_object_mut().unwrap().remove(key);
            });
        }
    }
    if statement.get("Principal").is_some_and(|principal| principal != "*") {
        with("any principal".to_owned(), &|changed| changed["Principal"] = "*".into());
    }
    if statement["Resource"] != "*" {
        with("any resource".to_owned(), &|changed| changed["Resource"] = "*".into());
    }
    all
}

#[tokio::test]
async fn every_policy_that_is_loosened_is_noticed() {
    for deployment in Deployment::all() {
        let mut deployment = deployment.without_names();
        let parts: &[Of] = if deployment.is_signed() {
            &[Of::Api, Of::Endpoint, Of::Callers, Of::Bastion]
        } else {
            &[Of::Api, Of::Endpoint]
        };
        let (mut noticed, mut same) = (0, 0);
        for &of in parts {
            let (alone, rows) = alone(&deployment, of);
            assert_eq!(differences(&alone, rows).await, Vec::<String>::new(), "{of:?} alone");
            // A policy that allows nothing is missed, so it is there.
            let nothing = alone.change(of, |policy| {
                policy["Statement"].as_array_mut().unwrap().retain(|statement| statement["Effect"] == "Deny");
                let mut deny: Value = serde_json::from_str(EVERYTHING).unwrap();
                deny["Effect"] = "Deny".into();
                if matches!(of, Of::Api | Of::Endpoint) {
                    deny["Principal"] = "*".into();
                }
                policy["Statement"].as_array_mut().unwrap().push(deny);
            });
            assert!(!differences(&nothing, rows).await.is_empty(), "{of:?}");
            let text = Deployment(alone.0.clone()).policy(of).as_str().unwrap().to_owned();
            let policy: Value = serde_json::from_str(&text).unwrap();
            for (index, statement) in policy["Statement"].as_array().unwrap().iter().enumerate() {
                for (what, changed) in loosened(statement) {
                    let loose = alone.change(of, |policy| {
                        let statements = policy["Statement"].as_array_mut().unwrap();
                        match &changed {
                            Some(changed) => statements[index] = changed.clone(),
                            None => drop(statements.remove(index)),
                        }
                    });
                    let is_noticed = !differences(&loose, rows).await.is_empty();
                    match THE_SAME.contains(&&*what) {
                        true => same += 1,
                        false => {
                            assert!(is_noticed, "{of:?}, {}: {what}", statement["Sid"]);
                            noticed += 1;
                        }
                    }
                }
            }
        }
        assert!(
            noticed >= if deployment.is_signed() { 4 } else { 1 } && same > 0,
            "{noticed} noticed, {same} the same"
        );
    }
}

/// What `terraform/tests/callers.json` means, in other words: whom each operation is for.
const MAY: [(&str, &[&str]); 7] = [
    ("ASIABASTION", &["create", "list", "get", "update", "delete"]),
    ("ASIAINTAKE", &["create", "get"]),
    ("ASIAADJUSTER", &["list", "get", "update"]),
    ("AKIAANN", &["list", "get"]),
    ("ASIALOOKALIKE", &[]),
    ("AKIABEN", &[]),
    ("ASIAADMIN", &[]),
];

/// Whom the gateway lets do something else than what they may.
async fn by_name(deployment: &Deployment) -> Vec<String> {
    let api = start(deployment).await;
    let (member, nowhere) = ("123".parse().unwrap(), ClaimId::from(IdempotencyKey::mint()));
    let update = UpdateClaimRequest {
        policy_type: PolicyType::Health,
        claim_amount: "1".parse().unwrap(),
        description: "x".parse().unwrap(),
        status: ClaimStatus::Pending,
    };
    let mut found = Vec::new();
    for (key, may) in MAY {
        let client = client(api.url(), key);
        for (operation, error) in [
            ("create", client.create_claim(new_claim("123")).await.err()),
            ("list", client.list_claims(&member).await.err()),
            ("get", client.get_claim(&member, nowhere).await.err()),
            ("update", client.update_claim(&member, nowhere, update.clone()).await.err()),
            ("delete", client.delete_claim(&member, nowhere).await.err()),
            // Nobody is named for it.
            ("history", client.list_claim_history(&member, nowhere).await.err()),
        ] {
            let is_denied = error.as_ref().and_then(claims_client::Error::refusal) == Some(Refusal::ExplicitDeny);
            // Whoever is let in finds no such claim.
            let is_in = error.as_ref().is_none_or(|error| error.status() == Some(404));
            assert!(is_denied || is_in, "{key} {operation}: {error:?}");
            if is_in != may.contains(&operation) {
                found.push(format!("{key} {operation}"));
            }
        }
    }
    found
}

#[tokio::test]
async fn each_operation_is_for_those_who_are_named_and_each_denial_is_noticed() {
    for deployment in Deployment::all() {
        let mut deployment = deployment.without_lists();
        let policy: Value = serde_json::from_str(deployment.policy(Of::Api).as_str().unwrap()).unwrap();
        let statements = policy["Statement"].as_array().unwrap();
        let named: Vec<_> = statements.iter().enumerate().filter(|(_, statement)| is_by_name(statement)).collect();
        if named.is_empty() {
            continue;
        }
        assert_eq!(by_name(&deployment).await, Vec::<String>::new());
        for (index, statement) in named {
            let gone =
                deployment.change(Of::Api, |policy| drop(policy["Statement"].as_array_mut().unwrap().remove(index)));
            assert!(!by_name(&gone).await.is_empty(), "{}: no deny", statement["Sid"]);
            let wider = deployment.change(Of::Api, |policy| {
                let spared = &mut policy["Statement"][index]["Condition"]["ArnNotLike"]["aws:PrincipalArn"];
                *spared =
                    json!(["arn:aws:iam::*:role/*", spared.take()]).as_array().unwrap().iter().fold(json!([]), flat);
            });
            assert!(!by_name(&wider).await.is_empty(), "{}: also for every role", statement["Sid"]);
        }
    }
}

fn flat(mut all: Value, more: &Value) -> Value {
    let list = all.as_array_mut().unwrap();
    match more {
        Value::Array(more) => list.extend(more.iter().cloned()),
        Value::Null => {}
        one => list.push(one.clone()),
    }
    all
}

#[tokio::test]
async fn the_program_takes_a_plan_from_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (none, iam) = (include_str!("../plan/none.json"), include_str!("../plan/iam.json"));
    let [none, iam] =
        [("none.json", none), ("iam.json", iam)].map(|(name, text)| write(name, &Deployment::of(text).0.to_string()));
    let known = write("known.json", &credentials());
    let member = "123".parse().unwrap();

    let running = Running::start(&["--port", "0", "--plan", &none]);
    assert!(running.url().ends_with("/dev"));
    running.client().list_claims(&member).await.unwrap();
    let running = Running::start(&["--port", "0", "--plan", &none, "--vpce", "vpce-0a1b", "--source-ip", "10.0.16.7"]);
    let error = running.client().list_claims(&member).await.unwrap_err();
    assert_eq!(error.refusal(), Some(Refusal::ExplicitDeny));
    let (_, log) = running.end("TERM");
    assert!(log.contains("a call is refused with a 403: the API's resource policy, statement 2 (OnlyThroughListedEndpoints), denies it"), "{log}");

    let running = Running::start(&["--port", "0", "--plan", &iam, "--credentials", &known]);
    client(running.url(), "ASIABASTION").list_claims(&member).await.unwrap();
    let error = client(running.url(), "ASIANOBODY").list_claims(&member).await.unwrap_err();
    assert_eq!(error.refusal(), Some(Refusal::NotAllowed));
    let (_, log) = running.end("TERM");
    assert!(log.contains("no statement of the caller's own policies allows it"), "{log}");

    for (arguments, says) in [
        (&["--plan", &iam][..], "the plan's API wants signatures, and nobody's would be right: --credentials FILE"),
        (&["--plan", "/nowhere/at/all"], "cannot read the plan in /nowhere/at/all"),
        (&["--plan", &known], "this is no state and no plan"),
        (&["--plan", &none, "--authorization", "none"], "cannot be used with"),
        (&["--source-ip", "here"], "invalid"),
    ] {
        let said = fails(&[&["--port", "0"], arguments].concat());
        assert!(said.contains(says), "{said}");
    }
}

#[tokio::test]
async fn callers_come_with_the_plan_and_stage_names_the_url() {
    let mut deployment = Deployment::of(IAM);
    deployment.resource("aws_api_gateway_stage")["stage_name"] = "prod".into();
    deployment.resource("aws_api_gateway_method_settings")["stage_name"] = "prod".into();
    let mut functions: Vec<_> =
        deployment.resources().into_iter().filter(|r| r["type"] == "aws_lambda_function").collect();
    assert_eq!(functions.len(), Operation::ALL.len());
    for function in &mut functions {
        let callers = if function["values"]["function_name"] == "claims-listClaims" {
            r#"[{"principal": "arn:aws:iam::123456789012:role/claims-bastion", "members": ["12*"]}]"#
        } else {
            "[]"
        };
        let values = &mut function["values"];
        values["environment"] = json!([{ "variables": { "CALLERS": callers } }]);
    }
    // The policies speak of the other stage.
    let deployment = deployment.change(Of::Bastion, |policy| policy["Statement"][0]["Resource"] = "*".into());
    let api = start(&deployment).await;
    assert!(api.url().ends_with("/prod"));
    let bastion = client(api.url(), "ASIABASTION");
    bastion.list_claims(&"123".parse().unwrap()).await.unwrap();
    let error = bastion.list_claims(&"13".parse().unwrap()).await.unwrap_err();
    assert_eq!(error.refusal(), Some(Refusal::NotThisCaller));
    let error = client(api.url(), "ASIAADMIN").list_claims(&"123".parse().unwrap()).await.unwrap_err();
    assert_eq!(error.refusal(), Some(Refusal::NotThisCaller));
}

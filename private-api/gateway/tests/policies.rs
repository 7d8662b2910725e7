//! A deployment's policies, where a call comes from, and how many are let through: over HTTP.
#![allow(missing_docs, clippy::unwrap_used)]

mod common;

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use private_api_gateway::{
    Builder, FunctionError, Functions, Kind, LocalApi, Plan, Policies, Policy, Source, Throttle,
};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

const IMPORT: &str = r#"{"paths": {
    "/order": {"get": {"operationId": "listOrders"}, "post": {"operationId": "createOrder"}},
    "/order/{orderId}": {"get": {"operationId": "getOrder"}}}}"#;
const API: &str = "arn:aws:execute-api:eu-central-1:123456789012:a1b2c3d4e5";
const VPCE: &str = "vpce-0123456789abcdef0";

#[derive(Clone, Default)]
struct Orders(Arc<Mutex<Vec<Value>>>);

impl Functions for Orders {
    async fn invoke(&self, _: &str, event: Value, _: &str) -> Result<Value, FunctionError> {
        self.0.lock().unwrap().push(event);
        Ok(json!({ "statusCode": 200 }))
    }
}

fn builder() -> Builder {
    LocalApi::builder(common::definition(IMPORT, r#"{"info": {"title": "Orders"}}"#))
}

/// Head and body of an answer.
async fn ask(api: &LocalApi, target: &str, headers: &str) -> (String, String) {
    let mut stream = TcpStream::connect(api.address()).await.unwrap();
    let request = format!("GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.to_ascii_lowercase(), body.to_owned())
}

async fn status(api: &LocalApi, target: &str, headers: &str) -> String {
    ask(api, target, headers).await.0["http/1.1 ".len()..][..3].to_owned()
}

fn statement(effect: &str, resource: &str, condition: Value) -> Value {
    json!({ "Effect": effect, "Principal": "*", "Action": "execute-api:Invoke", "Resource": resource, "Condition": condition })
}

/// What Terraform says of an API that is applied.
fn state(authorization: &str) -> Value {
    let method = |operation: &str| {
        json!({ "operationId": operation, "x-amazon-apigateway-auth": { "type": authorization },
            "x-amazon-apigateway-integration": { "uri": format!("invoke-{operation}") } })
    };
    let body = json!({ "paths": { "/order": { "get": method("listOrders"), "post": method("createOrder") },
        "/order/{orderId}": { "get": method("getOrder") } } });
    let listed = json!({ "StringNotEquals": { "aws:SourceVpce": [VPCE, "vpce-0fedcba9876543210"] } });
    let policy = json!({ "Version": "2012-10-17", "Statement": [
        statement("Allow", "execute-api:/*", json!({})), statement("Deny", "execute-api:/*", listed)] });
    let endpoint = json!({ "Statement": [statement("Allow", &format!("{API}/*/GET/*"), json!({}))] });
    let of = |kind: &str, values: Value| json!({ "address": format!("{kind}.this"), "mode": "managed", "type": kind, "values": values });
    json!({ "values": { "outputs": { "caller_policy": { "value": json!({ "Statement": [
        { "Effect": "Allow", "Action": "execute-api:Invoke", "Resource": format!("{API}/*") }] }).to_string() } },
        "root_module": {
        "resources": [
            of("aws_api_gateway_rest_api", json!({ "id": "a1b2c3d4e5", "execution_arn": API, "body": body.to_string(),
                "endpoint_configuration": [{ "types": ["PRIVATE"], "vpc_endpoint_ids": [VPCE] }] })),
            of("aws_api_gateway_rest_api_policy", json!({ "rest_api_id": "a1b2c3d4e5", "policy": policy.to_string() })),
            of("aws_api_gateway_method_settings", json!({ "rest_api_id": "a1b2c3d4e5", "stage_name": "prod", "method_path": "*/*",
                "settings": [{ "throttling_rate_limit": 2, "throttling_burst_limit": 3 }] })),
        ],
        "child_modules": [{ "resources": [
            of("aws_api_gateway_stage", json!({ "rest_api_id": "a1b2c3d4e5", "stage_name": "prod" })),
            of("aws_vpc_endpoint", json!({ "id": VPCE, "vpc_id": "vpc-0123456789abcdef0", "service_name": "com.amazonaws.eu-central-1.execute-api",
                "policy": json!({ "Statement": [statement("Deny", "*", json!({}))] }).to_string() })),
            of("aws_vpc_endpoint_policy", json!({ "vpc_endpoint_id": VPCE, "policy": endpoint.to_string() })),
            of("aws_lambda_function", json!({ "invoke_arn": "invoke-getOrder", "environment": [{ "variables": { "A": "b" } }] })),
        ] }],
    } } })
}

#[tokio::test]
async fn a_plan_makes_the_twin_the_deployed_api() {
    let plan: Plan = state("NONE").to_string().parse().unwrap();
    assert_eq!(plan.variables("getOrder").unwrap()["A"], "b");
    assert!(plan.variables("listOrders").is_none() && plan.output("caller_policy").is_some());
    let orders = Orders::default();
    let source = Source { ip: "10.0.16.7".parse().ok(), ..Source::default() };
    let api = builder().source(source).plan(plan).start_without_storage(orders.clone()).await.unwrap();
    assert!(api.url().ends_with("/prod"));
    assert_eq!(status(&api, "/prod/order", "").await, "200");
    assert_eq!(status(&api, "/dev/order", "").await, "403");
    let event = orders.0.lock().unwrap().pop().unwrap();
    let context = &event["requestContext"];
    let identity = &context["identity"];
    let said = ["apiId", "accountId", "stage", "path"].map(|name| context[name].as_str().unwrap());
    assert_eq!(said, ["a1b2c3d4e5", "123456789012", "prod", "/prod/order"]);
    let said = ["vpceId", "vpcId", "sourceIp"].map(|name| identity[name].as_str().unwrap());
    assert_eq!(said, [VPCE, "vpc-0123456789abcdef0", "10.0.16.7"]);
    // The plan's own name.
    let host = "a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com";
    let mut stream = TcpStream::connect(api.address()).await.unwrap();
    stream
        .write_all(format!("GET /prod/order HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").as_bytes())
        .await
        .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    assert_eq!(status(&api, "/prod/order", "X-Local-Source: vpce=vpce-1\r\n").await, "200", "a header like any other");
    // The bucket of that method is empty now.
    let (head, body) = ask(&api, "/prod/order", "").await;
    assert!(head.starts_with("http/1.1 429 ") && head.contains("x-amzn-errortype: toomanyrequestsexception"), "{head}");
    assert_eq!(body, r#"{"message":"Too Many Requests"}"#);
    assert_eq!(status(&api, "/prod/order/7", "").await, "200");
}

#[tokio::test]
async fn a_policy_says_no_in_awss_words() {
    let plan: Plan = state("NONE").to_string().parse().unwrap();
    let orders = Orders::default();
    let open: Throttle = Throttle::default();
    let builder = builder().plan(plan).throttle(open).sources_by_header();
    let api = builder.start_without_storage(orders.clone()).await.unwrap();
    let (head, body) = ask(&api, "/prod/order/7", "X-Local-Source: vpce=vpce-1\r\n").await;
    assert!(head.starts_with("http/1.1 403 ") && head.contains("x-amzn-errortype: accessdeniedexception"), "{head}");
    let what = "User: anonymous is not authorized to perform: execute-api:Invoke on resource: \
                arn:aws:execute-api:eu-central-1:********9012:a1b2c3d4e5/prod";
    assert_eq!(body, json!({ "Message": format!("{what}/GET/order/7 with an explicit deny") }).to_string());
    // Another listed endpoint's policy is its owner's; ours has no room for a POST.
    assert_eq!(
        status(&api, "/prod/order", "X-Local-Source: vpce=vpce-0fedcba9876543210, ip=10.9.9.9\r\n").await,
        "200"
    );
    let event = orders.0.lock().unwrap().pop().unwrap();
    assert_eq!(event["requestContext"]["identity"]["sourceIp"], "10.9.9.9");
    assert!(!event["headers"].to_string().to_ascii_lowercase().contains("x-local-source"), "{event}");
    let (_, body) = ask(&api, "/prod/order", "X-HTTP-Method-Override: POST\r\n").await;
    assert_eq!(body, json!({ "Message": format!("{what}/POST/order") }).to_string());
    for wrong in ["vpce", "ip=here", "zone=a", ""] {
        assert_eq!(status(&api, "/prod/order", &format!("X-Local-Source: {wrong}\r\n")).await, "400", "{wrong}");
    }
    assert!(orders.0.lock().unwrap().is_empty(), "no function is asked about what is refused");
}

#[tokio::test]
async fn policies_are_given_by_themselves_too() {
    let condition =
        json!({ "IpAddress": { "aws:VpcSourceIp": "10.0.0.0/16" }, "Bool": { "aws:SecureTransport": "true" } });
    let document = json!({ "Statement": statement("Allow", "execute-api:/dev/*", condition) });
    let policies = Policies::new(Policy::read(Kind::Resource { api: API }, "the policy", &document).unwrap());
    let source = Source { vpce: Some(VPCE.to_owned()), ..Source::default() };
    let api = builder().policies(API, policies).source(source).sources_by_header();
    let api = api.start_without_storage(Orders::default()).await.unwrap();
    assert_eq!(status(&api, "/dev/order", "X-Local-Source: ip=10.0.255.255\r\n").await, "200");
    assert_eq!(status(&api, "/dev/order", "X-Local-Source: ip=10.1.0.0\r\n").await, "403");
    assert_eq!(status(&api, "/dev/order", "").await, "403");
}

#[tokio::test]
async fn each_method_is_throttled_for_itself() {
    let now = Arc::new(AtomicU64::new(0));
    let clock = {
        let now = now.clone();
        move || Duration::from_millis(now.load(Ordering::Relaxed))
    };
    let throttle = [("*/*", 1.0, 2), ("order/{orderId}/GET", 1.0, 1)].into_iter().collect();
    let api =
        builder().throttle(throttle).throttle_clock(clock).start_without_storage(Orders::default()).await.unwrap();
    let mut found = Vec::new();
    for target in ["/dev/order", "/dev/order", "/dev/order", "/dev/order/1", "/dev/order/2"] {
        found.push(status(&api, target, "").await);
    }
    assert_eq!(found, ["200", "200", "429", "200", "429"]);
    now.store(1000, Ordering::Relaxed);
    assert_eq!(status(&api, "/dev/order/3", "").await, "200");
    assert_eq!(status(&api, "/dev/order/3", "").await, "429");
}

#[test]
fn what_cannot_be_used_is_refused_by_name() {
    let resource = |kind: &str| format!("{kind}.this");
    let error = |document: &Value| document.to_string().parse::<Plan>().unwrap_err().to_string();
    let all = |change: &dyn Fn(&mut Vec<Value>)| {
        let mut state = state("NONE");
        let root = &mut state["values"]["root_module"];
        let mut resources = root["resources"].as_array().unwrap().clone();
        resources.extend(root["child_modules"][0]["resources"].as_array().unwrap().clone());
        change(&mut resources);
        *root = json!({ "resources": resources });
        state
    };
    let with = |kind: &str, name: &str, value: Value| {
        all(&|resources| resources.iter_mut().find(|r| r["type"] == kind).unwrap()["values"][name] = value.clone())
    };
    let without = |kind: &str| all(&|resources| resources.retain(|r| r["type"] != kind));
    for (document, says) in [
        (json!({}), "this is no state and no plan as `terraform show -json` prints them".to_owned()),
        (without("aws_api_gateway_rest_api"), "there is no aws_api_gateway_rest_api".to_owned()),
        (
            all(&|resources| resources.push(resources[0].clone())),
            "there are 2 aws_api_gateway_rest_api, and one is wanted".to_owned(),
        ),
        (without("aws_api_gateway_stage"), "has no aws_api_gateway_stage".to_owned()),
        (without("aws_api_gateway_rest_api_policy"), "aws_api_gateway_rest_api.this has not a policy".to_owned()),
        (
            with("aws_api_gateway_rest_api", "endpoint_configuration", json!([{ "types": ["REGIONAL"] }])),
            "PRIVATE".to_owned(),
        ),
        (
            with("aws_api_gateway_method_settings", "method_path", "order/*".into()),
            "the method path order/* is not".to_owned(),
        ),
        (
            with(
                "aws_vpc_endpoint_policy",
                "policy",
                r#"{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*",
                "Condition": {"DateLessThan": {"aws:CurrentTime": "x"}}}}"#
                    .into(),
            ),
            format!(
                "{}: the policy of {VPCE}, statement 1: the condition operator DateLessThan",
                resource("aws_vpc_endpoint_policy")
            ),
        ),
    ] {
        let found = error(&document);
        assert!(found.contains(&says), "{found} / {says}");
    }
    assert!("{".parse::<Plan>().unwrap_err().to_string().starts_with("this is no state"));
    let error = Plan::read("/nowhere/at/all").unwrap_err().to_string();
    assert!(error.starts_with("cannot read the plan in /nowhere/at/all: "), "{error}");
    let mixed = state("NONE").to_string().replacen(r#"{\"type\":\"NONE\"}"#, r#"{\"type\":\"AWS_IAM\"}"#, 1);
    assert!(mixed.parse::<Plan>().unwrap_err().to_string().contains("one authorization for all"));
    let other = state("COGNITO_USER_POOLS").to_string().parse::<Plan>().unwrap_err().to_string();
    assert!(other.contains("wants COGNITO_USER_POOLS of its callers"), "{other}");
}

#[test]
fn a_plan_that_does_not_know_something_yet_says_what() {
    let state = state("NONE");
    let root = &state["values"]["root_module"];
    let resources = [&root["resources"], &root["child_modules"][0]["resources"]]
        .into_iter()
        .flat_map(|all| all.as_array().unwrap());
    let changes = |unknown: &str| -> Value {
        let of = |resource: &Value| {
            let mut after = resource["values"].clone();
            let is_unknown = after.as_object_mut().unwrap().remove(unknown).is_some();
            json!({ "address": resource["address"], "mode": "managed", "type": resource["type"],
                "change": { "actions": ["create"], "after": after, "after_unknown": if is_unknown { json!({ unknown: true }) } else { json!({}) } } })
        };
        let mut all: Vec<Value> = resources.clone().map(of).collect();
        // What goes, and what is left of what was replaced, is no part of it.
        all.push(json!({ "address": "old", "mode": "managed", "type": "aws_api_gateway_rest_api", "change": { "actions": ["delete"], "after": null } }));
        let mut deposed = all[0].clone();
        deposed["deposed"] = "00000001".into();
        all.push(deposed);
        json!({ "resource_changes": all, "output_changes": { "stage": { "after": "prod" } } })
    };
    let plan: Plan = changes("nothing").to_string().parse().unwrap();
    assert_eq!(plan.output("stage").unwrap(), "prod");
    let mut one = changes("nothing");
    let mut all = one["resource_changes"].as_array_mut().unwrap().iter_mut();
    let function = all.find(|change| change["type"] == "aws_lambda_function").unwrap();
    function["change"]["after_unknown"] = json!({ "environment": [{ "variables": { "CALLERS": true, "A": false } }] });
    let error = one.to_string().parse::<Plan>().unwrap_err().to_string();
    assert!(error.contains("aws_lambda_function.this: environment.variables: CALLERS is not known yet"), "{error}");
    for (unknown, says) in [
        ("execution_arn", "aws_api_gateway_rest_api.this: execution_arn is not known yet"),
        ("body", "aws_api_gateway_rest_api.this: body is not known yet"),
        ("policy", "aws_api_gateway_rest_api_policy.this: policy is not known yet"),
        ("environment", "aws_lambda_function.this: environment.variables: all of them is not known yet"),
        ("endpoint_configuration", "aws_api_gateway_rest_api.this: endpoint_configuration is not known yet"),
    ] {
        let error = changes(unknown).to_string().parse::<Plan>().unwrap_err().to_string();
        assert!(error.contains(says), "{error}");
    }
}

#[tokio::test]
async fn a_role_that_is_deployed_has_what_the_plan_attaches_to_it() {
    let arn = "arn:aws:iam::123456789012:role/clerk";
    let known = r#"[{"AccessKeyId": "ASIALOCAL", "SecretAccessKey": "s", "Arn": "arn:aws:sts::123456789012:assumed-role/clerk/ann"}]"#;
    let start = async |kind: &str, values: Value, role: Value| {
        let mut state = state("AWS_IAM");
        let resources = state["values"]["root_module"]["resources"].as_array_mut().unwrap();
        let mut of_role = json!({ "name": "clerk", "arn": arn });
        of_role.as_object_mut().unwrap().extend(role.as_object().unwrap().clone());
        resources.push(json!({ "address": "aws_iam_role.clerk", "type": "aws_iam_role", "values": of_role }));
        resources.push(json!({ "address": format!("{kind}.x"), "type": kind, "values": values }));
        let everything = r#"{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#;
        let managed = json!({ "arn": "arn:aws:iam::123456789012:policy/p", "policy": everything });
        resources.push(json!({ "address": "aws_iam_policy.p", "type": "aws_iam_policy", "values": managed }));
        let builder = builder().credentials(known.parse().unwrap()).plan(state.to_string().parse().unwrap());
        builder.start_without_storage(Orders::default()).await.map(drop).map_err(|error| error.to_string())
    };
    let attachment = |arn: &str| json!({ "role": "clerk", "policy_arn": arn });
    let ours = "arn:aws:iam::123456789012:policy/p";
    let awss = "arn:aws:iam::aws:policy/AdministratorAccess";
    let (none, wrong) = (json!({}), json!({ "role": "clerk", "policy": "{}" }));
    for (kind, values, role, says) in [
        ("aws_iam_role_policy_attachment", attachment(ours), none.clone(), None),
        (
            "aws_iam_role_policy_attachment",
            attachment(awss),
            none.clone(),
            Some("aws_iam_role_policy_attachment.x attaches to its role"),
        ),
        ("aws_iam_role_policy", wrong, none.clone(), Some("aws_iam_role_policy.x: it has no Statement")),
        ("aws_iam_role_policy", json!({ "role": "another", "policy": "{}" }), none.clone(), None),
        (
            "other",
            none.clone(),
            json!({ "inline_policy": [{ "name": "a", "policy": "{}" }] }),
            Some("aws_iam_role.clerk: it has no"),
        ),
        ("other", none.clone(), json!({ "managed_policy_arns": [ours] }), None),
        (
            "other",
            none.clone(),
            json!({ "managed_policy_arns": [awss] }),
            Some("aws_iam_role.clerk attaches to its role"),
        ),
        (
            "other",
            none.clone(),
            json!({ "permissions_boundary": awss }),
            Some("aws_iam_role.clerk attaches to its role"),
        ),
    ] {
        let found = start(kind, values, role.clone()).await;
        match says {
            None => assert_eq!(found, Ok(()), "{kind} {role}"),
            Some(says) => assert!(found.as_ref().is_err_and(|error| error.contains(says)), "{found:?} / {says}"),
        }
    }
}

#[tokio::test]
async fn whose_policies_are_attached_is_said_by_the_credentials() {
    let plan = || state("AWS_IAM").to_string().parse::<Plan>().unwrap();
    let start = async |policies: &str| {
        let known = format!(
            r#"[{{"AccessKeyId": "AKIALOCAL", "SecretAccessKey": "s", "Arn": "arn:aws:iam::123456789012:user/ann"{policies}}}]"#
        );
        let known = known.parse::<private_api_gateway::Credentials>();
        match known {
            Ok(known) => match builder().credentials(known).plan(plan()).start_without_storage(Orders::default()).await
            {
                Ok(_) => "fine".to_owned(),
                Err(error) => error.to_string(),
            },
            Err(error) => error.to_string(),
        }
    };
    for fine in [
        "",
        r#", "Policies": []"#,
        r#", "Policies": ["caller_policy", {"Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}}]"#,
    ] {
        assert_eq!(start(fine).await, "fine", "{fine}");
    }
    for (wrong, says) in [
        (r#", "Policies": ["nothing"]"#, "credentials number 1: Policies has a text that names no output of a --plan"),
        (r#", "Policies": [{"Statement": []}]"#, "credentials number 1: one of its Policies: it has no Statement"),
        (r#", "RoleArn": "arn:aws:iam::123456789012:role/a/b""#, "credentials number 1: a user has no RoleArn"),
    ] {
        let error = start(wrong).await;
        assert!(error.contains(says), "{error}");
    }
}

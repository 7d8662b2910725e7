//! Cases of policies and calls, for comparing this evaluator with another one.
//!
//! `cases generate COUNT SEED` prints that many, each a line of JSON with this evaluator's answer. `cases check` reads such lines, and
//! fails where this evaluator's answer is not the one that stands there. A policy may have the short form of resources.
#![allow(clippy::print_stdout)]

use std::{error::Error, io, process::ExitCode};

use private_api_policy::{Caller, Iam, Kind, Policies, Policy, Request, Source};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

const API: &str = "arn:aws:execute-api:eu-central-1:123456789012:a1b2c3d4e5";
const OWNER: &str = "123456789012";
const OTHER: &str = "999999999999";
const VPCE: [&str; 2] = ["vpce-0123456789abcdef0", "vpce-0fedcba9876543210"];
const VPC: [&str; 2] = ["vpc-0123456789abcdef0", "vpc-0fedcba9876543210"];

/// The words in which another evaluator answers.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq, Eq)]
enum Answer {
    Allowed,
    ImplicitlyDenied,
    ExplicitlyDenied,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    /// The API's execution ARN.
    api: String,
    resource_policy: Value,
    endpoint_policy: Option<Value>,
    caller: Option<Signer>,
    vpce: Option<String>,
    vpc: Option<String>,
    ip: Option<String>,
    action: String,
    resource: String,
    /// `AWS_IAM`, not `NONE`.
    signed: bool,
    answer: Answer,
}

#[derive(Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Signer {
    arn: String,
    role: Option<String>,
    organization: Option<String>,
    policies: Vec<Value>,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match *arguments {
        ["generate", count, seed] => generate(count, seed),
        ["check"] => check(),
        _ => Err("cases generate COUNT SEED | cases check".into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("error: {why}");
            ExitCode::FAILURE
        }
    }
}

fn generate(count: &str, seed: &str) -> Result<(), Box<dyn Error>> {
    let mut dice = Dice(seed.parse()?);
    for number in 0..count.parse()? {
        let mut case = dice.case(format!("seed {seed}, case {number}"));
        case.answer = answer(&case).map_err(|why| format!("{}: {why}", case.name))?;
        println!("{}", serde_json::to_string(&case)?);
    }
    Ok(())
}

fn check() -> Result<(), Box<dyn Error>> {
    let (mut cases, mut wrong) = (0, 0);
    for line in io::stdin().lines() {
        let case: Case = serde_json::from_str(&line?)?;
        cases += 1;
        let found = answer(&case).map_err(|why| format!("{}: {why}", case.name))?;
        if found != case.answer {
            wrong += 1;
            eprintln!("WRONG  {}: {found:?}, expected {:?}", case.name, case.answer);
        }
    }
    println!("{cases} rows, {wrong} differences");
    if cases == 0 || wrong > 0 { Err("the evaluators differ, or there was nothing to compare".into()) } else { Ok(()) }
}

fn answer(case: &Case) -> Result<Answer, Box<dyn Error>> {
    let policy = Policy::read(Kind::Resource { api: &case.api }, "the resource policy", &case.resource_policy)?;
    let mut policies = Policies::new(policy);
    if let (Some(vpce), Some(policy)) = (&case.vpce, &case.endpoint_policy) {
        policies = policies.with_endpoint(vpce, Policy::read(Kind::Endpoint, "the endpoint's policy", policy)?);
    }
    let mut caller = Caller::Anonymous;
    if let Some(signer) = &case.caller {
        let mut iam = Iam::read(&signer.arn, signer.role.as_deref())?;
        iam.organization.clone_from(&signer.organization);
        let own = signer.policies.iter().map(|policy| Policy::read(Kind::Identity, "the caller's own policy", policy));
        iam.policies = own.collect::<Result<_, _>>()?;
        caller = Caller::Iam(Box::new(iam));
    }
    let ip = case.ip.as_ref().map(|ip| ip.parse()).transpose()?;
    let source = Source { vpce: case.vpce.clone(), vpc: case.vpc.clone(), ip };
    let request = Request { action: &case.action, resource: &case.resource, ..Request::of(&caller, &source) };
    Ok(match policies.decide(&request, case.signed) {
        Ok(()) => Answer::Allowed,
        Err(refusal) if refusal.is_explicit() => Answer::ExplicitlyDenied,
        Err(_) => Answer::ImplicitlyDenied,
    })
}

/// A generator of numbers (SplitMix64): the same cases for the same seed, everywhere.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) % end as u64) as usize
    }

    fn is(&mut self, of_a_hundred: usize) -> bool {
        self.below(100) < of_a_hundred
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }

    /// One text, or a list of some.
    fn some(&mut self, of: &[&str]) -> Value {
        if self.is(60) {
            return self.one(of).into();
        }
        (0..=self.below(3)).map(|_| self.one(of)).collect()
    }

    fn case(&mut self, name: String) -> Case {
        let at = self.below(3);
        let caller = self.signer();
        let paths =
            ["dev/GET/order", "dev/GET/order/0190f8f4", "dev/POST/order", "prod/GET/order", "dev/DELETE/order/a:b"];
        Case {
            name,
            api: API.to_owned(),
            resource_policy: self.policy(Some("resource")),
            endpoint_policy: (at < 2 && self.is(60)).then(|| self.policy(Some("endpoint"))),
            signed: caller.is_some(),
            caller,
            vpce: VPCE.get(at).map(|&id| id.to_owned()),
            vpc: VPC.get(at).map(|&id| id.to_owned()),
            ip: Some(self.one(&["10.0.16.7", "10.1.0.1", "192.0.2.7", "fd00::7"]).to_owned()),
            action: self
                .one(&["execute-api:Invoke", "execute-api:Invoke", "execute-api:Invoke", "execute-api:InvalidateCache"])
                .to_owned(),
            resource: format!("{API}/{}", self.one(&paths)),
            answer: Answer::Allowed,
        }
    }

    fn signer(&mut self) -> Option<Signer> {
        let (arn, role) = [
            None,
            None,
            Some((
                format!("arn:aws:sts::{OWNER}:assumed-role/clerk/ann"),
                Some(format!("arn:aws:iam::{OWNER}:role/clerk")),
            )),
            Some((
                format!("arn:aws:sts::{OWNER}:assumed-role/payer/i-0abc"),
                Some(format!("arn:aws:iam::{OWNER}:role/team/payer")),
            )),
            Some((format!("arn:aws:iam::{OWNER}:user/audit/ben"), None)),
            Some((
                format!("arn:aws:sts::{OTHER}:assumed-role/clerk/ann"),
                Some(format!("arn:aws:iam::{OTHER}:role/clerk")),
            )),
        ][self.below(6)]
        .clone()?;
        let organization = [None, Some("o-ours"), Some("o-another")][self.below(3)].map(str::to_owned);
        let policies = (0..self.below(3)).map(|_| self.policy(None)).collect();
        Some(Signer { arn, role, organization, policies })
    }

    fn policy(&mut self, of: Option<&str>) -> Value {
        let statements: Vec<_> = (0..=self.below(3)).map(|_| self.statement(of)).collect();
        json!({ "Version": "2012-10-17", "Statement": statements })
    }

    fn statement(&mut self, of: Option<&str>) -> Value {
        let mut fields = json!({ "Effect": if self.is(75) { "Allow" } else { "Deny" } });
        let actions = [
            "execute-api:Invoke",
            "execute-api:*",
            "EXECUTE-API:invoke",
            "*",
            "execute-api:I?vo*",
            "execute-api:InvalidateCache",
        ];
        let action = if self.is(85) { "Action" } else { "NotAction" };
        fields[action] = self.some(&actions);
        let full = [
            "*",
            "dev/*",
            "dev/GET/*",
            "*/GET/order",
            "dev/GET/order/????f8f4",
            "*/order*",
            "prod/*",
            "dev/POST/order",
            "dev/*:b",
        ];
        let full: Vec<String> = full.iter().map(|path| format!("{API}/{path}")).collect();
        let elsewhere = [
            "*",
            "arn:aws:execute-api:*:*:*",
            "arn:aws:execute-api:us-east-1:*:*/*",
            "arn:aws:execute-api:eu-*:123456789012:a1*/dev/*",
        ];
        let short = ["execute-api:/*", "execute-api:/dev/GET/*", "execute-api:/*/POST/order"];
        let mut resources: Vec<&str> = full.iter().map(String::as_str).chain(elsewhere).collect();
        if of == Some("resource") {
            resources.extend(short);
        }
        let resource = if self.is(85) { "Resource" } else { "NotResource" };
        fields[resource] = self.some(&resources);
        if let Some(of) = of {
            let (element, principal) = self.principal(of, fields["Effect"] == "Deny");
            fields[element] = principal;
        }
        let mut conditions = json!({});
        for _ in 0..[0, 0, 1, 1, 2][self.below(5)] {
            let (operator, key, values) = self.condition();
            conditions[operator][key] = values;
        }
        if conditions != json!({}) {
            fields["Condition"] = conditions;
        }
        fields
    }

    fn principal(&mut self, of: &str, is_deny: bool) -> (&'static str, Value) {
        // The other evaluator takes no other principal of an endpoint's policy.
        if of == "endpoint" {
            return ("Principal", "*".into());
        }
        if self.is(40) {
            return ("Principal", if self.is(50) { "*".into() } else { json!({ "AWS": "*" }) });
        }
        let names = [
            OWNER.to_owned(),
            OTHER.to_owned(),
            format!("arn:aws:iam::{OWNER}:root"),
            format!("arn:aws:iam::{OWNER}:role/clerk"),
            format!("arn:aws:iam::{OWNER}:role/team/payer"),
            format!("arn:aws:sts::{OWNER}:assumed-role/clerk/ann"),
            format!("arn:aws:iam::{OWNER}:user/audit/ben"),
            format!("arn:aws:iam::{OTHER}:role/clerk"),
        ];
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let element = if is_deny && self.is(30) { "NotPrincipal" } else { "Principal" };
        (element, json!({ "AWS": self.some(&names) }))
    }

    fn condition(&mut self) -> (String, &'static str, Value) {
        let text = [
            "StringEquals",
            "StringNotEquals",
            "StringLike",
            "StringNotLike",
            "StringEqualsIgnoreCase",
            "StringNotEqualsIgnoreCase",
        ];
        let (key, operators, values): (_, &[&str], Vec<&str>) = match self.below(8) {
            0 | 1 => (
                "aws:SourceVpce",
                &text,
                vec![VPCE[0], VPCE[1], "vpce-0*", "vpce-0fedcba98765432?0", "VPCE-0123456789ABCDEF0"],
            ),
            2 => ("aws:SourceVpc", &text, vec![VPC[0], "vpc-*", "vpc-none"]),
            3 => (
                "aws:VpcSourceIp",
                &["IpAddress", "NotIpAddress"],
                vec!["10.0.0.0/16", "192.0.2.7", "fd00::/8", "0.0.0.0/0"],
            ),
            4 => (
                "aws:PrincipalArn",
                &["ArnEquals", "ArnNotEquals", "ArnLike", "ArnNotLike"],
                vec![
                    "arn:aws:iam::123456789012:role/clerk",
                    "arn:aws:iam::123456789012:role/*",
                    "arn:aws:iam::*:role/c?erk",
                    "arn:aws:iam::123456789012:user/*/ben",
                ],
            ),
            5 => ("aws:PrincipalAccount", &text, vec![OWNER, OTHER, "1234*"]),
            6 => ("aws:PrincipalOrgID", &text, vec!["o-ours", "o-*"]),
            _ => ("aws:SecureTransport", &["Bool"], vec!["true", "false"]),
        };
        if self.is(10) {
            return ("Null".to_owned(), key, self.one(&["true", "false"]).into());
        }
        let if_exists = if self.is(15) { "IfExists" } else { "" };
        let operator = format!("{}{if_exists}", self.one(operators));
        (operator, key, self.some(&values))
    }
}

//! Who may do what: every combination of caller, operation, member and status, over HTTP.

use std::{collections::HashMap, fs};

use aws_credential_types::Credentials as Signs;
use claims_client::{ClaimsClient, Endpoint, Refusal, types::*};
use claims_local::{Authorization, Callers, Credentials, Fault, LocalApi};
use private_api_lambda::{Caller, Refused};
use serde_json::{Value, json};

use crate::common::{
    builder, new_claim,
    running::{Running, fails},
};

const ACCOUNT: &str = "123456789012";
/// Whom the file names, and who only looks like it.
const CALLERS: [&str; 8] = [
    "sts:assumed-role/claims-intake/i-0abc",
    "sts:assumed-role/adjuster-7/ann",
    "sts:assumed-role/payer/batch",
    "iam:user/audit/ann",
    "sts:assumed-role/adjuster/ann",
    "sts:assumed-role/claims-intake-2/i-0abc",
    "iam:user/audit/ben",
    "sts:assumed-role/other/payer",
];
const MEMBERS: [&str; 4] = ["12", "123", "13", "312"];

fn arn(caller: &str) -> String {
    let (service, resource) = caller.split_once(':').unwrap();
    format!("arn:aws:{service}::{ACCOUNT}:{resource}")
}

fn file() -> Value {
    let principal = |resource: &str| format!("arn:aws:iam::{ACCOUNT}:{resource}");
    json!([
        {"principal": principal("role/claims-intake"), "operations": ["createClaim", "getClaim"], "members": ["*"]},
        {"principal": principal("role/team/adjuster-*"), "operations": ["getClaim", "updateClaim", "listClaims"],
         "members": ["12*"], "statuses": ["in_review", "approved", "denied"]},
        {"principal": principal("role/payer"), "operations": ["updateClaim"], "members": ["*"], "statuses": ["paid"]},
        {"principal": principal("user/audit/ann"), "operations": ["getClaim", "listClaims", "listClaimHistory"],
         "members": ["*3", "12"]},
    ])
}

/// What the file means, in other words.
fn refused(caller: &str, operation: Operation, member: &str, status: Option<&ClaimStatus>) -> Option<&'static str> {
    use ClaimStatus::*;
    use Operation::*;
    let unless = |fine: bool, what| (!fine).then_some(what);
    match (CALLERS.iter().position(|one| *one == caller).unwrap(), operation) {
        (0, CreateClaim | GetClaim) => None,
        (1, GetClaim | ListClaims) => unless(member.starts_with("12"), "member"),
        (1, UpdateClaim) if !member.starts_with("12") => Some("member"),
        (1, UpdateClaim) => unless(matches!(status, Some(InReview | Approved | Denied)), "status"),
        (2, UpdateClaim) => unless(status == Some(&Paid), "status"),
        (3, GetClaim | ListClaims | ListClaimHistory) => unless(member != "312", "member"),
        _ => Some("operation"),
    }
}

/// Each operation with each status that it may set.
fn cases() -> Vec<(&'static str, Operation, &'static str, Option<ClaimStatus>)> {
    let mut cases = Vec::new();
    for caller in CALLERS {
        for &operation in Operation::ALL {
            for member in MEMBERS {
                match operation {
                    Operation::UpdateClaim => {
                        let all = ClaimStatus::KNOWN.iter();
                        cases.extend(all.map(|status| (caller, operation, member, Some(status.clone()))));
                    }
                    Operation::CreateClaim => cases.push((caller, operation, member, Some(ClaimStatus::Pending))),
                    _ => cases.push((caller, operation, member, None)),
                }
            }
        }
    }
    cases
}

fn credentials() -> String {
    let entry = |(index, caller): (usize, &&str)| json!({"AccessKeyId": format!("AKIALOCAL{index}"), "SecretAccessKey": "local", "Arn": arn(caller)});
    Value::Array(CALLERS.iter().enumerate().map(entry).collect()).to_string()
}

async fn start(change: impl FnOnce(Callers) -> Callers) -> LocalApi {
    let known: Credentials = credentials().parse().unwrap();
    let callers: Callers = file().to_string().parse().unwrap();
    let builder = builder().authorization(Authorization::AwsIam).credentials(known).callers(change(callers));
    builder.start().await.unwrap()
}

fn client(url: &str, caller: &str) -> ClaimsClient {
    let index = CALLERS.iter().position(|one| *one == caller).unwrap();
    let signs = Signs::new(format!("AKIALOCAL{index}"), "local", None, None, "test");
    let endpoint = Endpoint::url(url).in_region("eu-central-1");
    ClaimsClient::builder().endpoint(endpoint).credentials(signs).build().unwrap()
}

/// The detail of the 403, where it is one.
async fn call(
    client: &ClaimsClient,
    operation: Operation,
    claim: &Claim,
    status: Option<ClaimStatus>,
) -> Option<String> {
    let (member, id) = (&claim.member_id, claim.claim_id);
    let error = match operation {
        Operation::CreateClaim => client.create_claim(new_claim(member.as_str())).await.err(),
        Operation::ListClaims => client.list_claims(member).await.err(),
        Operation::GetClaim => client.get_claim(member, id).await.err(),
        Operation::UpdateClaim => {
            let update = UpdateClaimRequest { status: status.unwrap(), ..claim.to_update() };
            client.update_claim(member, id, update).await.err()
        }
        Operation::DeleteClaim => client.delete_claim(member, id).await.err(),
        Operation::ListClaimHistory => client.list_claim_history(member, id).await.err(),
    };
    let problem = error.as_ref().and_then(|error| error.problem())?;
    (problem.code == ProblemCode::Forbidden).then(|| problem.detail.clone().unwrap())
}

#[tokio::test]
async fn each_caller_does_what_its_entries_say_and_nothing_else() {
    let api = start(|callers| callers).await;
    let clients: HashMap<_, _> = CALLERS.map(|caller| (caller, client(&api.url(), caller))).into();
    let mut claims = HashMap::new();
    for member in MEMBERS {
        claims.insert(member, clients[CALLERS[0]].create_claim(new_claim(member)).await.unwrap());
    }
    let (mut let_in, mut let_out) = (0, 0);
    for (caller, operation, member, status) in cases() {
        let expected = refused(caller, operation, member, status.as_ref());
        if expected.is_some() {
            // Whatever asked the database would fail, and not with a 403.
            (0..20).for_each(|_| api.inject(Fault::StorageDown));
        }
        let said = call(&clients[caller], operation, &claims[member], status.clone()).await;
        api.clear_faults();
        let case = format!("{caller} {operation} {member} {status:?}: {said:?}");
        match (&said, expected) {
            (None, None) => let_in += 1,
            (Some(said), Some(what)) => {
                let ends = match what {
                    "operation" => format!("the operation {operation}"),
                    "member" => format!("{operation} on this member"),
                    _ => format!("{operation} into the status {}", status.unwrap()),
                };
                assert_eq!(*said, format!("the API's callers do not allow this caller {ends}"), "{case}");
                let_out += 1;
            }
            _ => panic!("{case}"),
        }
    }
    assert_eq!((let_in, let_out), (31, 321));
    // Whether it is there or not: a member outside of the scope is a 403.
    let nowhere = ClaimId::from(IdempotencyKey::mint());
    let adjuster = &clients[CALLERS[1]];
    let error = adjuster.get_claim(&"13".parse().unwrap(), nowhere).await.unwrap_err();
    assert_eq!((error.status(), error.refusal()), (Some(403), Some(Refusal::NotThisCaller)));
    assert_eq!(adjuster.get_claim(&"123".parse().unwrap(), nowhere).await.unwrap_err().status(), Some(404));
}

/// What of the table a file gets wrong.
fn differences(file: &Value) -> usize {
    let callers: Callers = file.to_string().parse().unwrap();
    let differs = |(caller, operation, member, status): &(&str, Operation, &str, Option<ClaimStatus>)| {
        let who: Caller = serde_json::from_value(json!({"kind": "iam", "arn": arn(caller)})).unwrap();
        let found = callers.allow(&who, operation.id(), &[*member], status.as_ref().map(ClaimStatus::as_str));
        found.err().map(|what: Refused| what.to_string()).as_deref()
            != refused(caller, *operation, member, status.as_ref())
    };
    cases().iter().filter(|case| differs(case)).count()
}

#[test]
fn an_entry_that_allows_more_is_noticed() {
    assert_eq!(differences(&file()), 0);
    let mut loosened = 0;
    let mut notices = |file: Value| {
        assert!(differences(&file) > 0, "{file}");
        loosened += 1;
    };
    for index in 0..file().as_array().unwrap().len() {
        for operation in Operation::ALL {
            let mut file = file();
            let operations = file[index]["operations"].as_array_mut().unwrap();
            if !operations.contains(&operation.id().into()) {
                operations.push(operation.id().into());
                notices(file);
            }
        }
        let mut other = file();
        if other[index]["members"] != json!(["*"]) {
            other[index]["members"] = json!(["*"]);
            notices(other);
        }
        let statuses = file()[index].get("statuses").cloned();
        for status in ClaimStatus::KNOWN.iter().filter(|_| statuses.is_some()) {
            let mut file = file();
            let statuses = file[index]["statuses"].as_array_mut().unwrap();
            if !statuses.contains(&status.as_str().into()) {
                statuses.push(status.as_str().into());
                notices(file);
            }
        }
        let mut other = file();
        if other[index].as_object_mut().unwrap().remove("statuses").is_some() {
            notices(other);
        }
        let mut other = file();
        let principal = other[index]["principal"].as_str().unwrap();
        let (start, _) = principal.rsplit_once('/').unwrap();
        other[index]["principal"] = format!("{start}/*").into();
        notices(other);
    }
    assert_eq!(loosened, 31);
}

#[tokio::test]
async fn in_report_mode_nobody_is_refused() {
    let api = start(Callers::reporting).await;
    let stranger = client(&api.url(), CALLERS[7]);
    let claim = stranger.create_claim(new_claim("123")).await.unwrap();
    let update = UpdateClaimRequest { status: ClaimStatus::InReview, ..claim.to_update() };
    stranger.update_claim(&claim.member_id, claim.claim_id, update).await.unwrap();
    stranger.delete_claim(&claim.member_id, claim.claim_id).await.unwrap();
}

#[tokio::test]
async fn the_program_takes_them_from_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: String| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (known, callers) = (write("known.json", credentials()), write("callers.json", file().to_string()));
    let arguments = ["--port", "0", "--authorization", "aws-iam", "--credentials", &known, "--callers", &callers];
    let member = "123".parse().unwrap();
    let running = Running::start(&arguments);
    let status = client(&running.url(), CALLERS[7]).list_claims(&member).await.unwrap_err().status();
    assert_eq!(status, Some(403));
    client(&running.url(), CALLERS[1]).list_claims(&member).await.unwrap();
    let running = Running::start(&[&arguments[..], &["--report-callers"]].concat());
    client(&running.url(), CALLERS[7]).list_claims(&member).await.unwrap();
    let log = running.kill();
    let refused =
        format!("callers: would be refused operation=listClaims refused=operation caller=\"{}\"", arn(CALLERS[7]));
    assert!(log.contains(&refused), "{log}");
    let wrong = write("wrong.json", file().to_string().replace("listClaims", "listClaim"));
    let said = fails(&[&arguments[..6], &["--callers", &wrong]].concat());
    assert!(said.starts_with("claims-local: callers, entry 2: there is no operation \"listClaim\""), "{said}");
    let said = fails(&["--port", "0", "--callers", &callers]);
    assert!(said.contains("--credentials <FILE>"), "{said}");
}

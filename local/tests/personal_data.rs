//! Nothing personal gets out: markers planted in every personal field are looked for in everything that people other than
//! the caller may read, over every operation, fault and kind of bad input.
#![allow(missing_docs, clippy::unwrap_used)]

mod common;
#[allow(dead_code, reason = "only the faults count here")]
#[path = "all/faults/expected.rs"]
mod expected;

use std::{
    cell::Cell,
    error::Error,
    fmt::Debug,
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex},
    time::Duration,
};

use claims_client::{ClaimsClient, Endpoint, RetryPolicy, types::*};
use claims_local::{Fault, LocalApi};
use common::{
    Api,
    world::{self, Limits, World},
};
use serde_json::json;
use tracing_subscriber::fmt::format::FmtSpan;

const MEMBER: &str = "marker-member-71";
const POLICY: &str = "marker-policy-72";
const NAME: &str = "Marker Name Seventythree";
const DESCRIPTION: &str = "marker description seventyfour";
const AMOUNT: &str = "757575.75";
/// As they are, percent-encoded, form-encoded, and the amount in cents.
const MARKERS: [&str; 10] = [
    MEMBER,
    POLICY,
    NAME,
    "Marker%20Name",
    "Marker+Name",
    DESCRIPTION,
    "marker%20description",
    AMOUNT,
    "75757575",
    "Seventythree",
];

#[track_caller]
fn assert_clean(where_: &str, text: &str) {
    for marker in MARKERS {
        assert!(!text.contains(marker), "{marker} in {where_}: {text}");
    }
}

/// What was logged, by whatever crate.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn new_claim() -> CreateClaim {
    CreateClaim {
        member_id: MEMBER.parse().unwrap(),
        policy_id: POLICY.parse().unwrap(),
        member_name: NAME.parse().unwrap(),
        request: CreateClaimRequest::new(PolicyType::Health, AMOUNT.parse().unwrap(), DESCRIPTION.parse().unwrap()),
    }
}

thread_local! {
    /// Whether a panic is the one that `clean` provokes.
    static DELIBERATE: Cell<bool> = const { Cell::new(false) };
}

fn clean<T: Debug>(what: &str, value: T) -> T {
    assert_clean(what, &format!("{value:?} {value:#?}"));
    // What somebody's `unwrap` or `expect` would print.
    DELIBERATE.set(true);
    #[allow(clippy::unnecessary_literal_unwrap, reason = "it is the panic of a real `unwrap` that is looked at")]
    let panic = catch_unwind(AssertUnwindSafe(|| Err::<(), _>(&value).unwrap())).unwrap_err();
    DELIBERATE.set(false);
    assert_clean("a panic message", panic.downcast_ref::<String>().unwrap());
    value
}

fn clean_error(error: &claims_client::Error) {
    let mut all = format!("{error} {error:?} {error:#?}");
    let mut source = error.source();
    while let Some(e) = source {
        all.push_str(&format!(" {e} {e:?}"));
        source = e.source();
    }
    assert_clean("an error", &all);
}

/// Looks at a call's result from all sides and gives the claim, if there is one.
fn looked_at<T: Debug>(result: Result<T, claims_client::Error>) -> Option<T> {
    match clean("a result", result) {
        Ok(value) => Some(clean("an answer", value)),
        Err(error) => {
            clean_error(&error);
            None
        }
    }
}

/// All operations once, each between `begin` and `end` of some trouble; says how many failed. What an operation needs is made
/// through `truth`, without trouble.
async fn every_operation(truth: &ClaimsClient, client: &ClaimsClient, begin: impl AsyncFn(), end: impl Fn()) -> usize {
    let member: MemberId = MEMBER.parse().unwrap();
    let claim = truth.create_claim(new_claim()).await.unwrap();
    let id = claim.claim_id;
    let update = clean("an update", UpdateClaimRequest { status: ClaimStatus::InReview, ..claim.to_update() });
    let mut failed = 0;
    macro_rules! try_it {
        ($call:expr) => {{
            begin().await;
            failed += usize::from(looked_at($call.await).is_none());
            end();
        }};
    }
    try_it!(clean("a call", client.create_claim(clean("a create", new_claim()))));
    try_it!(client.get_claim(&member, id));
    try_it!(client.list_claims(&member));
    try_it!(clean("a stream", client.list_claims(&member).into_stream()).try_next());
    try_it!(client.update_claim(&member, id, update.clone()).if_match(claim.version));
    try_it!(client.update_claim(&member, id, update.clone()));
    // By now an old version, if any of it was done.
    looked_at(client.update_claim(&member, id, update.clone()).if_match(claim.version).await);
    try_it!(client.modify_claim(&member, id, |claim| Some(claim.to_update())));
    try_it!(client.delete_claim(&member, id));
    // Not there any more.
    looked_at(client.get_claim(&member, IdempotencyKey::mint().into()).await);
    looked_at(client.update_claim(&member, IdempotencyKey::mint().into(), update).await);
    failed
}

/// The faults that a caller may inject into its local API.
async fn own_faults(api: &LocalApi) {
    let builder = || ClaimsClient::builder().endpoint(Endpoint::url(api.url()));
    let patient = clean("a client", builder().build().unwrap());
    let never = builder().retry(RetryPolicy::never()).build().unwrap();
    every_operation(&patient, &patient, async || {}, || {}).await;
    let each_with = async |client: &ClaimsClient, fault: &Fault| {
        every_operation(&patient, client, async || api.inject(fault.clone()), || api.clear_faults()).await
    };
    let faults = [
        Fault::Throttle { retry_after: 0 },
        Fault::Delay(Duration::from_millis(1)),
        Fault::Delay(Duration::from_millis(400)),
        Fault::ResetBefore,
        Fault::ResetAfter,
        Fault::StorageAnswerLost,
        Fault::StorageThrottled,
        Fault::StorageDown,
    ];
    for fault in faults.into_iter().chain([403, 413, 415, 429, 500, 502, 503, 504].map(Fault::Status)) {
        each_with(&never, &fault).await;
    }
    for fault in [Fault::ResetAfter, Fault::StorageAnswerLost] {
        each_with(&patient, &fault).await;
    }
}

/// Every fault between any two parts.
async fn faults_of_the_wire() {
    let http = world::http();
    let cases = |front, cases: Vec<expected::Case>| cases.into_iter().map(move |case| (front, case));
    for (front, (fault, expected)) in cases(true, expected::front()).chain(cases(false, expected::back())) {
        let world = World::start(Limits::IMPATIENT, &http).await;
        let proxy = if front { &world.front } else { &world.back };
        let client = world.builder().retry(RetryPolicy::default().with_max_attempts(2)).build().unwrap();
        let begin = async || world.begin(proxy, fault, true).await;
        let failed = every_operation(&world.truth, &client, begin, || world.end()).await;
        assert_eq!(failed > 0, expected.is.is_some(), "{fault:?}: {failed} calls failed");
    }
}

/// Claims whose amount is damaged where it lies: no number, no attribute, no bytes, no JSON.
async fn damaged_data() {
    let folder = tempfile::tempdir().unwrap();
    let whole = format!(r#"{{"N":"{AMOUNT}"}}"#);
    let damaged = [
        format!(r#"{{"N":"{AMOUNT} {NAME}"}}"#),
        AMOUNT.to_owned(),
        format!(r#"{{"B":"{AMOUNT}"}}"#),
        format!(r#""{AMOUNT}"#),
    ];
    for (n, broken) in damaged.iter().enumerate() {
        let path = folder.path().join(n.to_string());
        let start = async || Api::of(LocalApi::builder().data_file(&path).start().await.unwrap());
        let api = start().await;
        let claim = api.client.create_claim(new_claim()).await.unwrap();
        api.local.stop().await;
        // A file without checksums is taken as it is.
        common::running::unmark(path.to_str().unwrap());
        let file = rusqlite::Connection::open(&path).unwrap();
        let changed = file.execute("UPDATE claimsTable SET item_json = replace(item_json, ?1, ?2)", [&whole, broken]);
        assert_eq!(changed.unwrap(), 1);
        file.close().unwrap();

        let api = start().await;
        let (member, id) = (&claim.member_id, claim.claim_id);
        assert!(looked_at(api.client.get_claim(member, id).without_retry().await).is_none(), "{broken} is a claim");
        assert!(looked_at(api.client.list_claims(member).without_retry().await).is_none(), "{broken} is a claim");
        looked_at(api.client.update_claim(member, id, claim.to_update()).without_retry().await);
        looked_at(api.client.delete_claim(member, id).without_retry().await);
        api.local.stop().await;
    }
}

/// Requests that are wrong around and inside the markers.
async fn bad_input(api: &Api) {
    let body = |field: &str, value: serde_json::Value| {
        let mut body = json!({ "policyType": "Health", "claimAmount": 757_575.75, "description": DESCRIPTION });
        body[field] = value;
        body
    };
    let query = format!("memberId={MEMBER}&policyId={POLICY}&memberName=Marker%20Name%20Seventythree");
    let id = IdempotencyKey::mint().to_string();
    for (method, target, headers, body) in [
        ("POST", format!("/claim?{query}"), vec![], body("claimAmount", json!("757575.755 Marker Name Seventythree"))),
        ("POST", format!("/claim?{query}"), vec![], body("claimAmount", json!(757_575.755))),
        ("POST", format!("/claim?{query}"), vec![], body("description", json!(DESCRIPTION.repeat(100)))),
        ("POST", format!("/claim?{query}"), vec![], body("policyType", json!(NAME))),
        ("POST", format!("/claim?{query}"), vec![], body(NAME, json!(DESCRIPTION))),
        ("POST", format!("/claim?{query}"), vec![], body(AMOUNT, json!(AMOUNT))),
        ("POST", format!("/claim?{query}&memberId={MEMBER}"), vec![], body("status", json!(DESCRIPTION))),
        ("POST", format!("/claim?memberId={MEMBER}!&policyId={POLICY}!&memberName={MEMBER}%00"), vec![], json!({})),
        ("POST", format!("/claim?{query}"), vec![("idempotency-key", NAME)], body("status", json!("pending"))),
        (
            "PUT",
            format!("/claim/{id}?memberId={MEMBER}"),
            vec![("if-match", DESCRIPTION)],
            body("status", json!("paid")),
        ),
        ("PUT", format!("/claim/{id}?memberId={MEMBER}"), vec![("if-match", AMOUNT)], body("status", json!(NAME))),
        ("GET", format!("/claim/{MEMBER}?memberId={POLICY}"), vec![], json!({})),
        (
            "GET",
            format!("/claim?memberId={MEMBER}&status={POLICY}&limit={AMOUNT}&nextToken={MEMBER}"),
            vec![],
            json!({}),
        ),
        ("DELETE", format!("/claim/{id}?memberId={MEMBER}%23{POLICY}"), vec![], json!({})),
        ("PATCH", format!("/{MEMBER}/{POLICY}"), vec![], json!({ "description": DESCRIPTION })),
    ] {
        let answer = api.json(method, &target, &headers, &body).await;
        assert!((400..500).contains(&answer.status), "{method} {target}: {}", answer.json);
        // Problems end up in other people's logs.
        assert_clean("a problem", &answer.json.to_string());
    }
    for text in [format!("{{\"description\": \"{DESCRIPTION}\""), format!("\"{NAME}\""), format!("[{AMOUNT}]")] {
        let headers = [("content-type", "application/json")];
        let answer = api.send("POST", &format!("/claim?{query}"), &headers, text).await;
        assert_eq!(answer.status, 400, "{}", answer.json);
        assert_clean("a problem", &answer.json.to_string());
    }
}

/// This file has one test, so that the process's only subscriber is its own.
#[test]
fn markers_in_personal_fields_appear_in_no_log_error_debug_or_panic() {
    let log = Log::default();
    let writer = log.clone();
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_span_events(FmtSpan::FULL)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .init();
    let panics = Arc::new(Mutex::new(Vec::new()));
    let noted = panics.clone();
    let otherwise = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        noted.lock().unwrap().push((DELIBERATE.get(), panic.to_string()));
        if !DELIBERATE.get() {
            otherwise(panic);
        }
    }));

    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let api = common::builder().integration_timeout(Duration::from_millis(200)).start().await.unwrap();
        own_faults(&api).await;
        faults_of_the_wire().await;
        damaged_data().await;
        bad_input(&Api::of(api)).await;
    });
    let _ = std::panic::take_hook();
    for (deliberate, panic) in panics.lock().unwrap().iter() {
        assert_clean("a panic", panic);
        assert!(deliberate, "somebody panicked: {panic}");
    }

    let log = log.text();
    // It did listen, to spans too.
    for expected in ["claims_call", "claims_attempt", "claims_server::api: request", "operation=deleteClaim"] {
        assert!(log.contains(expected), "{expected} is missing");
    }
    assert!(log.contains(DESCRIPTION), "the SDK's own trace lines hold it: what leaks would be found");
    let (mut ours, mut all) = (0, 0);
    for line in log.lines() {
        all += 1;
        // The SDK's own lines below WARN hold whole requests; the function never lets them out (`telemetry::start`).
        let sdks = ["aws_", "dynoxide"].iter().any(|target| line.contains(&format!(" {target}")));
        if !sdks || line.contains(" WARN ") || line.contains("ERROR ") {
            ours += 1;
            assert_clean("a log line", line);
        }
    }
    assert!(ours > 500, "{ours} of {all} lines were looked at");
}

/// What API Gateway writes for each request is a template of ours: only variables that hold nothing of a claim. The two ids
/// a caller may set; who puts a name there has written it into every log on the way.
#[test]
fn the_access_log_names_nothing_of_a_claim() {
    let template = include_str!("../../terraform/modules/api/logs.tf");
    let variables: Vec<&str> = template
        .split("$context.")
        .skip(1)
        .map(|rest| rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '.').next().unwrap())
        .collect();
    assert!(variables.len() >= 10, "{variables:?}");
    for variable in variables {
        // Not `path` (ids), not `error.message` (may quote), nothing of `authorizer` or of the integration's error.
        let harmless = [
            "requestId",
            "extendedRequestId",
            "xrayTraceId",
            "requestTime",
            "httpMethod",
            "resourcePath",
            "stage",
            "status",
            "error.responseType",
            "integration.status",
            "integration.latency",
            "responseLatency",
            "responseLength",
            "identity.vpceId",
            "identity.sourceIp",
            "identity.userArn",
        ];
        assert!(harmless.contains(&variable), "{variable} is not known to be harmless");
    }
    let stage = include_str!("../../terraform/modules/api/main.tf");
    let traces: Vec<_> = stage.lines().filter(|line| line.trim_start().starts_with("data_trace_enabled")).collect();
    assert!(!traces.is_empty() && traces.iter().all(|line| line.contains("= false")), "{traces:?}");
}

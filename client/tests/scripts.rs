//! Calls without sockets: what a service's own tests do with the feature `testing`, and what an observer sees of it.
#![allow(clippy::unwrap_used)]

mod support;

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
    time::Duration,
};

use claims_client::{
    AttemptReport, CallReport, ClaimsClient, Endpoint, Error, ErrorKind, Modified, ModifyError, Observer,
    testing::{Failure, Script},
    types::*,
};
use http::{HeaderMap, HeaderValue};
use support::*;

fn scripted(script: &Script) -> claims_client::ClientBuilder {
    ClaimsClient::builder().clock(TestClock::new()).endpoint(Endpoint::url("http://claims.test/dev")).script(script)
}

fn client(script: &Script) -> ClaimsClient {
    scripted(script).build().unwrap()
}

fn page(count: usize, next: Option<&str>) -> String {
    let claims: Vec<serde_json::Value> = (0..count).map(|_| serde_json::from_str(&claim(1)).unwrap()).collect();
    serde_json::json!({"claims": claims, "nextToken": next}).to_string()
}

#[tokio::test]
async fn calls_are_spawned_joined_and_raced_as_they_are() {
    let script = Script::new().answer(200, page(0, None)).answer(200, page(0, None)).answer(200, page(0, None));
    let client = client(&script);
    tokio::spawn(client.list_claims(&member())).await.unwrap().unwrap();
    let (first, second) = tokio::join!(client.list_claims(&member()), client.list_claims(&member()));
    assert!(first.is_ok() && second.is_ok());
}

#[tokio::test]
async fn a_cancelled_write_is_asked_for_again_with_its_key() {
    let script = Script::new().silent().answer(201, claim(1));
    let client = client(&script);
    let create = client.create_claim(new_claim()).with_idempotency_key(ID.parse().unwrap());
    let key = create.idempotency_key();
    assert_eq!(key, Some(ID.parse().unwrap()));
    {
        let mut first = Box::pin(create.clone());
        assert!(futures_util::poll!(&mut first).is_pending());
    }
    create.await.unwrap();
    let keys: Vec<_> = script.sent().iter().map(|sent| sent.headers()["idempotency-key"].clone()).collect();
    assert_eq!(keys, [ID, ID]);
}

#[test]
fn every_create_has_its_key_when_it_is_made() {
    let client = client(&Script::new());
    let create = client.create_claim(new_claim());
    let key = create.idempotency_key();
    assert!(key.is_some());
    assert_eq!(create.clone().idempotency_key(), key);
    assert_ne!(client.create_claim(new_claim()).idempotency_key(), key);
}

#[tokio::test]
async fn pages_and_items_go_on_after_an_error_where_they_failed() {
    let script = Script::new().answer(200, page(2, Some("second"))).answer(404, "{}").answer(200, page(1, None));
    let client = client(&script);
    let mut claims = client.list_claims(&member()).into_stream();
    assert!(claims.try_next().await.unwrap().is_some());
    assert!(claims.try_next().await.unwrap().is_some());
    claims.try_next().await.unwrap_err();
    assert!(claims.try_next().await.unwrap().is_some());
    assert_eq!(claims.try_next().await.unwrap(), None);
    let asked: Vec<_> =
        script.sent().iter().map(|sent| sent.uri().query().unwrap().contains("nextToken=second")).collect();
    assert_eq!(asked, [false, true, true]);

    // As a `Stream` it ends with its error: whoever collects what comes does not ask for ever.
    let script = Script::new().answer(404, "{}");
    let collected: Vec<_> =
        futures_util::StreamExt::collect(self::client(&script).list_claims(&member()).into_pages()).await;
    assert_eq!(collected.len(), 1);
}

#[tokio::test]
async fn a_decision_may_await_and_fail_and_says_whether_it_changed_anything() {
    let decide = |outcome: Result<bool, &'static str>| {
        move |claim: Claim| async move {
            tokio::task::yield_now().await;
            Ok(outcome?.then(|| claim.to_update()))
        }
    };
    let script = Script::new().answer(200, claim(1)).answer(200, claim(2)).answer(200, claim(2)).answer(200, claim(2));
    let client = client(&script);
    let changed = client.try_modify_claim(&member(), id(), decide(Ok(true))).await;
    assert!(matches!(changed, Ok(Modified::Changed(claim)) if claim.version.get() == 2));
    let unchanged = client.try_modify_claim(&member(), id(), decide(Ok(false))).await;
    assert!(matches!(unchanged, Ok(Modified::Unchanged(_))));
    let failed = client.try_modify_claim(&member(), id(), decide(Err("not today"))).await;
    assert!(matches!(failed, Err(ModifyError::Decision("not today"))));
    assert_eq!(script.sent().iter().filter(|sent| sent.method() == "PUT").count(), 1);
}

/// What an observer was told, in words.
#[derive(Clone, Default)]
struct Told(Arc<Mutex<Vec<String>>>);

impl Observer for Told {
    fn add_headers(&self, operation: &'static claims_client::contract::Operation, headers: &mut HeaderMap) {
        headers.insert("traceparent", HeaderValue::from_static("00-trace"));
        // Not its own to set.
        headers.insert("host", HeaderValue::from_static("elsewhere"));
        headers.insert("x-operation", HeaderValue::from_static(operation.id));
    }

    fn attempt_ended(&self, attempt: &AttemptReport<'_>) {
        let AttemptReport { operation, attempt, status, error, retried_after, .. } = attempt;
        let error = error.map(ErrorKind::as_str);
        let again = retried_after.is_some();
        self.0.lock().unwrap().push(format!("{} {attempt} {status:?} {error:?} again {again}", operation.id));
    }

    fn call_ended(&self, call: &CallReport<'_>) {
        let CallReport { operation, attempts, status, error, .. } = call;
        let error = error.map(ErrorKind::as_str);
        self.0.lock().unwrap().push(format!("{} in {attempts}: {status:?} {error:?}", operation.id));
    }
}

#[tokio::test]
async fn an_observer_is_told_of_each_attempt_and_each_call_and_adds_headers() {
    let script = Script::new().not_connected().answer(200, claim(1)).lost();
    let told = Told::default();
    let client = scripted(&script).observer(told.clone()).default_header("x-team", "billing").build().unwrap();
    client.get_claim(&member(), id()).with_header("baggage", "a=1").with_header("baggage", "b=2").await.unwrap();
    let error = client.update_claim(&member(), id(), update()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::OutcomeUnknown);
    assert_eq!(
        *told.0.lock().unwrap(),
        [
            "getClaim 1 None Some(\"connect\") again true",
            "getClaim 2 Some(200) None again false",
            "getClaim in 2: Some(200) None",
            "updateClaim 1 None Some(\"interrupted\") again false",
            "updateClaim in 1: None Some(\"outcome_unknown\")",
        ]
    );
    let sent = script.sent();
    let headers = sent[0].headers();
    assert_eq!(headers["traceparent"], "00-trace");
    assert_eq!(headers["x-operation"], "getClaim");
    assert_eq!(headers["x-team"], "billing");
    assert!(!headers.contains_key("host"));
    assert_eq!(headers.get_all("baggage").iter().collect::<Vec<_>>(), ["a=1", "b=2"]);
}

#[tokio::test]
async fn an_observer_knows_the_address_and_the_phases_of_a_real_connection() {
    /// Whether the address is this machine's, and which of connect, wait and read there were.
    type Phases = (bool, [bool; 3]);
    #[derive(Clone, Default)]
    struct Seen(Arc<Mutex<Vec<Phases>>>);
    impl Observer for Seen {
        fn attempt_ended(&self, attempt: &AttemptReport<'_>) {
            let phases = attempt.phases;
            let seen = [phases.connect.is_some(), phases.wait.is_some(), phases.read.is_some()];
            self.0.lock().unwrap().push((attempt.address.is_some_and(|a| a.ip().is_loopback()), seen));
        }
    }
    let server = Server::start(|_, _| answer(200, page(0, None))).await;
    let seen = Seen::default();
    let client = server.builder().observer(seen.clone()).build().unwrap();
    client.list_claims(&member()).await.unwrap();
    client.list_claims(&member()).await.unwrap();
    // The second one went over the first one's connection.
    assert_eq!(*seen.0.lock().unwrap(), [(true, [true, true, true]), (true, [false, true, true])]);
}

/// Each way in which a call can fail.
fn failures() -> Vec<Failure> {
    let problems = ProblemCode::KNOWN.iter().map(|code| Failure::Problem(Problem::new(code.clone())));
    let statuses = [400, 403, 404, 408, 409, 413, 415, 418, 429, 500, 502, 503, 504].map(Failure::Status);
    let others = [
        Failure::NotConnected,
        Failure::Interrupted,
        Failure::TimedOut,
        Failure::UnexpectedAnswer,
        Failure::NoCredentials,
    ];
    problems.chain(statuses).chain(others).collect()
}

/// One kind each, and the predicate of that name agrees.
#[test]
fn every_error_has_one_kind_which_its_predicates_agree_with() {
    let mut kinds = BTreeSet::new();
    for operation in Operation::ALL {
        for failure in failures() {
            let shown = format!("{} {failure:?}", operation.row().id);
            let error = Error::for_test(operation.row(), failure);
            kinds.insert(error.kind().as_str());
            assert_eq!(error.operation().id, operation.row().id);
            let agrees = match error.kind() {
                ErrorKind::OutcomeUnknown => error.is_outcome_unknown(),
                ErrorKind::Validation => error.is_validation(),
                ErrorKind::NotFound => error.is_not_found(),
                ErrorKind::VersionMismatch => error.is_version_mismatch(),
                ErrorKind::InvalidTransition => error.is_invalid_transition(),
                ErrorKind::Conflict => error.status() == Some(409),
                ErrorKind::Forbidden => error.is_forbidden(),
                ErrorKind::Throttled => error.is_throttled(),
                ErrorKind::Unavailable => error.is_unavailable(),
                ErrorKind::Refused => error.status().is_some_and(|status| (400..500).contains(&status)),
                ErrorKind::Timeout => error.is_timeout(),
                ErrorKind::Connect => error.is_connect(),
                ErrorKind::Interrupted => error.is_interrupted(),
                ErrorKind::UnexpectedAnswer => error.is_unexpected_answer(),
                ErrorKind::Credentials => error.is_credentials(),
            };
            assert!(agrees, "{shown}: {:?}", error.kind());
            assert_eq!(error.is_outcome_unknown(), error.kind() == ErrorKind::OutcomeUnknown, "{shown}");
        }
    }
    assert_eq!(kinds.len(), 15, "{kinds:?}");
}

#[test]
fn what_may_be_repeated_is_told_from_what_may_not() {
    let retryable = |operation: Operation, failure| Error::for_test(operation.row(), failure).is_retryable();
    assert!(retryable(Operation::GetClaim, Failure::TimedOut));
    assert!(retryable(Operation::CreateClaim, Failure::Interrupted), "its key says that it is the same");
    assert!(retryable(Operation::UpdateClaim, Failure::NotConnected));
    assert!(!retryable(Operation::UpdateClaim, Failure::Interrupted), "it may overwrite somebody's later one");
    assert!(!retryable(Operation::GetClaim, Failure::Status(404)));
    assert!(!retryable(Operation::GetClaim, Failure::NoCredentials));
}

#[tokio::test]
async fn a_silent_script_ends_when_the_clock_says_so() {
    let script = Script::new().silent();
    let client = client(&script);
    let error = client.get_claim(&member(), id()).without_retry().with_timeout(Duration::ZERO).await.unwrap_err();
    assert!(error.is_timeout());
}

#[test]
fn an_endpoint_and_a_policy_are_read_from_a_settings_file() {
    let read = |text: &str| serde_json::from_str::<Endpoint>(text);
    let built = |endpoint: Endpoint| ClaimsClient::builder().endpoint(endpoint).build();
    built(read(r#"{"mode": "private-dns", "id": "a1b2c3d4e5", "region": "eu-central-1", "stage": "dev"}"#).unwrap())
        .unwrap();
    built(read(r#"{"url": "http://127.0.0.1:9000/dev"}"#).unwrap()).unwrap();
    let mistakes = built(read(r#"{"mode": "alias", "id": "a1b2c3d4e5"}"#).unwrap()).unwrap_err();
    assert!(mistakes.to_string().contains("STAGE"), "{mistakes}");
    assert!(read(r#"{"ulr": "http://127.0.0.1:9000/dev"}"#).unwrap_err().to_string().contains("ulr"));

    let policy: claims_client::RetryPolicy =
        serde_json::from_str(r#"{"max_attempts": 3, "base_delay": "50ms", "max_delay": "1.5s", "budget": 100}"#)
            .unwrap();
    let expected = claims_client::RetryPolicy::default()
        .with_max_attempts(3)
        .with_base_delay(Duration::from_millis(50))
        .with_max_delay(Duration::from_millis(1500))
        .with_budget(100);
    assert_eq!(policy, expected);
    for wrong in [r#"{"base_delay": "-1s"}"#, r#"{"base_delay": 50}"#, r#"{"tries": 3}"#] {
        assert!(serde_json::from_str::<claims_client::RetryPolicy>(wrong).is_err(), "{wrong}");
    }
}

#[tokio::test]
async fn for_whom_a_call_is_made_is_said_by_the_client_or_by_the_call() {
    let script = (0..6).fold(Script::new(), |script, _| script.answer(200, page(0, None)));
    let script = script.answer(200, claim(1)).answer(200, claim(2)).answer(204, "");
    let (seven, eight): (OnBehalfOf, OnBehalfOf) = ("adjuster-7".parse().unwrap(), "adjuster-8".parse().unwrap());
    let nobody = client(&script);
    let client = scripted(&script).on_behalf_of(&seven).build().unwrap();
    nobody.list_claims(&member()).await.unwrap();
    nobody.list_claims(&member()).on_behalf_of(&eight).await.unwrap();
    client.list_claims(&member()).await.unwrap();
    client.list_claims(&member()).on_behalf_of(&eight).await.unwrap();
    // The last word counts, once.
    client.list_claims(&member()).on_behalf_of(&seven).on_behalf_of(&eight).await.unwrap();
    // There is one way to say it.
    let by_hand = client.list_claims(&member()).with_header("x-on-behalf-of", "Ann Smith").await.unwrap_err();
    assert!(!by_hand.to_string().contains("Smith"), "{by_hand}");
    assert!(scripted(&script).default_header("X-On-Behalf-Of", "a").build().is_err());
    nobody.list_claims(&member()).await.unwrap();
    let id = ID.parse().unwrap();
    let changed = client.modify_claim(&member(), id, |claim| Some(claim.to_update())).on_behalf_of(&eight);
    changed.await.unwrap();
    client.delete_claim(&member(), id).await.unwrap();
    let sent: Vec<_> = script
        .sent()
        .iter()
        .map(|sent| {
            let values: Vec<_> = sent.headers().get_all("x-on-behalf-of").iter().collect();
            values.iter().map(|value| value.to_str().unwrap().to_owned()).collect::<Vec<_>>().join("+")
        })
        .collect();
    let (seven, eight) = ("adjuster-7", "adjuster-8");
    assert_eq!(sent, ["", eight, seven, eight, eight, "", eight, eight, seven]);
}

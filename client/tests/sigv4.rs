//! Signed requests: in every mode, for every kind of request, checked from what arrived.
#![allow(clippy::unwrap_used)]

mod support;

use std::{
    future::Future,
    io::Write,
    pin::Pin,
    process::{Command, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use claims_client::{
    ClaimsClient, Clock, Endpoint, Phase, Refusal, Sent,
    aws_credential_types::{
        Credentials,
        provider::{self, ProvideCredentials, error::CredentialsError},
    },
    types::*,
};
use support::{network::*, signature::Signature, *};

const KEY_ID: &str = "AKIDEXAMPLE";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const TOKEN: &str = "a/session+token==";

fn credentials() -> Credentials {
    Credentials::new(KEY_ID, SECRET, Some(TOKEN.to_owned()), None, "test")
}

/// Sends one request of each kind.
async fn send_all(client: &ClaimsClient) {
    client.create_claim(new_claim()).await.unwrap();
    client.get_claim(&member(), id()).with_header("traceparent", "00-aa-bb-01").await.unwrap();
    client.update_claim(&member(), id(), update()).if_match(Version::FIRST).await.unwrap();
    client.delete_claim(&member(), id()).if_match(Version::FIRST).await.unwrap();
    let _ = client.list_claims(&member()).status(ClaimStatus::InReview).await;
}

/// What arrives when each kind of request is sent in each mode.
async fn signed_requests() -> Vec<(Case, Vec<Seen>)> {
    let mut all = Vec::new();
    for case in cases() {
        let network = Network::start().await;
        let builder = ClaimsClient::builder()
            .endpoint(case.from_code.clone().in_region(REGION))
            .credentials(credentials())
            .clock(TestClock::new());
        let (client, _) = network.client(builder, &[case.connects_to]);
        send_all(&client).await;
        let seen = network.seen.lock().unwrap().clone();
        assert_eq!(seen.len(), 5);
        all.push((case, seen));
    }
    all
}

#[tokio::test]
async fn every_request_of_every_mode_is_signed_for_the_host_that_arrives() {
    for (case, seen) in signed_requests().await {
        for seen in seen {
            let what = format!("{} in mode {}", seen.method, case.mode);
            let signature = Signature::of(&seen).unwrap();
            assert_eq!((&*signature.key_id, &*signature.region, &*signature.service), (KEY_ID, REGION, "execute-api"));
            assert_eq!(seen.header("x-amz-date"), Some("20270115T080000Z"), "the clock's time");
            assert_eq!(seen.header("x-amz-security-token"), Some(TOKEN));
            assert!(signature.is_of(SECRET, &seen), "{what}");

            for name in ["host", "x-amz-date", "x-amz-security-token"] {
                assert!(signature.signed.iter().any(|s| s == name), "{what} signs {name}");
            }
            for name in ["content-type", "idempotency-key", "if-match", "x-apigw-api-id"] {
                let sent = seen.header(name).is_some();
                assert_eq!(signature.signed.iter().any(|s| s == name), sent, "{what} signs {name} when it sends it");
            }
            assert!(!signature.signed.iter().any(|s| s == "traceparent" || s == "user-agent"));

            // The check can fail.
            assert!(!signature.is_of("another secret", &seen));
            let other = Seen { target: seen.target.replace("123", "124"), ..seen.clone() };
            assert!(!signature.is_of(SECRET, &other));
            let mut other = seen.clone();
            other.headers.insert("host", http::HeaderValue::from_static("elsewhere.example"));
            assert!(!signature.is_of(SECRET, &other));
        }
    }
}

#[tokio::test]
async fn every_attempt_is_signed_anew() {
    let clock = TestClock::new();
    let passing = clock.clone();
    let server = Server::start(move |n, _| match n {
        0 => {
            passing.pass(Duration::from_secs(3));
            problem(ProblemCode::Throttled)
        }
        _ => answer(200, claim(1)),
    })
    .await;
    let builder = server.builder().clock(clock.clone()).credentials(credentials());
    assert!(server.builder().credentials(credentials()).build().is_err(), "a plain URL names no region");
    let client = builder.endpoint(server.endpoint().in_region(REGION)).build().unwrap();
    client.get_claim(&member(), id()).await.unwrap();
    let dates: Vec<_> = server.seen().iter().map(|s| s.header("x-amz-date").unwrap().to_owned()).collect();
    assert_eq!(dates, ["20270115T080000Z", "20270115T080003Z"]);
}

/// Runs in a process of its own, started by the test below.
#[tokio::test]
async fn child_process_of_the_test_below() {
    if std::env::var_os("CLAIMS_TEST_CHILD").is_some() {
        let client = ClaimsClient::from_env().unwrap();
        client.get_claim(&member(), id()).await.unwrap();
    }
}

#[tokio::test]
async fn the_environment_says_whether_to_sign_and_the_standard_chain_with_what() {
    for authorization in ["AWS_IAM", "NONE"] {
        let server = Server::start(|_, _| answer(200, claim(1))).await;
        let mut child = Command::new(std::env::current_exe().unwrap());
        child
            .args(["--exact", "child_process_of_the_test_below"])
            .env("CLAIMS_TEST_CHILD", "1")
            .env("CLAIMS_API_URL", format!("http://{}/dev", server.address))
            .env("CLAIMS_API_AUTHORIZATION", authorization)
            .env("AWS_REGION", REGION)
            .env("AWS_ACCESS_KEY_ID", KEY_ID)
            .env("AWS_SECRET_ACCESS_KEY", SECRET)
            .env("AWS_SESSION_TOKEN", TOKEN);
        let output = tokio::task::spawn_blocking(move || child.output().unwrap()).await.unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        let seen = &server.seen()[0];
        let signed = Signature::of(seen).is_some_and(|s| s.key_id == KEY_ID && s.is_of(SECRET, seen));
        assert_eq!(signed, authorization == "AWS_IAM");
    }
}

/// What STS says to a role of web identity.
const STS: &str = r#"<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
    <AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>AKIDSTS</AccessKeyId>
    <SecretAccessKey>wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY</SecretAccessKey><SessionToken>token</SessionToken>
    <Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleWithWebIdentityResult>
    </AssumeRoleWithWebIdentityResponse>"#;

/// Runs in a process of its own, started by the test below.
#[tokio::test]
async fn child_process_of_the_test_about_sts() {
    let Ok(sts) = std::env::var("CLAIMS_TEST_STS") else { return };
    let dns = Dns { known: [("sts.corp.example".to_owned(), sts.parse().unwrap())].into(), asked: Mutex::default() };
    let builder = claims_client::ClientBuilder::from_env().dns_resolver(Arc::new(dns));
    let url = std::env::var("CLAIMS_API_URL").unwrap();
    let client = builder.endpoint(Endpoint::url(url).in_region(REGION)).sign_requests(true).build().unwrap();
    client.get_claim(&member(), id()).await.unwrap();
}

/// A container without certificates, in a VPC whose STS endpoint has one of the company's own authority.
#[tokio::test]
async fn the_standard_chain_trusts_what_the_client_trusts_and_knows_the_region() {
    let sts = Network::start_with(|_, _| answer(200, STS)).await;
    let server = Server::start(|_, _| answer(200, claim(1))).await;
    let folder = tempfile::tempdir().unwrap();
    let (token, authority) = (folder.path().join("token"), folder.path().join("ca.pem"));
    std::fs::write(&token, "a token").unwrap();
    std::fs::write(&authority, &sts.authority.pem).unwrap();
    let mut child = Command::new(std::env::current_exe().unwrap());
    child
        .args(["--exact", "child_process_of_the_test_about_sts"])
        .env_clear()
        .env("HOME", folder.path())
        .env("SSL_CERT_FILE", folder.path().join("none"))
        .env("SSL_CERT_DIR", folder.path().join("none"))
        .env("CLAIMS_TEST_STS", sts.endpoint.to_string())
        .env("CLAIMS_API_URL", format!("http://{}/dev", server.address))
        .env("CLAIMS_API_CA_FILE", &authority)
        .env("AWS_ENDPOINT_URL_STS", format!("https://sts.corp.example:{}", sts.endpoint.port()))
        .env("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/claims")
        .env("AWS_WEB_IDENTITY_TOKEN_FILE", &token);
    let output = tokio::task::spawn_blocking(move || child.output().unwrap()).await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    assert_eq!(key_ids(&server), ["AKIDSTS"]);
    assert_eq!(sts.seen.lock().unwrap().len(), 1);
}

type Answers = Box<dyn Fn(usize) -> provider::Result + Send + Sync>;

struct Provider {
    asked: Arc<AtomicUsize>,
    answers: Answers,
}

impl Provider {
    fn new(answers: impl Fn(usize) -> provider::Result + Send + Sync + 'static) -> Self {
        Self { asked: Arc::default(), answers: Box::new(answers) }
    }
}

impl std::fmt::Debug for Provider {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Provider")
    }
}

impl ProvideCredentials for Provider {
    fn provide_credentials<'a>(&'a self) -> provider::future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        provider::future::ProvideCredentials::ready((self.answers)(self.asked.fetch_add(1, Ordering::SeqCst)))
    }
}

#[tokio::test]
async fn credentials_are_kept_renewed_before_they_end_and_used_to_their_end_when_renewal_fails() {
    let clock = TestClock::new();
    let server = Server::start(|_, _| answer(200, claim(1))).await;
    let end = clock.system_time() + Duration::from_secs(600);
    let provider = Provider::new(move |n| match n {
        0 => Ok(Credentials::new("first", SECRET, None, Some(end), "test")),
        1 => Err(CredentialsError::not_loaded("the metadata service is away")),
        _ => Ok(Credentials::new("second", SECRET, None, None, "test")),
    });
    let asked = provider.asked.clone();
    let builder = server.builder().endpoint(server.endpoint().in_region(REGION)).clock(clock.clone());
    let client = builder.credentials(provider).build().unwrap();
    let used = Mutex::new(Vec::new());
    for pass in [0, 530, 20, 100, 600, 400] {
        clock.pass(Duration::from_secs(pass));
        client.get_claim(&member(), id()).await.unwrap();
        let key_id = Signature::of(server.seen().last().unwrap()).unwrap().key_id;
        used.lock().unwrap().push((key_id, asked.load(Ordering::SeqCst)));
    }
    let used: Vec<_> = used.lock().unwrap().iter().map(|(k, n)| format!("{k} {n}")).collect();
    // 530 s: kept; 550 s: renewal fails, still valid; 650 s: renewed; 1250 s: kept; 1650 s: asked again after 15 minutes.
    assert_eq!(used, ["first 1", "first 1", "first 2", "second 3", "second 3", "second 4"]);
}

#[tokio::test]
async fn without_credentials_nothing_is_sent_and_the_error_says_why() {
    let server = Server::start(|_, _| answer(200, claim(1))).await;
    let provider = Provider::new(|_| Err(CredentialsError::not_loaded("no profile named claims")));
    let builder = server.builder().endpoint(server.endpoint().in_region(REGION)).credentials(provider);
    let error = builder.build().unwrap().update_claim(&member(), id(), update()).await.unwrap_err();
    assert!(error.is_credentials() && !error.is_outcome_unknown());
    assert_eq!((error.was_sent(), error.attempts()), (Sent::No, 1));
    assert!(error.to_string().contains("no profile named claims"), "{error}");
    assert!(server.seen().is_empty());
}

/// A provider takes its time; the client asks it once.
#[tokio::test]
async fn calls_that_come_together_ask_for_credentials_once() {
    struct Slow(Arc<AtomicUsize>);
    impl std::fmt::Debug for Slow {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("Slow")
        }
    }
    impl ProvideCredentials for Slow {
        fn provide_credentials<'a>(&'a self) -> provider::future::ProvideCredentials<'a>
        where
            Self: 'a,
        {
            self.0.fetch_add(1, Ordering::SeqCst);
            let slow: Pin<Box<dyn Future<Output = provider::Result> + Send>> = Box::pin(async {
                tokio::task::yield_now().await;
                Ok(credentials())
            });
            provider::future::ProvideCredentials::new(slow)
        }
    }
    let server = Server::start(|_, _| answer(200, claim(1))).await;
    let asked = Arc::new(AtomicUsize::new(0));
    let endpoint = Endpoint::url(format!("http://{}/dev", server.address)).in_region(REGION);
    let client = ClaimsClient::builder().endpoint(endpoint).credentials(Slow(asked.clone())).build().unwrap();
    let calls = (0..8).map(|_| client.get_claim(&member(), id()));
    for done in futures_util::future::join_all(calls).await {
        done.unwrap();
    }
    assert_eq!(asked.load(Ordering::SeqCst), 1);
}

/// Run by `cargo xtask client`, which brings a Python with botocore.
#[tokio::test]
#[ignore = "needs botocore: cargo xtask client"]
async fn botocore_makes_the_same_signatures() {
    let python = std::env::var_os("CLAIMS_TEST_PYTHON").unwrap();
    let mut requests = Vec::new();
    for (case, seen) in signed_requests().await {
        for seen in seen {
            let signature = Signature::of(&seen).unwrap();
            let signed = signature.signed.iter().map(|name| (name.clone(), seen.header(name).unwrap().into()));
            requests.push(serde_json::json!({
                "mode": case.mode.as_str(),
                "method": seen.method,
                "url": format!("https://{}{}", seen.header("host").unwrap(), seen.target),
                "headers": serde_json::Map::from_iter(signed),
                "body": String::from_utf8(seen.body.to_vec()).unwrap(),
                "region": signature.region,
                "service": signature.service,
                "key_id": KEY_ID,
                "secret": SECRET,
                "token": TOKEN,
                "signature": signature.signature,
            }));
        }
    }
    let mut child = Command::new(python)
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/botocore_signature.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(serde_json::to_string(&requests).unwrap().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    let agreed: usize = String::from_utf8(output.stdout).unwrap().trim().parse().unwrap();
    assert_eq!((agreed, requests.len()), (30, 30));
}

/// Counts questions, and answers when it is let.
#[derive(Clone, Debug)]
struct Gated {
    asked: Arc<AtomicUsize>,
    may_answer: Arc<tokio::sync::Semaphore>,
    end: Option<std::time::SystemTime>,
}

impl Gated {
    fn new(end: Option<std::time::SystemTime>) -> Self {
        Self { asked: Arc::default(), may_answer: Arc::new(tokio::sync::Semaphore::new(0)), end }
    }
}

impl ProvideCredentials for Gated {
    fn provide_credentials<'a>(&'a self) -> provider::future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        let number = self.asked.fetch_add(1, Ordering::SeqCst);
        provider::future::ProvideCredentials::new(async move {
            self.may_answer.acquire().await.unwrap().forget();
            let end = if number == 0 { self.end } else { None };
            Ok(Credentials::new(format!("key-{number}"), SECRET, None, end, "test"))
        })
    }
}

fn signing(server: &Server, clock: &Arc<TestClock>, provider: impl ProvideCredentials + 'static) -> ClaimsClient {
    let builder = server.builder().endpoint(server.endpoint().in_region(REGION)).clock(clock.clone());
    builder.credentials(provider).build().unwrap()
}

fn key_ids(server: &Server) -> Vec<String> {
    server.seen().iter().map(|seen| Signature::of(seen).unwrap().key_id).collect()
}

#[tokio::test]
async fn credentials_that_take_too_long_are_an_error_of_their_own_and_nothing_was_sent() {
    let clock = TestClock::new();
    let server = Server::start(|_, _| answer(200, claim(1))).await;
    let provider = Gated::new(None);
    let client = signing(&server, &clock, provider.clone());
    let call = tokio::spawn(client.update_claim(&member(), id(), update()));
    while provider.asked.load(Ordering::SeqCst) == 0 {
        tokio::task::yield_now().await;
    }
    clock.expire();
    let error = call.await.unwrap().unwrap_err();
    assert!(error.is_credentials() && !error.is_timeout() && !error.is_outcome_unknown(), "{error:?}");
    assert_eq!((error.was_sent(), error.phase()), (Sent::No, Some(Phase::Credentials)));
    // The renewal outlives the call: the next one has its credentials.
    provider.may_answer.add_permits(1);
    client.get_claim(&member(), id()).await.unwrap();
    assert_eq!((key_ids(&server), provider.asked.load(Ordering::SeqCst)), (vec!["key-0".to_owned()], 1));
}

#[tokio::test]
async fn calls_do_not_wait_for_a_renewal_while_their_credentials_last() {
    let clock = TestClock::new();
    let server = Server::start(|_, _| answer(200, claim(1))).await;
    let provider = Gated::new(Some(clock.system_time() + Duration::from_secs(45)));
    provider.may_answer.add_permits(1);
    let client = signing(&server, &clock, provider.clone());
    client.get_claim(&member(), id()).await.unwrap();
    // Past half their life, and the source does not answer.
    clock.pass(Duration::from_secs(30));
    for _ in 0..20 {
        client.get_claim(&member(), id()).await.unwrap();
    }
    assert_eq!(provider.asked.load(Ordering::SeqCst), 2, "one renewal for all");
    assert!(key_ids(&server).iter().all(|key| key == "key-0"));
    provider.may_answer.add_permits(1);
    while key_ids(&server).last().unwrap() != "key-1" {
        client.get_claim(&member(), id()).await.unwrap();
    }
    assert_eq!(provider.asked.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_source_that_fails_is_not_asked_by_every_call() {
    let clock = TestClock::new();
    let server = Server::start(|_, _| answer(200, claim(1))).await;
    let provider = Provider::new(|_| Err(CredentialsError::not_loaded("the metadata service is away")));
    let asked = provider.asked.clone();
    let client = signing(&server, &clock, provider);
    for (pass, questions) in [(0, 1), (0, 1), (1, 2), (1, 2), (1, 3)] {
        clock.pass(Duration::from_secs(pass));
        let error = client.get_claim(&member(), id()).await.unwrap_err();
        assert!(error.is_credentials() && error.to_string().contains("the metadata service is away"), "{error}");
        assert_eq!(asked.load(Ordering::SeqCst), questions);
    }
}

#[tokio::test]
async fn credentials_that_are_refused_are_thrown_away_and_the_call_is_signed_once_more() {
    for message in [
        "The security token included in the request is expired",
        "The security token included in the request is invalid.",
    ] {
        let clock = TestClock::new();
        let server = Server::start(move |_, seen| match Signature::of(seen).unwrap().key_id.as_str() {
            "key-0" => answer(403, serde_json::json!({ "message": message }).to_string()),
            _ => answer(200, claim(1)),
        })
        .await;
        let provider = Gated::new(None);
        provider.may_answer.add_permits(9);
        let client = signing(&server, &clock, provider.clone());
        // Even what must not be repeated: the gateway has refused it.
        client.update_claim(&member(), id(), update()).await.unwrap();
        client.get_claim(&member(), id()).without_retry().await.unwrap();
        assert_eq!(key_ids(&server), ["key-0", "key-1", "key-1"]);
        assert!(clock.waits().is_empty());
    }
}

#[tokio::test]
async fn credentials_that_stay_refused_fail_after_one_more_try() {
    let server =
        Server::start(|_, _| answer(403, r#"{"message":"The security token included in the request is expired"}"#))
            .await;
    let provider = Gated::new(None);
    provider.may_answer.add_permits(9);
    let client = signing(&server, &TestClock::new(), provider);
    let error = client.get_claim(&member(), id()).await.unwrap_err();
    assert_eq!((error.refusal(), error.attempts()), (Some(Refusal::BadCredentials), 2));
}

/// A gateway whose clock is the true one, `ahead` of the caller's, and that refuses signatures more than 5 minutes off.
async fn gateway_with_a_clock(
    clock: &Arc<TestClock>,
    ahead: i64,
    headers: &'static [(&'static str, &'static str)],
) -> Server {
    let clock = clock.clone();
    Server::start(move |_, seen| {
        let now = jiff::Timestamp::try_from(clock.system_time()).unwrap() + jiff::SignedDuration::from_secs(ahead);
        let signed: jiff::civil::DateTime =
            jiff::fmt::strtime::parse("%Y%m%dT%H%M%SZ", seen.header("x-amz-date").unwrap())
                .unwrap()
                .to_datetime()
                .unwrap();
        let signed = signed.to_zoned(jiff::tz::TimeZone::UTC).unwrap().timestamp();
        if signed.duration_until(now).abs() < jiff::SignedDuration::from_mins(5) {
            return answer(200, claim(1));
        }
        let date = jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&now).unwrap();
        let mut all = vec![("content-type", "application/json".to_owned()), ("date", date)];
        all.extend(headers.iter().map(|(name, value)| (*name, (*value).to_owned())));
        Reply::Answer(403, all, r#"{"message":"Signature expired: 1 is now earlier than 2"}"#.to_owned())
    })
    .await
}

#[tokio::test]
async fn a_clock_that_is_off_by_ten_minutes_is_corrected_once_for_all_clones() {
    for ahead in [600, -600, 1200] {
        let clock = TestClock::new();
        let server = gateway_with_a_clock(&clock, ahead, &[]).await;
        let client = signing(&server, &clock, credentials());
        client.update_claim(&member(), id(), update()).await.unwrap();
        client.clone().get_claim(&member(), id()).await.unwrap();
        client.get_claim(&member(), id()).await.unwrap();
        assert_eq!(server.seen().len(), 1 + 3, "{ahead}");
    }
}

#[tokio::test]
async fn a_clock_is_not_corrected_by_a_date_that_proves_nothing() {
    let clock = TestClock::new();
    // Out of a cache, whose date is the one of the answer's making.
    let server = gateway_with_a_clock(&clock, 600, &[("age", "7")]).await;
    let error = signing(&server, &clock, credentials()).get_claim(&member(), id()).await.unwrap_err();
    assert_eq!((error.refusal(), error.attempts()), (Some(Refusal::SignatureExpired), 1));
    // The date is right, and the signature refused all the same.
    let server = Server::start(|_, _| {
        let headers =
            vec![("content-type", "application/json".into()), ("date", "Fri, 15 Jan 2027 08:00:00 GMT".into())];
        Reply::Answer(403, headers, r#"{"message":"Signature expired: x"}"#.into())
    })
    .await;
    let error = signing(&server, &clock, credentials()).get_claim(&member(), id()).await.unwrap_err();
    assert_eq!(error.attempts(), 1);
}

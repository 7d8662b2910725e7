//! A scripted HTTP server on a free port, and a clock that nobody waits for.
#![allow(dead_code, clippy::unwrap_used, reason = "each test binary uses its part; a test may panic")]

pub mod network;
#[cfg(feature = "sigv4")]
pub mod signature;

use std::{
    future::Future,
    net::SocketAddr,
    pin::Pin,
    sync::{Arc, Mutex},
    time::{Duration, Instant, SystemTime},
};

use bytes::Bytes;
use claims_client::{ClaimsClient, ClientBuilder, Clock, Endpoint, types::*};
use http_body_util::{BodyExt, Full};
use hyper::{Request, Response, body::Incoming, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{net::TcpListener, sync::Notify};

/// A request as it arrived.
#[derive(Clone, Debug)]
pub struct Seen {
    pub method: String,
    /// Path and query, as sent.
    pub target: String,
    pub headers: http::HeaderMap,
    pub body: Bytes,
    /// Which connection it came on, from 0.
    pub connection: usize,
}

impl Seen {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|v| v.to_str().unwrap())
    }
}

/// What the server does with a request.
pub enum Reply {
    Answer(u16, Vec<(&'static str, String)>, String),
    /// Close the connection without a word.
    Drop,
    /// Never answer; first do this.
    Hang(Box<dyn FnOnce() + Send>),
}

pub fn answer(status: u16, body: impl Into<String>) -> Reply {
    let headers = vec![("content-type", "application/json".into()), ("x-amzn-requestid", "in-header".into())];
    Reply::Answer(status, headers, body.into())
}

pub fn problem(code: ProblemCode) -> Reply {
    let problem = Problem::new(code).with_request_id("in-body");
    let headers = vec![("content-type", PROBLEM_JSON.into()), ("x-amzn-requestid", "in-header".into())];
    Reply::Answer(problem.status.unwrap(), headers, serde_json::to_string(&problem).unwrap())
}

pub type Script = Arc<dyn Fn(usize, &Seen) -> Reply + Send + Sync>;

/// Answers the n-th request (from 0) as the script says, and remembers it.
pub struct Server {
    pub address: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
    task: tokio::task::JoinHandle<()>,
}

impl Server {
    /// Answers creates as the service does, with their key as the claim's id, where the script's claim has [`ID`].
    pub async fn start(script: impl Fn(usize, &Seen) -> Reply + Send + Sync + 'static) -> Self {
        Self::start_raw(move |n, seen| with_key(script(n, seen), seen)).await
    }

    /// Answers with what the script says, to the letter.
    pub async fn start_raw(script: impl Fn(usize, &Seen) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (script, log): (Script, _) = (Arc::new(script), seen.clone());
        let task = tokio::spawn(async move {
            for connection in 0.. {
                let Ok((stream, _)) = listener.accept().await else { return };
                let (script, log) = (script.clone(), log.clone());
                tokio::spawn(async move {
                    let service = service_fn(move |request| handle(request, connection, script.clone(), log.clone()));
                    let _ = hyper::server::conn::http1::Builder::new()
                        .serve_connection(TokioIo::new(stream), service)
                        .await;
                });
            }
        });
        Self { address, seen, task }
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    pub fn endpoint(&self) -> Endpoint {
        Endpoint::url(format!("http://{}/dev", self.address))
    }

    pub fn builder(&self) -> ClientBuilder {
        ClaimsClient::builder().endpoint(self.endpoint())
    }

    /// A client that waits for nothing.
    pub fn client(&self, clock: &Arc<TestClock>) -> ClaimsClient {
        self.builder().clock(clock.clone()).build().unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

pub fn with_key(reply: Reply, seen: &Seen) -> Reply {
    match (reply, seen.header("idempotency-key")) {
        (Reply::Answer(status, headers, body), Some(key)) if seen.method == "POST" => {
            Reply::Answer(status, headers, body.replace(ID, key))
        }
        (reply, _) => reply,
    }
}

pub async fn handle(
    request: Request<Incoming>,
    connection: usize,
    script: Script,
    log: Arc<Mutex<Vec<Seen>>>,
) -> Result<Response<Full<Bytes>>, std::io::Error> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.map_err(std::io::Error::other)?.to_bytes();
    let target = parts.uri.path_and_query().map(ToString::to_string).unwrap_or_default();
    let seen = Seen { method: parts.method.to_string(), target, headers: parts.headers, body, connection };
    let number = {
        let mut log = log.lock().unwrap();
        log.push(seen.clone());
        log.len() - 1
    };
    match script(number, &seen) {
        Reply::Answer(status, headers, body) => {
            let mut response = Response::builder().status(status);
            for (name, value) in headers {
                response = response.header(name, value);
            }
            Ok(response.body(Full::new(body.into())).unwrap())
        }
        Reply::Drop => Err(std::io::Error::other("dropped by the script")),
        Reply::Hang(first) => {
            first();
            std::future::pending().await
        }
    }
}

/// Time that passes only when somebody waits for it.
pub struct TestClock {
    start: Instant,
    passed: Mutex<Duration>,
    waits: Mutex<Vec<Duration>>,
    random: Mutex<f64>,
    expire: Arc<Notify>,
}

impl TestClock {
    pub fn new() -> Arc<Self> {
        Self::with_random(1.0)
    }

    pub fn with_random(random: f64) -> Arc<Self> {
        Arc::new(Self {
            start: Instant::now(),
            passed: Mutex::default(),
            waits: Mutex::default(),
            random: Mutex::new(random),
            expire: Arc::new(Notify::new()),
        })
    }

    /// The waits between attempts so far, in milliseconds.
    pub fn waits(&self) -> Vec<u128> {
        self.waits.lock().unwrap().iter().map(Duration::as_millis).collect()
    }

    /// Ends every running time limit.
    pub fn expire(&self) {
        self.expire.notify_waiters();
    }

    pub fn pass(&self, duration: Duration) {
        *self.passed.lock().unwrap() += duration;
    }
}

impl Clock for TestClock {
    fn now(&self) -> Instant {
        self.start + *self.passed.lock().unwrap()
    }

    fn system_time(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000) + *self.passed.lock().unwrap()
    }

    /// A time limit of an attempt: runs out only on [`TestClock::expire`].
    fn sleep(&self, _: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(self.expire.clone().notified_owned())
    }

    fn random(&self) -> f64 {
        *self.random.lock().unwrap()
    }

    fn back_off(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        self.waits.lock().unwrap().push(duration);
        self.pass(duration);
        Box::pin(std::future::ready(()))
    }
}

pub const ID: &str = "0190f8f4-0d3c-7c3a-9d53-6f1f2f7a9b10";

pub fn id() -> ClaimId {
    ID.parse().unwrap()
}

pub fn member() -> MemberId {
    "123".parse().unwrap()
}

pub fn claim(version: u64) -> String {
    format!(
        r#"{{"claimId":"{ID}","memberId":"123","policyId":"9","memberName":"John Doe","policyType":"Health",
        "claimAmount":19.99,"description":"snow accident","status":"pending",
        "createdAt":"2026-11-22T16:00:00.123Z","updatedAt":"2026-11-22T16:00:00.123Z","version":{version}}}"#
    )
}

pub fn page(ids: &[&str], next: Option<&str>) -> String {
    let claims: Vec<_> = ids.iter().map(|id| claim(1).replace(ID, id)).collect();
    let next = next.map(|next| format!(r#","nextToken":"{next}""#)).unwrap_or_default();
    format!(r#"{{"claims":[{}]{next}}}"#, claims.join(","))
}

pub fn new_claim() -> CreateClaim {
    CreateClaim {
        member_id: member(),
        policy_id: "9".parse().unwrap(),
        member_name: "Zoë O'Neil +1".parse().unwrap(),
        request: CreateClaimRequest::new(
            PolicyType::Health,
            "19.99".parse().unwrap(),
            "snow accident".parse().unwrap(),
        ),
    }
}

pub fn update() -> UpdateClaimRequest {
    UpdateClaimRequest {
        policy_type: PolicyType::Health,
        claim_amount: "20".parse().unwrap(),
        description: "snow accident".parse().unwrap(),
        status: ClaimStatus::InReview,
    }
}

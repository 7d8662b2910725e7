//! What the client costs besides the HTTP library below it: a get through the client against the same get by a bare
//! reqwest loop that sends the same request and reads the same answer into the same type. Same server, in turns.
//!
//! `cargo xtask bench` runs it and reads its standard output: a JSON line for each ratio. Only those mean anything.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::{
    convert::Infallible,
    net::SocketAddr,
    sync::{Arc, mpsc},
    time::{Duration, Instant},
};

use bytes::Bytes;
use claims_client::{ClaimsClient, Endpoint, reqwest, types::*};
use http_body_util::Full;
use hyper::{Response, service::service_fn};
use hyper_util::rt::TokioIo;

/// Many short rounds, each in turns: what disturbs the machine for longer than a round hits both.
const ROUNDS: usize = 801;
const CALLS: usize = 160;
const IN_FLIGHT: usize = 16;
const ALLOWED: f64 = 1.05;

const CLAIM: &str = r#"{"claimId":"0190f8f4-0d3c-7c3a-9d53-6f1f2f7a9b10","memberId":"123","policyId":"9","memberName":"John Doe","policyType":"Health","claimAmount":19.99,"description":"snow accident","status":"pending","createdAt":"2026-11-22T16:00:00.123Z","updatedAt":"2026-11-22T16:00:00.123Z","version":1}"#;

/// A server on a thread of its own that answers everything with one claim.
fn serve() -> SocketAddr {
    let (tell, told) = mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            tell.send(listener.local_addr().unwrap()).unwrap();
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                stream.set_nodelay(true).unwrap();
                tokio::spawn(async move {
                    let answer = service_fn(async |_| {
                        let body = Full::new(Bytes::from_static(CLAIM.as_bytes()));
                        let answer = Response::builder()
                            .header("content-type", "application/json")
                            .header("x-amzn-requestid", "8f4d3c7c-3a9d-536f-1f2f-7a9b100190f8")
                            .header("etag", "\"1\"");
                        Ok::<_, Infallible>(answer.body(body).unwrap())
                    });
                    let _ =
                        hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), answer).await;
                });
            }
        });
    });
    told.recv().unwrap()
}

/// One way to get a claim.
trait Get: Clone + Send + Sync + 'static {
    fn get(&self) -> impl Future<Output = Claim> + Send;
}

/// reqwest and nothing else; with a timeout, as everybody has in production, if `timeout` says so.
#[derive(Clone)]
struct Bare {
    timeout: Option<Duration>,
    http: reqwest::Client,
    base: String,
    member: MemberId,
    id: ClaimId,
}

impl Get for Bare {
    async fn get(&self) -> Claim {
        let url = format!("{}/claim/{}?memberId={}", self.base, self.id, self.member);
        let mut request = self.http.get(url);
        if let Some(timeout) = self.timeout {
            request = request.timeout(timeout);
        }
        let response = request.send().await.unwrap().error_for_status().unwrap();
        serde_json::from_slice(&response.bytes().await.unwrap()).unwrap()
    }
}

#[derive(Clone)]
struct Ours {
    client: ClaimsClient,
    member: MemberId,
    id: ClaimId,
}

impl Get for Ours {
    async fn get(&self) -> Claim {
        self.client.get_claim(&self.member, self.id).await.unwrap()
    }
}

/// The median time of `CALLS` calls, one after the other, in µs.
async fn latency(get: &impl Get) -> f64 {
    let mut times = Vec::with_capacity(CALLS);
    for _ in 0..CALLS {
        let start = Instant::now();
        std::hint::black_box(get.get().await);
        times.push(micros(start.elapsed()));
    }
    median(times)
}

/// The time of `CALLS` calls, `IN_FLIGHT` at a time, in µs. Each caller is a task, as in a service: what shares a task is
/// polled whenever one of its calls moves, and the polls would count instead of the calls.
async fn burst(get: &impl Get) -> f64 {
    let start = Instant::now();
    let mut workers = tokio::task::JoinSet::new();
    for _ in 0..IN_FLIGHT {
        let get = get.clone();
        workers.spawn(async move {
            for _ in 0..CALLS / IN_FLIGHT {
                std::hint::black_box(get.get().await);
            }
        });
    }
    while let Some(done) = workers.join_next().await {
        done.unwrap();
    }
    micros(start.elapsed())
}

fn median<T: Copy + PartialOrd>(mut values: Vec<T>) -> T {
    values.sort_by(|a, b| a.partial_cmp(b).unwrap());
    values[values.len() / 2]
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

fn main() {
    let base = format!("http://{}/dev", serve());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (member, id): (MemberId, ClaimId) =
        ("123".parse().unwrap(), "0190f8f4-0d3c-7c3a-9d53-6f1f2f7a9b10".parse().unwrap());
    let ours = Ours {
        client: ClaimsClient::builder().endpoint(Endpoint::url(&*base)).build().unwrap(),
        member: member.clone(),
        id,
    };
    // TLS is not measured, and reqwest wants a provider for it all the same.
    let tls = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    // The same bytes go out, the client's user agent included.
    let agent = concat!("claims-client/", env!("CARGO_PKG_VERSION"));
    let http = reqwest::Client::builder().no_proxy().http1_only().user_agent(agent);
    let http = http.tls_backend_preconfigured(tls).build().unwrap();
    let bare = Bare { timeout: None, http: http.clone(), base: base.clone(), member: member.clone(), id };
    let timed = Bare { timeout: Some(Duration::from_secs(10)), http, base, member, id };

    let mut rounds = Vec::new();
    runtime.block_on(async {
        for round in 0..=ROUNDS {
            // Who goes first changes, so that a drift of the machine hits all alike.
            let mut times = [(0.0, 0.0); 3];
            for turn in 0..3 {
                let who = (round + turn) % 3;
                times[who] = match who {
                    0 => (latency(&bare).await, burst(&bare).await),
                    1 => (latency(&timed).await, burst(&timed).await),
                    _ => (latency(&ours).await, burst(&ours).await),
                };
            }
            // The first round warms up.
            if round > 0 {
                rounds.push(times);
            }
        }
    });
    let ratio = |of: fn(&[(f64, f64); 3]) -> f64| median(rounds.iter().map(of).collect());
    eprintln!("get, p50: bare reqwest {:.1} µs, claims-client {:.1} µs", ratio(|t| t[0].0), ratio(|t| t[2].0));
    let report = |what: &str, to: &str, limit: Option<f64>, of: fn(&[(f64, f64); 3]) -> f64| {
        let quartile = |share: usize| {
            let mut values: Vec<f64> = rounds.iter().map(of).collect();
            values.sort_by(f64::total_cmp);
            values[values.len() * share / 4]
        };
        let limit = limit.map_or_else(|| "null".to_owned(), |limit| limit.to_string());
        println!(
            "{{\"what\":\"claims-client, {what}\",\"to\":\"{to}\",\"ratio\":{},\"low\":{},\"high\":{},\"limit\":{limit}}}",
            quartile(2),
            quartile(1),
            quartile(3)
        );
    };
    let burst = format!("time of {CALLS} calls, {IN_FLIGHT} in flight");
    report("p50, one call at a time", "bare reqwest", Some(ALLOWED), |t| t[2].0 / t[0].0);
    report("p50, one call at a time", "bare reqwest with a timeout", None, |t| t[2].0 / t[1].0);
    report(&burst, "bare reqwest", Some(ALLOWED), |t| t[2].1 / t[0].1);
    report(&burst, "bare reqwest with a timeout", None, |t| t[2].1 / t[1].1);
}

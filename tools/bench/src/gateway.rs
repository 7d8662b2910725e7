//! The local gateway against a bare server and against its own engine: it must not be anybody's bottleneck.

use std::{
    convert::Infallible,
    error::Error,
    net::SocketAddr,
    time::{Duration, Instant},
};

use bytes::Bytes;
use claims_api_types::Operation;
use claims_local::LocalApi;
use claims_server::Api;
use http_body_util::{BodyExt, Full};
use hyper::{Request, Response, body::Incoming, client::conn::http1::SendRequest, service::service_fn};
use hyper_util::rt::TokioIo;
use lambda_http::{LambdaEvent, aws_lambda_events::apigw::ApiGatewayProxyRequest};
use private_api_storage::Database;
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinSet,
};

use crate::{
    events::event,
    samples::{Ratios, Samples},
};

const ROUNDS: usize = 25;
const CONNECTIONS: usize = 8;
const CALLS: usize = 100;
const STARTS: usize = 25;

pub async fn run() -> Result<(), Box<dyn Error>> {
    let api = LocalApi::start().await?;
    let created = request(api.address(), "POST", "?memberId=m&policyId=p&memberName=John%20Doe", CLAIM)?;
    let mut connection = connect(api.address()).await?;
    let (status, claim) = send(&mut connection, created).await?;
    let claim: serde_json::Value = serde_json::from_slice(&claim)?;
    let id = claim["claimId"].as_str().ok_or_else(|| format!("the create answered {status}"))?;
    let get = format!("/{id}?memberId=m");
    let echo = echo(claim.to_string().into()).await?;
    let engine = engine().await?;

    let [mut rate, mut tail, mut engine_rate, mut engine_tail] = [(); 4].map(|()| Ratios::default());
    for round in 0..=ROUNDS {
        let mut now = [(0.0, 0.0); 3];
        for turn in 0..3 {
            let who = (round + turn) % 3;
            now[who] = match who {
                0 => burst(api.address(), &get).await?,
                1 => burst(echo, &get).await?,
                _ => engine_burst(&engine).await?,
            };
        }
        let [ours, bare, alone] = now;
        // The first round warms up.
        if round > 0 {
            rate.push(ours.0, bare.0);
            tail.push(ours.1, bare.1);
            engine_rate.push(ours.0, alone.0);
            engine_tail.push(ours.1, alone.1);
        }
    }
    let (burst, p99) = ("local gateway, time of a burst of gets", "local gateway, p99 of a get");
    rate.report(burst, "a bare hyper server", None);
    tail.report(p99, "a bare hyper server", None);
    engine_rate.report(burst, "the API over its engine, no gateway", None);
    engine_tail.report(p99, "the API over its engine, no gateway", None);

    let mut starts = Samples::default();
    for _ in 0..STARTS {
        let start = Instant::now();
        let api = LocalApi::start().await?;
        let mut connection = connect(api.address()).await?;
        send(&mut connection, request(api.address(), "GET", "?memberId=m", "")?).await?;
        starts.push(start.elapsed());
    }
    starts.report("local gateway, start to first answer", 1e3, "ms", 50.0);
    Ok(())
}

const CLAIM: &str = r#"{"policyType":"Health","claimAmount":500.25,"description":"snow accident"}"#;

/// Time of all calls over all connections, and the 99th percentile of one.
async fn burst(address: SocketAddr, path: &str) -> Result<(f64, f64), Box<dyn Error>> {
    let mut connections = Vec::new();
    for _ in 0..CONNECTIONS {
        connections.push(connect(address).await?);
    }
    let start = Instant::now();
    let mut workers = JoinSet::new();
    for mut connection in connections {
        let path = path.to_owned();
        workers.spawn(async move {
            let mut times = Vec::with_capacity(CALLS);
            for _ in 0..CALLS {
                let start = Instant::now();
                let request = request(address, "GET", &path, "").map_err(|e| e.to_string())?;
                match send(&mut connection, request).await {
                    Ok((200, _)) => times.push(start.elapsed()),
                    Ok((status, _)) => return Err(format!("a get was answered with {status}")),
                    Err(e) => return Err(e.to_string()),
                }
            }
            Ok::<Vec<Duration>, String>(times)
        });
    }
    let all = gather(workers).await?;
    Ok((start.elapsed().as_secs_f64(), all.quantile(0.99)))
}

/// The API that the gateway calls, with one claim in it.
async fn engine() -> Result<(Api, ApiGatewayProxyRequest), Box<dyn Error>> {
    let api = Api::new(crate::store::over(Database::memory("bench")?).await?);
    let create = serde_json::from_value(event(Operation::CreateClaim, ""))?;
    let created = api.invoke(Operation::CreateClaim, LambdaEvent::new(create, Default::default())).await?;
    let created = serde_json::to_value(&created)?;
    let claim: serde_json::Value = serde_json::from_str(created["body"].as_str().unwrap_or_default())?;
    let id = claim["claimId"].as_str().ok_or_else(|| format!("the create answered {created}"))?;
    let get = event(Operation::GetClaim, id);
    Ok((api, serde_json::from_value(get)?))
}

/// As [`burst`], of invocations.
async fn engine_burst((api, get): &(Api, ApiGatewayProxyRequest)) -> Result<(f64, f64), Box<dyn Error>> {
    let start = Instant::now();
    let mut workers = JoinSet::new();
    for _ in 0..CONNECTIONS {
        let (api, get) = (api.clone(), get.clone());
        workers.spawn(async move {
            let mut times = Vec::with_capacity(CALLS);
            for _ in 0..CALLS {
                let start = Instant::now();
                let event = LambdaEvent::new(get.clone(), Default::default());
                let Ok(answer) = api.invoke(Operation::GetClaim, event).await;
                let answer = serde_json::to_vec(&answer).map_err(|e| e.to_string())?;
                times.push(start.elapsed());
                if !answer.starts_with(br#"{"statusCode":200"#) {
                    return Err(format!("a get was answered with {}", String::from_utf8_lossy(&answer)));
                }
            }
            Ok::<Vec<Duration>, String>(times)
        });
    }
    let all = gather(workers).await?;
    Ok((start.elapsed().as_secs_f64(), all.quantile(0.99)))
}

/// The times of all workers.
async fn gather(mut workers: JoinSet<Result<Vec<Duration>, String>>) -> Result<Samples, Box<dyn Error>> {
    let mut all = Samples::default();
    while let Some(times) = workers.join_next().await {
        times??.into_iter().for_each(|time| all.push(time));
    }
    Ok(all)
}

/// A server that answers everything with one claim.
async fn echo(claim: Bytes) -> Result<SocketAddr, Box<dyn Error>> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let _ = stream.set_nodelay(true);
            let claim = claim.clone();
            let answer = service_fn(move |_: Request<Incoming>| {
                let claim = claim.clone();
                async move {
                    let mut answer = Response::new(Full::new(claim));
                    let json = hyper::header::HeaderValue::from_static("application/json");
                    answer.headers_mut().insert(hyper::header::CONTENT_TYPE, json);
                    Ok::<_, Infallible>(answer)
                }
            });
            tokio::spawn(hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), answer));
        }
    });
    Ok(address)
}

async fn connect(address: SocketAddr) -> Result<SendRequest<Full<Bytes>>, Box<dyn Error>> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let (sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    Ok(sender)
}

fn request(
    address: SocketAddr,
    method: &str,
    rest: &str,
    body: &'static str,
) -> Result<Request<Full<Bytes>>, http::Error> {
    Request::builder()
        .method(method)
        .uri(format!("/{}/claim{rest}", LocalApi::STAGE))
        .header("host", address.to_string())
        .header("content-type", "application/json")
        .body(Full::from(body))
}

async fn send(
    connection: &mut SendRequest<Full<Bytes>>,
    request: Request<Full<Bytes>>,
) -> Result<(u16, Bytes), hyper::Error> {
    let answer = connection.send_request(request).await?;
    let status = answer.status().as_u16();
    Ok((status, answer.into_body().collect().await?.to_bytes()))
}

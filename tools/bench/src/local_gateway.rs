//! The local gateway against a bare server and against its own engine: it must not be anybody's bottleneck.

use std::{convert::Infallible, error::Error, net::SocketAddr, sync::Arc, time::Instant};

use bytes::Bytes;
use claims_api_types::Operation;
use claims_client::{ClaimsClient, Endpoint};
use claims_local::{LocalApi, Plan};
use claims_server::Api;
use http::header::{CONTENT_TYPE, HeaderValue};
use http_body_util::{BodyExt, Empty, Full};
use hyper::{Request, Response, body::Incoming, client::conn::http1::SendRequest, service::service_fn};
use hyper_util::rt::TokioIo;
use private_api_storage::Database;
use serde_json::json;
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinSet,
};

use crate::{
    measured_rounds::{Rounds, Samples},
    proxy_events::{create, event},
    soak,
};

const ROUNDS: usize = 25;
const CONNECTIONS: usize = 8;
const CALLS: usize = 100;
const STARTS: usize = 25;

pub async fn run() -> Result<(), Box<dyn Error>> {
    let engine = Api::new(crate::store::over(Database::memory("bench")?).await?);
    let claim = create(&engine).await?;
    let get: Arc<str> = event(Operation::GetClaim, &claim).to_string().into();
    let api = LocalApi::start().await?;
    let enforcing = enforcing().await?;
    let client = ClaimsClient::builder().endpoint(Endpoint::url(api.url())).build()?;
    let created = client.create_claim(soak::claim(7)?).await?;
    let same = ClaimsClient::builder().endpoint(Endpoint::url(enforcing.url())).build()?;
    let other = same.create_claim(soak::claim(7)?).await?;
    let enforced = format!("/{}?memberId={}", other.claim_id, other.member_id);
    let path = format!("/{}?memberId={}", created.claim_id, created.member_id);
    let bare = bare_server(serde_json::to_vec(&created)?.into()).await?;

    let rounds = Rounds::of(ROUNDS, 4, async |who| {
        if who == 2 {
            return burst((0..CONNECTIONS).map(|_| {
                let (api, get) = (engine.clone(), get.clone());
                move || invoke(api.clone(), get.clone())
            }))
            .await;
        }
        let (address, path) = match who {
            0 => (api.address(), &path),
            3 => (enforcing.address(), &enforced),
            _ => (bare, &path),
        };
        let mut callers = Vec::new();
        for _ in 0..CONNECTIONS {
            let (mut connection, get) = (connect(address).await?, request(address, path)?);
            callers.push(move || status(connection.send_request(get.clone())));
        }
        burst(callers).await
    })
    .await?;
    for (to, baseline) in [("a bare hyper server", 1), ("the API over its engine, no gateway", 2)] {
        rounds.report("local gateway, time of a burst of gets", (0, 0), to, (baseline, 0), None);
        rounds.report("local gateway, p99 of a get", (0, 1), to, (baseline, 1), None);
    }

    let what = "local gateway with a deployment's policies, time of a burst of gets";
    rounds.report(what, (3, 0), "without", (0, 0), None);

    let mut starts = Samples::default();
    for _ in 0..STARTS {
        let start = Instant::now();
        // With all that a start can have to do.
        let api = self::enforcing().await?;
        let mut connection = connect(api.address()).await?;
        status(connection.send_request(request(api.address(), "?memberId=m")?)).await?;
        starts.push(start.elapsed());
    }
    starts.report("local gateway, start to first answer", 1e3, "ms", 50.0);
    Ok(())
}

/// Behind policies such as Terraform deploys, and no throttle.
async fn enforcing() -> Result<LocalApi, Box<dyn Error>> {
    const API: &str = "arn:aws:execute-api:eu-central-1:123456789012:a1b2c3d4e5";
    let statement = |effect: &str, condition| json!({ "Effect": effect, "Principal": "*", "Action": "execute-api:Invoke", "Resource": format!("{API}/*"), "Condition": condition });
    let listed = json!({ "StringNotEquals": { "aws:SourceVpce": ["vpce-0a1b", "vpce-0c2d"] } });
    let of = |kind: &str, values: serde_json::Value| json!({ "address": kind, "mode": "managed", "type": kind, "values": values });
    let state = json!({ "values": { "root_module": { "resources": [
        of("aws_api_gateway_rest_api", json!({ "id": "a1b2c3d4e5", "execution_arn": API, "body": r#"{"paths": {}}"#,
            "endpoint_configuration": [{ "types": ["PRIVATE"], "vpc_endpoint_ids": ["vpce-0a1b"] }] })),
        of("aws_api_gateway_rest_api_policy", json!({ "rest_api_id": "a1b2c3d4e5",
            "policy": json!({ "Statement": [statement("Allow", json!({})), statement("Deny", listed)] }).to_string() })),
        of("aws_api_gateway_stage", json!({ "rest_api_id": "a1b2c3d4e5", "stage_name": LocalApi::STAGE })),
        of("aws_vpc_endpoint", json!({ "id": "vpce-0a1b", "service_name": "com.amazonaws.eu-central-1.execute-api",
            "policy": json!({ "Statement": statement("Allow", json!({})) }).to_string() })),
    ] } } });
    let plan: Plan = state.to_string().parse()?;
    Ok(LocalApi::builder().plan(plan)?.start().await?)
}

/// Time of all calls of all callers, and the 99th percentile of one.
async fn burst<C, F>(callers: impl IntoIterator<Item = C>) -> Result<[f64; 2], Box<dyn Error>>
where
    C: FnMut() -> F + Send + 'static,
    F: Future<Output = Result<u16, String>> + Send,
{
    let start = Instant::now();
    let mut workers = JoinSet::new();
    for mut call in callers {
        workers.spawn(async move {
            let mut times = Vec::with_capacity(CALLS);
            for _ in 0..CALLS {
                let start = Instant::now();
                match call().await? {
                    200 => times.push(start.elapsed()),
                    status => return Err(format!("a get was answered with {status}")),
                }
            }
            Ok(times)
        });
    }
    let mut all = Samples::default();
    while let Some(times) = workers.join_next().await {
        all.extend(times??);
    }
    Ok([start.elapsed().as_secs_f64(), all.quantile(0.99)])
}

/// The engine's API without a gateway; the status is the answer's.
async fn invoke(api: Api, get: Arc<str>) -> Result<u16, String> {
    let answer = api.answer(Operation::GetClaim, get.as_bytes(), None).await.json;
    match answer.strip_prefix(r#"{"statusCode":"#).and_then(|rest| rest.get(..3)) {
        Some(status) => status.parse().map_err(|_| "an answer without a status".to_owned()),
        None => Err("an answer that does not begin with its status".to_owned()),
    }
}

/// A server that answers everything with one claim.
async fn bare_server(claim: Bytes) -> Result<SocketAddr, Box<dyn Error>> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let _ = stream.set_nodelay(true);
            let claim = claim.clone();
            let answer = service_fn(move |_: Request<Incoming>| {
                let mut answer = Response::new(Full::new(claim.clone()));
                answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
                std::future::ready(Ok::<_, Infallible>(answer))
            });
            tokio::spawn(hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), answer));
        }
    });
    Ok(address)
}

async fn connect(address: SocketAddr) -> Result<SendRequest<Empty<Bytes>>, Box<dyn Error>> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let (sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    Ok(sender)
}

fn request(address: SocketAddr, below: &str) -> Result<Request<Empty<Bytes>>, http::Error> {
    let path = format!("/{}{}{below}", LocalApi::STAGE, Operation::CLAIMS_PATH);
    Request::get(path).header("host", address.to_string()).body(Empty::new())
}

/// The answer's status, once all of it is there.
async fn status(answer: impl Future<Output = hyper::Result<Response<Incoming>>>) -> Result<u16, String> {
    let whole = async {
        let (head, body) = answer.await?.into_parts();
        body.collect().await?;
        Ok(head.status.as_u16())
    };
    whole.await.map_err(|e: hyper::Error| e.to_string())
}

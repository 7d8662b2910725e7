//! API Gateway's side of PrivateLink: it knows through which endpoint a call came, and asks the resource policy.

use std::{convert::Infallible, net::SocketAddr};

use claims_local::LocalApi;
use http::{HeaderValue, Request, Response, StatusCode};
use http_body_util::Full;
use hyper::{body::Bytes, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
};

use crate::{
    lab::{DYNAMODB_PORT, LINK_PORT, Lab},
    namespaces::{
        Done,
        resolvers::OTHER_ENDPOINT,
        topology::{OTHER, links},
    },
    planned_network::Decision,
};

pub async fn serve(lab: &Lab) -> Done {
    let dynamodb = format!("http://{}:{DYNAMODB_PORT}", lab.addresses.dynamodb);
    let api = LocalApi::builder().dynamodb_endpoint(dynamodb).table(lab.design.table.as_str()).start().await?;
    let mut served = Vec::new();
    for (role, address) in links() {
        let endpoint = if role == OTHER { OTHER_ENDPOINT } else { &lab.design.endpoint.id };
        let (arn, stage) = (lab.design.execution_arn.clone(), lab.design.stage.clone());
        let refusal = Refusal { arn, stage, decision: lab.design.decision(endpoint)? };
        served.push(link(TcpListener::bind((address, LINK_PORT)).await?, api.address(), refusal));
    }
    println!("ready");
    futures_util::future::try_join_all(served).await.map(drop)
}

/// Everything that comes through one address of one endpoint.
async fn link(listener: TcpListener, api: SocketAddr, refusal: Refusal) -> Done {
    loop {
        let (mut stream, _) = listener.accept().await?;
        let refusal = refusal.clone();
        tokio::spawn(async move {
            let _ = stream.set_nodelay(true);
            if refusal.decision == Decision::Allowed {
                let Ok(mut api) = TcpStream::connect(api).await else { return };
                let _ = api.set_nodelay(true);
                // Either side may go away.
                let _ = copy_bidirectional(&mut stream, &mut api).await;
                return;
            }
            let service = service_fn(move |request: Request<hyper::body::Incoming>| {
                std::future::ready(Ok::<_, Infallible>(refusal.to(request.method().as_str(), request.uri().path())))
            });
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

/// What API Gateway says to a caller whom the resource policy turns away.
#[derive(Clone)]
struct Refusal {
    arn: String,
    stage: String,
    decision: Decision,
}

impl Refusal {
    fn to(&self, method: &str, path: &str) -> Response<Full<Bytes>> {
        let below = path.trim_start_matches('/').strip_prefix(&self.stage).unwrap_or_default();
        let (account, hidden) = (self.arn.split(':').nth(4).unwrap_or_default(), "********");
        // All but the account's last four digits are hidden.
        let shown = format!("{hidden}{}", account.get(account.len().saturating_sub(4)..).unwrap_or_default());
        let arn = if account.is_empty() { self.arn.clone() } else { self.arn.replacen(account, &shown, 1) };
        let why = if self.decision == Decision::Denied { " with an explicit deny" } else { "" };
        let message = format!(
            "User: anonymous is not authorized to perform: execute-api:Invoke on resource: {arn}/{}/{method}{below}{why}",
            self.stage
        );
        let mut response = Response::new(Full::from(serde_json::json!({ "Message": message }).to_string()));
        *response.status_mut() = StatusCode::FORBIDDEN;
        let headers = response.headers_mut();
        headers.insert("content-type", HeaderValue::from_static("application/json"));
        headers.insert("x-amzn-errortype", HeaderValue::from_static("AccessDeniedException"));
        if let Ok(id) = HeaderValue::try_from(uuid::Uuid::new_v4().to_string()) {
            headers.insert("x-amzn-requestid", id);
        }
        response
    }
}

//! A running API, the client, and raw HTTP for what the client would be too polite to send.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used)]

pub mod clock;
pub mod dice;
pub mod event;
pub mod linear;
pub mod message;
pub mod proxy;
pub mod recorder;
pub mod running;
pub mod world;

use std::net::SocketAddr;

use claims_client::{ClaimsClient, Endpoint, types::*};
use claims_local::{Builder, LocalApi};
use http::{HeaderMap, Request};
use http_body_util::{BodyExt, Full};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// Names a DynamoDB to run the suite against instead of the embedded engine.
pub const OTHER_DYNAMODB: &str = "CLAIMS_TEST_DYNAMODB_ENDPOINT";

pub struct Api {
    pub local: LocalApi,
    pub client: ClaimsClient,
    http: Client<HttpConnector, Full<bytes::Bytes>>,
}

pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub json: Value,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|v| v.to_str().unwrap())
    }

    /// Asserts a problem of ours: status, code, media type, and the request id in both places.
    #[track_caller]
    pub fn is_problem(&self, status: u16, code: &str) -> &Self {
        assert_eq!((self.status, self.json["code"].as_str()), (status, Some(code)), "{}", self.json);
        assert_eq!(self.header("content-type"), Some("application/problem+json"));
        assert_eq!(self.json["status"], status);
        assert_eq!(self.json["type"], format!("urn:claims-api:problem:{code}"));
        assert!(!self.json["title"].as_str().unwrap().is_empty());
        assert_eq!(self.json["requestId"].as_str(), self.header("x-amzn-requestid"));
        self
    }

    /// The wrong fields as `name:code`.
    pub fn errors(&self) -> Vec<String> {
        let text = |v: &Value| v.as_str().unwrap().to_owned();
        let errors = self.json["errors"].as_array().cloned().unwrap_or_default();
        errors.iter().map(|e| format!("{}:{}", text(&e["field"]), text(&e["code"]))).collect()
    }
}

pub fn builder() -> Builder {
    match std::env::var(OTHER_DYNAMODB) {
        // A table for each test: they share the database.
        Ok(url) => LocalApi::builder().dynamodb_endpoint(url).table(format!("claims-test-{}", IdempotencyKey::mint())),
        Err(_) => LocalApi::builder(),
    }
}

impl Api {
    pub async fn start() -> Self {
        Self::of(builder().start().await.unwrap())
    }

    pub fn of(local: LocalApi) -> Self {
        let client = ClaimsClient::builder().endpoint(Endpoint::url(local.url())).build().unwrap();
        Self { local, client, http: Client::builder(TokioExecutor::new()).build_http() }
    }

    /// Sends just what is said. `target` starts at the stage: `/claim?memberId=1`.
    pub async fn send(
        &self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: impl Into<bytes::Bytes>,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(format!("{}{target}", self.local.url()));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = self.http.request(request.body(Full::new(body.into())).unwrap()).await.unwrap();
        let (parts, body) = answer.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let json = if bytes.is_empty() { Value::Null } else { serde_json::from_slice(&bytes).unwrap() };
        Answer { status: parts.status.as_u16(), headers: parts.headers, json }
    }

    /// As [`send`](Self::send), with a JSON body.
    pub async fn json(&self, method: &str, target: &str, headers: &[(&str, &str)], body: &Value) -> Answer {
        let headers = [&[("content-type", "application/json")], headers].concat();
        self.send(method, target, &headers, body.to_string()).await
    }

    pub async fn get(&self, target: &str) -> Answer {
        self.send("GET", target, &[], "").await
    }

    /// Sends bytes as they are and reads until the server closes.
    pub async fn raw(&self, request: impl Into<Vec<u8>>) -> String {
        raw(self.local.address(), request).await
    }

    /// The tutorial's create.
    pub async fn create(&self, headers: &[(&str, &str)], body: &Value) -> Answer {
        self.json("POST", CREATE, headers, body).await
    }

    /// A claim to work with, in the given status.
    pub async fn claim(&self, member: &str, status: ClaimStatus) -> Claim {
        let mut claim = self.client.create_claim(new_claim(member)).await.unwrap();
        let path: &[ClaimStatus] = match status {
            ClaimStatus::InReview => &[ClaimStatus::InReview],
            ClaimStatus::Approved => &[ClaimStatus::InReview, ClaimStatus::Approved],
            ClaimStatus::Denied => &[ClaimStatus::InReview, ClaimStatus::Denied],
            ClaimStatus::Paid => &[ClaimStatus::InReview, ClaimStatus::Approved, ClaimStatus::Paid],
            ClaimStatus::Withdrawn => &[ClaimStatus::Withdrawn],
            _ => &[],
        };
        for status in path {
            let update = UpdateClaimRequest { status: status.clone(), ..claim.to_update() };
            claim = self.client.update_claim(&claim.member_id, claim.claim_id, update).await.unwrap();
        }
        claim
    }
}

/// Sends what no HTTP library would send, and reads until the server closes.
pub async fn raw(address: SocketAddr, request: impl Into<Vec<u8>>) -> String {
    let (mut answers, mut requests) = TcpStream::connect(address).await.unwrap().into_split();
    let request = request.into();
    // A server that has seen enough reads no further.
    let sending = tokio::spawn(async move {
        let _ = requests.write_all(&request).await;
        requests
    });
    let mut answer = Vec::new();
    let _ = answers.read_to_end(&mut answer).await;
    drop(sending);
    String::from_utf8_lossy(&answer).into_owned()
}

/// Where the tutorial creates its claims.
pub const CREATE: &str = "/claim?memberId=123&policyId=123&memberName=JohnDoe";

/// The tutorial's body.
pub fn body() -> Value {
    json!({"policyType": "Health", "claimAmount": 500, "description": "snow accident", "status": "pending"})
}

/// The tutorial's body with a field changed, or taken out by `null`.
pub fn body_with(field: &str, value: Value) -> Value {
    let mut body = body();
    body.as_object_mut().unwrap().remove(field);
    if !value.is_null() {
        body[field] = value;
    }
    body
}

pub fn new_claim(member: &str) -> CreateClaim {
    CreateClaim {
        member_id: member.parse().unwrap(),
        policy_id: "p-1".parse().unwrap(),
        member_name: "Jöhn Doe".parse().unwrap(),
        request: CreateClaimRequest::new(
            PolicyType::Health,
            "19.99".parse().unwrap(),
            "snow accident".parse().unwrap(),
        ),
    }
}

pub fn path_of(claim: &Claim) -> String {
    format!("/claim/{}?memberId={}", claim.claim_id, claim.member_id)
}

pub fn with_status(claim: &Claim, status: ClaimStatus) -> UpdateClaimRequest {
    UpdateClaimRequest { status, ..claim.to_update() }
}

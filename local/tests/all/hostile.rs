//! Hostile input, each with its answer: never a 5xx, nothing stored or changed, and the API goes on answering.

mod bodies;
mod events;
mod values;
mod wire;

use crate::common::{Answer, Api, builder};
use claims_client::types::{Claim, ClaimStatus};
use private_api_storage::{Database, serve};
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinHandle};

pub const JSON: [(&str, &str); 1] = [("content-type", "application/json")];

/// An API with one claim of member 123 in it, on a database of its own that says how much it holds.
pub struct Besieged {
    pub api: Api,
    pub claim: Claim,
    database: std::net::SocketAddr,
    serving: JoinHandle<()>,
}

impl Besieged {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let database = listener.local_addr().unwrap();
        let serving = tokio::spawn(async { serve(listener, Database::memory("test").unwrap()).await.unwrap() });
        let local = builder().dynamodb_endpoint(format!("http://{database}")).table("claimsTable").start().await;
        let api = Api::of(local.unwrap());
        let claim = api.claim("123", ClaimStatus::Pending).await;
        let besieged = Self { api, claim, database, serving };
        // A count that counts nothing would prove nothing below.
        assert_eq!(besieged.stored().await, 1);
        besieged
    }

    /// How many items there are, whoever's they are.
    async fn stored(&self) -> u64 {
        let body = r#"{"TableName":"claimsTable"}"#;
        let request = format!(
            "POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: DynamoDB_20120810.DescribeTable\r\nConnection: close\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let answer = crate::common::raw(self.database, request).await;
        let (_, json) = answer.split_once("\r\n\r\n").unwrap();
        serde_json::from_str::<Value>(json).unwrap()["Table"]["ItemCount"].as_u64().unwrap()
    }

    /// The path of the claim, with whatever member is given.
    pub fn path(&self, member: &str) -> String {
        format!("/claim/{}?memberId={member}", self.claim.claim_id)
    }

    /// It answers, the one claim is as it was, and there is no other.
    pub async fn stays_unharmed(self) {
        let listed = self.api.get("/claim?memberId=123").await;
        assert_eq!((listed.status, listed.json), (200, json!({ "claims": [self.claim] })));
        assert_eq!(self.stored().await, 1);
        self.serving.abort();
    }
}

impl Answer {
    /// A 400 whose only finding is this, `field:code`.
    #[track_caller]
    pub fn finds(&self, error: &str, input: &str) {
        assert_eq!(self.status, 400, "{input}: {}", self.json);
        self.is_problem(400, "validation_failed");
        assert_eq!(self.errors(), [error], "{input}");
    }
}

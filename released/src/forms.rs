//! The files of an entry, as types. A new kind of file is added here; what is here stays, since old entries have it.

use claims_client::types::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Error, call::Call, entry::Entry, http, http::Message};

/// `calls.json`: what callers did, one after the other, over one table that was empty before.
pub const CALLS: &str = "calls.json";
/// `items.json`: items of the table, and the requests that made them.
pub const ITEMS: &str = "items.json";
/// `lists.json`: pages of one member's list.
pub const LISTS: &str = "lists.json";
/// The data file of `claims-local`, with the claims of `items.json` in it.
pub const DATA_FILE: &str = "claims.db";
/// Imports that were interrupted, with the data file of the API that they ran against.
pub const IMPORT: &str = "import";

/// One call of `calls.json`.
///
/// Beside it are `calls/<name>.request.http` and `calls/<name>.answer.http`, the bytes on the wire.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    /// What it shows.
    pub name: String,
    /// The server's clock.
    pub at: Timestamp,
    /// The call that the client made; where `raw`, the one that could get such an answer.
    pub call: Call,
    /// Sent as bytes, not by the client: it would not send such a request.
    #[serde(skip_serializing_if = "is_false", default)]
    pub raw: bool,
    /// What went wrong on purpose. The answer is then of the gateway or about the storage, and nothing can be replayed.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub faults: Vec<String>,
    /// A write without a key: the server mints one, so that no two runs store the same.
    #[serde(skip_serializing_if = "is_false", default)]
    pub minted: bool,
    /// What the client made of the answer.
    pub outcome: Value,
    /// What the server said to DynamoDB, and was answered.
    pub dynamodb: Vec<StorageCall>,
}

/// A call of the server to DynamoDB.
#[derive(Clone, Serialize, Deserialize)]
pub struct StorageCall {
    /// `PutItem` and the like.
    pub operation: String,
    /// The body.
    pub request: Value,
    /// The answer's status.
    pub status: u16,
    /// The answer's body.
    pub answer: Value,
}

/// One item of `items.json`.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Case {
    /// What it shows.
    pub name: String,
    /// One of the writes had no key: the server minted one, so that no two runs store the same.
    #[serde(skip_serializing_if = "is_false", default)]
    pub minted: bool,
    /// What made it: a create, then updates.
    pub writes: Vec<Write>,
    /// The item as DynamoDB has it.
    pub item: Value,
    /// The claim as `GET` answers it.
    pub claim: Value,
}

impl Case {
    /// Whether the same requests would make the same claim once more.
    #[must_use]
    pub fn has_its_id_from_the_caller(&self) -> bool {
        self.writes.first().is_some_and(|create| create.key().is_some())
    }

    /// Where `GET`, `PUT` and `DELETE` find the claim, below the stage.
    #[must_use]
    pub fn target(&self) -> String {
        let text = |name: &str| self.claim[name].as_str().unwrap_or_default().to_owned();
        format!("/claim/{}?memberId={}", text("claimId"), text("memberId"))
    }
}

/// A request that writes.
#[derive(Clone, Serialize, Deserialize)]
pub struct Write {
    /// The server's clock.
    pub at: Timestamp,
    /// The HTTP method.
    pub method: String,
    /// From the stage on.
    pub target: String,
    /// Names and values.
    pub headers: Vec<(String, String)>,
    /// JSON; `null` for none.
    pub body: Value,
}

impl Write {
    /// As it goes over the wire.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let body = if self.body.is_null() { String::new() } else { self.body.to_string() };
        http::request(&self.method, &self.target, &self.headers, &body)
    }

    /// The caller's own name for it, if it gave one.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        self.headers.iter().find(|(name, _)| name == "idempotency-key").map(|(_, value)| value.as_str())
    }
}

/// `lists.json`
#[derive(Serialize, Deserialize)]
pub struct Lists {
    /// The member's items.
    pub items: Vec<Value>,
    /// Pages, in the order in which they were asked for.
    pub pages: Vec<Page>,
}

/// A page of a list.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Page {
    /// Below the stage, without the token.
    pub target: String,
    /// The token that it was asked for with.
    pub token: Option<String>,
    /// The claims on it.
    pub claim_ids: Vec<String>,
    /// The token that it gave.
    pub next_token: Option<String>,
}

impl Page {
    /// The request's target below the stage.
    #[must_use]
    pub fn request(&self) -> String {
        let token = self.token.as_ref().map_or_else(String::new, |token| format!("&nextToken={token}"));
        format!("{}{token}", self.target)
    }
}

/// The bytes of one step: the request and the answer.
///
/// # Errors
/// A file is not there, or holds no HTTP message.
pub fn exchange(entry: &Entry, step: &Step) -> Result<(Message, Message), Error> {
    let read = |what: &str| {
        let file = entry.path(&format!("calls/{}.{what}.http", step.name));
        Message::parse(std::fs::read(&file).map_err(|e| format!("{}: {e}", file.display()))?)
    };
    Ok((read("request")?, read("answer")?))
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's shape")]
fn is_false(value: &bool) -> bool {
    !value
}

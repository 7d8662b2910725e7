//! The API of the present build over a DynamoDB that a test can look into.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};

use claims_client::types::Timestamp;
use claims_local::LocalApi;
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinHandle};

use crate::{
    Error,
    http::{self, Message},
    recorder::Recorder,
};

/// The table that every release makes where nobody names another.
pub const TABLE: &str = "claimsTable";
/// The protocol's name before the operation's.
pub const TARGET: &str = "DynamoDB_20120810.";

/// An API, its DynamoDB, and the clock that both go by.
pub struct World {
    /// The API.
    pub api: LocalApi,
    /// What the API says to DynamoDB.
    pub storage: Recorder,
    dynamodb: SocketAddr,
    clock: SetClock,
    server: JoinHandle<()>,
}

/// A clock that stands until it is set.
#[derive(Clone)]
pub struct SetClock(Arc<Mutex<Timestamp>>);

impl SetClock {
    /// A clock at this time.
    #[must_use]
    pub fn at(time: Timestamp) -> Self {
        Self(Arc::new(Mutex::new(time)))
    }

    /// Sets it.
    pub fn set(&self, time: Timestamp) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = time;
    }

    /// Reads it.
    #[must_use]
    pub fn read(&self) -> Timestamp {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl World {
    /// An empty table.
    ///
    /// # Errors
    /// It cannot be started.
    pub async fn start() -> Result<Self, Error> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let dynamodb = listener.local_addr()?;
        let server = tokio::spawn(async move {
            // Every test that needs it would say so.
            if let Ok(database) = private_api_storage::Database::memory("released") {
                let _ = private_api_storage::serve(listener, database).await;
            }
        });
        let storage = Recorder::before(dynamodb).await?;
        let clock = SetClock::at(Timestamp::now());
        let read = clock.clone();
        let api = LocalApi::builder()
            .dynamodb_endpoint(format!("http://{}", storage.address))
            .clock(move || read.read())
            .start()
            .await?;
        let _ = storage.take();
        Ok(Self { api, storage, dynamodb, clock, server })
    }

    /// Sets the API's clock.
    pub fn at(&self, time: Timestamp) {
        self.clock.set(time);
    }

    /// Sends a request to the API as it is.
    ///
    /// # Errors
    /// There is no answer.
    pub async fn send(&self, request: &[u8]) -> Result<Message, Error> {
        http::send(self.api.address(), request).await
    }

    /// `GET` below the stage.
    ///
    /// # Errors
    /// There is no answer.
    pub async fn get(&self, target: &str) -> Result<Message, Error> {
        self.send(&http::request("GET", &format!("/{}{target}", LocalApi::STAGE), &[], "")).await
    }

    /// Calls DynamoDB itself, behind the API's back.
    ///
    /// # Errors
    /// There is no answer.
    pub async fn dynamodb(&self, operation: &str, body: &Value) -> Result<(u16, Value), Error> {
        let headers = [
            ("content-type".to_owned(), "application/x-amz-json-1.0".to_owned()),
            ("x-amz-target".to_owned(), format!("{TARGET}{operation}")),
        ];
        let answer = http::send(self.dynamodb, &http::request("POST", "/", &headers, &body.to_string())).await?;
        Ok((answer.status(), answer.json()?))
    }

    /// Puts an item into the table.
    ///
    /// # Errors
    /// DynamoDB refuses it.
    pub async fn put(&self, item: &Value) -> Result<(), Error> {
        match self.dynamodb("PutItem", &json!({ "TableName": TABLE, "Item": item })).await? {
            (200, _) => Ok(()),
            (status, says) => Err(format!("{status}: {says}").into()),
        }
    }

    /// The item under the key that `item` has; `None` where nothing is.
    ///
    /// # Errors
    /// DynamoDB does not answer.
    pub async fn stored(&self, item: &Value) -> Result<Option<Value>, Error> {
        let key = json!({ "PK": item["PK"], "SK": item["SK"] });
        let (_, answer) = self.dynamodb("GetItem", &json!({ "TableName": TABLE, "Key": key })).await?;
        Ok(answer.get("Item").cloned())
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.server.abort();
    }
}

//! A DynamoDB on the wire that does what it is told: the embedded engine, and in front of it whatever goes wrong.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};

use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::{Instant, sleep},
};

/// What happens to a request.
#[derive(Clone, Debug)]
pub enum Fault {
    /// No answer, ever.
    Silent,
    /// A right answer, so much later.
    Slow(Duration),
    /// A right answer, a byte in each of these times.
    Drip(Duration),
    /// The connection ends instead of an answer.
    HalfOpen,
    /// Refused with this status and body, and nothing done.
    Refused(u16, String),
    /// Done, and then told as refused.
    DoneThenRefused(u16, String),
}

#[derive(Default)]
struct State {
    next: VecDeque<Fault>,
    always: Option<Fault>,
    requests: Vec<Instant>,
}

/// The endpoint.
#[derive(Clone)]
pub struct DynamoDb {
    pub url: String,
    state: Arc<Mutex<State>>,
}

impl DynamoDb {
    pub async fn start() -> Self {
        let database = dynoxide::Database::memory().unwrap();
        let table = json!({
            "TableName": "claimsTable", "BillingMode": "PAY_PER_REQUEST",
            "KeySchema": [{"AttributeName": "PK", "KeyType": "HASH"}, {"AttributeName": "SK", "KeyType": "RANGE"}],
            "AttributeDefinitions": [
                {"AttributeName": "PK", "AttributeType": "S"}, {"AttributeName": "SK", "AttributeType": "S"}
            ]
        });
        database.create_table(serde_json::from_value(table).unwrap()).unwrap();
        let engine = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let engine_address = engine.local_addr().unwrap().to_string();
        tokio::spawn(dynoxide::server::serve_on(engine, database));

        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(Mutex::new(State::default()));
        let shared = state.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (engine, state) = (engine_address.clone(), shared.clone());
                tokio::spawn(async move { serve(stream, &engine, &state).await });
            }
        });
        Self { url, state }
    }

    /// The next request, and no other, meets this.
    pub fn once(&self, fault: Fault) {
        self.state.lock().unwrap().next.push_back(fault);
    }

    /// Every request meets this.
    pub fn always(&self, fault: Fault) {
        self.state.lock().unwrap().always = Some(fault);
    }

    /// All is well again; gives when requests came, warm-ups apart.
    pub fn requests(&self) -> Vec<Instant> {
        let mut state = self.state.lock().unwrap();
        state.always = None;
        state.next.clear();
        std::mem::take(&mut state.requests)
    }
}

/// Serves one connection; `None` when it ends.
async fn serve(mut stream: TcpStream, engine: &str, state: &Mutex<State>) -> Option<()> {
    stream.set_nodelay(true).unwrap();
    let mut read = Vec::new();
    loop {
        let request = message(&mut stream, &mut read).await?;
        let is_warm_up = request.windows(6).any(|window| window == b"WARMUP");
        let fault = if is_warm_up { None } else { next(state) };
        match fault {
            None => stream.write_all(&forward(engine, &request).await).await.ok()?,
            Some(Fault::Silent) => std::future::pending().await,
            Some(Fault::HalfOpen) => return None,
            Some(Fault::Slow(time)) => {
                let answer = forward(engine, &request).await;
                sleep(time).await;
                stream.write_all(&answer).await.ok()?;
            }
            Some(Fault::Drip(time)) => {
                for byte in forward(engine, &request).await {
                    sleep(time).await;
                    stream.write_all(&[byte]).await.ok()?;
                }
            }
            Some(Fault::Refused(status, body)) => stream.write_all(&refusal(status, &body)).await.ok()?,
            Some(Fault::DoneThenRefused(status, body)) => {
                forward(engine, &request).await;
                stream.write_all(&refusal(status, &body)).await.ok()?;
            }
        }
    }
}

fn next(state: &Mutex<State>) -> Option<Fault> {
    let mut state = state.lock().unwrap();
    state.requests.push(Instant::now());
    state.next.pop_front().or_else(|| state.always.clone())
}

fn refusal(status: u16, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "HTTP/1.1 {status} No\r\nContent-Type: application/x-amz-json-1.0\r\nContent-Length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

/// The engine's answer.
async fn forward(engine: &str, request: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(engine).await.unwrap();
    stream.write_all(request).await.unwrap();
    message(&mut stream, &mut Vec::new()).await.unwrap()
}

/// The next message of a stream; all of them say their length.
async fn message(stream: &mut TcpStream, read: &mut Vec<u8>) -> Option<Vec<u8>> {
    loop {
        if let Some(head) = read.windows(4).position(|window| window == b"\r\n\r\n") {
            let text = String::from_utf8_lossy(&read[..head]).to_lowercase();
            let length = text.lines().find_map(|line| line.strip_prefix("content-length:"));
            let end = head + 4 + length.map_or(0, |length| length.trim().parse::<usize>().unwrap());
            if read.len() >= end {
                return Some(read.drain(..end).collect());
            }
        }
        if stream.read_buf(read).await.ok()? == 0 {
            return None;
        }
    }
}

//! Answers to the client.

use std::sync::{Arc, Mutex, OnceLock};

use claims_client::{ClaimsClient, Endpoint, RetryPolicy};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    runtime::Runtime,
};

/// A server that answers with the bytes, and a client of it.
type Pair = (Runtime, ClaimsClient, Arc<Mutex<Vec<u8>>>);

/// Whatever a server sends, the client gives a claim or a typed error of one line. The first byte picks the status, the rest
/// is the body.
pub fn answer(data: &[u8]) {
    static SERVER: OnceLock<Pair> = OnceLock::new();
    let Some((status, body)) = data.split_first() else { return };
    let (runtime, client, next) = SERVER.get_or_init(|| {
        let runtime = Runtime::new().unwrap();
        let next = Arc::new(Mutex::new(Vec::new()));
        let url = runtime.block_on(serve(next.clone()));
        let client = ClaimsClient::builder().endpoint(Endpoint::url(url)).retry(RetryPolicy::never()).build().unwrap();
        (runtime, client, next)
    });
    const STATUSES: [u16; 16] = [200, 201, 204, 301, 400, 401, 403, 404, 409, 412, 413, 415, 429, 500, 503, 504];
    let status = STATUSES[usize::from(*status) % STATUSES.len()];
    let mut answer = format!(
        "HTTP/1.1 {status} x\r\ncontent-type: application/json\r\nx-amzn-requestid: r\r\ncontent-length: {}\r\n\r\n",
        if status == 204 { 0 } else { body.len() }
    )
    .into_bytes();
    if status != 204 {
        answer.extend(body);
    }
    *next.lock().unwrap() = answer;
    let (member, claim) = ("m".parse().unwrap(), "0190f8f4-0d3c-7c3a-9d53-6f1f2f7a9b10".parse().unwrap());
    if let Err(error) = runtime.block_on(async { client.get_claim(&member, claim).await }) {
        let line = error.to_string();
        assert!(!line.is_empty() && !line.contains(['\n', '\r']), "{line:?} is not one line");
        assert_eq!(error.attempts(), 1);
    }
    let _ = runtime.block_on(async { client.list_claims(&member).await });
}

/// A server that answers everything with what is `next`.
async fn serve(next: Arc<Mutex<Vec<u8>>>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/dev", listener.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let next = next.clone();
            tokio::spawn(async move {
                let mut request = [0; 4096];
                // A request of ours fits into one read: no body, few headers.
                while stream.read(&mut request).await.is_ok_and(|bytes| bytes > 0) {
                    let answer = next.lock().unwrap().clone();
                    if stream.write_all(&answer).await.is_err() {
                        break;
                    }
                }
            });
        }
    });
    url
}

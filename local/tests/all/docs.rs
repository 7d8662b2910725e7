//! The docs page is served from inside the binary, beside the API.

use claims_local::LocalApi;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// Head and body of the answer to `method path` at this `Host`.
async fn ask(api: &LocalApi, method: &str, path: &str, host: &str) -> (String, String) {
    let mut stream = TcpStream::connect(api.address()).await.unwrap();
    let request = format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.to_ascii_lowercase(), body.to_owned())
}

#[tokio::test]
async fn the_page_and_all_its_parts_come_from_here() {
    let api = LocalApi::start().await.unwrap();
    let mut parts = vec!["/docs".to_owned(), "/docs/openapi.json".to_owned()];
    while let Some(path) = parts.pop() {
        let (head, body) = ask(&api, "GET", &path, "localhost").await;
        assert!(head.starts_with("http/1.1 200"), "{path}: {head}");
        assert!(head.contains("content-security-policy: default-src 'none'"), "{path}: {head}");
        if path == "/docs" {
            // Whatever the page names in an attribute is served here as well.
            let linked = body.split(['"', '\'']).filter(|word| word.starts_with("/docs/")).map(str::to_owned);
            parts.extend(linked);
            assert!(parts.len() >= 3, "{parts:?}");
            assert!(!body.contains("://"), "an address elsewhere");
        }
        if path == "/docs/openapi.json" {
            assert_eq!(body, claims_openapi::CLAIMS_OPENAPI_JSON);
        }
    }
}

#[tokio::test]
async fn the_page_is_for_reading_and_only_under_this_machines_names() {
    let api = LocalApi::start().await.unwrap();
    let (head, _) = ask(&api, "HEAD", "/docs/", "127.0.0.1").await;
    assert!(head.starts_with("http/1.1 200"), "{head}");
    for (method, path, host) in
        [("POST", "/docs", "localhost"), ("GET", "/docs/nothing", "localhost"), ("GET", "/docs", "evil.example")]
    {
        let (head, _) = ask(&api, method, path, host).await;
        assert!(head.starts_with("http/1.1 403"), "{method} {path} at {host}: {head}");
    }
}

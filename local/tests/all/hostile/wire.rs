//! Bytes that no HTTP library would send: two lengths, folded headers, requests within requests.

use super::Besieged;
use crate::common::{CREATE, body};

const CLOSE: &str = "Host: localhost\r\nConnection: close\r\n";

/// A whole create, ready to be hidden in another request.
fn create() -> String {
    let body = body();
    let length = body.to_string().len();
    format!(
        "POST /dev{CREATE} HTTP/1.1\r\n{CLOSE}Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    )
}

/// A create whose headers are these, before the body's own bytes.
fn framed(headers: &str, rest: &str) -> Vec<u8> {
    format!("POST /dev{CREATE} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n{headers}\r\n{rest}")
        .into()
}

/// Every answer's status on the connection.
fn statuses(answers: &str) -> Vec<u16> {
    answers.split("HTTP/1.1 ").skip(1).map(|answer| answer[..3].parse().unwrap()).collect()
}

#[tokio::test]
async fn a_request_hidden_in_another_is_not_served() {
    let it = Besieged::start().await;
    let mut wrong = Vec::new();
    let hidden = create();
    let length = hidden.len();
    let chunked = format!("0\r\n\r\n{hidden}");
    for (what, request) in [
        (
            "length and chunks",
            framed(&format!("Content-Length: {}\r\nTransfer-Encoding: chunked\r\n", chunked.len()), &chunked),
        ),
        ("chunks and length", framed("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", &chunked)),
        ("chunks alone", framed("Transfer-Encoding: chunked\r\n", &chunked)),
        ("chunks in other letters", framed("transfer-encoding: CHUNKED\r\nContent-Length: 5\r\n", &chunked)),
        ("chunks twice", framed("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", &chunked)),
        ("chunks, then identity", framed("Transfer-Encoding: chunked, identity\r\n", &chunked)),
        ("identity", framed("Transfer-Encoding: identity\r\n", &hidden)),
        ("almost chunks", framed("Transfer-Encoding: xchunked\r\nContent-Length: 5\r\n", &chunked)),
        ("chunks after a space", framed("Transfer-Encoding : chunked\r\n", &chunked)),
        ("chunks behind a fold", framed("X: y\r\n Transfer-Encoding: chunked\r\n", &chunked)),
        ("two lengths", framed(&format!("Content-Length: 0\r\nContent-Length: {length}\r\n"), &hidden)),
        ("two lengths in one", framed(&format!("Content-Length: 0, {length}\r\n"), &hidden)),
        ("a length with a plus", framed("Content-Length: +0\r\n", &hidden)),
        ("a negative length", framed("Content-Length: -1\r\n", &hidden)),
        ("a hexadecimal length", framed("Content-Length: 0x0\r\n", &hidden)),
        ("no length in a length", framed("Content-Length: \r\n", &hidden)),
        ("a length beyond 64 bits", framed("Content-Length: 18446744073709551617\r\n", &hidden)),
        ("a length after a space", framed(&format!("Content-Length : {length}\r\n"), &hidden)),
        ("a length in a name with a NUL", framed("Content-Length\0: 0\r\n", &hidden)),
        ("a bare carriage return", framed("X: y\rContent-Length: 0\r\n", &hidden)),
    ] {
        let answers = it.api.raw(request).await;
        if statuses(&answers) != [400] {
            wrong.push(format!("{what}: {answers}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    it.stays_unharmed().await;
}

#[tokio::test]
async fn what_is_no_request_line_or_header_is_refused() {
    let it = Besieged::start().await;
    let get = |target: &str| format!("GET {target} HTTP/1.1\r\n{CLOSE}\r\n").into_bytes();
    let with = |header: &[u8]| {
        [b"GET /dev/claim?memberId=123 HTTP/1.1\r\nConnection: close\r\n", header, b"\r\n\r\n"].concat()
    };
    let id = it.claim.claim_id;
    let mut wrong = Vec::new();
    for (what, request, expected) in [
        ("a NUL in the path", get("/dev/claim\0?memberId=123"), 400),
        ("a NUL in the query", get("/dev/claim?memberId=123\0"), 400),
        ("a space in the query", get("/dev/claim?memberId=1 23"), 400),
        ("a tab in the path", get("/dev/\tclaim?memberId=123"), 400),
        ("no target", b"GET HTTP/1.1\r\n\r\n".to_vec(), 400),
        ("another protocol", b"GET /dev/claim?memberId=123 HTTP/3.0\r\nHost: localhost\r\n\r\n".to_vec(), 400),
        ("a method with a line feed", b"DEL\nETE /dev/claim HTTP/1.1\r\nHost: localhost\r\n\r\n".to_vec(), 400),
        (
            "bytes that are no UTF-8 in the query",
            [b"GET /dev/claim?memberId=\xff\xfe HTTP/1.1\r\n", CLOSE.as_bytes(), b"\r\n"].concat(),
            400,
        ),
        (
            "bytes that are no UTF-8 in the path",
            [b"GET /dev/claim/\xff\xfe?memberId=1 HTTP/1.1\r\n", CLOSE.as_bytes(), b"\r\n"].concat(),
            400,
        ),
        ("a folded header", with(b"Host: localhost\r\nX: a\r\n b"), 400),
        ("a header without a colon", with(b"Host: localhost\r\nX"), 400),
        ("a header without a name", with(b"Host: localhost\r\n: x"), 400),
        ("a NUL in a header", with(b"Host: localhost\r\nX: a\0b"), 400),
        ("a header's name that is no token", with("Host: localhost\r\nX\u{e9}: a".as_bytes()), 400),
        ("no host", with(b"X: y"), 403),
        ("two hosts", with(b"Host: localhost\r\nHost: evil.example"), 400),
        ("a host that is no UTF-8", with(b"Host: \xff\xfe"), 403),
        ("a host with a user", with(b"Host: localhost@evil.example"), 403),
        ("many headers", with(format!("Host: localhost{}", "\r\nX: y".repeat(150)).as_bytes()), 200),
        (
            "more headers than anybody needs",
            with(format!("Host: localhost{}", "\r\nX: y".repeat(2100)).as_bytes()),
            431,
        ),
        ("a header beyond all bounds", with(format!("Host: localhost\r\nX: {}", "y".repeat(20_000)).as_bytes()), 431),
        ("a target beyond all bounds", get(&format!("/dev/claim?memberId={}", "1".repeat(70_000))), 414),
        ("a path beyond all bounds", get(&format!("/dev/claim/{}?memberId=123", "%41".repeat(700))), 414),
        ("only white space around", get(&format!("/dev/claim/{id}?memberId=123 ")), 400),
    ] {
        let answers = it.api.raw(request).await;
        if statuses(&answers) != [expected] {
            wrong.push(format!("{what}: {answers}, not {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    it.stays_unharmed().await;
}

#[tokio::test]
async fn a_body_over_ten_megabytes_is_cut_off() {
    let it = Besieged::start().await;
    let eleven = 11 * 1024 * 1024;
    let request = framed(&format!("Content-Length: {eleven}\r\nConnection: close\r\n"), &" ".repeat(eleven));
    let answers = it.api.raw(request).await;
    assert_eq!(statuses(&answers), [413], "{answers}");
    it.stays_unharmed().await;
}

#[tokio::test]
async fn a_request_that_ends_early_leaves_nothing_behind() {
    let it = Besieged::start().await;
    let whole = create();
    for bytes in [1, 20, 100, whole.len() - 1] {
        let mut stream = tokio::net::TcpStream::connect(it.api.local.address()).await.unwrap();
        tokio::io::AsyncWriteExt::write_all(&mut stream, &whole.as_bytes()[..bytes]).await.unwrap();
        tokio::io::AsyncWriteExt::shutdown(&mut stream).await.unwrap();
        let mut answers = String::new();
        let _ = tokio::io::AsyncReadExt::read_to_string(&mut stream, &mut answers).await;
        assert!(!answers.contains("201"), "{bytes}: {answers}");
    }
    it.stays_unharmed().await;
}

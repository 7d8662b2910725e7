//! What the client tells `tracing`: enough to follow a call, nothing of what it is about.
#![allow(clippy::unwrap_used)]

mod support;

use std::{
    io,
    sync::{Arc, Mutex},
};

use claims_client::types::ProblemCode;
use support::*;
use tracing_subscriber::fmt::format::FmtSpan;

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_call_and_its_attempts_are_spans_with_route_status_and_request_id_and_without_personal_data() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::DEBUG)
        .with_span_events(FmtSpan::CLOSE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);

    let server = Server::start(|n, _| match n {
        0 => problem(ProblemCode::Throttled),
        _ => Reply::Answer(
            201,
            vec![("content-type", "application/json".into()), ("x-amzn-requestid", "r-2".into())],
            claim(1),
        ),
    })
    .await;
    server.client(&TestClock::new()).create_claim(new_claim()).await.unwrap();

    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let closed = |span: &str, fields: &[&str]| {
        assert!(
            log.lines().any(|line| line.contains("close")
                && line.contains(span)
                && fields.iter().all(|field| line.contains(field))),
            "{span} with {fields:?} in {log}"
        );
    };
    let call = ["operation=\"createClaim\"", "method=\"POST\"", "route=\"/claim\""];
    closed("claims_call", &[&call[..], &["attempts=2", "status=201", "request_id=\"r-2\""]].concat());
    closed("claims_attempt", &["attempt=1", "status=429", "request_id=\"in-header\""]);
    closed("claims_attempt", &["attempt=2", "status=201", "request_id=\"r-2\""]);
    for personal in ["Neil", "snow", "19.99", "memberId", "memberName", "policyId", "John Doe"] {
        assert!(!log.contains(personal), "{personal} in {log}");
    }
}

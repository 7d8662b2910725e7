//! What the client tells `tracing`: enough to follow a call, nothing of what it is about.
#![allow(clippy::unwrap_used)]

mod support;

use std::{
    io,
    sync::{Arc, Mutex},
};

use claims_client::types::*;
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
    let call = ["operation=\"createClaim\"", "http.request.method=\"POST\"", "url.template=\"/claim\""];
    closed(
        "claims_call",
        &[&call[..], &["attempts=2", "http.response.status_code=201", "aws.request_id=\"r-2\""]].concat(),
    );
    closed(
        "claims_attempt",
        &[
            "http.request.resend_count=0",
            "http.response.status_code=429",
            "aws.request_id=\"in-header\"",
            "error.type=\"throttled\"",
        ],
    );
    closed(
        "claims_attempt",
        &["http.request.resend_count=1", "http.response.status_code=201", "aws.request_id=\"r-2\""],
    );
    for personal in ["Neil", "snow", "19.99", "memberId", "memberName", "policyId", "John Doe"] {
        assert!(!log.contains(personal), "{personal} in {log}");
    }
}

/// What crates tell the other logging facility, which `tracing` may be built to copy to.
struct Records(Log);

impl log::Log for Records {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        use io::Write;
        let _ = writeln!(self.0.clone(), "{} {}", record.target(), record.args());
    }

    fn flush(&self) {}
}

/// A marker in every personal field of every operation.
async fn every_operation(client: &claims_client::ClaimsClient) {
    let member: MemberId = "MARKER-member".parse().unwrap();
    let new = CreateClaim {
        member_id: member.clone(),
        policy_id: "MARKER-policy".parse().unwrap(),
        member_name: "MARKER name".parse().unwrap(),
        request: CreateClaimRequest::new(
            PolicyType::Health,
            "7654321.09".parse().unwrap(),
            "MARKER description".parse().unwrap(),
        ),
    };
    let update = UpdateClaimRequest {
        policy_type: PolicyType::Health,
        claim_amount: "7654321.09".parse().unwrap(),
        description: "MARKER description".parse().unwrap(),
        status: ClaimStatus::InReview,
    };
    let _ = client.create_claim(new).await;
    let _ = client.get_claim(&member, id()).await;
    let _ = client.list_claims(&member).status(ClaimStatus::Pending).await;
    let _ = client.update_claim(&member, id(), update.clone()).await;
    let _ = client.update_claim(&member, id(), update.clone()).if_match(Version::FIRST).await;
    let _ = client.modify_claim(&member, id(), move |_| Some(update.clone())).await;
    let _ = client.delete_claim(&member, id()).await;
    let _ = client.diagnose().await;
}

#[tokio::test]
async fn at_trace_no_crate_below_tells_anything_personal_either() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_span_events(FmtSpan::FULL)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    log::set_logger(Box::leak(Box::new(Records(log.clone())))).unwrap();
    log::set_max_level(log::LevelFilter::Trace);

    let claim = || {
        claim(1)
            .replace("\"123\"", "\"MARKER-member\"")
            .replace("John Doe", "MARKER name")
            .replace("19.99", "7654321.09")
            .replace("snow accident", "MARKER description")
    };
    let answers: [fn(String) -> Reply; 6] = [
        |claim| answer(200, claim),
        |_| problem(ProblemCode::ValidationFailed),
        |_| Reply::Drop,
        |claim| answer(500, claim),
        |claim| Reply::Answer(200, vec![("content-type", "text/html".into())], claim),
        |claim| answer(403, format!(r#"{{"message":"The Canonical String for this request is {}"}}"#, claim.len())),
    ];
    for reply in answers {
        let server = Server::start(move |_, _| reply(claim())).await;
        let builder = server.builder().endpoint(server.endpoint().in_region("eu-central-1")).clock(TestClock::new());
        #[cfg(feature = "sigv4-signer")]
        let builder = builder.credentials(claims_client::aws_credential_types::Credentials::new(
            "AKIDEXAMPLE",
            "MARKER-secret",
            Some("MARKER-token".to_owned()),
            None,
            "test",
        ));
        every_operation(&builder.build().unwrap()).await;
    }

    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("TRACE") && log.contains("hyper_util"), "crates below are heard");
    for personal in ["MARKER", "7654321"] {
        let line = log.lines().find(|line| line.contains(personal));
        assert_eq!(line, None);
    }
}

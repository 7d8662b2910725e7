//! When a request is sent again, how long the client waits before, and what it says in the end. Nothing here really waits.
#![allow(clippy::unwrap_used)]

mod support;

use std::{sync::Arc, time::Duration};

use claims_client::{ClaimsClient, Endpoint, Error, RetryPolicy, Sent, types::*};
use support::*;

fn with_retry_after(code: ProblemCode, retry_after: &str) -> Reply {
    match problem(code) {
        Reply::Answer(status, mut headers, body) => {
            headers.push(("retry-after", retry_after.to_owned()));
            Reply::Answer(status, headers, body)
        }
        other => other,
    }
}

/// The server hangs and time runs out for the attempt.
fn time_out(clock: &Arc<TestClock>) -> Reply {
    let clock = clock.clone();
    Reply::Hang(Box::new(move || clock.expire()))
}

/// A port on which nothing listens, for as long as the socket lives.
fn nobody() -> (tokio::net::TcpSocket, Endpoint) {
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let endpoint = Endpoint::url(format!("http://{}/dev", socket.local_addr().unwrap()));
    (socket, endpoint)
}

fn assert_unknown(error: &Error) {
    assert!(error.is_outcome_unknown(), "{error}");
    assert!(!error.is_version_mismatch() && !error.is_not_found(), "{error}");
}

#[tokio::test]
async fn a_read_is_tried_four_times_with_waits_that_double() {
    let clock = TestClock::new();
    let server = Server::start(|_, _| problem(ProblemCode::StorageUnavailable)).await;
    let error = server.client(&clock).get_claim(&member(), id()).await.unwrap_err();
    assert_eq!((error.attempts(), error.status(), error.was_sent()), (4, Some(503), Sent::Answered));
    assert!(error.is_unavailable() && !error.is_outcome_unknown(), "a read leaves nothing open");
    assert_eq!(clock.waits(), [100, 200, 400]);
    assert_eq!(server.seen().len(), 4);
}

#[tokio::test]
async fn a_wait_is_a_random_share_of_its_longest() {
    let clock = TestClock::with_random(0.25);
    let server = Server::start(|_, _| problem(ProblemCode::Throttled)).await;
    let error = server.client(&clock).get_claim(&member(), id()).await.unwrap_err();
    assert!(error.is_throttled());
    assert_eq!(clock.waits(), [25, 50, 100]);
}

#[tokio::test]
async fn every_attempt_of_a_create_carries_the_same_key() {
    let clock = TestClock::new();
    let on_time_out = clock.clone();
    let server = Server::start(move |n, _| match n {
        0 => Reply::Drop,
        1 => time_out(&on_time_out),
        2 => problem(ProblemCode::IntegrationFailed),
        _ => answer(200, claim(1)),
    })
    .await;
    server.client(&clock).create_claim(new_claim()).await.unwrap();
    let seen = server.seen();
    assert_eq!(seen.len(), 4);
    assert!(seen.iter().all(|s| s.header("idempotency-key") == seen[0].header("idempotency-key")));
    assert!(seen.iter().all(|s| s.body == seen[0].body && s.target == seen[0].target));
    assert_eq!(clock.waits(), [200, 400], "no wait after the first broken connection");
}

#[tokio::test]
async fn only_what_may_help_is_tried_again() {
    use ProblemCode::*;
    let final_ones = [
        MalformedBody,
        ValidationFailed,
        Forbidden,
        ClaimNotFound,
        IdempotencyKeyReused,
        ClaimDeleted,
        InvalidTransition,
        VersionMismatch,
        PayloadTooLarge,
        UnsupportedMediaType,
        Internal,
    ];
    let transient = [Throttled, IntegrationFailed, StorageUnavailable, GatewayTimeout];
    assert_eq!(final_ones.len() + transient.len(), ProblemCode::KNOWN.len());
    for (codes, attempts) in [(&final_ones[..], 1), (&transient[..], 4)] {
        for code in codes {
            let (clock, answered) = (TestClock::new(), code.clone());
            let server = Server::start(move |_, _| problem(answered.clone())).await;
            let error = server.client(&clock).create_claim(new_claim()).await.unwrap_err();
            assert_eq!((error.attempts(), error.code()), (attempts, Some(code)), "{code}");
            assert_eq!(server.seen().len(), attempts as usize, "{code}");
        }
    }
}

#[tokio::test]
async fn retry_after_is_waited_for_besides_the_back_off() {
    let clock = TestClock::new();
    let date = jiff::Timestamp::from_second(1_800_000_000 + 2 + 1 + 5).unwrap();
    let date = jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&date).unwrap();
    let server = Server::start(move |n, _| match n {
        0 => with_retry_after(ProblemCode::Throttled, "2"),
        1 => with_retry_after(ProblemCode::Throttled, &date),
        2 => with_retry_after(ProblemCode::StorageUnavailable, "10"),
        _ => answer(200, claim(1)),
    })
    .await;
    let client = server.client(&clock);
    client.get_claim(&member(), id()).await.unwrap();
    // The date is 8 s after the start, and 2.1 s have passed.
    assert_eq!(clock.waits(), [2_000 + 100, 5_900 + 200, 10_000 + 400]);
}

#[tokio::test]
async fn a_service_that_asks_for_more_than_the_limit_is_not_asked_again_and_its_figure_is_told() {
    for (asked, seconds) in [("11", 11), ("86400", 86_400), ("18446744073709551615", u64::MAX)] {
        let clock = TestClock::new();
        let server = Server::start(move |_, _| with_retry_after(ProblemCode::Throttled, asked)).await;
        let error = server.client(&clock).get_claim(&member(), id()).await.unwrap_err();
        assert_eq!((error.attempts(), error.is_throttled()), (1, true), "{asked}");
        assert_eq!(error.retry_after(), Some(Duration::from_secs(seconds)));
        assert!(clock.waits().is_empty());
    }
}

#[tokio::test]
async fn a_wait_that_would_outlast_the_call_is_not_begun() {
    let clock = TestClock::new();
    let server = Server::start(|_, _| with_retry_after(ProblemCode::Throttled, "3")).await;
    let client = server.client(&clock);
    let error = client.get_claim(&member(), id()).with_timeout(Duration::from_millis(3_050)).await.unwrap_err();
    assert_eq!((error.attempts(), error.is_throttled()), (1, true));
    assert_eq!(error.retry_after(), Some(Duration::from_secs(3)));
    assert!(clock.waits().is_empty());
}

#[tokio::test]
async fn the_calls_deadline_holds_over_all_attempts() {
    let clock = TestClock::new();
    let passing = clock.clone();
    let server = Server::start(move |_, _| {
        passing.pass(Duration::from_secs(12));
        problem(ProblemCode::StorageUnavailable)
    })
    .await;
    let error = server.client(&clock).get_claim(&member(), id()).await.unwrap_err();
    assert_eq!(error.attempts(), 3, "25 s have room for two answers of 12 s and the start of a third");
}

#[tokio::test]
async fn a_call_without_retry_or_with_a_policy_of_one_attempt_sends_one_request() {
    let clock = TestClock::new();
    let server = Server::start(|_, _| problem(ProblemCode::Throttled)).await;
    let client = server.client(&clock);
    assert_eq!(client.get_claim(&member(), id()).without_retry().await.unwrap_err().attempts(), 1);
    let client = server.builder().clock(clock.clone()).retry(RetryPolicy::never()).build().unwrap();
    assert_eq!(client.get_claim(&member(), id()).await.unwrap_err().attempts(), 1);
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test]
async fn a_request_that_dies_with_its_pooled_connection_is_repeated_at_once() {
    let clock = TestClock::new();
    let server = Server::start(|n, _| if n == 1 { Reply::Drop } else { answer(200, claim(1)) }).await;
    let client = server.client(&clock);
    client.get_claim(&member(), id()).await.unwrap();
    client.get_claim(&member(), id()).await.unwrap();
    let connections: Vec<_> = server.seen().iter().map(|s| s.connection).collect();
    assert_eq!(connections, [0, 0, 1]);
    assert!(clock.waits().is_empty());
}

#[tokio::test]
async fn connections_that_keep_breaking_are_not_hammered() {
    let clock = TestClock::new();
    let server = Server::start(|_, _| Reply::Drop).await;
    let error = server.client(&clock).get_claim(&member(), id()).await.unwrap_err();
    assert_eq!((error.attempts(), error.was_sent()), (4, Sent::Maybe));
    assert_eq!(clock.waits(), [200, 400]);
}

#[tokio::test]
async fn what_was_never_sent_is_repeated_even_for_an_unconditional_update() {
    let clock = TestClock::new();
    let (_socket, endpoint) = nobody();
    let client = ClaimsClient::builder().endpoint(endpoint).clock(clock.clone()).build().unwrap();
    let error = client.update_claim(&member(), id(), update()).await.unwrap_err();
    assert!(error.is_connect() && !error.is_outcome_unknown(), "{error:?}");
    assert_eq!((error.attempts(), error.was_sent()), (4, Sent::No));
    assert_eq!(clock.waits(), [100, 200, 400]);
}

#[tokio::test]
async fn an_unconditional_update_that_may_have_been_sent_is_never_repeated() {
    let replies: [fn(&Arc<TestClock>) -> Reply; 6] = [
        |_| Reply::Drop,
        time_out,
        |_| problem(ProblemCode::IntegrationFailed),
        |_| problem(ProblemCode::StorageUnavailable),
        |_| problem(ProblemCode::GatewayTimeout),
        |_| answer(502, "<html>bad gateway</html>"),
    ];
    for keyed in [false, true] {
        for reply in replies {
            let clock = TestClock::new();
            let script = clock.clone();
            let server = Server::start(move |_, _| reply(&script)).await;
            let mut call = server.client(&clock).update_claim(&member(), id(), update());
            if keyed {
                // A key does not tell whether somebody else has written in between.
                call = call.with_idempotency_key(IdempotencyKey::mint());
            }
            let error = call.await.unwrap_err();
            assert_unknown(&error);
            assert_eq!((error.attempts(), server.seen().len()), (1, 1), "{error}");
        }
    }
}

#[tokio::test]
async fn an_unconditional_update_that_is_throttled_is_known_not_to_be_done_and_left_to_the_caller() {
    let clock = TestClock::new();
    let server = Server::start(|_, _| problem(ProblemCode::Throttled)).await;
    let error = server.client(&clock).update_claim(&member(), id(), update()).await.unwrap_err();
    assert!(error.is_throttled() && !error.is_outcome_unknown());
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn a_conditional_update_is_repeated_with_its_key_and_condition() {
    let clock = TestClock::new();
    let server = Server::start(|n, _| if n == 0 { Reply::Drop } else { answer(200, claim(2)) }).await;
    let call = server.client(&clock).update_claim(&member(), id(), update()).if_match(Version::FIRST);
    assert_eq!(call.await.unwrap().version.get(), 2);
    let seen = server.seen();
    assert!(seen[0].header("idempotency-key").is_some());
    for name in ["idempotency-key", "if-match"] {
        assert_eq!(seen[0].header(name), seen[1].header(name));
    }
}

#[tokio::test]
async fn a_conditional_update_refused_after_a_lost_answer_is_of_unknown_outcome() {
    for code in [ProblemCode::VersionMismatch, ProblemCode::ClaimNotFound, ProblemCode::InvalidTransition] {
        let clock = TestClock::new();
        let refused = code.clone();
        let server = Server::start(move |n, _| if n == 0 { Reply::Drop } else { problem(refused.clone()) }).await;
        let call = server.client(&clock).update_claim(&member(), id(), update()).if_match(Version::FIRST);
        let error = call.await.unwrap_err();
        assert_unknown(&error);
        assert_eq!((error.code(), error.attempts()), (Some(&code), 2));
        assert!(error.idempotency_key().is_some());
    }
}

#[tokio::test]
async fn a_conditional_update_refused_after_a_clean_refusal_is_just_refused() {
    let clock = TestClock::new();
    let server = Server::start(|n, _| match n {
        0 => problem(ProblemCode::Throttled),
        _ => problem(ProblemCode::VersionMismatch),
    })
    .await;
    let call = server.client(&clock).update_claim(&member(), id(), update()).if_match(Version::FIRST);
    let error = call.await.unwrap_err();
    assert!(error.is_version_mismatch() && !error.is_outcome_unknown(), "{error:?}");
}

#[tokio::test]
async fn a_modify_whose_update_is_of_unknown_outcome_does_not_ask_again() {
    let clock = TestClock::new();
    let server = Server::start(|n, s| match (&*s.method, n) {
        ("GET", _) => answer(200, claim(3)),
        (_, 1) => Reply::Drop,
        _ => problem(ProblemCode::VersionMismatch),
    })
    .await;
    let error = server.client(&clock).modify_claim(&member(), id(), |_| Some(update())).await.unwrap_err();
    assert_unknown(&error);
    assert_eq!(server.seen().len(), 3);
}

#[tokio::test]
async fn a_delete_whose_first_answer_was_lost_and_whose_retry_finds_nothing_has_succeeded() {
    for condition in [None, Some(Version::FIRST)] {
        let clock = TestClock::new();
        let server = Server::start(|n, _| if n == 0 { Reply::Drop } else { problem(ProblemCode::ClaimNotFound) }).await;
        let mut call = server.client(&clock).delete_claim(&member(), id());
        if let Some(version) = condition {
            call = call.if_match(version);
        }
        call.await.unwrap();
        assert_eq!(server.seen().len(), 2);
    }
}

#[tokio::test]
async fn a_delete_that_finds_nothing_with_no_answer_lost_is_not_found() {
    let clock = TestClock::new();
    for throttled_first in [false, true] {
        let server = Server::start(move |n, _| match n {
            0 if throttled_first => problem(ProblemCode::Throttled),
            _ => problem(ProblemCode::ClaimNotFound),
        })
        .await;
        let error = server.client(&clock).delete_claim(&member(), id()).await.unwrap_err();
        assert!(error.is_not_found());
    }
}

#[tokio::test]
async fn a_create_that_ends_without_an_answer_says_its_key_and_that_its_outcome_is_unknown() {
    let clock = TestClock::new();
    let server = Server::start(|n, _| match n {
        0 => Reply::Drop,
        _ => problem(ProblemCode::Throttled),
    })
    .await;
    let error = server.client(&clock).create_claim(new_claim()).await.unwrap_err();
    assert!(
        error.is_outcome_unknown() && error.is_throttled(),
        "throttled in the end, and the first may have been done"
    );
    let key = server.seen()[0].header("idempotency-key").unwrap().to_owned();
    assert_eq!(error.idempotency_key().unwrap().to_string(), key);
}

#[tokio::test]
async fn a_create_whose_key_names_another_request_was_certainly_not_done() {
    let clock = TestClock::new();
    let server =
        Server::start(|n, _| if n == 0 { Reply::Drop } else { problem(ProblemCode::IdempotencyKeyReused) }).await;
    let error = server.client(&clock).create_claim(new_claim()).await.unwrap_err();
    assert!(error.is_idempotency_key_reused() && !error.is_outcome_unknown());
}

#[tokio::test]
async fn the_budget_is_shared_by_clones_and_really_runs_out() {
    let clock = TestClock::new();
    let server = Server::start(|n, _| match n {
        // Four calls fail for good; then one succeeds.
        0..=9 => problem(ProblemCode::Throttled),
        10 => answer(200, claim(1)),
        11 => problem(ProblemCode::Throttled),
        _ => answer(200, claim(1)),
    })
    .await;
    let policy = RetryPolicy::default().with_budget(32);
    let client = server.builder().clock(clock.clone()).retry(policy).build().unwrap();
    let mut attempts = Vec::new();
    for _ in 0..4 {
        attempts.push(client.clone().get_claim(&member(), id()).await.unwrap_err().attempts());
    }
    // 32 tokens pay for 6 retries of 5 tokens; the last two calls get none.
    assert_eq!(attempts, [4, 4, 1, 1]);
    client.get_claim(&member(), id()).await.unwrap();
    // 2 tokens were left, a success gave 1: not enough for a retry.
    assert_eq!(client.get_claim(&member(), id()).await.unwrap_err().attempts(), 1);
}

#[tokio::test]
async fn successes_fill_the_budget_again_and_a_timeout_costs_twice() {
    let clock = TestClock::new();
    let script = clock.clone();
    let server = Server::start(move |n, _| match n {
        0 => time_out(&script),
        2 => problem(ProblemCode::Throttled),
        _ => answer(200, claim(1)),
    })
    .await;
    let policy = RetryPolicy::default().with_budget(9);
    let client = server.builder().clock(clock.clone()).retry(policy).build().unwrap();
    let error = client.get_claim(&member(), id()).await.unwrap_err();
    assert!(error.is_timeout() && error.attempts() == 1, "a retry after a timeout costs 10");
    client.get_claim(&member(), id()).await.unwrap();
    client.get_claim(&member(), id()).await.unwrap();
    assert_eq!(server.seen().len(), 4, "a retry after a throttle costs 5");
}

#[tokio::test]
async fn a_call_without_time_sends_nothing() {
    let clock = TestClock::new();
    let server = Server::start(|_, _| answer(200, claim(1))).await;
    let call = server.client(&clock).update_claim(&member(), id(), update()).with_timeout(Duration::ZERO);
    let error = call.await.unwrap_err();
    assert_eq!((error.is_timeout(), error.was_sent(), error.is_outcome_unknown()), (true, Sent::No, false));
    assert!(server.seen().is_empty());
}

//! Time runs out, or a connection dies, in each phase of an attempt: what was sent by then decides what the error says.
#![allow(clippy::unwrap_used)]

mod support;

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use claims_client::{ClaimsClient, Endpoint, Error, Phase, RetryPolicy, Sent, Verdict, types::*};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use support::{network::*, *};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpSocket},
};

/// What a name server does with the n-th question.
type Answers = Box<dyn Fn(usize) -> Option<SocketAddr> + Send + Sync>;

/// Hangs where there is no answer, and lets the time run out then.
struct Names {
    answers: Answers,
    asked: AtomicUsize,
    clock: Option<Arc<TestClock>>,
}

impl Names {
    fn new(
        clock: Option<Arc<TestClock>>,
        answers: impl Fn(usize) -> Option<SocketAddr> + Send + Sync + 'static,
    ) -> Arc<Self> {
        Arc::new(Self { answers: Box::new(answers), asked: AtomicUsize::new(0), clock })
    }
}

impl Resolve for Names {
    fn resolve(&self, _: Name) -> Resolving {
        if let Some(found) = (self.answers)(self.asked.fetch_add(1, Ordering::SeqCst)) {
            return Box::pin(std::future::ready(Ok(Box::new([found].into_iter()) as Addrs)));
        }
        let clock = self.clock.clone();
        Box::pin(async move {
            if let Some(clock) = clock {
                run_out(clock);
            }
            std::future::pending().await
        })
    }
}

/// Ends the time limits that run when everybody else has had a turn.
fn run_out(clock: Arc<TestClock>) {
    tokio::spawn(async move {
        tokio::task::yield_now().await;
        clock.expire();
    });
}

fn client(clock: &Arc<TestClock>, endpoint: Endpoint, names: Arc<dyn Resolve>) -> ClaimsClient {
    let builder = ClaimsClient::builder().endpoint(endpoint).dns_resolver(names).clock(clock.clone());
    builder.retry(RetryPolicy::never()).build().unwrap()
}

fn by_name(address: SocketAddr) -> Endpoint {
    Endpoint::url(format!("http://claims.corp.example:{}/dev", address.port()))
}

/// An update that must not be repeated is the sharpest judge: it either was not sent, or may have been.
async fn update_fails(client: &ClaimsClient) -> Error {
    client.update_claim(&member(), id(), update()).await.unwrap_err()
}

fn assert_not_sent(error: &Error, phase: Phase) {
    assert_eq!((error.was_sent(), error.phase()), (Sent::No, Some(phase)), "{error:?}");
    assert!(error.is_timeout() && !error.is_outcome_unknown(), "{error:?}");
    assert!(error.to_string().contains(&phase.to_string()), "{error}");
}

#[tokio::test]
async fn a_name_that_takes_too_long_means_that_nothing_was_sent() {
    let clock = TestClock::new();
    let names = Names::new(Some(clock.clone()), |_| None);
    let client = client(&clock, Endpoint::url("http://claims.corp.example/dev"), names);
    assert_not_sent(&update_fails(&client).await, Phase::Resolve);
}

/// A listener whose queue is full: the kernel drops further connections' first packets.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn dropped_syns_mean_that_nothing_was_sent() {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(0).unwrap();
    let address = listener.local_addr().unwrap();
    let mut waiting = Vec::new();
    // The queue takes one or two; who comes after them waits for ever.
    for _ in 0..4 {
        let connecting = tokio::spawn(tokio::net::TcpStream::connect(address));
        tokio::task::yield_now().await;
        waiting.push(connecting);
    }
    let clock = TestClock::new();
    let names = Names::new(None, move |_| Some(address));
    let client = client(&clock, by_name(address), names);
    let call = tokio::spawn(client.update_claim(&member(), id(), update()));
    while !call.is_finished() {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        clock.expire();
    }
    assert_not_sent(&call.await.unwrap().unwrap_err(), Phase::Connect);
}

/// Accepts, reads, says nothing, and lets the time run out.
async fn silent(clock: Arc<TestClock>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.2:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let clock = clock.clone();
            tokio::spawn(async move {
                // A connection that is only tried out says nothing.
                if stream.read(&mut [0; 4096]).await.is_ok_and(|n| n > 0) {
                    clock.expire();
                    let _ = stream.read(&mut [0; 4096]).await;
                }
            });
        }
    });
    address
}

#[cfg(not(feature = "native-tls"))]
#[tokio::test]
async fn a_tls_handshake_that_is_not_answered_means_that_nothing_was_sent_and_is_diagnosed_as_that() {
    let clock = TestClock::new();
    let address = silent(clock.clone()).await;
    let client = client(&clock, Endpoint::private_dns(API, REGION, "dev"), Names::new(None, move |_| Some(address)));
    assert_not_sent(&update_fails(&client).await, Phase::Tls);
    let found = client.diagnose().await;
    assert_eq!(found.verdict, Verdict::Tls, "{found}");
}

#[tokio::test]
async fn a_request_without_an_answer_may_have_been_sent() {
    let clock = TestClock::new();
    let address = silent(clock.clone()).await;
    let client = client(&clock, by_name(address), Names::new(None, move |_| Some(address)));
    let error = update_fails(&client).await;
    assert_eq!((error.was_sent(), error.phase()), (Sent::Maybe, Some(Phase::Wait)));
    assert!(error.is_timeout() && error.is_outcome_unknown());
    assert_eq!(client.diagnose().await.verdict, Verdict::NoAnswer);
}

#[tokio::test]
async fn an_answer_that_stops_half_way_leaves_a_write_open() {
    let clock = TestClock::new();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let expiring = clock.clone();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let _ = stream.read(&mut [0; 4096]).await;
        let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{";
        stream.write_all(head.as_bytes()).await.unwrap();
        // What has been written arrives before the time is up.
        loop {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            expiring.expire();
        }
    });
    let client = client(&clock, by_name(address), Names::new(None, move |_| Some(address)));
    let error = update_fails(&client).await;
    assert_eq!((error.was_sent(), error.phase()), (Sent::Maybe, Some(Phase::Read)), "{error:?}");
    assert!(error.is_outcome_unknown());
}

#[tokio::test]
async fn a_request_that_got_another_connection_than_the_one_it_was_waiting_for_may_have_been_sent() {
    let clock = TestClock::new();
    let (first_may_end, end) = tokio::sync::oneshot::channel();
    let end = Mutex::new(Some(end));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let expiring = clock.clone();
    // One connection: the first request is answered when it may be, the second never.
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let _ = stream.read(&mut [0; 4096]).await;
        let end = end.lock().unwrap().take().unwrap();
        let _ = end.await;
        let body = claim(1);
        let head =
            format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n", body.len());
        stream.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
        let _ = stream.read(&mut [0; 4096]).await;
        expiring.expire();
        std::future::pending::<()>().await;
    });
    // The second connection's name is never resolved.
    let names = Names::new(None, move |n| (n == 0).then_some(address));
    let client = client(&clock, by_name(address), names.clone());
    let first = tokio::spawn(client.get_claim(&member(), id()));
    let wait_for = async |asked| {
        while names.asked.load(Ordering::SeqCst) < asked {
            tokio::task::yield_now().await;
        }
    };
    wait_for(1).await;
    let call = client.update_claim(&member(), id(), update()).if_match(Version::FIRST);
    let second = tokio::spawn(call);
    wait_for(2).await;
    first_may_end.send(()).unwrap();
    first.await.unwrap().unwrap();
    let error = second.await.unwrap().unwrap_err();
    assert_eq!((error.was_sent(), error.phase()), (Sent::Maybe, Some(Phase::Wait)), "{error:?}");
    assert!(error.is_outcome_unknown());
}

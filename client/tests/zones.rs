//! A name with an address in each zone, and a zone that fails: who is tried first.
#![cfg(target_os = "linux")] // elsewhere only 127.0.0.1 is this machine
#![allow(clippy::unwrap_used)]

mod support;

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use claims_client::{ClaimsClient, Endpoint};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use support::*;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

/// Always the same two, in the same order, as a resolver sorts them that knows nothing of health.
struct BothZones([SocketAddr; 2]);

impl Resolve for BothZones {
    fn resolve(&self, _: Name) -> Resolving {
        let both = self.0;
        Box::pin(std::future::ready(Ok(Box::new(both.into_iter()) as Addrs)))
    }
}

/// Answers one request on each connection, and counts them; `silent` closes each without a word.
fn zone(listener: TcpListener, silent: bool) -> Arc<AtomicUsize> {
    let count = Arc::new(AtomicUsize::new(0));
    let seen = count.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            seen.fetch_add(1, Ordering::SeqCst);
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).await;
            if silent {
                continue;
            }
            let body = r#"{"claims":[]}"#;
            let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n";
            let _ = stream.write_all(format!("{head}content-length: {}\r\n\r\n{body}", body.len()).as_bytes()).await;
        }
    });
    count
}

/// Two addresses of this machine with one port; nothing listens on the first.
async fn two_zones() -> (SocketAddr, TcpListener) {
    loop {
        let second = TcpListener::bind("127.0.0.3:0").await.unwrap();
        let first = SocketAddr::from(([127, 0, 0, 2], second.local_addr().unwrap().port()));
        // Somebody else may have this port there.
        if TcpListener::bind(first).await.is_ok() {
            return (first, second);
        }
    }
}

fn client(zones: [SocketAddr; 2]) -> ClaimsClient {
    client_by(&TestClock::new(), zones)
}

fn client_by(clock: &Arc<TestClock>, zones: [SocketAddr; 2]) -> ClaimsClient {
    ClaimsClient::builder()
        .clock(clock.clone())
        .endpoint(Endpoint::url(format!("http://claims.corp.example:{}/dev", zones[0].port())))
        .dns_resolver(Arc::new(BothZones(zones)))
        .pool_idle_timeout(Duration::ZERO)
        .build()
        .unwrap()
}

#[tokio::test]
async fn a_new_connection_goes_first_to_the_zone_that_answered_last() {
    let (first, second) = two_zones().await;
    let client = client([first, second.local_addr().unwrap()]);
    let answered = zone(second, false);
    client.list_claims(&member()).await.unwrap();
    assert_eq!(answered.load(Ordering::SeqCst), 1);

    // Now the first zone would answer too; trying it before the second is what costs a timeout when it is silent.
    let tried = zone(TcpListener::bind(first).await.unwrap(), false);
    client.list_claims(&member()).await.unwrap();
    client.list_claims(&member()).await.unwrap();
    assert_eq!((tried.load(Ordering::SeqCst), answered.load(Ordering::SeqCst)), (0, 3));
}

#[tokio::test]
async fn a_zone_that_gives_no_answer_is_tried_last() {
    let (first, second) = two_zones().await;
    let silent = zone(TcpListener::bind(first).await.unwrap(), true);
    let client = client([first, second.local_addr().unwrap()]);
    let other = zone(second, false);
    for calls in 1..=3 {
        client.list_claims(&member()).await.unwrap();
        assert_eq!((silent.load(Ordering::SeqCst), other.load(Ordering::SeqCst)), (1, calls));
    }
}

#[tokio::test]
async fn blame_for_silence_fades() {
    let (first, second) = two_zones().await;
    let silent = zone(TcpListener::bind(first).await.unwrap(), true);
    let clock = TestClock::new();
    let client = client_by(&clock, [first, second.local_addr().unwrap()]);
    let other = zone(second, false);
    // And the connections' greatest age: until then the zone that answers stays the better one.
    for (pass, tried, answered) in [(0, 1, 1), (29, 1, 2), (31, 2, 3)] {
        clock.pass(Duration::from_secs(pass));
        client.list_claims(&member()).await.unwrap();
        assert_eq!((silent.load(Ordering::SeqCst), other.load(Ordering::SeqCst)), (tried, answered));
    }
}

//! Connections that die, and connections that live too long.
#![allow(clippy::unwrap_used)]

mod support;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use claims_client::{ClaimsClient, Endpoint, types::*};
use support::*;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::Barrier,
};

/// How an old connection ends at its next request.
#[derive(Clone, Copy, Debug)]
enum Death {
    Reset,
    Fin,
    Silence,
}

struct DyingPool {
    endpoint: Endpoint,
    connections: Arc<AtomicUsize>,
    /// From now on connections that are open die.
    dying: Arc<AtomicBool>,
}

/// Answers lists; the first `together` requests wait for one another, so that each has a connection of its own.
async fn dying_pool(death: Death, together: usize, clock: Arc<TestClock>) -> DyingPool {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = Endpoint::url(format!("http://{}/dev", listener.local_addr().unwrap()));
    let (connections, dying) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
    let barrier = Arc::new(Barrier::new(together));
    let (count, dies) = (connections.clone(), dying.clone());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let number = count.fetch_add(1, Ordering::SeqCst);
            let old = number < together;
            tokio::spawn(serve(stream, old.then(|| barrier.clone()), dies.clone(), death, clock.clone()));
        }
    });
    DyingPool { endpoint, connections, dying }
}

async fn serve(
    mut stream: TcpStream,
    old: Option<Arc<Barrier>>,
    dying: Arc<AtomicBool>,
    death: Death,
    clock: Arc<TestClock>,
) {
    let mut request = [0; 4096];
    while stream.read(&mut request).await.is_ok_and(|n| n > 0) {
        if let Some(barrier) = &old {
            if dying.load(Ordering::SeqCst) {
                match death {
                    Death::Reset => stream.set_zero_linger().unwrap(),
                    Death::Fin => {}
                    Death::Silence => {
                        clock.expire();
                        std::future::pending::<()>().await;
                    }
                }
                return;
            }
            barrier.wait().await;
        }
        let body = r#"{"claims":[]}"#;
        let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n";
        let _ = stream.write_all(format!("{head}content-length: {}\r\n\r\n{body}", body.len()).as_bytes()).await;
    }
}

#[tokio::test]
async fn a_dead_pool_costs_one_attempt_and_no_call() {
    const TOGETHER: usize = 16;
    for death in [Death::Reset, Death::Fin, Death::Silence] {
        let clock = TestClock::new();
        let pool = dying_pool(death, TOGETHER, clock.clone()).await;
        let client = ClaimsClient::builder().endpoint(pool.endpoint).clock(clock).build().unwrap();
        let calls = (0..TOGETHER).map(|_| client.list_claims(&member()));
        futures_util::future::try_join_all(calls).await.unwrap();
        assert_eq!(pool.connections.load(Ordering::SeqCst), TOGETHER, "{death:?}");

        pool.dying.store(true, Ordering::SeqCst);
        for _ in 0..TOGETHER {
            client.list_claims(&member()).await.unwrap_or_else(|e| panic!("{death:?}: {e:?}"));
        }
        // One for the retry, one for the new pool.
        assert!(pool.connections.load(Ordering::SeqCst) <= TOGETHER + 2, "{death:?}");
    }
}

#[tokio::test]
async fn a_connection_is_used_for_a_minute_at_most() {
    let clock = TestClock::with_random(0.0);
    let server = Server::start(|_, _| answer(200, claim(1))).await;
    let client = server.client(&clock);
    for pass in [0, 20, 39, 1, 59, 1] {
        clock.pass(Duration::from_secs(pass));
        client.get_claim(&member(), id()).await.unwrap();
    }
    let connections: Vec<_> = server.seen().iter().map(|s| s.connection).collect();
    assert_eq!(connections, [0, 0, 0, 1, 1, 2]);
}

#[tokio::test]
async fn a_connections_age_is_spread_over_the_last_quarter_of_the_minute() {
    let clock = TestClock::with_random(1.0);
    let server = Server::start(|_, _| answer(200, claim(1))).await;
    let client = server.client(&clock);
    for pass in [0, 44, 1] {
        clock.pass(Duration::from_secs(pass));
        client.get_claim(&member(), id()).await.unwrap();
    }
    let connections: Vec<_> = server.seen().iter().map(|s| s.connection).collect();
    assert_eq!(connections, [0, 0, 1]);
}

/// Closes each connection right after its answer, as a server does whose limit for idle ones has come.
#[tokio::test]
async fn a_write_that_must_not_be_repeated_never_meets_a_connection_that_has_just_ended() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = Endpoint::url(format!("http://{}/dev", listener.local_addr().unwrap()));
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let _ = stream.read(&mut [0; 4096]).await;
                let body = claim(1);
                let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n";
                let answer = format!("{head}content-length: {}\r\n\r\n{body}", body.len());
                let _ = stream.write_all(answer.as_bytes()).await;
            });
        }
    });
    let client = ClaimsClient::builder().endpoint(endpoint).clock(TestClock::new()).build().unwrap();
    for _ in 0..100 {
        client.get_claim(&member(), id()).await.unwrap();
        client.update_claim(&member(), id(), update()).await.unwrap();
    }
}

#[tokio::test]
async fn a_conditional_update_shares_the_pool() {
    let server = Server::start(|_, _| answer(200, claim(1))).await;
    let client = server.client(&TestClock::new());
    for _ in 0..3 {
        client.update_claim(&member(), id(), update()).if_match(Version::FIRST).await.unwrap();
    }
    assert!(server.seen().iter().all(|s| s.connection == 0));
}

#[tokio::test]
async fn a_root_certificate_file_is_read_again_when_connections_have_come_of_age() {
    let network = network::Network::start().await;
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), network::Authority::new().pem).unwrap();
    let clock = TestClock::new();
    let client = ClaimsClient::builder()
        .clock(clock.clone())
        .endpoint(Endpoint::private_dns(network::API, network::REGION, "dev"))
        .dns_resolver(network.dns(&[network::API_HOST]))
        .root_certificate_file(file.path())
        .build()
        .unwrap();
    assert!(client.get_claim(&member(), id()).await.unwrap_err().is_connect());
    std::fs::write(file.path(), &network.authority.pem).unwrap();
    clock.pass(std::time::Duration::from_secs(61));
    client.get_claim(&member(), id()).await.unwrap();
    // What cannot be used is not taken.
    std::fs::write(file.path(), "not a certificate").unwrap();
    clock.pass(std::time::Duration::from_secs(61));
    client.get_claim(&member(), id()).await.unwrap();
}

#[tokio::test]
async fn a_client_certificate_is_shown_where_it_is_asked_for() {
    let network = network::Network::start_mutual().await;
    let builder = || {
        ClaimsClient::builder()
            .endpoint(Endpoint::private_dns(network::API, network::REGION, "dev"))
            .dns_resolver(network.dns(&[network::API_HOST]))
            .root_certificate_pem(network.authority.pem.as_str())
            .retry(claims_client::RetryPolicy::never())
    };
    builder().build().unwrap().get_claim(&member(), id()).await.unwrap_err();
    let with = builder().client_certificate_pem(network.authority.caller()).build().unwrap();
    with.get_claim(&member(), id()).await.unwrap();
    let wrong = builder().client_certificate_pem("no key").build().unwrap_err();
    assert!(wrong.to_string().contains("client certificate"), "{wrong}");
}

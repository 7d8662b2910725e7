//! TLS in front of a plain service, under a certificate authority of its own.

use std::{
    error::Error,
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use rustls::{ServerConfig, pki_types::PrivateKeyDer};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::{JoinHandle, JoinSet},
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

/// `https://localhost:<port>` in front of a plain service on this machine: DynamoDB's endpoint as a function meets it.
/// It stops when this is dropped.
pub struct TlsFront {
    port: u16,
    ca_pem: String,
    seen: Arc<Seen>,
    server: JoinHandle<()>,
}

#[derive(Default)]
struct Seen {
    connections: AtomicUsize,
    handshakes: AtomicUsize,
    requests: AtomicUsize,
}

impl TlsFront {
    /// Starts it, with a new authority and a certificate for `localhost`.
    ///
    /// # Errors
    /// When no port is free or no certificate can be made.
    pub async fn start(service: SocketAddr) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let key = rcgen::KeyPair::generate()?;
        let mut params = rcgen::CertificateParams::default();
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        params.distinguished_name.push(rcgen::DnType::CommonName, "The emulator's own CA");
        let ca_pem = params.self_signed(&key)?.pem();
        let authority = rcgen::Issuer::new(params, key);

        let key = rcgen::KeyPair::generate()?;
        let certificate =
            rcgen::CertificateParams::new(vec!["localhost".to_owned()])?.signed_by(&key, &authority)?.der().clone();
        let key = PrivateKeyDer::try_from(key.serialize_der())?;
        let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)?;

        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let port = listener.local_addr()?.port();
        let seen = Arc::<Seen>::default();
        let server = tokio::spawn(serve(listener, TlsAcceptor::from(Arc::new(config)), service, seen.clone()));
        Ok(Self { port, ca_pem, seen, server })
    }

    /// Where it is.
    #[must_use]
    pub fn url(&self) -> String {
        format!("https://localhost:{}", self.port)
    }

    /// Its authority's certificate.
    #[must_use]
    pub fn ca_pem(&self) -> &str {
        &self.ca_pem
    }

    /// How many connections were made, those that refused the certificate among them.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.seen.connections.load(Ordering::SeqCst)
    }

    /// How many handshakes have succeeded.
    #[must_use]
    pub fn handshakes(&self) -> usize {
        self.seen.handshakes.load(Ordering::SeqCst)
    }

    /// How many HTTP/1.1 requests have come, over all connections.
    #[must_use]
    pub fn requests(&self) -> usize {
        self.seen.requests.load(Ordering::SeqCst)
    }
}

impl Drop for TlsFront {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn serve(listener: TcpListener, acceptor: TlsAcceptor, service: SocketAddr, seen: Arc<Seen>) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        seen.connections.fetch_add(1, Ordering::SeqCst);
        let _ = stream.set_nodelay(true);
        let (acceptor, seen) = (acceptor.clone(), seen.clone());
        connections.spawn(async move {
            // A function that refuses the certificate, or goes away, is its own affair.
            let Ok(mut tls) = acceptor.accept(stream).await else { return };
            seen.handshakes.fetch_add(1, Ordering::SeqCst);
            let Ok(mut plain) = TcpStream::connect(service).await else { return };
            let _ = plain.set_nodelay(true);
            let _ = pass(&mut tls, &mut plain, &seen.requests).await;
        });
    }
}

/// Passes on what both say until one of them ends. HTTP/1.1 takes turns: the function's turn is a request.
async fn pass(tls: &mut TlsStream<TcpStream>, plain: &mut TcpStream, requests: &AtomicUsize) -> io::Result<()> {
    let (mut question, mut answer) = (vec![0; 16 * 1024], vec![0; 16 * 1024]);
    let mut asking = false;
    loop {
        tokio::select! {
            read = tls.read(&mut question) => match read? {
                0 => return Ok(()),
                read => {
                    if !asking {
                        asking = true;
                        requests.fetch_add(1, Ordering::SeqCst);
                    }
                    plain.write_all(&question[..read]).await?;
                }
            },
            read = plain.read(&mut answer) => match read? {
                0 => return tls.shutdown().await,
                read => {
                    asking = false;
                    tls.write_all(&answer[..read]).await?;
                    // What TLS has made of it may still be held back.
                    tls.flush().await?;
                }
            },
        }
    }
}

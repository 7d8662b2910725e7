//! TLS in front of a plain service, under a certificate authority of its own.

use std::{
    error::Error,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use rustls::{ServerConfig, pki_types::PrivateKeyDer};
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    task::{JoinHandle, JoinSet},
};
use tokio_rustls::TlsAcceptor;

/// `https://localhost:<port>` in front of a plain service on this machine: DynamoDB's endpoint as a function meets it.
/// It stops when this is dropped.
pub struct TlsFront {
    port: u16,
    ca_pem: String,
    handshakes: Arc<AtomicUsize>,
    server: JoinHandle<()>,
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
        let handshakes = Arc::new(AtomicUsize::new(0));
        let server = tokio::spawn(serve(listener, TlsAcceptor::from(Arc::new(config)), service, handshakes.clone()));
        Ok(Self { port, ca_pem, handshakes, server })
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

    /// How many handshakes have succeeded.
    #[must_use]
    pub fn handshakes(&self) -> usize {
        self.handshakes.load(Ordering::SeqCst)
    }
}

impl Drop for TlsFront {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn serve(listener: TcpListener, acceptor: TlsAcceptor, service: SocketAddr, handshakes: Arc<AtomicUsize>) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let _ = stream.set_nodelay(true);
        let (acceptor, handshakes) = (acceptor.clone(), handshakes.clone());
        connections.spawn(async move {
            // A function that refuses the certificate, or goes away, is its own affair.
            let Ok(mut tls) = acceptor.accept(stream).await else { return };
            handshakes.fetch_add(1, Ordering::SeqCst);
            let Ok(mut plain) = TcpStream::connect(service).await else { return };
            let _ = plain.set_nodelay(true);
            let _ = copy_bidirectional(&mut tls, &mut plain).await;
        });
    }
}

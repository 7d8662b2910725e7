//! Which TLS, and whom it trusts.

#[cfg(not(any(feature = "ring", feature = "aws-lc", feature = "native-tls")))]
compile_error!("the client needs one of its features `ring` (the default), `aws-lc` or `native-tls`");

use reqwest::ClientBuilder;

/// Whom to trust besides the usual roots, and who to be: all in PEM.
#[derive(Clone, Default, PartialEq)]
pub(crate) struct Material {
    pub roots: Vec<Vec<u8>>,
    /// A certificate with its chain, and its private key.
    pub identity: Option<Vec<u8>>,
}

/// rustls, preconfigured: no process-wide provider is needed, and HTTP/1.1 is all that is ever negotiated.
///
/// Trusts Mozilla's roots (which hold Amazon's) and those added. They are compiled in, so a container without certificates
/// works and building a client reads no files. All clients that are made with it resume each other's sessions.
#[cfg(all(feature = "rustls", not(feature = "native-tls")))]
#[derive(Clone)]
pub(crate) struct Config(rustls::ClientConfig);

#[cfg(all(feature = "rustls", not(feature = "native-tls")))]
impl Config {
    pub(crate) fn new(material: &Material) -> Result<Self, String> {
        use std::sync::Arc;

        use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};

        #[cfg(feature = "aws-lc")]
        use rustls::crypto::aws_lc_rs as crypto;
        #[cfg(not(feature = "aws-lc"))]
        use rustls::crypto::ring as crypto;

        let mut roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        for pem in &material.roots {
            let mut found = 0;
            for certificate in CertificateDer::pem_slice_iter(pem) {
                let certificate = certificate.map_err(|e| format!("an extra root certificate is not PEM: {e}"))?;
                roots.add(certificate).map_err(|e| format!("an extra root certificate is not usable: {e}"))?;
                found += 1;
            }
            if found == 0 {
                return Err("an extra root certificate file holds no PEM certificate".to_owned());
            }
        }
        let config = rustls::ClientConfig::builder_with_provider(Arc::new(crypto::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|e| format!("TLS cannot be set up: {e}"))?
            .with_root_certificates(roots);
        let mut config = match &material.identity {
            None => config.with_no_client_auth(),
            Some(pem) => {
                let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
                let chain = chain.map_err(|e| format!("the client certificate is not PEM: {e}"))?;
                // What is wrong with a key is not told by showing it.
                let key = PrivateKeyDer::from_pem_slice(pem)
                    .map_err(|_| "the client certificate's PEM holds no usable private key".to_owned())?;
                config
                    .with_client_auth_cert(chain, key)
                    .map_err(|e| format!("the client certificate cannot be used with its key: {e}"))?
            }
        };
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        config.resumption = rustls::client::Resumption::store(Arc::new(sessions::Sessions::default()));
        Ok(Self(config))
    }

    pub(crate) fn apply(&self, builder: ClientBuilder) -> ClientBuilder {
        builder.tls_backend_preconfigured(self.0.clone())
    }
}

/// The operating system's TLS and roots, and those added.
#[cfg(feature = "native-tls")]
#[derive(Clone)]
pub(crate) struct Config(Vec<reqwest::Certificate>, Option<reqwest::Identity>);

#[cfg(feature = "native-tls")]
impl Config {
    pub(crate) fn new(material: &Material) -> Result<Self, String> {
        let mut certificates = Vec::new();
        for pem in &material.roots {
            let found = reqwest::Certificate::from_pem_bundle(pem)
                .map_err(|e| format!("an extra root certificate is not PEM: {e}"))?;
            if found.is_empty() {
                return Err("an extra root certificate file holds no PEM certificate".to_owned());
            }
            certificates.extend(found);
        }
        let identity = match &material.identity {
            None => None,
            Some(pem) => Some(
                reqwest::Identity::from_pkcs8_pem(pem, pem)
                    .map_err(|_| "the client certificate's PEM holds no certificate with a PKCS#8 key".to_owned())?,
            ),
        };
        Ok(Self(certificates, identity))
    }

    pub(crate) fn apply(&self, builder: ClientBuilder) -> ClientBuilder {
        let builder = builder.tls_backend_native().tls_certs_merge(self.0.clone());
        match &self.1 {
            Some(identity) => builder.identity(identity.clone()),
            None => builder,
        }
    }
}

/// The sessions to resume, which rustls asks for at the beginning of each handshake: that is where an attempt enters this phase.
#[cfg(all(feature = "rustls", not(feature = "native-tls")))]
mod sessions {
    use rustls::{
        NamedGroup,
        client::{ClientSessionMemoryCache, ClientSessionStore, Tls12ClientSessionValue, Tls13ClientSessionValue},
        pki_types::ServerName,
    };

    use crate::phase::{Phase, Progress};

    #[derive(Debug)]
    pub(super) struct Sessions(ClientSessionMemoryCache);

    impl Default for Sessions {
        fn default() -> Self {
            // As rustls does by default.
            Self(ClientSessionMemoryCache::new(256))
        }
    }

    impl ClientSessionStore for Sessions {
        fn set_kx_hint(&self, server: ServerName<'static>, group: NamedGroup) {
            self.0.set_kx_hint(server, group);
        }

        fn kx_hint(&self, server: &ServerName<'_>) -> Option<NamedGroup> {
            if let Some(attempt) = Progress::current() {
                attempt.advance(Phase::Connect, Phase::Tls);
            }
            self.0.kx_hint(server)
        }

        fn set_tls12_session(&self, server: ServerName<'static>, session: Tls12ClientSessionValue) {
            self.0.set_tls12_session(server, session);
        }

        fn tls12_session(&self, server: &ServerName<'_>) -> Option<Tls12ClientSessionValue> {
            self.0.tls12_session(server)
        }

        fn remove_tls12_session(&self, server: &ServerName<'static>) {
            self.0.remove_tls12_session(server);
        }

        fn insert_tls13_ticket(&self, server: ServerName<'static>, session: Tls13ClientSessionValue) {
            self.0.insert_tls13_ticket(server, session);
        }

        fn take_tls13_ticket(&self, server: &ServerName<'static>) -> Option<Tls13ClientSessionValue> {
            self.0.take_tls13_ticket(server)
        }
    }
}

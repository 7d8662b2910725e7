//! Whose certificates DynamoDB may show: Amazon's pinned roots, and the machine's own when those no longer do.

use std::{
    error::Error,
    fmt::Display,
    fs, io,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use aws_sdk_dynamodb::config::SharedHttpClient;
use aws_smithy_http_client::tls::{self, TlsContext, TrustStore, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::{
    http::{HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector},
    orchestrator::HttpRequest,
    result::ConnectorError,
    runtime_components::RuntimeComponents,
};
use rustls::{
    RootCertStore,
    pki_types::{CertificateDer, pem::PemObject},
};

use super::ConfigError;

/// Amazon Trust Services' five roots (<https://www.amazontrust.com/repository/>): every certificate of DynamoDB chains
/// to one of them. Loading the machine's whole store instead costs some 4.5 ms of every cold start.
const AMAZON_ROOTS: &[u8] = include_bytes!("../amazon-roots.pem");

/// Whose certificates an endpoint may show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Roots {
    /// Amazon Trust Services' five roots, which are built in; where an endpoint's certificate chains to none of them,
    /// whatever this machine trusts. They are pinned for speed, not as a defence: a root that Amazon adds later costs
    /// milliseconds, and no outage.
    Amazon,
    /// Those in this PEM file and no others.
    Bundle(PathBuf),
}

/// An HTTP client for the SDK. TLS by ring: aws-lc would gather entropy for some 33 ms at its first handshake.
///
/// # Errors
/// When the certificates to trust cannot be read: names the file and what is wrong with it.
pub fn https(roots: &Roots) -> Result<SharedHttpClient, ConfigError> {
    let (first, machine) = match roots {
        Roots::Amazon => {
            // Loads the machine's store when it is first called: that is what the pinned roots save.
            let client = client(TrustStore::empty().with_native_roots(true))?;
            let machine = Machine { client, needed: AtomicBool::new(false) };
            (TrustStore::empty().with_pem_certificate(AMAZON_ROOTS), Some(Arc::new(machine)))
        }
        Roots::Bundle(file) => (TrustStore::empty().with_pem_certificate(bundle(file)?), None),
    };
    Ok(SharedHttpClient::new(Trusting { first: client(first)?, machine }))
}

/// What is in the file, if it is certificates: the SDK's client panics at its first call over any that is not one.
fn bundle(file: &Path) -> Result<Vec<u8>, ConfigError> {
    let wrong = |what: &dyn Display| {
        let file = file.display();
        ConfigError::Certificates(format!("{file}: {what}; AWS_CA_BUNDLE must name a PEM file of certificates"))
    };
    let pem = fs::read(file).map_err(|e| wrong(&e))?;
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        let added = certificate.ok().and_then(|certificate| roots.add(certificate).ok());
        added.ok_or_else(|| wrong(&format_args!("certificate no. {} in it is damaged", roots.len() + 1)))?;
    }
    if roots.is_empty() { Err(wrong(&"no certificate in it")) } else { Ok(pem) }
}

fn client(roots: TrustStore) -> Result<SharedHttpClient, ConfigError> {
    let context =
        TlsContext::builder().with_trust_store(roots).build().map_err(|e| ConfigError::Certificates(e.to_string()))?;
    Ok(aws_smithy_http_client::Builder::new()
        .tls_provider(tls::Provider::Rustls(CryptoMode::Ring))
        .tls_context(context)
        .build_https())
}

/// Trusts the first roots until an endpoint shows that they are not enough and the machine's are; from then on those.
#[derive(Clone, Debug)]
struct Trusting {
    first: SharedHttpClient,
    machine: Option<Arc<Machine>>,
}

#[derive(Debug)]
struct Machine {
    client: SharedHttpClient,
    needed: AtomicBool,
}

impl HttpClient for Trusting {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        if let Some(machine) = self.machine.as_ref().filter(|machine| machine.needed.load(Ordering::Relaxed)) {
            return machine.client.http_connector(settings, components);
        }
        SharedHttpConnector::new(TrustingConnector {
            first: self.first.http_connector(settings, components),
            machine: self.machine.clone(),
            settings: settings.clone(),
            components: components.clone(),
        })
    }
}

#[derive(Clone, Debug)]
struct TrustingConnector {
    first: SharedHttpConnector,
    machine: Option<Arc<Machine>>,
    settings: HttpConnectorSettings,
    components: RuntimeComponents,
}

impl HttpConnector for TrustingConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let this = self.clone();
        // A body in memory can be sent again, and all of ours are. It was not sent yet when the handshake failed.
        let again = request.try_clone();
        HttpConnectorFuture::new(async move {
            let untrusted = match this.first.call(request).await {
                Err(failure) if is_untrusted(&failure) => failure,
                answer => return answer,
            };
            // Not retryable: the same certificate would come again.
            let for_good = |untrusted: ConnectorError| Err(ConnectorError::other(untrusted.into(), None));
            let (Some(machine), Some(request)) = (&this.machine, again) else { return for_good(untrusted) };
            match machine.client.http_connector(&this.settings, &this.components).call(request).await {
                Err(untrusted) if is_untrusted(&untrusted) => for_good(untrusted),
                answer => {
                    // Another failure does not tell whether the certificate is trusted.
                    if answer.is_ok() && !machine.needed.swap(true, Ordering::Relaxed) {
                        tracing::warn!(
                            "DynamoDB's certificate chains to none of the pinned Amazon roots: trusting the machine's \
                             store, which makes cold starts slower; update amazon-roots.pem"
                        );
                    }
                    answer
                }
            }
        })
    }
}

/// Whether a handshake failed because nobody we trust has signed the certificate.
pub(super) fn is_untrusted(failure: &ConnectorError) -> bool {
    let mut next: Option<&(dyn Error + 'static)> = failure.source();
    while let Some(error) = next {
        // An I/O error's `source` is its content's source: the content itself has to be asked for.
        let inner = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        let tls = match inner {
            Some(inner) => inner.downcast_ref::<rustls::Error>(),
            None => error.downcast_ref::<rustls::Error>(),
        };
        if let Some(tls) = tls {
            use rustls::{CertificateError, Error::InvalidCertificate};
            // A bad signature is what an authority of the same name and another key looks like.
            return matches!(tls, InvalidCertificate(CertificateError::UnknownIssuer | CertificateError::BadSignature));
        }
        next = match inner {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    false
}

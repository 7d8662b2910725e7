//! Which TLS, and whom it trusts.

#[cfg(not(any(feature = "ring", feature = "aws-lc", feature = "native-tls")))]
compile_error!("the client needs one of its features `ring` (the default), `aws-lc` or `native-tls`");

use reqwest::ClientBuilder;

/// Root certificates in PEM besides the usual ones.
#[derive(Clone, Default)]
pub(crate) struct ExtraRoots(pub Vec<Vec<u8>>);

/// rustls, preconfigured: no process-wide provider is needed, and HTTP/1.1 is all that is ever negotiated.
///
/// Trusts Mozilla's roots (which hold Amazon's) and `extra`. They are compiled in, so a container without certificates
/// works and building a client reads no files.
#[cfg(all(feature = "rustls", not(feature = "native-tls")))]
pub(crate) fn configure(builder: ClientBuilder, extra: &ExtraRoots) -> Result<ClientBuilder, String> {
    use std::sync::Arc;

    use rustls::pki_types::{CertificateDer, pem::PemObject};

    #[cfg(feature = "aws-lc")]
    use rustls::crypto::aws_lc_rs as crypto;
    #[cfg(not(feature = "aws-lc"))]
    use rustls::crypto::ring as crypto;

    let mut roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    for pem in &extra.0 {
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
    let mut config = rustls::ClientConfig::builder_with_provider(Arc::new(crypto::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|e| format!("TLS cannot be set up: {e}"))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(builder.tls_backend_preconfigured(config))
}

/// The operating system's TLS and roots.
#[cfg(feature = "native-tls")]
pub(crate) fn configure(builder: ClientBuilder, extra: &ExtraRoots) -> Result<ClientBuilder, String> {
    let mut certificates = Vec::new();
    for pem in &extra.0 {
        let found = reqwest::Certificate::from_pem_bundle(pem)
            .map_err(|e| format!("an extra root certificate is not PEM: {e}"))?;
        if found.is_empty() {
            return Err("an extra root certificate file holds no PEM certificate".to_owned());
        }
        certificates.extend(found);
    }
    Ok(builder.tls_backend_native().tls_certs_merge(certificates))
}

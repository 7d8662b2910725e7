//! One address of an interface endpoint: TLS with the names of AWS's certificate, the rest is the gateway's.

use std::{
    fs,
    net::Ipv4Addr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use tokio::{
    io::{copy_bidirectional, duplex},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::TlsAcceptor;

use super::wire_faults::{self, Wire};
use crate::{
    lab::{LINK_PORT, Lab},
    namespaces::{Done, topology::links},
};

pub async fn serve(lab: &Lab, name: &str) -> Done {
    let (_, link) = links().find(|(role, _)| *role == name).ok_or_else(|| format!("{name} serves nothing"))?;
    let gateway = (link, LINK_PORT);
    let acceptor = TlsAcceptor::from(Arc::new(tls(lab)?));
    let faults = Wire::file(lab, name);
    let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, 443)).await?;
    println!("ready");
    loop {
        let (stream, _) = listener.accept().await?;
        let _ = stream.set_nodelay(true);
        let (acceptor, faults) = (acceptor.clone(), faults.clone());
        tokio::spawn(async move {
            // Between the caller and TLS stands the proxy, which cuts what the caller's TCP connection carries.
            let (ours, wire) = duplex(64 * 1024);
            let established = Arc::new(AtomicBool::new(false));
            tokio::spawn(wire_faults::proxy(stream, wire, faults, established.clone()));
            let Ok(mut caller) = acceptor.accept(ours).await else { return };
            established.store(true, Ordering::Relaxed);
            let Ok(mut gateway) = TcpStream::connect(gateway).await else { return };
            let _ = gateway.set_nodelay(true);
            // Either side may go away.
            let _ = copy_bidirectional(&mut caller, &mut gateway).await;
        });
    }
}

fn tls(lab: &Lab) -> Done<ServerConfig> {
    let certificates =
        CertificateDer::pem_slice_iter(&fs::read(lab.file("endpoint.pem"))?).collect::<Result<_, _>>()?;
    let key = PrivateKeyDer::from_pem_slice(&fs::read(lab.file("endpoint.key"))?)?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(certificates, key)?;
    // Private APIs speak nothing newer.
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

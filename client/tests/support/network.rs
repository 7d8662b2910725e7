//! A private network in miniature: a VPC endpoint that speaks real TLS, a CA of its own, and names that lead to it.

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use claims_client::{ClientBuilder, Endpoint, Mode};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use rustls::{
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
};
use tokio::net::TcpListener;

use super::*;

pub const API: &str = "a1b2c3d4e5";
pub const REGION: &str = "eu-central-1";
pub const VPCE: &str = "vpce-0123456789abcdef0";
pub const API_HOST: &str = "a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com";
pub const ALIAS_HOST: &str = "a1b2c3d4e5-vpce-0123456789abcdef0.execute-api.eu-central-1.amazonaws.com";
pub const VPCE_DNS: &str = "vpce-0123456789abcdef0-abcdefgh.execute-api.eu-central-1.vpce.amazonaws.com";

/// What the TLS library says of a certificate whose authority it does not know.
pub const UNKNOWN_AUTHORITY: &str =
    if cfg!(feature = "native-tls") { "unable to get local issuer certificate" } else { "UnknownIssuer" };

/// A certificate authority that makes a certificate for whatever name is asked for, and remembers the names.
pub struct Authority {
    pub pem: String,
    pub issuer: rcgen::Issuer<'static, rcgen::KeyPair>,
    pub asked: Mutex<Vec<String>>,
    /// Makes certificates for this name instead.
    pub other_name: Mutex<Option<String>>,
}

impl Authority {
    pub fn new() -> Self {
        let key = rcgen::KeyPair::generate().unwrap();
        let mut params = rcgen::CertificateParams::default();
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        params.distinguished_name.push(rcgen::DnType::CommonName, "the test's own CA");
        let pem = params.self_signed(&key).unwrap().pem();
        Self { pem, issuer: rcgen::Issuer::new(params, key), asked: Mutex::default(), other_name: Mutex::default() }
    }
}

impl Authority {
    /// A caller's certificate and its key, in PEM.
    pub fn caller(&self) -> String {
        let key = rcgen::KeyPair::generate().unwrap();
        let certificate = rcgen::CertificateParams::new(vec!["a-caller".to_owned()]).unwrap();
        certificate.signed_by(&key, &self.issuer).unwrap().pem() + &key.serialize_pem()
    }
}

impl std::fmt::Debug for Authority {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Authority")
    }
}

impl ResolvesServerCert for Authority {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let name = hello.server_name()?.to_owned();
        self.asked.lock().unwrap().push(name.clone());
        let name = self.other_name.lock().unwrap().clone().unwrap_or(name);
        let key = rcgen::KeyPair::generate().unwrap();
        let certificate = rcgen::CertificateParams::new(vec![name]).unwrap().signed_by(&key, &self.issuer).unwrap();
        let signer = rustls::crypto::ring::sign::any_supported_type(&PrivateKeyDer::Pkcs8(key.serialize_der().into()));
        Some(Arc::new(CertifiedKey::new(vec![certificate.der().clone()], signer.unwrap())))
    }
}

/// Where the VPC endpoint's addresses lead; and where the API's own name leads in the public DNS, which is wrong.
pub struct Network {
    pub authority: Arc<Authority>,
    pub endpoint: SocketAddr,
    pub seen: Arc<Mutex<Vec<Seen>>>,
    pub protocols: Arc<Mutex<Vec<Option<Vec<u8>>>>>,
}

impl Network {
    pub async fn start() -> Self {
        Self::start_with(|_, seen| match &*seen.method {
            "DELETE" => answer(204, ""),
            _ => answer(200, claim(1)),
        })
        .await
    }

    pub async fn start_with(script: impl Fn(usize, &Seen) -> Reply + Send + Sync + 'static) -> Self {
        Self::start_for(script, false).await
    }

    /// Only for callers with a certificate of its authority.
    pub async fn start_mutual() -> Self {
        Self::start_for(|_, _| answer(200, claim(1)), true).await
    }

    async fn start_for(script: impl Fn(usize, &Seen) -> Reply + Send + Sync + 'static, mutual: bool) -> Self {
        let script: Script = Arc::new(move |n, seen: &Seen| with_key(script(n, seen), seen));
        let authority = Arc::new(Authority::new());
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider.clone())
            .with_safe_default_protocol_versions()
            .unwrap();
        let config = if mutual {
            let mut roots = rustls::RootCertStore::empty();
            roots.add(CertificateDer::from_pem_slice(authority.pem.as_bytes()).unwrap()).unwrap();
            let verifier = rustls::server::WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
            config.with_client_cert_verifier(verifier.build().unwrap())
        } else {
            config.with_no_client_auth()
        };
        let mut config = config.with_cert_resolver(authority.clone());
        // Offers HTTP/2 first: the client must not take it.
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.2:0").await.unwrap();
        let endpoint = listener.local_addr().unwrap();
        let (seen, protocols): (Arc<Mutex<Vec<Seen>>>, Arc<Mutex<Vec<_>>>) = Default::default();
        let (log, negotiated) = (seen.clone(), protocols.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, log, negotiated) = (acceptor.clone(), log.clone(), negotiated.clone());
                let script = script.clone();
                tokio::spawn(async move {
                    let Ok(stream) = acceptor.accept(stream).await else { return };
                    negotiated.lock().unwrap().push(stream.get_ref().1.alpn_protocol().map(<[u8]>::to_vec));
                    let service = service_fn(move |request| handle(request, 0, script.clone(), log.clone()));
                    let connection = hyper::server::conn::http1::Builder::new();
                    let _ = connection.serve_connection(TokioIo::new(stream), service).await;
                });
            }
        });
        Self { authority, endpoint, seen, protocols }
    }

    /// Names that resolve to the VPC endpoint. All others resolve to an address where nothing listens.
    pub fn dns(&self, names: &[&str]) -> Arc<Dns> {
        let known = names.iter().map(|name| ((*name).to_owned(), self.endpoint)).collect();
        Arc::new(Dns { known, asked: Mutex::default() })
    }

    pub fn client(&self, builder: ClientBuilder, names: &[&str]) -> (ClaimsClient, Arc<Dns>) {
        let dns = self.dns(names);
        let builder = builder.root_certificate_pem(self.authority.pem.as_str()).dns_resolver(dns.clone());
        (builder.build().unwrap(), dns)
    }

    /// Sends one request; says the names that were resolved, the TLS name, and the request.
    pub async fn visit(&self, builder: ClientBuilder, names: &[&str]) -> (Vec<String>, String, Seen) {
        let (client, dns) = self.client(builder, names);
        client.get_claim(&member(), id()).await.unwrap();
        let sni = self.authority.asked.lock().unwrap().pop().unwrap();
        assert_eq!(self.protocols.lock().unwrap().pop().unwrap().as_deref(), Some(&b"http/1.1"[..]));
        (dns.asked.lock().unwrap().clone(), sni, self.seen.lock().unwrap().pop().unwrap())
    }
}

pub struct Dns {
    pub known: HashMap<String, SocketAddr>,
    pub asked: Mutex<Vec<String>>,
}

impl Resolve for Dns {
    fn resolve(&self, name: Name) -> Resolving {
        self.asked.lock().unwrap().push(name.as_str().to_owned());
        let found = self.known.get(name.as_str()).copied();
        Box::pin(std::future::ready(match found {
            Some(address) => Ok(Box::new(std::iter::once(address)) as Addrs),
            None => Err("no such name".into()),
        }))
    }
}

pub struct Case {
    pub mode: Mode,
    pub from_code: Endpoint,
    pub variables: &'static [(&'static str, &'static str)],
    pub connects_to: &'static str,
    pub sni: &'static str,
    pub host: &'static str,
    pub api_id: Option<&'static str>,
}

pub fn cases() -> Vec<Case> {
    let (id, vpce_dns) = (("CLAIMS_API_ID", API), ("CLAIMS_API_VPCE_DNS", VPCE_DNS));
    const STAGE: (&str, &str) = ("CLAIMS_API_STAGE", "dev");
    const R: (&str, &str) = ("CLAIMS_API_REGION", REGION);
    let variables = |own: &[(&'static str, &'static str)]| -> &'static [(&'static str, &'static str)] {
        Vec::leak([own, &[id, STAGE, R]].concat())
    };
    vec![
        Case {
            mode: Mode::PrivateDns,
            from_code: Endpoint::private_dns(API, REGION, "dev"),
            variables: variables(&[("CLAIMS_API_MODE", "private-dns")]),
            connects_to: API_HOST,
            sni: API_HOST,
            host: API_HOST,
            api_id: None,
        },
        Case {
            mode: Mode::Alias,
            from_code: Endpoint::alias(API, VPCE, REGION, "dev"),
            variables: variables(&[("CLAIMS_API_MODE", "alias"), ("CLAIMS_API_VPCE_ID", VPCE)]),
            connects_to: ALIAS_HOST,
            sni: ALIAS_HOST,
            host: ALIAS_HOST,
            api_id: None,
        },
        Case {
            mode: Mode::VpceHost,
            from_code: Endpoint::vpce_host(API, REGION, "dev", VPCE_DNS),
            variables: variables(&[("CLAIMS_API_MODE", "vpce-host"), vpce_dns]),
            connects_to: VPCE_DNS,
            sni: VPCE_DNS,
            host: API_HOST,
            api_id: None,
        },
        Case {
            mode: Mode::VpceHeader,
            from_code: Endpoint::vpce_header(API, REGION, "dev", VPCE_DNS),
            variables: variables(&[("CLAIMS_API_MODE", "vpce-header"), vpce_dns]),
            connects_to: VPCE_DNS,
            sni: VPCE_DNS,
            host: VPCE_DNS,
            api_id: Some(API),
        },
        Case {
            mode: Mode::VpceResolve,
            from_code: Endpoint::vpce_resolve(API, REGION, "dev", VPCE_DNS),
            variables: variables(&[("CLAIMS_API_MODE", "vpce-resolve"), vpce_dns]),
            connects_to: VPCE_DNS,
            sni: API_HOST,
            host: API_HOST,
            api_id: None,
        },
        Case {
            mode: Mode::Url,
            from_code: Endpoint::url("https://claims.corp.example/dev/"),
            variables: &[("CLAIMS_API_URL", "https://claims.corp.example/dev")],
            connects_to: "claims.corp.example",
            sni: "claims.corp.example",
            host: "claims.corp.example",
            api_id: None,
        },
    ]
}

/// What `terraform output -json` prints.
pub fn outputs() -> String {
    let output = |value: &str| serde_json::json!({ "sensitive": false, "type": "string", "value": value });
    serde_json::json!({
        "rest_api_id": output(API),
        "region": output(REGION),
        "stage": output("dev"),
        "authorization": output("NONE"),
        "execute_api_endpoint": output(VPCE),
        "execute_api_endpoint_dns_name": output(VPCE_DNS),
        "claim_url": output("https://claims.corp.example/dev/claim"),
        "client_environment": { "sensitive": false, "type": ["map", ["map", "string"]], "value": {} },
    })
    .to_string()
}

pub fn vars<'a>(variables: &'a [(&str, &str)]) -> impl Fn(&str) -> Option<String> + 'a {
    |name| variables.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned())
}

//! Each verdict of a diagnosis, by really breaking that thing.
#![allow(clippy::unwrap_used)]

mod support;

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
};

use claims_client::{ClaimsClient, ClientBuilder, Diagnosis, Endpoint, Mode, Refusal, Verdict, types::ProblemCode};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use support::{network::*, *};

/// A name server with these answers; all other names are unknown.
struct Names(Vec<(&'static str, Vec<SocketAddr>)>);

impl Resolve for Names {
    fn resolve(&self, name: Name) -> Resolving {
        let found = self.0.iter().find(|(known, _)| *known == name.as_str()).map(|(_, found)| found.clone());
        Box::pin(std::future::ready(match found {
            Some(found) => Ok(Box::new(found.into_iter()) as Addrs),
            None => Err("no such name".into()),
        }))
    }
}

/// An address where nothing listens, for as long as the socket lives.
fn closed() -> (tokio::net::TcpSocket, SocketAddr) {
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.3:0".parse().unwrap()).unwrap();
    let address = socket.local_addr().unwrap();
    (socket, address)
}

/// An address of a documentation network: public, and nobody's.
fn public() -> SocketAddr {
    (Ipv4Addr::new(203, 0, 113, 9), 443).into()
}

fn builder(network: &Network, endpoint: Endpoint, names: Vec<(&'static str, Vec<SocketAddr>)>) -> ClientBuilder {
    ClaimsClient::builder()
        .endpoint(endpoint)
        .root_certificate_pem(network.authority.pem.as_str())
        .dns_resolver(Arc::new(Names(names)))
        .clock(TestClock::new())
}

async fn diagnose(network: &Network, names: Vec<(&'static str, Vec<SocketAddr>)>) -> Diagnosis {
    builder(network, Endpoint::private_dns(API, REGION, "dev"), names).build().unwrap().diagnose().await
}

async fn answering(script: impl Fn(usize, &Seen) -> Reply + Send + Sync + 'static) -> Diagnosis {
    let network = Network::start_with(script).await;
    diagnose(&network, vec![(API_HOST, vec![network.endpoint])]).await
}

#[tokio::test]
async fn an_api_that_answers_works_and_one_read_is_all_it_takes() {
    let network = Network::start_with(|_, _| answer(200, page(&[], None))).await;
    let found = diagnose(&network, vec![(API_HOST, vec![network.endpoint])]).await;
    assert_eq!(found.verdict, Verdict::Works, "{found}");
    assert_eq!(found.name, API_HOST);
    assert!(found.addresses[0].private && found.addresses[0].error.is_none());
    let seen = network.seen.lock().unwrap().clone();
    assert_eq!((seen.len(), &*seen[0].method), (1, "GET"));
    assert_eq!(seen[0].target, "/dev/claim?memberId=diagnose&limit=1");

    let json = serde_json::to_value(&found).unwrap();
    assert_eq!((json["verdict"].as_str(), json["modes"][0]["mode"].as_str()), (Some("works"), Some("private-dns")));
    assert!(json["resolutionError"].is_null() && json["modes"][0].get("requestId").is_some(), "{json}");
}

#[tokio::test]
async fn a_name_that_does_not_resolve_is_unknown() {
    let network = Network::start().await;
    let found = diagnose(&network, vec![]).await;
    assert_eq!(found.verdict, Verdict::NameUnknown);
    assert!(found.to_string().contains("no such name") && found.modes.is_empty(), "{found}");
}

#[tokio::test]
async fn a_private_apis_name_with_a_public_address_is_told_and_nothing_is_sent_there() {
    let network = Network::start().await;
    let found = diagnose(&network, vec![(API_HOST, vec![public()])]).await;
    assert_eq!(found.verdict, Verdict::PublicAddress);
    assert!(found.to_string().contains("private DNS") && found.modes.is_empty(), "{found}");
}

#[tokio::test]
async fn addresses_that_take_no_connection_are_unreachable_and_one_of_two_is_told_too() {
    let network = Network::start_with(|_, _| answer(200, page(&[], None))).await;
    let (_socket, closed) = closed();
    let found = diagnose(&network, vec![(API_HOST, vec![closed])]).await;
    assert_eq!(found.verdict, Verdict::Unreachable);
    assert!(found.to_string().contains("security group") && found.to_string().contains("refused"), "{found}");

    let found = diagnose(&network, vec![(API_HOST, vec![network.endpoint, closed])]).await;
    assert_eq!(found.verdict, Verdict::PartlyReachable);
    let errors: Vec<_> = found.addresses.iter().map(|a| a.error.is_some()).collect();
    assert_eq!(errors, [false, true]);
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_a_matter_of_tls() {
    let network = Network::start().await;
    let client = ClaimsClient::builder()
        .endpoint(Endpoint::private_dns(API, REGION, "dev"))
        .dns_resolver(Arc::new(Names(vec![(API_HOST, vec![network.endpoint])])))
        .build()
        .unwrap();
    let found = client.diagnose().await;
    assert_eq!(found.verdict, Verdict::Tls, "{found}");
    assert!(found.to_string().contains(UNKNOWN_AUTHORITY), "{found}");
}

#[tokio::test]
async fn a_certificate_for_other_names_says_which_it_has() {
    let network = Network::start().await;
    *network.authority.other_name.lock().unwrap() = Some("proxy.example.com".to_owned());
    let found = diagnose(&network, vec![(API_HOST, vec![network.endpoint])]).await;
    assert_eq!(found.verdict, Verdict::Tls, "{found}");
    let why = if cfg!(feature = "native-tls") { "hostname mismatch" } else { "proxy.example.com" };
    assert!(found.to_string().contains(why), "{found}");
}

#[tokio::test]
async fn a_connection_without_an_answer_is_told() {
    assert_eq!(answering(|_, _| Reply::Drop).await.verdict, Verdict::NoAnswer);
}

#[tokio::test]
async fn a_refusal_of_the_gateway_says_its_mend() {
    let deny = "User: anonymous is not authorized to perform: execute-api:Invoke on resource: x with an explicit deny";
    for (message, refusal, word) in [
        ("User: anonymous is not authorized to perform: x", Refusal::NotAllowed, "redeploy"),
        (deny, Refusal::ExplicitDeny, "aws:SourceVpce"),
        ("Missing Authentication Token", Refusal::NoSuchRoute, "check the path"),
        ("Forbidden", Refusal::Bare, "check the stage"),
        ("Signature expired: x", Refusal::SignatureExpired, "clock"),
    ] {
        let found = answering(move |_, _| answer(403, serde_json::json!({ "message": message }).to_string())).await;
        assert_eq!(found.verdict, Verdict::Refused(refusal));
        assert!(found.to_string().contains(word), "{found}");
    }
}

#[tokio::test]
async fn what_is_behind_the_gateway_may_fail_or_be_busy_or_be_something_else() {
    assert_eq!(answering(|_, _| problem(ProblemCode::IntegrationFailed)).await.verdict, Verdict::ServiceFails);
    assert_eq!(answering(|_, _| problem(ProblemCode::Throttled)).await.verdict, Verdict::Works);
    for status in [200, 302, 404] {
        let found = answering(move |_, _| answer(status, "<html>hotel</html>")).await;
        assert_eq!(found.verdict, Verdict::AnotherService);
    }
}

#[tokio::test]
async fn other_ways_in_are_tried_too() {
    let network = Network::start_with(|_, seen| match seen.header("x-apigw-api-id") {
        Some(_) => answer(403, r#"{"message":"Forbidden"}"#),
        None => answer(200, page(&[], None)),
    })
    .await;
    // The API's own name is public: private DNS is off. The alias is unknown.
    let names = vec![(VPCE_DNS, vec![network.endpoint]), (API_HOST, vec![public()])];
    let endpoint = Endpoint::vpce_header(API, REGION, "dev", VPCE_DNS);
    let found = builder(&network, endpoint, names).build().unwrap().diagnose().await;
    assert_eq!(found.verdict, Verdict::Refused(Refusal::Bare));
    let tried: Vec<_> = found.modes.iter().map(|m| (m.mode, m.verdict)).collect();
    assert_eq!(
        tried,
        [
            (Mode::VpceHeader, Verdict::Refused(Refusal::Bare)),
            (Mode::PrivateDns, Verdict::PublicAddress),
            (Mode::Alias, Verdict::NameUnknown),
            (Mode::VpceHost, Verdict::Works),
        ]
    );
}

#[tokio::test]
async fn the_stage_is_the_suspect_where_a_name_shows_that_the_id_is_right() {
    let suspect = "the id is right, and the stage is the first suspect";
    for private_dns in [false, true] {
        let network = Network::start_with(|_, _| answer(403, r#"{"message":"Forbidden"}"#)).await;
        let mut names = vec![(ALIAS_HOST, vec![network.endpoint])];
        if private_dns {
            names.push((API_HOST, vec![network.endpoint]));
        }
        let endpoint = Endpoint::alias(API, VPCE, REGION, "wrong");
        let found = builder(&network, endpoint, names).build().unwrap().diagnose().await;
        assert_eq!(found.verdict, Verdict::Refused(Refusal::Bare));
        // With private DNS a wrong id's alias resolves as well.
        assert_eq!(found.advice().to_string().contains(suspect), !private_dns, "{found}");
    }
}

#[tokio::test]
async fn a_plain_url_may_be_public_and_is_diagnosed_as_it_is() {
    let server = Server::start(|_, _| answer(200, page(&[], None))).await;
    let found = server.client(&TestClock::new()).diagnose().await;
    assert_eq!((found.verdict, found.addresses[0].address.to_string()), (Verdict::Works, "127.0.0.1".to_owned()));
}

#[cfg(feature = "sigv4")]
#[tokio::test]
async fn missing_credentials_are_told() {
    use claims_client::aws_credential_types::provider::{self, ProvideCredentials, error::CredentialsError};

    #[derive(Debug)]
    struct Nothing;
    impl ProvideCredentials for Nothing {
        fn provide_credentials<'a>(&'a self) -> provider::future::ProvideCredentials<'a>
        where
            Self: 'a,
        {
            provider::future::ProvideCredentials::ready(Err(CredentialsError::not_loaded("no profile")))
        }
    }
    let network = Network::start().await;
    let names = vec![(API_HOST, vec![network.endpoint])];
    let builder = builder(&network, Endpoint::private_dns(API, REGION, "dev"), names).credentials(Nothing);
    assert_eq!(builder.build().unwrap().diagnose().await.verdict, Verdict::NoCredentials);
}

//! Every addressing mode of a private API, over real TLS with a CA of the test's own: which address is connected to, which name TLS
//! asks for, which `Host` and headers arrive. Each mode from code, from environment variables and from Terraform's outputs.
#![allow(clippy::unwrap_used)]

mod support;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use claims_client::{ClaimsClient, ClientBuilder, Endpoint, Mode};
use support::{network::*, *};

#[tokio::test]
async fn each_mode_from_each_source_connects_where_it_should_and_says_what_it_should() {
    let network = Network::start().await;
    let cases = cases();
    assert_eq!(cases.iter().map(|c| c.mode).collect::<Vec<_>>(), Mode::ALL);
    for case in cases {
        let sources = [
            ("code", ClaimsClient::builder().endpoint(case.from_code.clone())),
            ("environment", ClientBuilder::from_vars(vars(case.variables))),
            ("terraform", ClaimsClient::builder().endpoint(Endpoint::from_terraform_output(&outputs(), case.mode))),
        ];
        for (source, builder) in sources {
            let (resolved, sni, seen) = network.visit(builder, &[case.connects_to]).await;
            let what = format!("{} from {source}", case.mode);
            assert_eq!(resolved, [case.connects_to], "{what}");
            assert_eq!(sni, case.sni, "{what}");
            assert_eq!(seen.header("host"), Some(case.host), "{what}");
            assert_eq!(seen.headers.get_all("host").iter().count(), 1, "{what}");
            assert_eq!(seen.header("x-apigw-api-id"), case.api_id, "{what}");
            assert_eq!(seen.target, format!("/dev/claim/{ID}?memberId=123"), "{what}");
        }
    }
}

#[tokio::test]
async fn a_certificate_of_an_unknown_authority_is_refused_before_anything_is_sent() {
    let network = Network::start().await;
    let client = ClaimsClient::builder()
        .endpoint(Endpoint::private_dns(API, REGION, "dev"))
        .dns_resolver(network.dns(&[API_HOST]))
        .clock(TestClock::new())
        .build()
        .unwrap();
    let error = client.update_claim(&member(), id(), update()).await.unwrap_err();
    assert!(error.is_connect() && !error.is_outcome_unknown(), "{error}");
    assert!(error.to_string().contains(UNKNOWN_AUTHORITY), "{error}");
    assert_eq!(error.attempts(), 1, "time does not fix it");
    assert!(network.seen.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_root_certificate_comes_from_a_file_that_the_environment_names() {
    let network = Network::start().await;
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(&file, &network.authority.pem).unwrap();
    let path = file.path().to_str().unwrap().to_owned();
    let variables = [("CLAIMS_API_URL", "https://claims.corp.example/dev"), ("CLAIMS_API_CA_FILE", path.as_str())];
    let client =
        ClientBuilder::from_vars(vars(&variables)).dns_resolver(network.dns(&["claims.corp.example"])).build().unwrap();
    client.get_claim(&member(), id()).await.unwrap();
}

#[tokio::test]
async fn what_the_client_depends_on_is_set_after_the_callers_own_settings() {
    let network = Network::start().await;
    let builder = ClaimsClient::builder()
        .endpoint(Endpoint::vpce_resolve(API, REGION, "dev", VPCE_DNS))
        .configure_reqwest(|reqwest| {
            reqwest
                .http2_prior_knowledge()
                .dns_resolver(Arc::new(Dns { known: HashMap::new(), asked: Mutex::default() }))
                .default_headers(http::HeaderMap::from_iter([(
                    http::HeaderName::from_static("x-team"),
                    http::HeaderValue::from_static("claims"),
                )]))
        });
    let (resolved, sni, seen) = network.visit(builder, &[VPCE_DNS]).await;
    assert_eq!((resolved, sni.as_str()), (vec![VPCE_DNS.to_owned()], API_HOST));
    assert_eq!(seen.header("x-team"), Some("claims"), "what does not contradict is kept");
}

/// Runs in a process of its own, started by the test below.
#[tokio::test]
async fn child_process_of_the_test_below() {
    if std::env::var_os("CLAIMS_TEST_CHILD").is_some() {
        let client = ClaimsClient::from_env().unwrap();
        client.get_claim(&member(), id()).await.unwrap();
    }
}

#[tokio::test]
async fn from_env_reads_the_process_environment_and_no_proxy() {
    let server = Server::start(|_, _| answer(200, claim(1))).await;
    let proxy = Server::start(|_, _| answer(200, claim(1))).await;
    let mut child = std::process::Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "child_process_of_the_test_below"]).env("CLAIMS_TEST_CHILD", "1");
    child.env("CLAIMS_API_URL", format!("http://{}/dev", server.address));
    for variable in ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"] {
        child.env(variable, format!("http://{}", proxy.address));
    }
    let output = tokio::task::spawn_blocking(move || child.output().unwrap()).await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    assert_eq!((server.seen().len(), proxy.seen().len()), (1, 0));
}

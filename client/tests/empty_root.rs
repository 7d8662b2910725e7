//! A client in an empty root file system, as in an image made from nothing: no certificates, no resolv.conf, no home.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used)]

mod support;

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use claims_client::{ClaimsClient, Endpoint, Error, Phase, RetryPolicy, Sent, Verdict};
use support::{network::*, *};

const NAME: &str = "nothing_is_missed_but_what_an_error_names";
const INSIDE: &str = "CLAIMS_TEST_IN_AN_EMPTY_ROOT";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_missed_but_what_an_error_names() {
    if let Ok(told) = std::env::var(INSIDE) {
        return inside(serde_json::from_str(&told).unwrap()).await;
    }
    let (server, network) = (Server::start(|_, _| answer(200, claim(1))).await, Network::start().await);
    let told = serde_json::json!([server.address, network.endpoint, network.authority.pem]).to_string();
    let root = tempfile::tempdir().unwrap();
    let program = std::env::current_exe().unwrap();
    fs::copy(&program, root.path().join("test")).unwrap();
    for library in libraries(&program) {
        let to = root.path().join(library.trim_start_matches('/'));
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(&library, to).unwrap();
    }
    let in_it = |command: &[&str]| -> Output {
        let mut run = Command::new(command[0]);
        run.args(&command[1..]).arg(root.path()).args(["/test", "--exact", NAME, "--nocapture"]);
        run.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default()).env(INSIDE, &told).output().unwrap()
    };
    // As root, or as whoever may be root in a namespace of its own.
    let mut ran = in_it(&["chroot"]);
    if ran.status.code() == Some(125) {
        ran = in_it(&["unshare", "--map-root-user", "chroot"]);
    }
    let said = format!("{}{}", String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    if !said.contains("running 1 test") && said.contains("ermi") {
        eprintln!("SKIPPED: an empty root, which this user may not enter: {said}");
        return;
    }
    assert!(ran.status.success() && said.contains("in an empty root"), "{said}");
}

/// The files that the program itself needs: it is not linked statically.
fn libraries(program: &Path) -> Vec<String> {
    let output = Command::new("ldd").arg(program).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.split_whitespace().filter(|word| word.starts_with('/')).map(str::to_owned).collect()
}

async fn inside((plain, endpoint, pem): (std::net::SocketAddr, std::net::SocketAddr, String)) {
    assert!(!Path::new("/etc").exists() && !Path::new("/proc").exists());
    eprintln!("in an empty root");
    let builder = |endpoint| ClaimsClient::builder().endpoint(endpoint).retry(RetryPolicy::never());
    let url = Endpoint::url(format!("http://{plain}/dev"));
    builder(url.clone()).build().unwrap().get_claim(&member(), id()).await.unwrap();

    // TLS needs no files: what is trusted is compiled in (or given), and whom nobody knows is not trusted.
    let dns = || {
        let known = [(ALIAS_HOST.to_owned(), endpoint)].into();
        std::sync::Arc::new(Dns { known, asked: Default::default() })
    };
    let alias = || builder(Endpoint::alias(API, VPCE, REGION, "dev")).dns_resolver(dns());
    alias().root_certificate_pem(pem).build().unwrap().get_claim(&member(), id()).await.unwrap();
    let error = alias().build().unwrap().get_claim(&member(), id()).await.unwrap_err();
    assert_nothing_sent(&error, Phase::Tls);
    assert!(format!("{error} {:?}", std::error::Error::source(&error)).contains(UNKNOWN_AUTHORITY), "{error}");

    // No name server: a name is not found, and neither the network nor the API is blamed.
    let named = builder(Endpoint::private_dns(API, REGION, "dev")).build().unwrap();
    assert_nothing_sent(&named.get_claim(&member(), id()).await.unwrap_err(), Phase::Resolve);
    let found = named.diagnose().await;
    assert_eq!(found.verdict, Verdict::NameUnknown);

    let missing = builder(url.clone()).root_certificate_file("/etc/ssl/roots.pem").build().unwrap_err().to_string();
    assert!(missing.contains("/etc/ssl/roots.pem"), "{missing}");

    #[cfg(feature = "sigv4")]
    {
        // AWS's chain finds nothing at all; it may not take longer than it is given, nor panic.
        let signing = builder(url.in_region(REGION))
            .sign_requests(true)
            .credentials_timeout(std::time::Duration::from_millis(200));
        let error = signing.build().unwrap().get_claim(&member(), id()).await.unwrap_err();
        assert_nothing_sent(&error, Phase::Credentials);
    }
}

fn assert_nothing_sent(error: &Error, phase: Phase) {
    assert_eq!((error.was_sent(), error.phase()), (Sent::No, Some(phase)), "{error}");
    assert!(!error.is_outcome_unknown());
}

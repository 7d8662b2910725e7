//! A client that cannot work is not built, and every reason is named at once.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use claims_client::{ClaimsClient, ClientBuilder, Endpoint, Mode};

const VPCE_DNS: &str = "vpce-0123456789abcdef0-abcdefgh.execute-api.eu-central-1.vpce.amazonaws.com";

fn mistakes(builder: ClientBuilder) -> Vec<String> {
    builder.build().unwrap_err().mistakes().to_vec()
}

fn of(endpoint: Endpoint) -> Vec<String> {
    mistakes(ClaimsClient::builder().endpoint(endpoint))
}

fn assert_says(mistakes: &[String], wanted: &[&str]) {
    assert_eq!(mistakes.len(), wanted.len(), "{mistakes:#?}");
    for (mistake, words) in mistakes.iter().zip(wanted) {
        assert!(mistake.contains(words), "{mistake:?} should say {words:?}");
    }
}

fn vars<'a>(variables: &'a [(&str, &str)]) -> impl Fn(&str) -> Option<String> + 'a {
    |name| variables.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned())
}

#[test]
fn everything_that_is_wrong_is_named_at_once() {
    let builder = ClaimsClient::builder()
        .endpoint(Endpoint::vpce_host("A1", "europe", "", "localhost"))
        .timeout(Duration::ZERO)
        .app_id("my app")
        .root_certificate_file("/does/not/exist.pem")
        .root_certificate_pem("no certificate");
    let found = mistakes(builder);
    let wanted = [
        "region \"europe\"",
        "api id \"A1\"",
        "stage is missing",
        "DNS name \"localhost\"",
        "the timeout is zero",
        "app id",
        "exist.pem",
        "PEM",
    ];
    assert_says(&found, &wanted);
    let error = ClaimsClient::builder().build().unwrap_err();
    assert_eq!(error.to_string(), "the claims client cannot be built: no endpoint is set");
}

#[test]
fn parts_of_an_endpoint_have_to_look_like_what_they_are() {
    let good = |endpoint| ClaimsClient::builder().endpoint(endpoint).build().is_ok();
    assert!(good(Endpoint::private_dns("a1b2c3d4e5", "us-gov-west-1", "$default".trim_start_matches('$'))));
    assert!(good(Endpoint::alias("a1b2c3d4e5", "vpce-01234567", "ap-southeast-2", "v1_x-y")));
    let zonal = "vpce-0123456789abcdef0-abcdefgh-eu-central-1a.execute-api.eu-central-1.vpce.amazonaws.com";
    assert!(good(Endpoint::vpce_header("a1b2c3d4e5", "eu-central-1", "dev", zonal)));

    assert_says(&of(Endpoint::alias("a1", "vpc-1", "eu-central-1", "dev")), &["VPC endpoint id \"vpc-1\""]);
    assert_says(&of(Endpoint::private_dns("a1/../x", "eu-central-1", "de v")), &["api id", "stage"]);
    assert_says(&of(Endpoint::private_dns("a1", "eu-central-1.evil.example/", "dev")), &["region"]);
    assert_says(&of(Endpoint::vpce_resolve("a1", "us-east-1", "dev", VPCE_DNS)), &["an endpoint of its own region"]);
    assert_says(&of(Endpoint::vpce_resolve("a1", "eu-central-1", "dev", "x.example")), &["VPC endpoint's DNS name"]);
    let long = "x".repeat(5_000);
    assert!(of(Endpoint::private_dns(long.clone(), long.clone(), long)).iter().all(|m| m.len() < 300));
}

#[test]
fn a_url_is_a_base_and_holds_no_secret() {
    assert_says(&of(Endpoint::url("not a url")), &["cannot be read"]);
    assert_says(&of(Endpoint::url("ftp://host/dev")), &["https://"]);
    let found = of(Endpoint::url("https://user:secret@host/dev/claim?memberId=1"));
    assert_says(&found, &["user or a password", "without a query", "not with /claim"]);
    assert!(!format!("{found:?}").contains("secret"));
}

#[test]
fn an_environment_that_is_incomplete_says_which_variables_to_set() {
    assert_says(&mistakes(ClientBuilder::from_vars(|_| None)), &["CLAIMS_API_URL"]);
    assert_says(&of(Endpoint::from_vars(vars(&[("CLAIMS_API_MODE", "vpn")]))), &["one of private-dns, alias"]);
    assert_says(
        &of(Endpoint::from_vars(vars(&[("CLAIMS_API_MODE", "vpce-host"), ("CLAIMS_API_STAGE", "de v")]))),
        &["CLAIMS_API_VPCE_DNS", "CLAIMS_API_ID", "AWS_REGION", "stage \"de v\""],
    );
    assert_says(
        &of(Endpoint::from_vars(vars(&[
            ("CLAIMS_API_MODE", "private-dns"),
            ("CLAIMS_API_URL", "https://x.example/dev"),
            ("CLAIMS_API_ID", "a1"),
            ("AWS_REGION", "eu-central-1"),
            ("CLAIMS_API_STAGE", "dev"),
        ]))),
        &["contradict each other"],
    );
    assert_says(
        &of(Endpoint::from_vars(vars(&[
            ("CLAIMS_API_URL", "http://127.0.0.1:1/dev"),
            ("CLAIMS_API_AUTHORIZATION", "aws_iam"),
        ]))),
        &["NONE or AWS_IAM"],
    );
}

#[test]
fn terraform_outputs_that_lack_something_say_which() {
    assert_says(&of(Endpoint::from_terraform_output("{", Mode::Url)), &["line 1"]);
    assert_says(&of(Endpoint::from_terraform_output("{}", Mode::Url)), &["claim_url"]);
    let some = r#"{"rest_api_id":{"value":"a1"},"region":{"value":"eu-central-1"},"stage":{"value":""}}"#;
    assert_says(&of(Endpoint::from_terraform_output(some, Mode::Alias)), &["execute_api_endpoint", "stage"]);
}

#[cfg(not(feature = "sigv4"))]
#[test]
fn an_api_that_wants_signatures_is_refused_by_a_client_that_cannot_sign() {
    let variables = [("CLAIMS_API_URL", "http://127.0.0.1:1/dev"), ("CLAIMS_API_AUTHORIZATION", "AWS_IAM")];
    assert_says(&of(Endpoint::from_vars(vars(&variables))), &["feature sigv4"]);
}

#[cfg(feature = "sigv4")]
#[test]
fn a_signature_needs_a_region() {
    let variables = [("CLAIMS_API_URL", "http://127.0.0.1:1/dev"), ("CLAIMS_API_AUTHORIZATION", "AWS_IAM")];
    assert_says(&of(Endpoint::from_vars(vars(&variables))), &["for which region"]);
    let api = "https://a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com/dev";
    assert!(ClaimsClient::builder().endpoint(Endpoint::url(api)).sign_requests(true).build().is_ok());
}

#[test]
fn every_partition_has_its_domain_and_an_unknown_one_is_refused_by_name() {
    for (region, domain) in [
        ("eu-central-1", "amazonaws.com"),
        ("mx-central-1", "amazonaws.com"),
        ("us-gov-west-1", "amazonaws.com"),
        ("cn-north-1", "amazonaws.com.cn"),
        ("eusc-de-east-1", "amazonaws.eu"),
        ("us-iso-east-1", "c2s.ic.gov"),
        ("us-isob-east-1", "sc2s.sgov.gov"),
        ("us-isof-south-1", "csp.hci.ic.gov"),
        ("eu-isoe-west-1", "cloud.adc-e.uk"),
    ] {
        let vpce = format!("vpce-0123456789abcdef0-abcdefgh.execute-api.{region}.vpce.{domain}");
        let client =
            ClaimsClient::builder().endpoint(Endpoint::vpce_host("a1", region, "dev", &*vpce)).build().unwrap();
        assert!(format!("{client:?}").contains(&format!("a1.execute-api.{region}.{domain}")), "{client:?}");
        // Another partition's domain is no name of such an endpoint.
        let other = if domain == "amazonaws.com" { "amazonaws.eu" } else { "amazonaws.com" };
        let wrong = vpce.replace(&format!(".vpce.{domain}"), &format!(".vpce.{other}"));
        assert_says(&of(Endpoint::vpce_resolve("a1", region, "dev", wrong)), &["VPC endpoint's DNS name"]);
    }
    assert_says(&of(Endpoint::private_dns("a1", "moon-base-1", "dev")), &["region \"moon-base-1\""]);
    assert!(of(Endpoint::private_dns("a1", "moon-base-1", "dev"))[0].contains("no partition"));
}

#[test]
fn settings_that_exclude_each_other_are_told() {
    let limits = |connect: u64, attempt: u64, call: u64| {
        let seconds = Duration::from_secs;
        let builder = ClaimsClient::builder().endpoint(Endpoint::url("http://127.0.0.1:9/dev"));
        builder.connect_timeout(seconds(connect)).attempt_timeout(seconds(attempt)).timeout(seconds(call)).build()
    };
    assert!(limits(3, 10, 25).is_ok() && limits(5, 5, 5).is_ok());
    assert_says(
        limits(11, 10, 25).unwrap_err().mistakes(),
        &["connect timeout (11s) is longer than the attempt timeout"],
    );
    assert_says(limits(3, 26, 25).unwrap_err().mistakes(), &["attempt timeout (26s) is longer than the timeout"]);
    let builder = || ClaimsClient::builder().endpoint(Endpoint::url("http://127.0.0.1:9/dev"));
    assert!(builder().timeout(Duration::from_secs(1)).build().is_ok(), "what is not set gives way");
    let found = mistakes(builder().connect_timeout(Duration::from_secs(9)).timeout(Duration::from_secs(5)));
    assert_says(&found, &["connect timeout (9s) is longer than the timeout"]);

    let api = "a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com";
    assert_says(&of(Endpoint::url(format!("http://{api}/dev"))), &["https://"]);
    assert_says(&of(Endpoint::url(format!("https://{api}"))), &["the stage"]);
    assert_says(&of(Endpoint::url(format!("http://{api}/"))), &["https://", "the stage"]);
    assert_says(&of(Endpoint::url("https://a1.execute-api.eusc-de-east-1.amazonaws.eu/")), &["the stage"]);
}

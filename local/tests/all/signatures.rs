//! Our own client signs, and is told why where it is refused.

use std::fs;

use aws_credential_types::Credentials as Signs;
use claims_client::{ClaimsClient, Endpoint, Refusal, types::*};
use claims_local::{Authorization, Credentials, LocalApi};

use crate::common::{
    builder, new_claim,
    running::{Running, fails},
};

const KNOWN: &str = r#"[{"AccessKeyId": "ASIALOCALINTAKE", "SecretAccessKey": "local-secret", "SessionToken": "local-token",
    "Arn": "arn:aws:sts::123456789012:assumed-role/claims-intake/i-0abc"}]"#;

async fn start() -> LocalApi {
    let known: Credentials = KNOWN.parse().unwrap();
    builder().authorization(Authorization::AwsIam).credentials(known).start().await.unwrap()
}

fn signing(url: String, key: &str, secret: &str) -> ClaimsClient {
    let signs = Signs::new(key, secret, Some("local-token".to_owned()), None, "test");
    let endpoint = Endpoint::url(url).in_region("eu-central-1");
    ClaimsClient::builder().endpoint(endpoint).credentials(signs).build().unwrap()
}

#[tokio::test]
async fn a_client_that_signs_does_everything() {
    let api = start().await;
    let client = signing(api.url(), "ASIALOCALINTAKE", "local-secret");
    let member = "123".parse().unwrap();
    let claim = client.create_claim(new_claim("123")).await.unwrap();
    let update = UpdateClaimRequest { status: ClaimStatus::InReview, ..claim.to_update() };
    let claim = client.update_claim(&member, claim.claim_id, update).await.unwrap();
    assert_eq!(client.get_claim(&member, claim.claim_id).await.unwrap(), claim);
    assert_eq!(client.list_claims(&member).await.unwrap().claims, std::slice::from_ref(&claim));
    client.delete_claim(&member, claim.claim_id).await.unwrap();
}

#[tokio::test]
async fn a_client_that_does_not_or_not_well_is_refused_and_knows_why() {
    let api = start().await;
    let member = "name-of-nobody".parse().unwrap();
    let unsigned = ClaimsClient::builder().endpoint(Endpoint::url(api.url())).build().unwrap();
    for (client, refusal) in [
        (unsigned, Refusal::NoSuchRoute),
        (signing(api.url(), "ASIALOCALINTAKE", "another"), Refusal::BadSignature),
        (signing(api.url(), "ASIANOBODY", "local-secret"), Refusal::BadCredentials),
    ] {
        let error = client.list_claims(&member).await.unwrap_err();
        assert_eq!(error.refusal(), Some(refusal), "{error}");
        // AWS's text quotes the whole request; the API's own does not, and neither does the client.
        assert!(!format!("{error} {error:?}").contains("name-of-nobody"), "{error:?}");
    }
}

#[tokio::test]
async fn the_program_takes_them_from_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("callers.json");
    let path = file.to_str().unwrap();
    fs::write(&file, KNOWN).unwrap();
    let running = Running::start(&["--port", "0", "--authorization", "aws-iam", "--credentials", path]);
    let client = signing(running.url(), "ASIALOCALINTAKE", "local-secret");
    client.create_claim(new_claim("123")).await.unwrap();
    assert_eq!(
        running.client().list_claims(&"123".parse().unwrap()).await.unwrap_err().refusal(),
        Some(Refusal::NoSuchRoute)
    );
    fs::write(&file, KNOWN.replace("ASIALOCALINTAKE", "")).unwrap();
    let said = fails(&["--port", "0", "--authorization", "aws-iam", "--credentials", path]);
    assert!(
        said.starts_with("claims-local: credentials number 1: AccessKeyId has letters") && !said.contains("secret"),
        "{said}"
    );
    for alone in ["aws-iam", "AWS_IAM"] {
        let said = fails(&["--port", "0", "--authorization", alone]);
        assert!(said.contains("--credentials <FILE>"), "{said}");
    }
}

//! Who signs is let in, and who does not is told why in AWS's words. `aws-sigv4`, curl and botocore sign.
#![allow(missing_docs, clippy::unwrap_used)]

mod common;

use std::{
    process::Command,
    sync::{Arc, Mutex},
    time::{Duration, SystemTime},
};

use aws_credential_types::Credentials as Signs;
use aws_sigv4::{
    http_request::{SignableBody, SignableRequest, SignatureLocation, SigningSettings, sign},
    sign::v4,
};
use private_api_gateway::{Authorization, Credentials, FunctionError, Functions, LocalApi};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

const IMPORT: &str = r#"{"paths": {
    "/order": {"get": {"operationId": "listOrders"}, "post": {"operationId": "createOrder"}},
    "/order/{id}": {"get": {"operationId": "getOrder"}}}}"#;
const REGION: &str = "eu-central-1";
const SECRET: &str = "local/secret+of-nobody";
const TOKEN: &str = "local/token+of=nobody";
const ROLE: &str = "arn:aws:sts::123456789012:assumed-role/intake/i-0abc";
const USER: &str = "arn:aws:iam::210987654321:user/ann";

#[derive(Clone, Default)]
struct Seen(Arc<Mutex<Vec<Value>>>);

impl Functions for Seen {
    async fn invoke(&self, _: &str, event: Value, _: &str) -> Result<Value, FunctionError> {
        self.0.lock().unwrap().push(event);
        Ok(json!({ "statusCode": 200, "body": "in" }))
    }
}

impl Seen {
    fn one(&self) -> Value {
        let mut all = self.0.lock().unwrap();
        assert_eq!(all.len(), 1);
        all.remove(0)
    }
}

fn known() -> Credentials {
    let entry = |key: &str, token: Value, end: Value, arn: &str| {
        let mut entry = json!({"AccessKeyId": key, "SecretAccessKey": SECRET, "Arn": arn});
        for (name, value) in [("SessionToken", token), ("Expiration", end)] {
            if !value.is_null() {
                entry[name] = value;
            }
        }
        entry
    };
    let all = json!([
        entry("AKIAUSER", Value::Null, Value::Null, USER),
        entry("ASIAROLE", TOKEN.into(), "2999-01-01T00:00:00Z".into(), ROLE),
        entry("ASIAENDED", TOKEN.into(), "2020-01-01T00:00:00Z".into(), ROLE),
    ]);
    all.to_string().parse().unwrap()
}

async fn start(authorization: Authorization, known: Option<Credentials>) -> (LocalApi, Seen) {
    let definition = common::definition(IMPORT, r#"{"info": {"title": "Orders"}}"#);
    let (seen, mut builder) = (Seen::default(), LocalApi::builder(definition).authorization(authorization));
    if let Some(known) = known {
        builder = builder.credentials(known);
    }
    (builder.start_without_storage(seen.clone()).await.unwrap(), seen)
}

/// A request, signed or about to be.
#[derive(Clone)]
struct Signed {
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    body: String,
}

/// Whose a signature is, and for what.
#[derive(Clone)]
struct Signer {
    key: &'static str,
    secret: &'static str,
    token: Option<&'static str>,
    region: &'static str,
    service: &'static str,
    at: SystemTime,
    location: SignatureLocation,
}

impl Signer {
    fn user() -> Self {
        Self {
            key: "AKIAUSER",
            secret: SECRET,
            token: None,
            region: REGION,
            service: "execute-api",
            at: SystemTime::now(),
            location: SignatureLocation::Headers,
        }
    }

    fn role() -> Self {
        Self { key: "ASIAROLE", token: Some(TOKEN), ..Self::user() }
    }

    fn in_query(self) -> Self {
        Self { location: SignatureLocation::QueryParams, ..self }
    }

    fn sign(&self, method: &str, target: &str, headers: &[(&str, &str)], body: &str) -> Signed {
        let identity = Signs::new(self.key, self.secret, self.token.map(str::to_owned), None, "test").into();
        let mut settings = SigningSettings::default();
        settings.signature_location = self.location;
        settings.expires_in = (self.location == SignatureLocation::QueryParams).then_some(Duration::from_secs(3600));
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(self.region)
            .name(self.service)
            .time(self.at)
            .settings(settings)
            .build()
            .unwrap()
            .into();
        let host = headers.iter().find(|(name, _)| *name == "host").map_or("localhost", |(_, host)| host);
        let mut all = headers.to_vec();
        if !all.iter().any(|(name, _)| *name == "host") {
            all.push(("host", host));
        }
        let uri = format!("http://{host}{target}");
        let request =
            SignableRequest::new(method, &uri, all.iter().copied(), SignableBody::Bytes(body.as_bytes())).unwrap();
        let (instructions, _) = sign(request, &params).unwrap().into_parts();
        let mut signed = Signed {
            method: method.to_owned(),
            target: target.to_owned(),
            headers: all.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            body: body.to_owned(),
        };
        for (name, value) in instructions.headers() {
            signed.headers.push((name.to_owned(), value.to_owned()));
        }
        for (name, value) in instructions.params() {
            let value: String = url::form_urlencoded::byte_serialize(value.as_bytes()).collect();
            let join = if signed.target.contains('?') { '&' } else { '?' };
            signed.target += &format!("{join}{name}={value}");
        }
        signed
    }
}

impl Signed {
    fn bytes(&self) -> Vec<u8> {
        let Self { method, target, headers, body } = self;
        let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let length = body.len();
        let head =
            format!("{method} {target} HTTP/1.1\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n");
        (head + body).into_bytes()
    }

    async fn send(&self, api: &LocalApi) -> (u16, String, String) {
        send(api, &self.bytes()).await
    }
}

/// Status, error type, and what the message says, or the body where it is no message.
async fn send(api: &LocalApi, request: &[u8]) -> (u16, String, String) {
    let mut stream = TcpStream::connect(api.address()).await.unwrap();
    stream.write_all(request).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    let status = head.get(9..12).and_then(|status| status.parse().ok()).unwrap_or_default();
    let error = head.lines().find_map(|line| line.strip_prefix("x-amzn-errortype: ")).unwrap_or_default();
    let json: Value = serde_json::from_str(body).unwrap_or_default();
    (status, error.to_owned(), json["message"].as_str().unwrap_or(body).to_owned())
}

#[tokio::test]
async fn a_signature_lets_in_and_the_event_says_whose_it_is() {
    let (api, seen) = start(Authorization::AwsIam, Some(known())).await;
    let host = "local00000.execute-api.eu-central-1.amazonaws.com";
    for (signer, arn, account) in [(Signer::user(), USER, "210987654321"), (Signer::role(), ROLE, "123456789012")] {
        for signer in [signer.clone(), signer.in_query()] {
            for (method, target, headers, body) in [
                ("GET", "/dev/order", &[][..], ""),
                ("GET", "/dev/order?b=1&a=%20%2F&a=", &[("host", host)], ""),
                ("GET", "/dev/order/a%20b~c", &[("x-two", "a  b"), ("x-two", " c")], ""),
                ("POST", "/dev/order?x", &[("content-type", "application/json")], "{\"a\": \"é\"}"),
            ] {
                let signed = signer.sign(method, target, headers, body);
                let answer = signed.send(&api).await;
                assert_eq!((answer.0, answer.2.as_str()), (200, "in"), "{method} {target}: {answer:?}");
                let event = seen.one();
                let identity = &event["requestContext"]["identity"];
                assert_eq!((&identity["userArn"], &identity["accountId"]), (&json!(arn), &json!(account)));
                assert_eq!(identity["accessKey"], signer.key);
                let user = identity["user"].as_str().unwrap();
                assert_eq!(identity["caller"], user);
                assert!(if arn == ROLE { user.ends_with(":i-0abc") } else { user.starts_with("AIDA") }, "{user}");
                for name in ["headers", "multiValueHeaders"] {
                    assert!(event[name].get("Authorization").is_none(), "{event}");
                }
                let is_by_header = signer.location == SignatureLocation::Headers;
                assert_eq!(event["headers"].get("x-amz-date").is_some(), is_by_header);
                assert_eq!(
                    event["headers"].get("x-amz-security-token").is_some(),
                    is_by_header && signer.token.is_some()
                );
            }
        }
    }
}

/// Other letters of a header's name and of an escape are the same request; all else is another.
#[tokio::test]
async fn every_byte_of_what_is_signed_counts() {
    let (api, seen) = start(Authorization::AwsIam, Some(known())).await;
    let mut refused = 0;
    for signer in [Signer::role(), Signer::role().in_query()] {
        let headers = [("content-type", "application/json"), ("x-two", "a b")];
        let signed = signer.sign("POST", "/dev/order?a=%20b&b=%25", &headers, "{\"a\": 1}");
        assert_eq!(signed.send(&api).await.0, 200);
        seen.one();
        let parts = 3 + signed.headers.len();
        for part in 0..parts {
            let text = |signed: &Signed| match part {
                0 => signed.method.clone(),
                1 => signed.target.clone(),
                2 => signed.body.clone(),
                header => signed.headers[header - 3].1.clone(),
            };
            for at in 0..text(&signed).len() {
                // Not the bit that makes a letter large or small: an escape may have either.
                for bit in [1, 4] {
                    let mut bytes = text(&signed).into_bytes();
                    bytes[at] ^= bit;
                    let changed = String::from_utf8(bytes).unwrap();
                    let mut other = signed.clone();
                    match part {
                        0 => other.method = changed.clone(),
                        1 => other.target = changed.clone(),
                        2 => other.body = changed.clone(),
                        header => other.headers[header - 3].1 = changed.clone(),
                    }
                    let (status, error, _) = other.send(&api).await;
                    assert!(status == 403 || status == 400, "{changed}: {status} {error}");
                    refused += 1;
                }
            }
            // And one byte less.
            let mut other = signed.clone();
            match part {
                0 => drop(other.method.pop()),
                1 => drop(other.target.pop()),
                2 => drop(other.body.pop()),
                header => drop(other.headers[header - 3].1.pop()),
            }
            assert_eq!(other.send(&api).await.0, 403, "part {part}");
        }
    }
    assert!(refused > 1400, "{refused}");
    assert!(seen.0.lock().unwrap().is_empty(), "no function has run");
}

#[tokio::test]
async fn a_refusal_is_in_awss_words() {
    let (api, seen) = start(Authorization::AwsIam, Some(known())).await;
    let minutes = |minutes: u64| Duration::from_secs(60 * minutes);
    let (user, role, now) = (Signer::user(), Signer::role(), SystemTime::now());
    let invalid = "InvalidSignatureException";
    let unknown = ("UnrecognizedClientException", "The security token included in the request is invalid.");
    for (signer, error, says) in [
        (Signer { key: "AKIANOBODY", ..user.clone() }, unknown.0, unknown.1),
        (Signer { token: Some("another"), ..role.clone() }, unknown.0, unknown.1),
        (Signer { token: None, ..role.clone() }, unknown.0, unknown.1),
        (Signer { token: Some("any"), ..user.clone() }, unknown.0, unknown.1),
        (
            Signer { key: "ASIAENDED", ..role },
            "ExpiredTokenException",
            "The security token included in the request is expired",
        ),
        (Signer { at: now - minutes(6), ..user.clone() }, invalid, "Signature expired: "),
        (Signer { at: now + minutes(6), ..user.clone() }, invalid, "Signature not yet current: "),
        (
            Signer { service: "s3", ..user.clone() },
            invalid,
            "Credential should be scoped to correct service: 'execute-api'. ",
        ),
        (Signer { secret: "another", ..user.clone() }, invalid, "The request signature we calculated does not match"),
    ] {
        for signer in [signer.clone(), signer.in_query()] {
            let answer = signer.sign("GET", "/dev/order?a=1", &[], "").send(&api).await;
            assert_eq!((answer.0, answer.1.as_str()), (403, error), "{answer:?}");
            assert!(answer.2.starts_with(says), "{answer:?}");
        }
    }
    // Only a name of AWS's says which region it is in.
    let elsewhere = Signer { region: "us-east-1", service: "s3", ..user.clone() };
    let host = [("host", "local00000.execute-api.eu-central-1.amazonaws.com")];
    assert_eq!(
        elsewhere.sign("GET", "/dev/order", &host, "").send(&api).await.2,
        "Credential should be scoped to a valid region, not 'us-east-1'. Credential should be scoped to correct service: 'execute-api'. "
    );
    let elsewhere = Signer { region: "us-east-1", ..user.clone() };
    assert_eq!(elsewhere.sign("GET", "/dev/order", &[], "").send(&api).await.0, 200);
    seen.one();
    // What the gateway would have signed.
    let mut signed = user.sign("POST", "/dev/order?b=2&a=1", &[("content-type", "application/json")], "{}");
    signed.body = "[]".to_owned();
    let (date, day) = signed.headers.iter().find(|(name, _)| name == "x-amz-date").map(|(_, d)| (d, &d[..8])).unwrap();
    let canonical = format!(
        "POST\n/dev/order\na=1&b=2\ncontent-type:application/json\nhost:localhost\nx-amz-date:{date}\n\ncontent-type;host;x-amz-date\n\
         4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945"
    );
    let hash = sha256(&canonical);
    assert_eq!(
        signed.send(&api).await.2,
        format!(
            "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and \
             signing method. Consult the service documentation for details.\n\nThe Canonical String for this request should have \
             been\n'{canonical}'\n\nThe String-to-Sign should have been\n'AWS4-HMAC-SHA256\n{date}\n{day}/eu-central-1/execute-api/\
             aws4_request\n{hash}'\n"
        )
    );
    assert!(seen.0.lock().unwrap().is_empty(), "no function has run");
}

fn sha256(text: &str) -> String {
    use sha2::{Digest, Sha256};
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The endpoint's policy looks at a signature even where the method does not.
#[tokio::test]
async fn without_authorization_a_wrong_signature_is_refused_and_a_token_is_the_functions() {
    let (api, seen) = start(Authorization::None, Some(known())).await;
    for signer in [Signer::user(), Signer::user().in_query()] {
        let wrong = Signer { secret: "another", ..signer.clone() };
        assert_eq!(wrong.sign("GET", "/dev/order", &[], "").send(&api).await.1, "InvalidSignatureException");
        assert_eq!(signer.sign("GET", "/dev/order", &[], "").send(&api).await.0, 200);
        let event = seen.one();
        assert_eq!(
            (event["headers"].get("Authorization"), &event["requestContext"]["identity"]["userArn"]),
            (None, &Value::Null)
        );
    }
    let half =
        b"GET /dev/order HTTP/1.1\r\nHost: localhost\r\nAuthorization: AWS4-HMAC-SHA256 x\r\nConnection: close\r\n\r\n";
    assert_eq!(send(&api, half).await.1, "IncompleteSignatureException");
    for token in ["Bearer abc.def", "Basic YTpi", "AWS4-HMAC-SHA256-LIKE"] {
        let signed = Signed {
            method: "GET".to_owned(),
            target: "/dev/order".to_owned(),
            headers: vec![("host".to_owned(), "localhost".to_owned()), ("Authorization".to_owned(), token.to_owned())],
            body: String::new(),
        };
        assert_eq!(signed.send(&api).await.0, 200, "{token}");
        assert_eq!(seen.one()["headers"]["Authorization"], token);
    }
    // Nobody is known: nothing can be checked, and no function sees the signature all the same.
    let (api, seen) = start(Authorization::None, None).await;
    assert_eq!(Signer::user().sign("GET", "/dev/order", &[], "").send(&api).await.0, 200);
    assert!(seen.one()["headers"].get("Authorization").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn curl_signs() {
    let (api, seen) = start(Authorization::AwsIam, Some(known())).await;
    let url = format!("{}/order", api.url());
    let curl = |arguments: &[&str], secret: &str| {
        let mut curl = Command::new("curl");
        curl.args([
            "--silent",
            "--output",
            "-",
            "--write-out",
            " %{http_code}",
            "--aws-sigv4",
            "aws:amz:eu-central-1:execute-api",
        ]);
        let output = curl.args(["--user", &format!("AKIAUSER:{secret}")]).args(arguments).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(curl(&[&url], SECRET), "in 200");
    assert_eq!(curl(&[&format!("{url}?a=1&b=2")], SECRET), "in 200");
    let json = ["--data", "{\"a\":1}", "--header", "Content-Type: application/json", &url];
    assert_eq!(curl(&json, SECRET), "in 200");
    assert_eq!(seen.0.lock().unwrap().len(), 3);
    assert!(curl(&json, "another").ends_with(" 403"));
}

/// Run by `cargo xtask client`, which brings a Python with botocore.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs botocore: cargo xtask client"]
async fn botocore_signs() {
    let (api, seen) = start(Authorization::AwsIam, Some(known())).await;
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/botocore_calls.py");
    for (key, token, secret) in
        [("AKIAUSER", None, SECRET), ("ASIAROLE", Some(TOKEN), SECRET), ("AKIAUSER", None, "another")]
    {
        let mut python = Command::new(std::env::var_os("PRIVATE_API_TEST_PYTHON").unwrap());
        python.args([script, &api.url()]).env("AWS_ACCESS_KEY_ID", key).env("AWS_SECRET_ACCESS_KEY", secret);
        python.env_remove("AWS_SESSION_TOKEN").envs(token.map(|token| ("AWS_SESSION_TOKEN", token)));
        let output = python.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let said = String::from_utf8(output.stdout).unwrap();
        if secret == SECRET {
            assert_eq!(said, "200\n".repeat(7));
            assert_eq!(std::mem::take(&mut *seen.0.lock().unwrap()).len(), 7);
        } else {
            assert_eq!(said.lines().filter(|line| line.starts_with("403 ")).count(), 7, "{said}");
        }
    }
}

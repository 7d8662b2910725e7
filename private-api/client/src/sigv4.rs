//! Requests signed for `execute-api` with AWS Signature Version 4.

use std::time::{Duration, SystemTime};

use aws_credential_types::{
    Credentials,
    provider::{ProvideCredentials, SharedCredentialsProvider},
};
use aws_sigv4::{
    http_request::{SignableBody, SignableRequest, SigningSettings, sign},
    sign::v4,
};
use http::{HeaderName, HeaderValue};
use private_api_contract::header;
use tokio::sync::{Mutex, OnceCell};

/// What signatures are for.
const SERVICE: &str = "execute-api";

/// Our own headers: they arrive as they are sent. What others add on the way, or callers for tracing, is not signed.
const SIGNED: [&str; 5] = ["host", "content-type", header::IDEMPOTENCY_KEY, header::IF_MATCH, "x-apigw-api-id"];

/// Credentials that end sooner than this are renewed first.
const RENEW_BEFORE: Duration = Duration::from_secs(60);

/// Credentials that do not say when they end are asked for again after this time.
const KEEP: Duration = Duration::from_secs(15 * 60);

pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

pub(crate) struct Signer {
    region: String,
    /// The standard chain unless given; that one is looked up at the first call, for `build` sends nothing.
    provider: OnceCell<SharedCredentialsProvider>,
    cached: Mutex<Option<(Credentials, SystemTime)>>,
}

impl Signer {
    pub(crate) fn new(region: String, provider: Option<SharedCredentialsProvider>) -> Self {
        Self { region, provider: OnceCell::new_with(provider), cached: Mutex::new(None) }
    }

    /// Adds the signature's headers.
    pub(crate) async fn sign(
        &self,
        mut request: reqwest::Request,
        now: SystemTime,
    ) -> Result<reqwest::Request, Failure> {
        let credentials = self.credentials(now).await?;
        let body = request.body().and_then(reqwest::Body::as_bytes).unwrap_or_default();
        let headers =
            SIGNED.iter().filter_map(|name| Some((*name, request.headers().get(*name)?.to_str().ok()?))).collect();
        let what = What { method: request.method().as_str(), uri: request.url().as_str(), headers, body };
        let signature = signature(&what, credentials, &self.region, SERVICE, now)?;
        request.headers_mut().extend(signature);
        Ok(request)
    }

    /// The provider's credentials, remembered until shortly before they end.
    async fn credentials(&self, now: SystemTime) -> Result<Credentials, Failure> {
        let mut cached = self.cached.lock().await;
        if let Some((credentials, renew_at)) = &*cached
            && now < *renew_at
        {
            return Ok(credentials.clone());
        }
        let provider = self.provider.get_or_try_init(standard_chain).await?;
        match provider.provide_credentials().await {
            Ok(fresh) => {
                let renew_at = fresh.expiry().map_or(now + KEEP, |end| end.checked_sub(RENEW_BEFORE).unwrap_or(now));
                *cached = Some((fresh.clone(), renew_at));
                Ok(fresh)
            }
            // Better the old ones, while they last, than none.
            Err(e) => match &*cached {
                Some((old, _)) if old.expiry().is_some_and(|end| now < end) => Ok(old.clone()),
                _ => Err(e.into()),
            },
        }
    }
}

async fn standard_chain() -> Result<SharedCredentialsProvider, Failure> {
    use aws_smithy_http_client::tls;
    // ring, as for the client's own TLS: the chain's own default would link a second TLS stack.
    let http = aws_smithy_http_client::Builder::new()
        .tls_provider(tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring))
        .build_https();
    let config = aws_config::defaults(aws_config::BehaviorVersion::v2026_01_12()).http_client(http).load().await;
    config.credentials_provider().ok_or_else(|| "the standard chain has no credentials provider".into())
}

/// What is signed.
struct What<'a> {
    method: &'a str,
    uri: &'a str,
    headers: Vec<(&'a str, &'a str)>,
    body: &'a [u8],
}

/// The headers that make up the signature.
fn signature(
    what: &What<'_>,
    credentials: Credentials,
    region: &str,
    service: &str,
    now: SystemTime,
) -> Result<Vec<(HeaderName, HeaderValue)>, Failure> {
    let identity = credentials.into();
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name(service)
        .time(now)
        .settings(SigningSettings::default())
        .build()?
        .into();
    let request =
        SignableRequest::new(what.method, what.uri, what.headers.iter().copied(), SignableBody::Bytes(what.body))?;
    let (instructions, _) = sign(request, &params)?.into_parts();
    let (headers, _) = instructions.into_parts();
    headers
        .into_iter()
        .map(|header| {
            let mut value = HeaderValue::from_str(header.value())?;
            value.set_sensitive(header.sensitive());
            Ok((HeaderName::from_static(header.name()), value))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::{fs, path::PathBuf, process::Command};

    use super::*;

    /// AWS's published vectors, where the aws-sigv4 crate's package keeps them.
    fn vectors() -> PathBuf {
        let text = |output: std::process::Output| String::from_utf8(output.stdout).unwrap();
        let rustc = text(Command::new("rustc").arg("-vV").output().unwrap());
        let host = rustc.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
        // For this machine only: other platforms' crates may never have been downloaded.
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["metadata", "--format-version=1", "--offline", "--features=sigv4", "--filter-platform", host]);
        cargo.args(["--manifest-path", concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")]);
        let output = text(cargo.output().unwrap());
        let metadata: serde_json::Value = serde_json::from_str(&output).unwrap();
        let packages = metadata["packages"].as_array().unwrap();
        let package = packages.iter().find(|p| p["name"] == "aws-sigv4").unwrap();
        let manifest = PathBuf::from(package["manifest_path"].as_str().unwrap());
        manifest.with_file_name("aws-signing-test-suite").join("v4")
    }

    /// The request as the vectors write it: a request line, headers (some folded, some repeated), a body.
    fn parse(text: &str) -> (String, String, Vec<(String, String)>, String) {
        let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
        let mut lines = head.lines();
        let (method, rest) = lines.next().unwrap().split_once(' ').unwrap();
        let target = rest.strip_suffix(" HTTP/1.1").unwrap();
        let mut headers: Vec<(String, String)> = Vec::new();
        for line in lines {
            match line.split_once(':') {
                Some((name, value)) if !line.starts_with(' ') => {
                    headers.push((name.to_lowercase(), value.to_owned()));
                }
                _ => headers.last_mut().unwrap().1.push_str(line),
            }
        }
        (method.to_owned(), target.to_owned(), headers, body.to_owned())
    }

    #[test]
    fn signatures_are_those_of_the_published_vectors() {
        let mut checked = Vec::new();
        for entry in fs::read_dir(vectors()).unwrap() {
            let folder = entry.unwrap().path();
            // Two folders are not of AWS's suite but of the crate itself, in another form.
            if !folder.join("context.json").exists() {
                continue;
            }
            let read = |name: &str| fs::read_to_string(folder.join(name)).unwrap();
            let context: serde_json::Value = serde_json::from_str(&read("context.json")).unwrap();
            // What execute-api does not use: unnormalised paths, a hash of the body as a header, an unsigned token.
            if context["normalize"] == false || context["sign_body"] == true || context["omit_session_token"] == true {
                continue;
            }
            let (method, target, headers, body) = parse(&read("request.txt"));
            // Raw UTF-8 is never sent, and the one escaped path is signed as S3 does it; no path of ours has escapes.
            if !target.is_ascii() || target.split('?').next().unwrap().contains('%') {
                continue;
            }
            let uri = format!("https://example.amazonaws.com{target}");
            let text = |key: &str| context["credentials"][key].as_str().map(str::to_owned);
            let credentials = Credentials::new(
                text("access_key_id").unwrap(),
                text("secret_access_key").unwrap(),
                text("token"),
                None,
                "vector",
            );
            let now = context["timestamp"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap().into();
            let headers = headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            let what = What { method: &method, uri: &uri, headers, body: body.as_bytes() };
            let region = context["region"].as_str().unwrap();
            let made = signature(&what, credentials, region, context["service"].as_str().unwrap(), now).unwrap();
            let authorization = made.iter().find(|(name, _)| name == "authorization").unwrap().1.to_str().unwrap();
            let name = folder.file_name().unwrap().to_string_lossy().into_owned();
            let expected = read("header-signature.txt");
            assert!(authorization.ends_with(&format!("Signature={}", expected.trim())), "{name}: {authorization}");
            checked.push(name);
        }
        assert!(checked.len() >= 20, "{checked:?}");
    }
}

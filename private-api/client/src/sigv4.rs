//! Requests signed for `execute-api` with AWS Signature Version 4.
//!
//! The canonical request is made here: the signing crate's own function for it tells `tracing` the whole request.

use std::{
    collections::BTreeMap,
    fmt::Write,
    sync::atomic::{AtomicI64, Ordering},
    time::SystemTime,
};

use aws_credential_types::Credentials;
use aws_sigv4::sign::v4::{calculate_signature, generate_signing_key};
use http::{HeaderName, HeaderValue};
use jiff::{SignedDuration, Timestamp};
use percent_encoding::utf8_percent_encode;
use private_api_contract::header;
use sha2::{Digest, Sha256};
use url::Url;

use crate::{
    Api, Error, Refusal,
    credentials::{Failure, Held},
    query::RESERVED,
};

/// What signatures are for.
const SERVICE: &str = "execute-api";

/// Our own headers: they arrive as they are sent. What others add on the way, or callers for tracing, is not signed.
const SIGNED: [&str; 6] =
    ["host", "content-type", header::IDEMPOTENCY_KEY, header::IF_MATCH, header::ON_BEHALF_OF, "x-apigw-api-id"];

/// A correction of the clock by less than this would not have made a signature valid, in milliseconds.
const LEAST_SKEW: u64 = 60_000;

pub(crate) struct Signer {
    region: String,
    pub credentials: Held,
    /// How far AWS's clock is ahead of this machine's, in milliseconds, as a refusal has proved it.
    skew: AtomicI64,
}

impl Signer {
    pub(crate) fn new(region: String, credentials: Held) -> Self {
        Self { region, credentials, skew: AtomicI64::new(0) }
    }

    /// AWS's time, as far as it is known.
    pub(crate) fn time(&self, now: SystemTime) -> Result<Timestamp, Failure> {
        let skew = SignedDuration::from_millis(self.skew.load(Ordering::Relaxed));
        Ok(Timestamp::try_from(now)?.checked_add(skew)?)
    }

    /// A signature was refused for its time. Whether another one, with the clock corrected by `measured`, may be taken. A
    /// correction that has not helped is forgotten.
    fn correct(&self, measured: Option<i64>) -> bool {
        let used = self.skew.load(Ordering::Relaxed);
        let better = measured.filter(|measured| measured.abs_diff(used) > LEAST_SKEW);
        self.skew.store(better.unwrap_or(0), Ordering::Relaxed);
        better.is_some()
    }

    /// Whether a request that was signed with `used` and answered with `error` may be taken with another signature: with other
    /// credentials, or by a better clock.
    pub(crate) fn may_sign_again<A: Api>(&self, error: &Error<A>, used: &Credentials) -> bool {
        match error.refusal() {
            Some(Refusal::BadCredentials) => {
                self.credentials.refused(used);
                true
            }
            Some(Refusal::SignatureExpired) => self.correct(error.skew()),
            _ => false,
        }
    }

    /// Adds the signature's headers.
    pub(crate) fn sign(
        &self,
        request: &mut reqwest::Request,
        credentials: &Credentials,
        now: SystemTime,
    ) -> Result<(), Failure> {
        let now = self.time(now)?;
        let body = request.body().and_then(reqwest::Body::as_bytes).unwrap_or_default();
        let host = match (request.url().host_str(), request.url().port()) {
            (Some(host), Some(port)) => format!("{host}:{port}"),
            (host, _) => host.unwrap_or_default().to_owned(),
        };
        let mut headers: Vec<_> =
            SIGNED.iter().filter_map(|name| Some((*name, request.headers().get(*name)?.to_str().ok()?))).collect();
        if !request.headers().contains_key("host") {
            headers.push(("host", &host));
        }
        let what = What { method: request.method().as_str(), url: request.url(), headers, body };
        let signature = signature(&what, credentials, &self.region, SERVICE, now)?;
        request.headers_mut().extend(signature);
        Ok(())
    }
}

/// What is signed.
struct What<'a> {
    method: &'a str,
    url: &'a Url,
    headers: Vec<(&'a str, &'a str)>,
    body: &'a [u8],
}

/// The headers that make up the signature.
fn signature(
    what: &What<'_>,
    credentials: &Credentials,
    region: &str,
    service: &str,
    now: Timestamp,
) -> Result<Vec<(HeaderName, HeaderValue)>, Failure> {
    let time = now.strftime("%Y%m%dT%H%M%SZ").to_string();
    let mut headers: BTreeMap<&str, String> = BTreeMap::new();
    let own = [("x-amz-date", Some(&*time)), ("x-amz-security-token", credentials.session_token())];
    let own = own.into_iter().filter_map(|(name, value)| Some((name, value?)));
    for (name, value) in what.headers.iter().copied().chain(own.clone()) {
        let value = value.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
        headers.entry(name).and_modify(|all| *all = format!("{all},{value}")).or_insert(value);
    }
    let signed = headers.keys().copied().collect::<Vec<_>>().join(";");
    let lines: String = headers.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
    // Every service but S3 takes empty segments away and has what is escaped in a path escaped once more.
    let mut path = what
        .url
        .path()
        .split('/')
        .filter(|segment| !segment.is_empty())
        .fold(String::new(), |path, segment| format!("{path}/{}", utf8_percent_encode(segment, RESERVED)));
    if path.is_empty() || what.url.path().ends_with('/') {
        path.push('/');
    }
    let mut query: Vec<_> = what.url.query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty()).collect();
    query.sort_unstable_by_key(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let query = query.iter().map(|pair| if pair.contains('=') { (*pair).to_owned() } else { format!("{pair}=") });
    let query = query.collect::<Vec<_>>().join("&");
    let canonical = format!("{}\n{path}\n{query}\n{lines}\n{signed}\n{}", what.method, sha256(what.body));

    let scope = format!("{}/{region}/{service}/aws4_request", &time[..8]);
    let to_sign = format!("AWS4-HMAC-SHA256\n{time}\n{scope}\n{}", sha256(canonical.as_bytes()));
    let key = generate_signing_key(credentials.secret_access_key(), now.into(), region, service);
    let authorization = format!(
        "AWS4-HMAC-SHA256 Credential={}/{scope}, SignedHeaders={signed}, Signature={}",
        credentials.access_key_id(),
        calculate_signature(key, to_sign.as_bytes())
    );
    let set = own.chain([("authorization", &*authorization)]).map(|(name, value)| {
        let mut value = HeaderValue::from_str(value)?;
        value.set_sensitive(name != "x-amz-date");
        Ok((HeaderName::from_bytes(name.as_bytes())?, value))
    });
    set.collect()
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut hex, byte| {
        // Writing to a `String` cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
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
        cargo.args([
            "metadata",
            "--format-version=1",
            "--offline",
            "--features=sigv4-signer",
            "--filter-platform",
            host,
        ]);
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
            let now = context["timestamp"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
            let headers = headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            let url = url::Url::parse(&uri).unwrap();
            let what = What { method: &method, url: &url, headers, body: body.as_bytes() };
            let region = context["region"].as_str().unwrap();
            let made = signature(&what, &credentials, region, context["service"].as_str().unwrap(), now).unwrap();
            let authorization = made.iter().find(|(name, _)| name == "authorization").unwrap().1.to_str().unwrap();
            let name = folder.file_name().unwrap().to_string_lossy().into_owned();
            let expected = read("header-signature.txt");
            assert!(authorization.ends_with(&format!("Signature={}", expected.trim())), "{name}: {authorization}");
            checked.push(name);
        }
        assert!(checked.len() >= 20, "{checked:?}");
    }
}

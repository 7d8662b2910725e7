//! Checks a signature as the gateway does: from what arrived, with the secret, and without the crate that made it.

use ring::{digest, hmac};

use super::Seen;

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn sha256(bytes: &[u8]) -> String {
    hex(digest::digest(&digest::SHA256, bytes).as_ref())
}

fn hmac(key: &[u8], text: &str) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes()).as_ref().to_vec()
}

/// A signature taken apart.
pub struct Signature {
    pub key_id: String,
    pub date: String,
    pub region: String,
    pub service: String,
    pub signed: Vec<String>,
    pub signature: String,
}

impl Signature {
    pub fn of(seen: &Seen) -> Option<Self> {
        let rest = seen.header("authorization")?.strip_prefix("AWS4-HMAC-SHA256 ")?;
        let part = |name: &str| rest.split(", ").find_map(|p| p.strip_prefix(name)).map(str::to_owned);
        let credential = part("Credential=")?;
        let scope: Vec<_> = credential.split('/').collect();
        let [key_id, date, region, service, "aws4_request"] = scope[..] else { return None };
        Some(Self {
            key_id: key_id.to_owned(),
            date: date.to_owned(),
            region: region.to_owned(),
            service: service.to_owned(),
            signed: part("SignedHeaders=")?.split(';').map(str::to_owned).collect(),
            signature: part("Signature=")?,
        })
    }

    /// Whether `secret` has signed this request.
    pub fn is_of(&self, secret: &str, seen: &Seen) -> bool {
        let (path, query) = seen.target.split_once('?').unwrap_or((&seen.target, ""));
        let mut query: Vec<_> = query.split('&').collect();
        query.sort_unstable();
        let headers: String = self
            .signed
            .iter()
            .map(|name| format!("{name}:{}\n", seen.header(name).unwrap_or_default().trim()))
            .collect();
        let signed = self.signed.join(";");
        let canonical =
            format!("{}\n{path}\n{}\n{headers}\n{signed}\n{}", seen.method, query.join("&"), sha256(&seen.body));
        let scope = format!("{}/{}/{}/aws4_request", self.date, self.region, self.service);
        let time = seen.header("x-amz-date").unwrap_or_default();
        let to_sign = format!("AWS4-HMAC-SHA256\n{time}\n{scope}\n{}", sha256(canonical.as_bytes()));
        let mut key = format!("AWS4{secret}").into_bytes();
        for part in [&*self.date, &*self.region, &*self.service, "aws4_request"] {
            key = hmac(&key, part);
        }
        hex(&hmac(&key, &to_sign)) == self.signature
    }
}

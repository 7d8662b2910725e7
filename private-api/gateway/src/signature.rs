//! AWS Signature Version 4, from the other side: whose a request is. The refusals are AWS's own words; where they come from is in
//! `recorded/authorization.json`.

mod canonical;
#[cfg(test)]
mod tests;

use aws_sigv4::sign::v4::{calculate_signature, generate_signing_key};
use aws_smithy_types::base64;
use http::{HeaderMap, header};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use sha2::{Digest, Sha256};

use crate::{
    credentials::{Credential, Credentials},
    routes::ErrorKind,
};

pub(crate) const ALGORITHM: &str = "AWS4-HMAC-SHA256";
const SERVICE: &str = "execute-api";
const TERMINATOR: &str = "aws4_request";
/// How far a signature's time may lie from the gateway's.
const SKEW: SignedDuration = SignedDuration::from_mins(5);
/// Dates as signatures have them.
const FORM: &str = "%Y%m%dT%H%M%SZ";

/// What is signed, all of it as it was sent.
#[derive(Clone, Copy)]
pub(crate) struct Sent<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) query: &'a str,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) body: &'a [u8],
}

/// Where a request says who it is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// `Authorization: AWS4-HMAC-SHA256 …`
    Header,
    /// `X-Amz-Algorithm=…` and more in the query.
    Query,
    /// An `Authorization` of another kind, such as a bearer token.
    Other,
    Absent,
}

/// Why somebody is not let in.
#[derive(Debug)]
pub(crate) struct Refusal {
    /// The gateway response that shapes it.
    name: &'static str,
    error_type: &'static str,
    message: String,
}

impl Refusal {
    pub(crate) fn kind(&self) -> ErrorKind<'_> {
        ErrorKind { name: self.name, error_type: self.error_type, status: 403, message: &self.message }
    }
}

fn incomplete(message: impl Into<String>) -> Refusal {
    let name = "MISSING_AUTHENTICATION_TOKEN";
    Refusal { name, error_type: "IncompleteSignatureException", message: message.into() }
}

fn invalid(message: impl Into<String>) -> Refusal {
    Refusal { name: "INVALID_SIGNATURE", error_type: "InvalidSignatureException", message: message.into() }
}

fn unrecognized() -> Refusal {
    let message = "The security token included in the request is invalid.".to_owned();
    Refusal { name: "DEFAULT_4XX", error_type: "UnrecognizedClientException", message }
}

impl Form {
    pub(crate) fn of(sent: &Sent<'_>) -> Self {
        if sent.headers.get_all(header::AUTHORIZATION).iter().any(is_signature) {
            Self::Header
        } else if sent.headers.contains_key(header::AUTHORIZATION) {
            Self::Other
        } else if canonical::parameter(sent.query, "X-Amz-Algorithm").is_some() {
            Self::Query
        } else {
            Self::Absent
        }
    }
}

/// Whether this `Authorization` is a signature, right or wrong.
pub(crate) fn is_signature(authorization: &http::HeaderValue) -> bool {
    let rest = authorization.as_bytes().strip_prefix(ALGORITHM.as_bytes());
    rest.is_some_and(|rest| rest.first().is_none_or(u8::is_ascii_whitespace))
}

/// What a request says of its signature.
struct Stated {
    form: Form,
    access_key: String,
    /// Date, region, service, terminator.
    scope: [String; 4],
    signed_headers: String,
    signature: String,
    date: String,
    token: Option<String>,
    /// How long it is to be valid, in seconds.
    expires: Option<String>,
}

/// The credentials that have signed this request.
///
/// `region`: the one that the host's name has; a local name has none, and any will do.
pub(crate) fn verify<'a>(
    sent: &Sent<'_>,
    known: &'a Credentials,
    region: Option<&str>,
    now: Timestamp,
) -> Result<&'a Credential, Refusal> {
    let stated = stated(sent)?;
    check_headers(&stated, sent)?;
    let at = check_time(&stated, now)?;
    check_scope(&stated, region)?;
    let credential = known.get(&stated.access_key).ok_or_else(unrecognized)?;
    if credential.token != stated.token {
        return Err(unrecognized());
    }
    if credential.expiration.is_some_and(|end| end <= now) {
        let message = "The security token included in the request is expired".to_owned();
        return Err(Refusal { name: "EXPIRED_TOKEN", error_type: "ExpiredTokenException", message });
    }
    let calculated = calculate(&stated, sent, at, &credential.secret);
    if !is_equal(&calculated.signature, &stated.signature) {
        return Err(invalid(format!(
            "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and \
             signing method. Consult the service documentation for details.\n\nThe Canonical String for this request should have \
             been\n'{}'\n\nThe String-to-Sign should have been\n'{}'\n",
            String::from_utf8_lossy(&calculated.canonical),
            calculated.to_sign,
        )));
    }
    Ok(credential)
}

/// Refuses an `Authorization` that is no signature in AWS's words for it.
pub(crate) fn not_a_signature(sent: &Sent<'_>) -> Option<Refusal> {
    (Form::of(sent) == Form::Other).then(|| stated(sent).err()).flatten()
}

fn stated(sent: &Sent<'_>) -> Result<Stated, Refusal> {
    let form = Form::of(sent);
    let parameter = |name: &str| canonical::parameter(sent.query, name);
    let (algorithm, mut given, kind, date_words) = match form {
        Form::Absent => {
            return Err(Refusal {
                name: "MISSING_AUTHENTICATION_TOKEN",
                error_type: "MissingAuthenticationTokenException",
                message: "Missing Authentication Token".to_owned(),
            });
        }
        Form::Query => {
            let names = ["Credential", "Signature", "SignedHeaders"];
            let given = names.map(|name| parameter(&format!("X-Amz-{name}")));
            (
                parameter("X-Amz-Algorithm").unwrap_or_default(),
                given,
                "AWS query-string parameters must include",
                "'X-Amz-Date'",
            )
        }
        Form::Header | Form::Other => {
            let text = joined(sent.headers, header::AUTHORIZATION.as_str());
            let text = String::from_utf8_lossy(&text).into_owned();
            let (algorithm, pairs) = text.split_once(' ').unwrap_or((&text, ""));
            (
                algorithm.to_owned(),
                pairs_of(pairs)?,
                "Authorization header requires",
                "existence of either a 'X-Amz-Date' or a 'Date' header",
            )
        }
    };
    let date = match form {
        Form::Query => parameter("X-Amz-Date"),
        _ => ["x-amz-date", "date"]
            .into_iter()
            .find(|name| sent.headers.contains_key(*name))
            .map(|name| header_text(sent, name)),
    };
    let names = ["Credential", "Signature", "SignedHeaders"];
    let missing = names.iter().zip(&given).filter(|(_, value)| value.as_ref().is_none_or(String::is_empty));
    let mut missing: Vec<_> = match form {
        Form::Query => missing.map(|(name, _)| format!("{kind} 'X-Amz-{name}'. ")).collect(),
        _ => missing.map(|(name, _)| format!("{kind} '{name}' parameter. ")).collect(),
    };
    if date.is_none() {
        missing.push(format!("{kind} {date_words}. "));
    }
    if !missing.is_empty() {
        let end = if form == Form::Query {
            "Re-examine the query-string parameters.".to_owned()
        } else {
            format!("Authorization={algorithm}")
        };
        return Err(incomplete(missing.concat() + &end));
    }
    if algorithm != ALGORITHM {
        return Err(incomplete(format!("Unsupported AWS 'algorithm': '{algorithm}'.")));
    }
    let [credential, signature, signed_headers] = given.each_mut().map(|value| value.take().unwrap_or_default());
    let [access_key, day, region, service, terminator] = *credential.split('/').collect::<Vec<_>>() else {
        return Err(incomplete(format!(
            "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '{credential}'"
        )));
    };
    Ok(Stated {
        form,
        access_key: access_key.to_owned(),
        scope: [day, region, service, terminator].map(str::to_owned),
        signed_headers,
        signature,
        date: date.unwrap_or_default(),
        token: match form {
            Form::Query => parameter("X-Amz-Security-Token"),
            _ => sent.headers.contains_key("x-amz-security-token").then(|| header_text(sent, "x-amz-security-token")),
        },
        expires: parameter("X-Amz-Expires").filter(|_| form == Form::Query),
    })
}

/// Credential, Signature and SignedHeaders of an `Authorization`; what else there is counts for nothing.
fn pairs_of(text: &str) -> Result<[Option<String>; 3], Refusal> {
    let mut found = [None, None, None];
    for pair in text.split(',').map(str::trim).filter(|pair| !pair.is_empty()) {
        let Some((name, value)) = pair.split_once('=') else {
            return Err(incomplete(format!(
                "Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and encoded with Base64): \
                 '{}'.",
                base64::encode(Sha256::digest(pair.as_bytes()))
            )));
        };
        if let Some(place) = ["Credential", "Signature", "SignedHeaders"].iter().position(|known| *known == name) {
            found[place] = Some(value.to_owned());
        }
    }
    Ok(found)
}

fn check_headers(stated: &Stated, sent: &Sent<'_>) -> Result<(), Refusal> {
    let mut names = stated.signed_headers.split(';');
    if !names.clone().any(|name| name.eq_ignore_ascii_case("host")) {
        return Err(incomplete("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."));
    }
    match names.find(|name| !sent.headers.contains_key(*name)) {
        Some(name) => {
            Err(incomplete(format!("'{name}' is named as a SignedHeader, but it does not exist in the HTTP request.")))
        }
        None => Ok(()),
    }
}

fn check_time(stated: &Stated, now: Timestamp) -> Result<Timestamp, Refusal> {
    let date = &stated.date;
    let parsed = jiff::civil::DateTime::strptime(FORM, date).ok().and_then(|at| at.to_zoned(TimeZone::UTC).ok());
    // What reads as a date and is not written as one is none.
    let at = parsed.map(|at| at.timestamp()).filter(|at| basic(*at) == *date).ok_or_else(|| {
        incomplete(format!(
            "Date must be in ISO-8601 'basic format'. Got '{date}'. See http://en.wikipedia.org/wiki/ISO_8601"
        ))
    })?;
    let (day, wanted) = (&stated.scope[0], &date[..8]);
    if day != wanted {
        return Err(invalid(format!(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '{day}' != '{wanted}', from \
             '{date}'."
        )));
    }
    // Whether the gateway lets a signature live longer than this, where its query says so, is not known; shorter is asked for.
    let life = stated.expires.as_ref().and_then(|seconds| seconds.parse().ok()).map_or(SKEW, SignedDuration::from_secs);
    let life = life.clamp(SignedDuration::ZERO, SKEW);
    let (earliest, latest) = (now - life, now + SKEW);
    let (from, is, and) = (basic(earliest), basic(now), life.as_mins());
    if at < earliest {
        return Err(invalid(format!("Signature expired: {date} is now earlier than {from} ({is} - {and} min.)")));
    }
    if at > latest {
        let until = basic(latest);
        return Err(invalid(format!("Signature not yet current: {date} is still later than {until} ({is} + 5 min.)")));
    }
    Ok(at)
}

fn check_scope(stated: &Stated, wanted: Option<&str>) -> Result<(), Refusal> {
    let [_, region, service, terminator] = &stated.scope;
    let mut wrong = String::new();
    if wanted.is_some_and(|wanted| wanted != region) {
        wrong += &format!("Credential should be scoped to a valid region, not '{region}'. ");
    }
    if service != SERVICE {
        wrong += &format!("Credential should be scoped to correct service: '{SERVICE}'. ");
    }
    if terminator != TERMINATOR {
        wrong += &format!("Credential should be scoped with a valid terminator: '{TERMINATOR}', not '{terminator}'. ");
    }
    if wrong.is_empty() { Ok(()) } else { Err(invalid(wrong)) }
}

/// How the gateway comes to a signature.
struct Calculated {
    canonical: Vec<u8>,
    to_sign: String,
    signature: String,
}

fn calculate(stated: &Stated, sent: &Sent<'_>, at: Timestamp, secret: &str) -> Calculated {
    let canonical = canonical::request(sent, &stated.signed_headers, stated.form == Form::Query);
    let [_, region, service, _] = &stated.scope;
    let to_sign =
        format!("{ALGORITHM}\n{}\n{}\n{}", stated.date, stated.scope.join("/"), canonical::sha256(&canonical));
    let key = generate_signing_key(secret, at.into(), region, service);
    let signature = calculate_signature(key, to_sign.as_bytes());
    Calculated { canonical, to_sign, signature }
}

/// In a time that does not depend on where they differ.
fn is_equal(one: &str, other: &str) -> bool {
    let differences = one.bytes().zip(other.bytes()).fold(0, |all, (a, b)| all | (a ^ b));
    one.len() == other.len() && differences == 0
}

fn basic(at: Timestamp) -> String {
    at.strftime(FORM).to_string()
}

/// Every value of a header, as one.
fn joined(headers: &HeaderMap, name: &str) -> Vec<u8> {
    headers.get_all(name).iter().map(http::HeaderValue::as_bytes).collect::<Vec<_>>().join(&b","[..])
}

fn header_text(sent: &Sent<'_>, name: &str) -> String {
    String::from_utf8_lossy(&joined(sent.headers, name)).into_owned()
}

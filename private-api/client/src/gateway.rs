//! The gateway's own words: refusals that never reached the service.

use std::fmt;

use http::{HeaderMap, header};
use private_api_contract::{Problem, ProblemCode, StandardCode};
use serde::{Deserialize, Serialize};

/// Why the gateway refused a request with a 403. `Display` says the likely cause and the fix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Refusal {
    /// `User: … is not authorized to perform: execute-api:Invoke …`
    NotAllowed,
    /// `… with an explicit deny`
    ExplicitDeny,
    /// `… VPC endpoint policy …`
    EndpointPolicy,
    /// `Missing Authentication Token`: path or method, never the stage.
    NoSuchRoute,
    /// A bare `Forbidden`, which has several causes: the stage, the API id, a firewall, an API key.
    Bare,
    /// A web application firewall, by the API's own answer.
    Firewall,
    /// The signature does not match.
    BadSignature,
    /// The signature is too old or too new.
    SignatureExpired,
    /// The credentials are not valid.
    BadCredentials,
    /// The API's own list of callers: this one may not do this, not for this member, or not into this status.
    NotThisCaller,
    /// Something that says no more than 403.
    Other,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotAllowed => {
                "the API's resource policy (or the caller's IAM policy) does not allow this call; allow it, and redeploy \
                 the stage: a changed resource policy works only after a deployment"
            }
            Self::ExplicitDeny => {
                "a policy denies this call explicitly, usually because it came through another VPC endpoint than the \
                 resource policy names; check aws:SourceVpce in the policy and the endpoint's own policy"
            }
            Self::EndpointPolicy => {
                "the VPC endpoint's own policy does not allow this call; allow execute-api:Invoke on this API in it"
            }
            Self::NoSuchRoute => {
                "the gateway knows no such route; check the path, and that this version of the API is deployed to the stage (if \
                 the API wants signed requests, that this client signs); a stage that does not exist answers a bare Forbidden"
            }
            Self::Bare => {
                "forbidden without a reason, as when there is no such stage (check the stage), when the VPC endpoint does not know \
                 the API it was asked for (check the API id, that the API is private, and that it is associated with this \
                 endpoint), when a web application firewall (AWS WAF) stops the request, or when the API wants an API key"
            }
            Self::Firewall => {
                "the API was reached, and a web application firewall (AWS WAF) in front of it stopped the request; check the \
                 rules of the stage's web ACL"
            }
            Self::BadSignature => {
                "the signature does not match; check the secret key, the region and this machine's clock, and that nothing in \
                 between changes the Host header or the query"
            }
            Self::SignatureExpired => "the signature is out of date; check this machine's clock",
            Self::BadCredentials => "the credentials are not valid (expired or unknown); renew them",
            Self::NotThisCaller => {
                "the API lets this caller do other things, or nothing: have its operators look at the caller's entry among `callers`"
            }
            Self::Other => "the gateway (or a firewall in front of it) refused without saying why",
        })
    }
}

/// How far a signature's time may lie from AWS's clock, in milliseconds.
const MAX_SKEW: u64 = 5 * 60 * 1000;

impl Refusal {
    /// A wrong signature is out of date when this machine's clock is far from the gateway's; its words alone may not say.
    pub(crate) fn at(self, skew: Option<i64>) -> Self {
        match self {
            Self::BadSignature if skew.is_some_and(|skew| skew.unsigned_abs() > MAX_SKEW) => Self::SignatureExpired,
            other => other,
        }
    }
}

/// Who answered, as far as it may be told: nothing of a body, nor of a URL but its host.
#[derive(Debug, Default)]
pub(crate) struct Strange(Vec<(&'static str, String)>);

impl Strange {
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).filter(|text| !text.is_empty());
        let short = |text: &str| text.chars().take(80).collect::<String>();
        let location = text(header::LOCATION).and_then(|to| Some(url::Url::parse(to).ok()?.host_str()?.to_owned()));
        let media_type = text(header::CONTENT_TYPE).and_then(|full| full.split(';').next());
        let facts = [
            ("content type", media_type.map(short)),
            ("Server", text(header::SERVER).map(short)),
            ("Via", text(header::VIA).map(short)),
            ("Location's host", location.as_deref().map(short)),
        ];
        Self(facts.into_iter().filter_map(|(name, fact)| Some((name, fact?))).collect())
    }
}

impl fmt::Display for Strange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|(name, fact)| write!(f, ", {name} {fact}"))
    }
}

/// `application/json`, whatever its parameters, or a type built on it.
pub(crate) fn is_json(media_type: &[u8]) -> bool {
    let essence = media_type.split(|b| *b == b';').next().unwrap_or_default().trim_ascii();
    essence.eq_ignore_ascii_case(b"application/json")
}

/// What a body that is not ours says: `{"message": …}`, or `{"Message": …}` from IAM.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Message {
    #[serde(alias = "Message")]
    message: String,
}

/// Reads an error body: a problem document, or one of the gateway's own, made into the problem it stands for.
///
/// `error_type` is the `x-amzn-errortype` header.
pub(crate) fn read<C: ProblemCode>(
    status: u16,
    error_type: Option<&str>,
    body: &[u8],
) -> (Option<Problem<C>>, Option<Refusal>) {
    // The type says whose it is. Others' JSON has a `code`, too.
    let ours = serde_json::from_slice::<Problem<C>>(body).ok().filter(|p| p.r#type.starts_with(C::TYPE_PREFIX));
    if let Some(mut problem) = ours {
        // Where the gateway's own status stays, its document cannot name it.
        problem.status = problem.status.or(Some(status));
        problem.detail = problem.detail.map(without_request);
        let detail = problem.detail.as_deref().unwrap_or_default();
        let refusal = (status == 403).then(|| match refusal(error_type, detail) {
            // The document is the API's own: it was reached.
            Refusal::Bare => Refusal::Firewall,
            other => other,
        });
        return (Some(problem), refusal);
    }
    let message = serde_json::from_slice::<Message>(body).map(|m| m.message).ok();
    if message.is_none() && error_type.is_none() {
        // Neither ours nor the gateway's.
        return (None, (status == 403).then_some(Refusal::Other));
    }
    let message = without_request(message.unwrap_or_default());
    let code = match status {
        403 => StandardCode::Forbidden,
        413 => StandardCode::PayloadTooLarge,
        415 => StandardCode::UnsupportedMediaType,
        429 => StandardCode::Throttled,
        // The gateway's own 500 and 502 both mean that the function gave no good answer.
        500 | 502 => StandardCode::IntegrationFailed,
        503 => StandardCode::StorageUnavailable,
        504 => StandardCode::GatewayTimeout,
        _ => return (None, None),
    };
    let refusal = (status == 403).then(|| refusal(error_type, &message));
    let problem = Problem::standard(code).with_status(status);
    // Only the gateway names its errors in a header. Another's words may be personal, and are not repeated.
    let gateways = status == 403 || error_type.is_some();
    (Some(if gateways { problem.with_detail(message) } else { problem }), refusal)
}

/// Cuts off what the gateway quotes of a wrongly signed request: its query holds the member's name.
fn without_request(mut message: String) -> String {
    if let Some(quotation) = message.find("The Canonical String") {
        message.truncate(quotation);
        message.truncate(message.trim_end().len());
    }
    message
}

fn refusal(error_type: Option<&str>, message: &str) -> Refusal {
    let says = |words: &str| message.contains(words);
    // The header may carry a URI after a colon.
    let kind = error_type.unwrap_or_default().split(':').next().unwrap_or_default();
    if says("VPC endpoint policy") {
        Refusal::EndpointPolicy
    } else if says("explicit deny") {
        Refusal::ExplicitDeny
    } else if says("is not authorized to perform") || says("is not authorized to access this resource") {
        Refusal::NotAllowed
    } else if says("Signature expired") || says("Signature not yet current") {
        Refusal::SignatureExpired
    } else if says("security token") || matches!(kind, "UnrecognizedClientException" | "ExpiredTokenException") {
        Refusal::BadCredentials
    } else if says("signature we calculated does not match")
        || matches!(kind, "InvalidSignatureException" | "IncompleteSignatureException")
    {
        Refusal::BadSignature
    } else if says("do not allow this caller") {
        Refusal::NotThisCaller
    } else if says("Missing Authentication Token") || kind == "MissingAuthenticationTokenException" {
        Refusal::NoSuchRoute
    } else if message == "Forbidden" || kind == "ForbiddenException" {
        Refusal::Bare
    } else {
        Refusal::Other
    }
}

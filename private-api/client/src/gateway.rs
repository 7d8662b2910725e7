//! The gateway's own words: refusals that never reached the service.

use std::{
    fmt,
    time::{Duration, SystemTime},
};

use private_api_contract::{Problem, ProblemCode, StandardCode};
use serde::{Deserialize, Serialize};

/// Why the gateway refused a request with a 403. `Display` says the likely cause and the mend.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Refusal {
    /// `User: … is not authorized to perform: execute-api:Invoke …`
    NotAllowed,
    /// `… with an explicit deny`
    ExplicitDeny,
    /// `Missing Authentication Token`
    NoSuchRoute,
    /// A bare `Forbidden`
    WrongApi,
    /// The signature does not match.
    BadSignature,
    /// The signature is too old or too new.
    SignatureExpired,
    /// The credentials are not valid.
    BadCredentials,
    /// A web application firewall or something else that says no more than 403.
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
            Self::NoSuchRoute => {
                "the gateway knows no such route; check the stage, and that the API is deployed to it (if the API wants \
                 signed requests, that this client signs)"
            }
            Self::WrongApi => {
                "the VPC endpoint does not know the API it was asked for; check the API id, that the API is private, and \
                 that it is associated with this endpoint"
            }
            Self::BadSignature => {
                "the signature does not match; check the secret key, the region and this machine's clock, and that nothing in \
                 between changes the Host header or the query"
            }
            Self::SignatureExpired => "the signature is out of date; check this machine's clock",
            Self::BadCredentials => "the credentials are not valid (expired or unknown); renew them",
            Self::Other => "the gateway (or a firewall in front of it) refused without saying why",
        })
    }
}

/// How far a signature's time may lie from AWS's clock.
const MAX_SKEW: Duration = Duration::from_secs(5 * 60);

impl Refusal {
    /// A wrong signature is out of date when this machine's clock is far from the gateway's; its words alone may not say.
    pub(crate) fn at(self, gateways_time: Option<SystemTime>, now: SystemTime) -> Self {
        let skew = |then: SystemTime| now.duration_since(then).unwrap_or_else(|ahead| ahead.duration());
        match self {
            Self::BadSignature if gateways_time.is_some_and(|then| skew(then) > MAX_SKEW) => Self::SignatureExpired,
            other => other,
        }
    }
}

/// What a body that is not ours says: `{"message": …}`, or `{"Message": …}` from IAM.
#[derive(Deserialize)]
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
    if let Ok(mut problem) = serde_json::from_slice::<Problem<C>>(body) {
        // Where the gateway's own status stays, its document cannot name it.
        if problem.status == 0 {
            problem.status = status;
        }
        problem.detail = problem.detail.map(without_request);
        let refusal = (status == 403).then(|| refusal(error_type, problem.detail.as_deref().unwrap_or_default()));
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
    (Some(Problem { status, ..Problem::standard(code).with_detail(message) }), refusal)
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
    if says("explicit deny") {
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
    } else if says("Missing Authentication Token") || kind == "MissingAuthenticationTokenException" {
        Refusal::NoSuchRoute
    } else if message == "Forbidden" {
        Refusal::WrongApi
    } else {
        Refusal::Other
    }
}

//! Who is let in, by what the methods want of a caller.

use std::sync::Arc;

use http::{
    HeaderMap,
    header::{REFERER, USER_AGENT},
};
use jiff::Timestamp;
use private_api_policy::{Caller, Policies, Request, Source};

use crate::{
    api_name::ApiName,
    credentials::{Credential, Credentials, Identity},
    hints::Hints,
    host,
    signature::{self, Form, Refusal, Sent},
};

/// What every method of the API wants of its callers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
#[non_exhaustive]
pub enum Authorization {
    /// Whoever comes is let in; but a signature that comes has to be right, where the credentials are known.
    #[default]
    #[value(alias = "NONE")]
    None,
    /// A signature (AWS Signature Version 4), in the `Authorization` header or in the query.
    #[value(alias = "AWS_IAM")]
    AwsIam,
}

/// Checks callers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Door {
    pub(crate) authorization: Authorization,
    /// None are known where nobody has named any.
    pub(crate) credentials: Option<Credentials>,
    /// What the deployment's policies say. Without any, whoever has the right signature is let in.
    pub(crate) policies: Option<Arc<Policies>>,
}

/// Why somebody is not let in.
pub(crate) enum No {
    Signature(Refusal),
    /// A policy, in AWS's words.
    Policy(String),
}

impl Door {
    /// Who is calling, as far as the method's authorization says it to the function. `method` and `path` name what is called.
    pub(crate) fn check(
        &self,
        sent: &Sent<'_>,
        hints: &Hints,
        source: &Source,
        api: &ApiName,
        (method, path): (&str, &str),
    ) -> Result<Option<&Identity>, No> {
        let signer = self.signer(sent, hints).map_err(No::Signature)?;
        let is_signed = self.authorization == Authorization::AwsIam;
        if let Some(policies) = &self.policies {
            let caller = signer.map_or(&Caller::Anonymous, |signer| &signer.caller);
            let arn = api.method_arn(method, path);
            let header = |name| sent.headers.get(name).and_then(|value| value.to_str().ok());
            let (user_agent, referer) = (header(USER_AGENT), header(REFERER));
            let request = Request { resource: &arn, user_agent, referer, ..Request::of(caller, source) };
            if let Err(refusal) = policies.decide(&request, is_signed) {
                tracing::warn!("a call is refused with a 403: {refusal}");
                let who =
                    if is_signed { signer.map_or("anonymous", |signer| &signer.identity.arn) } else { "anonymous" };
                let why = if refusal.is_explicit() { " with an explicit deny" } else { "" };
                let what = "is not authorized to perform: execute-api:Invoke on resource";
                return Err(No::Policy(format!("User: {who} {what}: {}{why}", api.shown(&arn))));
            }
        }
        Ok(signer.filter(|_| is_signed).map(|signer| &signer.identity))
    }

    /// Whose signature it is. With `NONE`, a right one says who is calling to the endpoint's policy alone.
    fn signer(&self, sent: &Sent<'_>, hints: &Hints) -> Result<Option<&Credential>, Refusal> {
        let is_signed = matches!(Form::of(sent), Form::Header | Form::Query);
        let none_known = Credentials::default();
        match (self.authorization, &self.credentials) {
            (Authorization::AwsIam, Some(known)) => verify(sent, known).map(Some),
            (Authorization::AwsIam, None) => verify(sent, &none_known).map(|_| None),
            // Before the method is asked, the endpoint's policy is, and that takes a wrong signature for no caller at all.
            (Authorization::None, Some(known)) if is_signed => verify(sent, known).map(Some),
            (Authorization::None, None) if is_signed => {
                hints.unchecked_signature();
                Ok(None)
            }
            (Authorization::None, _) => Ok(None),
        }
    }
}

fn verify<'a>(sent: &Sent<'_>, known: &'a Credentials) -> Result<&'a Credential, Refusal> {
    let region = host::region(sent.headers);
    signature::verify(sent, known, region.as_deref(), Timestamp::now())
}

/// Takes away what no function sees: a signature. Another `Authorization` is the function's.
pub(crate) fn without_signature(headers: &mut HeaderMap) {
    let name = http::header::AUTHORIZATION;
    if headers.get_all(&name).iter().any(signature::is_signature) {
        headers.remove(name);
    }
}
